// SPDX-License-Identifier: Apache-2.0
// The kernel's own verifier as a native process (conformance/oracle/uml.sh), to race ours against.
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { lab, oracle, type Row } from '../conformance/lab.ts'

/** Why there is no native verifier to ask, if there is none. */
export function nativeMissing(): string | undefined {
  if (!existsSync(join(lab, 'corpus', 'v3'))) return `no laboratory in ${lab}: npm run conformance makes it`
  if (!existsSync(join(lab, 'uml-6.12', 'linux'))) return `LAB=${lab} conformance/oracle/uml.sh build`
  return undefined
}

/** Every program of these objects, judged once by the native verifier: verdict, instructions, its own time. */
export function judgeNatively(paths: readonly string[]): Row[] {
  const told = execFileSync(join(oracle, 'uml.sh'), ['judge', ...paths], {
    encoding: 'utf8',
    env: { ...process.env, LAB: lab },
    stdio: ['ignore', 'pipe', 'inherit'],
    maxBuffer: 1 << 28,
  })
  return told
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Row)
}
