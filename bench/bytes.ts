// SPDX-License-Identifier: Apache-2.0
// scratch
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { lab, value } from '../conformance/lab.ts'
import { openKernel } from '../src/kernel/index.ts'
import { linkProgram, openObject } from '../src/object/index.ts'
import { verify } from '../src/verifier/index.ts'
import { allocated, leastTime } from './measure.ts'
const list = [
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
const [, , wanted = '', mode = 'bytes'] = process.argv
const kernel = value(await openKernel('6.12'))
for (const [object, prog] of list) {
  if (!(object + ' ' + prog).includes(wanted)) continue
  const path = join(lab, 'corpus', 'v3', `${object}.bpf.o`)
  const linked = value(linkProgram(value(openObject(readFileSync(path), path)), prog, kernel))
  const r = verify(linked, kernel)
  const time = leastTime(() => verify(linked, kernel), Number(process.env.W ?? 600))
  let text = `${String(r.insnsProcessed).padStart(7)} insns ${String(linked.insns.length).padStart(6)} long ${String(r.states).padStart(6)} states ${(time / r.insnsProcessed).toFixed(0).padStart(5)} ns/insn`
  if (mode === 'bytes') {
    const { bytes, by } = await allocated(() => verify(linked, kernel), 700)
    text += ` ${(bytes / r.insnsProcessed).toFixed(0).padStart(5)} bytes/insn`
    text += `\n      ${by
      .slice(0, 24)
      .map(({ name, bytes: b }) => `${name} ${(b / r.insnsProcessed).toFixed(1)}`)
      .join(', ')}`
  }
  console.log(text, object, prog)
}
