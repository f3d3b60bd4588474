// SPDX-License-Identifier: Apache-2.0
// One run of a small program by the built command, cold, beside Node doing nothing.
import { costOf } from './measure.ts'

const ROUNDS = 12
const bound = 5

/** `npm run build` comes first. */
export function runCold(): Promise<boolean> {
  const args = ['bin/kfuncs.cjs', 'run', 'examples/18-memory/packet.bpf.o', '--prog', 'header_checked']
  const [nothing, run] = [costOf(['-e', '0'], ROUNDS), costOf(args, ROUNDS)]
  if (run.status !== 0) throw new Error(`${args.join(' ')}: status ${run.status}: npm run build comes first`)
  const ratio = run.ms / nothing.ms
  console.log(
    `  node -e 0: ${nothing.ms.toFixed(0)} ms; kfuncs run: ${run.ms.toFixed(0)} ms; ratio ${ratio.toFixed(1)} (at most ${bound})`,
  )
  return Promise.resolve(ratio <= bound)
}
