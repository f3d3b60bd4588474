// SPDX-License-Identifier: Apache-2.0
// One check of one example by the built command, cold, beside Node doing nothing: interleaved, the minimum of each.
import { spawnSync } from 'node:child_process'

const rounds = 15
const bound = 5

export async function checkCold(): Promise<boolean> {
  const time = (...args: string[]): number => {
    const start = performance.now()
    const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
    if (status !== 0) throw new Error(`${args.join(' ')}: status ${status}\n${stderr}`)
    return performance.now() - start
  }
  const nothing: number[] = []
  const check: number[] = []
  for (let i = 0; i < rounds; i++) {
    nothing.push(time('-e', '0'))
    check.push(time('bin/kfuncs.cjs', 'check', '--prog', 'acquire_release', 'examples/03-flags/acquire.bpf.o'))
  }
  const [least, most] = [Math.min(...nothing), Math.min(...check)]
  const ratio = most / least
  console.log(
    `  node -e 0: ${least.toFixed(0)} ms; kfuncs check: ${most.toFixed(0)} ms; ratio ${ratio.toFixed(1)} (at most ${bound})`,
  )
  return ratio <= bound
}
