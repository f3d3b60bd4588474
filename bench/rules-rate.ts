// SPDX-License-Identifier: Apache-2.0
// What an instruction costs by 7.3's rules beside 6.12's, on selftests of 7.3 that both walk alike, heavy in arithmetic, loops or states:
// processor time, the better of two runs. Needs the laboratory of 7.3 (LAB=.lab73 V=7.3 conformance/oracle/setup.sh).
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { oracleCpus } from '../conformance/judge.ts'
import { lab, value } from '../conformance/lab.ts'
import { type Kernel, openKernel } from '../src/kernel/index.ts'
import { linkProgram, openObject } from '../src/object/index.ts'
import { verify } from '../src/verifier/index.ts'

/** Times 6.12's. */
const bound = 3
const programs = [
  ['verifier_search_pruning', 'short_loop1'],
  ['loop3', 'while_true'],
  ['loop1', 'nested_loops'],
  ['pyperf180', 'on_event'],
  ['test_verif_scale1', 'balancer_ingress'],
  ['strobemeta', 'on_event'],
  ['test_cls_redirect', 'cls_redirect'],
  ['core_kern', 'balancer_ingress'],
  ['test_tcp_custom_syncookie', 'tcp_custom_syncookie'],
] as const

export async function rulesRate(): Promise<boolean> {
  const kernels = [value(await openKernel('6.12')), value(await openKernel('7.3'))] as const
  let within = true
  for (const [object, prog] of programs) {
    const path = join(lab, 'corpus', 'v3', `${object}.bpf.o`)
    if (!existsSync(path)) {
      console.log(`  no ${object} in ${lab}: not measured`)
      continue
    }
    const [old, later] = [microseconds(path, prog, kernels[0]), microseconds(path, prog, kernels[1])]
    const ratio = later / old
    console.log(
      `  ${object} ${prog}: ${old.toFixed(1)} us an instruction by 6.12, ${later.toFixed(1)} by 7.3, ratio ${ratio.toFixed(2)} (at most ${bound})`,
    )
    within &&= ratio <= bound
  }
  return within
}

function microseconds(path: string, prog: string, kernel: Kernel): number {
  const linked = value(linkProgram(value(openObject(readFileSync(path), path)), prog, kernel))
  let best = Number.POSITIVE_INFINITY
  for (let run = 0; run < 2; run++) {
    const start = process.cpuUsage()
    const { insnsProcessed } = verify(linked, kernel, { cpus: oracleCpus })
    const { user, system } = process.cpuUsage(start)
    best = Math.min(best, (user + system) / insnsProcessed)
  }
  return best
}
