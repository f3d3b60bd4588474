// SPDX-License-Identifier: Apache-2.0
// References of a laid-out program to maps, globals, kernel variables, kfuncs and helpers: pseudo source registers set as the kernel expects
// them, and every one also by value in `refs`. Where libbpf 1.5 leaves a marker call for something missing, so do we.
import type { Btf, BtfId } from '../../btf/index.ts'
import { type Insn, makeInsn } from '../../isa/index.ts'
import { refuse } from '../faults.ts'
import type { JumpTables } from '../jump-tables.ts'
import type { Layout } from './code.ts'
import type { ResolvedExtern } from './externs.ts'
import type { BpfObject, LinkTarget, MapDef, Ref, Reloc } from '../types.ts'

/** libbpf's markers: a call of a helper that no kernel has, its number saying what was missing. */
export const markers = { map: 2001000000, kfunc: 2002000000, core: 0xbad2310 } as const

const CALL = 0x85
const LD_IMM64 = 0x18

export interface LinkState {
  readonly object: BpfObject
  readonly target: LinkTarget
  readonly layout: Layout
  readonly resolved: readonly ResolvedExtern[]
  readonly maps: readonly MapDef[]
  /** Why a map is not there; undefined: it is. */
  readonly missing: (map: number) => string | undefined
  readonly tables: JumpTables
  readonly insns: Insn[]
  readonly refs: Map<number, Ref>
}

/** Resolves every data relocation and call in place. */
export function linkData(state: LinkState): void {
  const { layout, insns, refs } = state
  for (const { fn, base } of layout.placed) {
    for (const [at, reloc] of fn.relocs) {
      if (refs.get(base + at)?.kind === 'missing') continue
      const slots = insns[base + at]!.code === LD_IMM64 ? 2 : 1
      if (at + slots > fn.insns.length) {
        refuse(`prog '${fn.name}': insn #${at} (LDIMM64) is truncated`, { section: fn.section, insn: at })
      }
      if (reloc.kind === 'jump_table') applyJumpTable(state, base + at, reloc, { start: fn.start, base })
      else apply(state, base + at, reloc)
    }
  }
  insns.forEach((insn, at) => {
    if (insn.code !== CALL || refs.has(at)) return
    if (insn.src === 0) refs.set(at, { kind: 'helper', id: insn.imm })
    else if (insn.src === 2) bareKfunc(state, at, insn)
  })
}

const dataBegin = ({ maps }: LinkState, map: number): number => maps[map]?.dataOffset ?? 0

function apply(state: LinkState, at: number, reloc: Exclude<Reloc, { kind: 'jump_table' }>): void {
  switch (reloc.kind) {
    case 'map':
      applyMap(state, at, reloc.map, undefined)
      return
    case 'data':
      applyMap(state, at, reloc.map, (state.insns[at]!.imm + reloc.offset + dataBegin(state, reloc.map)) >>> 0)
      return
    case 'extern_load':
      applyExternLoad(state, at, reloc.extern)
      return
    case 'extern_call':
      applyExternCall(state, at, reloc.extern)
      return
    case 'call':
    case 'func_addr':
      return // done by the layout
  }
}

/** The table's map is taken for a value, as far in as the second half of the instruction says. */
function applyJumpTable(
  { insns, refs, tables }: LinkState,
  at: number,
  table: { readonly offset: number; readonly size: number },
  fn: { readonly start: number; readonly base: number },
): void {
  const map = tables.mapOf(table, fn)
  insns[at] = makeInsn({ ...insns[at]!, src: 2, imm: map, off: 0 })
  refs.set(at, { kind: 'map_value', map, offset: insns[at + 1]!.imm })
}

