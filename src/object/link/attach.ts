// SPDX-License-Identifier: Apache-2.0
// What a program attaches to, where its section names it: a kernel function, tracepoint typedef, LSM hook or iterator by BTF id.
// libbpf documentation "Program Types and ELF Sections"; behaviour as of libbpf 1.5.
import type { BtfKind } from '../../btf/index.ts'
import { refuse } from '../faults.ts'
import { findKind } from '../fixed-btf.ts'
import type { AttachTarget, LinkedProgram, LinkTarget, ObjectProgram } from '../types.ts'

/** How the kernel names what an attach type hooks: prefix of its BTF type's name, and the kind of it. */
const targets: ReadonlyMap<string | undefined, { readonly prefix: string; readonly kind: BtfKind }> = new Map([
  ['BPF_TRACE_RAW_TP', { prefix: 'btf_trace_', kind: 'typedef' }],
  ['BPF_LSM_MAC', { prefix: 'bpf_lsm_', kind: 'func' }],
  ['BPF_LSM_CGROUP', { prefix: 'bpf_lsm_', kind: 'func' }],
  ['BPF_TRACE_ITER', { prefix: 'bpf_iter_', kind: 'func' }],
])

/** Where a program stands that learns only when it attaches at which functions: the kernel's stand-in for all of them. */
export const MULTI_TARGET = 'bpf_multi_func'

/** SEC("fentry.multi"), SEC("fentry.multi/MODULE:…"). A module is looked for, but the stand-in is the kernel's. */
export function findMultiTarget(program: ObjectProgram, target: LinkTarget): AttachTarget {
  const place = { program: program.name, section: program.section }
  const slash = program.section.indexOf('/')
  const wanted = slash < 0 ? '' : program.section.slice(slash + 1)
  const colon = wanted.indexOf(':')
  if (colon >= 0 && !target.modules.some(({ name }) => name === wanted.slice(0, colon)))
    refuse(`prog '${program.name}': failed to prepare load attributes: -22`, place, 'no such module is loaded')
  const btfId = findKind(target.btf, MULTI_TARGET, 'func')
  if (btfId === undefined) return refuse(`prog '${program.name}': BPF program load failed: Invalid argument`, place)
  return { kernel: true, btf: target.btf, btfId, name: MULTI_TARGET }
}

/** The target that the loader chose, or the one behind the '/' of SEC("fentry/NAME") or SEC("fentry/MODULE:NAME"). */
export function findAttachTarget(
  program: ObjectProgram,
  target: LinkTarget,
  attachTo: LinkedProgram | undefined,
): AttachTarget {
  const slash = program.section.indexOf('/')
  const prog = `prog '${program.name}'`
  const wanted = program.target ?? (slash < 0 ? undefined : program.section.slice(slash + 1))
  if (wanted === undefined) {
    return refuse(
      `${prog}: no BTF-based attach target is specified, use bpf_program__set_attach_target()`,
      { program: program.name, section: program.section },
      `name it in the section: SEC("${program.section}/FUNCTION"); where the loader chooses it, say what: --attach ${program.name}=FUNCTION`,
    )
  }
  if (program.type === 'BPF_PROG_TYPE_EXT') return functionOf(attachTo, program, wanted)
  const { prefix, kind } = targets.get(program.attachType) ?? { prefix: '', kind: 'func' }
  const colon = wanted.indexOf(':')
  const module = colon < 0 ? undefined : wanted.slice(0, colon)
  const name = prefix + wanted.slice(colon + 1)
  if (module === undefined || 'vmlinux'.startsWith(module)) {
    const btfId = findKind(target.btf, name, kind)
    if (btfId !== undefined) return { kernel: true, btf: target.btf, btfId, name }
  }
  for (const btf of target.modules) {
    if (module !== undefined && !btf.name.startsWith(module)) continue
    const btfId = findKind(btf, name, kind)
    if (btfId !== undefined) return { kernel: true, btf, btfId, name }
  }
  return refuse(`${prog}: failed to find kernel BTF type ID of '${wanted}': -3`, {
    program: program.name,
    section: program.section,
  })
}

/** A function of another program, by the types that it was loaded with: libbpf asks no more; is it among its instructions is the kernel's to say. */
function functionOf(
  attachTo: LinkedProgram | undefined,
  { name, section }: ObjectProgram,
  wanted: string,
): AttachTarget {
  const prog = `prog '${name}'`
  const place = { program: name, section }
  if (attachTo === undefined)
    return refuse(
      `${prog}: attach program FD is not set`,
      place,
      `a freplace program can only be judged together with the program it replaces a function of: --target OBJECT, or OBJECT:PROGRAM; its loader names both before it loads: bpf_program__set_attach_target(prog, target_fd, "${wanted}")`,
    )
  const { btf } = attachTo
  const btfId = btf === undefined ? undefined : findKind(btf, wanted, 'func')
  if (btf !== undefined && btfId !== undefined) return { kernel: false, btf, btfId, name: wanted, program: attachTo }
  return refuse(
    `${prog}: failed to find BPF program (FD 0) BTF ID for '${wanted}': ${btf === undefined ? -22 : -2}`,
    place,
    btf === undefined
      ? `program ${attachTo.name} has no types: compile it with -g`
      : `${attachTo.object} has no function ${wanted}: name it in the section, SEC("freplace/FUNCTION"), or --attach ${name}=FUNCTION`,
  )
}
