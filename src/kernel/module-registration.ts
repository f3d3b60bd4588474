// SPDX-License-Identifier: Apache-2.0
// What a compiled module registers, read from its own init code. A module (.ko) is a relocatable file, so the call is in plain sight:
//
//   struct btf_kfunc_id_set { owner; set ───────► .BTF_ids + offset      relocation at +8
//                             filter ───────────► a function of its own  relocation at +16 }
//   mov $set, %rsi           a relocation to that struct
//   mov $prog_type, %edi     BF imm32, or 31 FF (xor %edi,%edi) for 0: every type
//   call register_btf_kfunc_id_set
//
// x86-64 only; on other machines the facts of known-sets.ts or the caller's own must say it.

import { hookOfType } from '../kfunc/index.ts'
import type { Image, ImageReloc, ImageSection } from './elf-sections.ts'

export interface Registration {
  /** Offset of the set in .BTF_ids. */
  readonly byte: number
  readonly hook: string
  readonly filter: string | undefined
}

const machineX86 = 62
/** Program types by number. include/uapi/linux/bpf.h, enum bpf_prog_type. */
const typeNames = [
  'UNSPEC',
  'SOCKET_FILTER',
  'KPROBE',
  'SCHED_CLS',
  'SCHED_ACT',
  'TRACEPOINT',
  'XDP',
  'PERF_EVENT',
  'CGROUP_SKB',
  'CGROUP_SOCK',
  'LWT_IN',
  'LWT_OUT',
  'LWT_XMIT',
  'SOCK_OPS',
  'SK_SKB',
  'CGROUP_DEVICE',
  'SK_MSG',
  'RAW_TRACEPOINT',
  'CGROUP_SOCK_ADDR',
  'LWT_SEG6LOCAL',
  'LIRC_MODE2',
  'SK_REUSEPORT',
  'FLOW_DISSECTOR',
  'CGROUP_SYSCTL',
  'RAW_TRACEPOINT_WRITABLE',
  'CGROUP_SOCKOPT',
  'TRACING',
  'STRUCT_OPS',
  'EXT',
  'LSM',
  'SK_LOOKUP',
  'SYSCALL',
  'NETFILTER',
] as const

/** Every registration call of the module that can be read. */
export function registrationsIn(image: Image, gate: (name: string) => boolean = () => false): readonly Registration[] {
  const ids = image.find('.BTF_ids')
  if (ids === undefined || image.machine !== machineX86) return []
  const structs = kfuncSetStructs(image, ids)
  const out: Registration[] = []
  for (const section of image.sections) {
    if (!/^\.(init\.)?text/.test(section.name)) continue
    const relocs = image.relocs(section)
    let after = 0
    for (const [i, reloc] of relocs.entries()) {
      const { name } = reloc.symbol
      if (name !== 'register_btf_kfunc_id_set' && name !== 'register_btf_fmodret_id_set') continue
      const set = lastStruct(relocs, i, after, structs)
      const hook =
        name === 'register_btf_fmodret_id_set' ? 'fmodret' : hookOfCall(section.bytes, after, reloc.offset, gate)
      after = reloc.offset + 4
      if (set !== undefined && hook !== undefined) out.push({ ...set, hook })
    }
  }
  return out
}

type SetStruct = Pick<Registration, 'byte' | 'filter'>

/** Where the structs lie: `section:offset` → set and filter. */
function kfuncSetStructs(image: Image, ids: ImageSection): ReadonlyMap<string, SetStruct> {
  const structs = new Map<string, SetStruct>()
  for (const section of image.sections) {
    if (!/^\.(rodata|data)/.test(section.name)) continue
    const relocs = image.relocs(section)
    const at = new Map(relocs.map((reloc): [number, ImageReloc] => [reloc.offset, reloc]))
    for (const { offset, symbol, addend } of relocs) {
      if (symbol.section !== ids.index) continue
      structs.set(`${section.index}:${offset - 8}`, {
        byte: symbol.value + addend,
        filter: functionName(image, at.get(offset + 8)),
      })
    }
  }
  return structs
}

function functionName(image: Image, reloc: ImageReloc | undefined): string | undefined {
  if (reloc === undefined) return undefined
  if (reloc.symbol.name !== '' && reloc.addend === 0) return reloc.symbol.name
  const value = reloc.symbol.value + reloc.addend
  const named = image.symbols.find(
    ({ name, section, value: at }) =>
      section === reloc.symbol.section && at === value && name !== '' && !name.startsWith('.'),
  )
  return named?.name ?? 'unknown filter'
}

function lastStruct(
  relocs: readonly ImageReloc[],
  call: number,
  after: number,
  structs: ReadonlyMap<string, SetStruct>,
): SetStruct | undefined {
  for (let i = call - 1; i >= 0 && relocs[i]!.offset >= after; i--) {
    const { symbol, addend } = relocs[i]!
    // A PC-relative reference (lea) counts from the end of its four bytes.
    const found =
      structs.get(`${symbol.section}:${symbol.value + addend}`) ??
      structs.get(`${symbol.section}:${symbol.value + addend + 4}`)
    if (found !== undefined) return found
  }
  return undefined
}

/** The constant last moved into %edi before the call. */
function hookOfCall(
  code: Uint8Array,
  after: number,
  call: number,
  gate: (name: string) => boolean,
): string | undefined {
  const from = Math.max(after, call - 96)
  for (let at = call - 2; at >= from; at--) {
    if (code[at] === 0x31 && code[at + 1] === 0xff) return hookOfType('BPF_PROG_TYPE_UNSPEC')
    if (code[at] === 0xbf && at + 5 <= call && code[at + 2] === 0 && code[at + 3] === 0 && code[at + 4] === 0) {
      const type = typeNames[code[at + 1]!]
      if (type !== undefined) return hookOfType(`BPF_PROG_TYPE_${type}`, gate)
    }
  }
  return undefined
}