function applyMap(
  { insns, refs, maps, missing }: LinkState,
  at: number,
  map: number,
  offset: number | undefined,
): void {
  const why = missing(map)
  if (why !== undefined) {
    for (const slot of [at, at + 1]) {
      insns[slot] = makeInsn({ code: CALL, imm: markers.map + map })
      refs.set(slot, { kind: 'missing', what: 'map', name: maps[map]!.name, why })
    }
    return
  }
  insns[at] = makeInsn({ ...insns[at]!, src: offset === undefined ? 1 : 2, imm: map })
  if (offset === undefined) refs.set(at, { kind: 'map', map })
  else {
    insns[at + 1] = makeInsn({ ...insns[at + 1]!, imm: offset | 0 })
    refs.set(at, { kind: 'map_value', map, offset })
  }
}

function applyExternLoad(state: LinkState, at: number, index: number): void {
  const { insns, refs, object, resolved, maps } = state
  const extern = object.externs[index]!
  const found = resolved[index]!
  const setHigh = (imm: number) => {
    insns[at + 1] = makeInsn({ ...insns[at + 1]!, imm })
  }
  switch (found.kind) {
    case 'kconfig': {
      const map = kconfigOf(maps)
      insns[at] = makeInsn({ ...insns[at]!, src: 2, imm: map })
      setHigh(extern.offset)
      refs.set(at, { kind: 'map_value', map, offset: extern.offset })
      return
    }
    case 'btf': {
      const { btf, btfId, fdIndex } = found
      insns[at] = makeInsn({ ...insns[at]!, src: 3, imm: btfId })
      setHigh(fdIndex)
      const kind = extern.kind === 'ksym_func' ? 'ksym_func' : 'ksym_var'
      refs.set(at, { kind, btf, btfId, name: btf.type(btfId).name })
      return
    }
    case 'address':
    case 'missing': {
      const address = found.kind === 'address' ? found.address : 0n
      insns[at] = makeInsn({ ...insns[at]!, imm: Number(BigInt.asIntN(32, address)) })
      setHigh(Number(BigInt.asIntN(32, address >> 32n)))
    }
  }
}

const kconfigs = new WeakMap<readonly MapDef[], number>()

function kconfigOf(maps: readonly MapDef[]): number {
  const known = kconfigs.get(maps) ?? maps.findIndex(({ internal }) => internal === 'kconfig')
  kconfigs.set(maps, known)
  return known
}

function applyExternCall({ insns, refs, object, resolved }: LinkState, at: number, index: number): void {
  const extern = object.externs[index]!
  const found = resolved[index]!
  if (found.kind !== 'btf') {
    insns[at] = makeInsn({ code: CALL, imm: markers.kfunc + index })
    refs.set(at, { kind: 'missing', what: 'kfunc', name: extern.name })
    return
  }
  const { btf, btfId, fdIndex, module } = found
  insns[at] = makeInsn({ ...insns[at]!, src: 2, off: fdIndex, imm: btfId })
  refs.set(at, { kind: 'kfunc', btf, btfId, name: btf.type(btfId).name, module })
}

/** A kfunc call that came without a relocation: its BTF id is in the instruction already. */
function bareKfunc({ target, refs }: LinkState, at: number, insn: Insn): void {
  const btf: Btf | undefined = insn.off === 0 ? target.btf : target.modules[insn.off - 1]
  const btfId: BtfId = insn.imm
  if (btf === undefined || btfId <= 0 || btfId >= btf.count) return
  const type = btf.type(btfId)
  if (type.kind !== 'func') return
  refs.set(at, { kind: 'kfunc', btf, btfId, name: type.name, module: insn.off === 0 ? undefined : btf.name })
}

/** What libbpf puts in the log's place when the verifier stopped at one of its markers. */
export function missingMessage({ what, name }: Extract<Ref, { kind: 'missing' }>): string {
  switch (what) {
    case 'kfunc':
      return `kfunc '${name}' is referenced but wasn't resolved`
    case 'map':
      return `BPF map '${name}' is referenced but wasn't created`
    case 'core':
      return `failed to resolve CO-RE relocation ${name}`
  }
}
