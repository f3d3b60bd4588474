// SPDX-License-Identifier: Apache-2.0
// Our verifier and the kernel's own, which is C as a native process (conformance/oracle/uml.sh build), on the same programs: by turns, the
// least of several rounds of each. Also what one cold command costs for them, and the bytes an instruction allocates.
// LAB=.lab npm run bench -- verify. Programs are those that the native one can judge: no kfuncs, no tracing, no types of its kernel.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { lab, value } from '../conformance/lab.ts'
import { type Kernel, openKernel } from '../src/kernel/index.ts'
import { type LinkedProgram, linkProgram, openObject } from '../src/object/index.ts'
import { verify } from '../src/verifier/index.ts'
import { allocatedWarm, costOf, geometricMean, leastTime } from './measure.ts'
import { judgeNatively, nativeMissing } from './native.ts'

/** Native's time over ours: 1 is as fast as native. */
const meanBound = 0.8
const leastBound = 0.5
/** Bytes an instruction, of each program. */
export const bytesBound = 400
/** MB of the process that checks the largest, cold. */
export const peakBound = 300

const rounds = 5
/** ms a program and round. */
const budget = 150

export const programs = [
  ['test_verif_scale1', 'balancer_ingress'],
  ['test_verif_scale3', 'balancer_ingress'],
  ['test_cls_redirect', 'cls_redirect'],
  ['test_cls_redirect_subprogs', 'cls_redirect'],
  ['verifier_gotol', 'gotol_large_imm'],
  ['verifier_bounds', 'crossing_64_bit_signed_boundary_2'],
  ['verifier_bounds', 'crossing_32_bit_signed_boundary_2'],
  ['test_l4lb', 'balancer_ingress'],
  ['test_l4lb_noinline', 'balancer_ingress'],
  ['test_xdp_noinline', 'balancer_ingress_v4'],
  ['test_xdp_noinline', 'balancer_ingress_v6'],
  ['bpf_flow', 'flow_dissector_1'],
  ['test_parse_tcp_hdr_opt', 'xdp_ingress_v6'],
  ['test_sysctl_loop2', 'sysctl_tcp_mem'],
] as const

interface Racer {
  readonly path: string
  readonly prog: string
  readonly linked: LinkedProgram
  readonly insns: number
  ours: number
  native: number
}

export async function verifyNative(): Promise<boolean> {
  const missing = nativeMissing()
  if (missing !== undefined) {
    console.log(`  not measured: ${missing}`)
    return true
  }
  const kernel = value(await openKernel('6.12'))
  const racers = programs.map(([object, prog]) => entrant(join(lab, 'corpus', 'v3', `${object}.bpf.o`), prog, kernel))
  race(racers, kernel)
  console.log('   insns  ours  native ns/insn  native/ours  bytes/insn  cold ms   MB  program')
  let within = true
  for (const { path, prog, linked, insns, ours, native } of racers) {
    const { bytes } = await allocatedWarm(() => verify(linked, kernel))
    const { ms, megabytes } = costOf(['bin/kfuncs.cjs', 'check', '--prog', prog, path], 2)
    const perInsn = bytes / insns
    if (perInsn > bytesBound || megabytes > peakBound) within = false
    console.log(
      `  ${String(insns).padStart(6)} ${(ours / insns).toFixed(0).padStart(5)} ${(native / insns).toFixed(0).padStart(7)} ${(native / ours).toFixed(2).padStart(20)} ${perInsn.toFixed(0).padStart(11)} ${ms.toFixed(0).padStart(8)} ${megabytes.toFixed(0).padStart(4)}  ${path.slice(path.lastIndexOf('/') + 1, -6)} ${prog}`,
    )
  }
  const ratios = racers.map(({ ours, native }) => native / ours)
  const [mean, least] = [geometricMean(ratios), Math.min(...ratios)]
  console.log(
    `  native/ours: ${mean.toFixed(2)} in geometric mean (at least ${meanBound}), ${least.toFixed(2)} the least (at least ${leastBound}); bytes an instruction at most ${bytesBound}, a cold command's memory at most ${peakBound} MB`,
  )
  return within && mean >= meanBound && least >= leastBound
}

export function entrant(path: string, prog: string, kernel: Kernel): Racer {
  const linked = value(linkProgram(value(openObject(readFileSync(path), path)), prog, kernel))
  const { insnsProcessed: insns } = verify(linked, kernel)
  return { path, prog, linked, insns, ours: Number.POSITIVE_INFINITY, native: Number.POSITIVE_INFINITY }
}

/** Rounds of both, by turns. Both must have walked the same instructions. */
export function race(racers: readonly Racer[], kernel: Kernel): void {
  const paths = [...new Set(racers.map(({ path }) => path))]
  for (let round = 0; round < rounds; round++) {
    for (const racer of racers) {
      const time = leastTime(() => verify(racer.linked, kernel), budget)
      racer.ours = Math.min(racer.ours, time)
    }
    const rows = judgeNatively(paths)
    for (const racer of racers) {
      const row = rows.find(({ obj, prog }) => obj === racer.path && prog === racer.prog)
      if (row?.verified_insns !== racer.insns)
        throw new Error(
          `${racer.path} ${racer.prog}: ${racer.insns} insns, native ${row?.verdict} ${row?.verified_insns} ${row?.msg ?? row?.libbpf}`,
        )
      racer.native = Math.min(racer.native, 1000 * row.verification_time_us!)
    }
  }
}
