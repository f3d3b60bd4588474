// SPDX-License-Identifier: Apache-2.0
// src/kfunc/later.json: kfuncs that Linux 6.12 has not, by the first kernel of the laboratory that has them: what a program is told that calls
// one on a kernel before that. Run it when a kernel comes to the laboratory:
//   LAB=.lab node scripts/run.mjs scripts/make-kfunc-releases.ts
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { lab } from '../conformance/lab.ts'
import { openKernel, unwrap } from '../src/index.ts'

const releases = ['6.16', '6.18', '7.0', '7.1', '7.2', '7.3']

const namesOf = async (kernel: Parameters<typeof openKernel>[0]): Promise<readonly string[]> => [
  ...unwrap(await openKernel(kernel)).kfuncs.keys(),
]
const known = new Set([...(await namesOf('6.12')), ...(await namesOf('6.12-scx'))])
const later: Record<string, string[]> = {}
for (const release of releases) {
  const names = await namesOf(readFileSync(join(lab, `vmlinux-${release}.elf`)))
  const added = names.filter((name) => !known.has(name) && !/___v\d+$/.test(name)).sort()
  later[release] = added
  for (const name of added) known.add(name)
}
writeFileSync('src/kfunc/later.json', `${JSON.stringify(later, null, 2)}\n`)
