// SPDX-License-Identifier: Apache-2.0
// What the kernel keeps of a program's types and maps before it looks at the program. BTF whose structs have special fields that do not go
// together is refused whole; a map whose type cannot have its value's fields, or whose key is not what its type wants, is made without
// types; global variables with special fields cannot be mapped, and a map of maps takes only what is like its template. libbpf 1.5 goes on
// in the first two cases (and so do we, with a warning), but for struct_ops; maps that are not made are left out, as our loader does.
import type { Btf } from '../../../btf/index.ts'
import { fewOf, rememberedOfBoth } from '../../../fault/index.ts'
import type { LinkedProgram, MapDef, Ref } from '../../../object/index.ts'
import { mapFlags } from '../../../uapi/index.ts'
import { slotFault } from './map-slots.ts'
import { refusedTypes } from './types.ts'
import { untypedBecause } from './map-values.ts'
import { type KernelTypes, mapRecord } from '../records/record.ts'

/** A program as the kernel takes it. */
export interface Taken {
  readonly prog: LinkedProgram
  /** What maps have their types from; `prog.btf`, where the program has its own from. */
  readonly mapBtf: Btf | undefined
  readonly warnings: readonly string[]
  /** The program cannot be loaded without what the kernel refused. */
  readonly refusal?: string
}

/** The program with the BTF and the maps that the kernel takes. */
export function takenBy(kernel: KernelTypes, prog: LinkedProgram): Taken {
  const refused = prog.btf === undefined ? undefined : refusedTypes(prog.btf, kernel)
  if (refused !== undefined && prog.type === 'BPF_PROG_TYPE_STRUCT_OPS') {
    const refusal = `Error loading .BTF into kernel: ${refused.errno}. BTF is mandatory, can't proceed. ${refused.why}`
    return { prog, mapBtf: prog.btf, warnings: [], refusal }
  }
  const warnings =
    refused === undefined
      ? []
      : [`Error loading .BTF into kernel: ${refused.errno}. BTF is optional, ignoring. ${refused.why}`]
  const taken = refused === undefined ? prog : { ...prog, btf: undefined, funcs: [] }
  const { settled, maps, unmade } = settledFor(taken.maps, kernel)(taken.btf)
  for (const warning of unmade) warnings.push(warning)
  for (const index of mapsNamed(taken)) {
    const warning = settled[index]?.warning
    if (warning !== undefined) warnings.push(`map '${taken.maps[index]!.name}': ${warning}`)
  }
  const refs = unmade.length === 0 ? taken.refs : withoutMissing(taken.refs, settled)
  return { prog: { ...taken, maps, refs, btf: ofProgram(taken) }, mapBtf: taken.btf, warnings }
}

/** A program without any record of a function or a line has no types, whatever BTF was loaded beside it. */
function ofProgram({ btf, funcs, lines }: LinkedProgram): Btf | undefined {
  return funcs.length === 0 && lines.length === 0 ? undefined : btf
}

/** The maps that a program refers to, in order. */
const mapsNamed = ({ refs }: LinkedProgram): readonly number[] =>
  [...new Set([...refs.values()].flatMap((ref) => ('map' in ref ? [ref.map] : [])))].sort((a, b) => a - b)

/** A map as it is made, or why it is not. */
interface Settled {
  readonly map: MapDef
  /** As libbpf prints it, and why. */
  readonly missing?: { readonly error: string; readonly why: string }
  readonly warning?: string
}

interface SettledMaps {
  readonly settled: readonly Settled[]
  /** The maps among them, in one array for all programs. */
  readonly maps: readonly MapDef[]
  /** What is said of those that are not made, whichever program is asked about. */
  readonly unmade: readonly string[]
}

/** Objects have thousands of maps and of programs: the maps are settled once. */
const settledFor = rememberedOfBoth((maps: readonly MapDef[], kernel: KernelTypes) => {
  const byTypes = new Map<Btf | undefined, SettledMaps>()
  return (btf: Btf | undefined): SettledMaps => {
    const known = byTypes.get(btf) ?? settleMaps(maps, kernel, btf)
    byTypes.set(btf, known)
    return known
  }
})

function settleMaps(maps: readonly MapDef[], kernel: KernelTypes, btf: Btf | undefined): SettledMaps {
  const settled: Settled[] = []
  const unmade: string[] = []
  const made = new Map<string, MapDef>()
  for (const map of maps) {
    let now = settleMap(map, btf, kernel)
    const wrong = now.missing === undefined ? slotFault(now.map, made, { btf, kernel }) : undefined
    if (wrong !== undefined) now = { ...now, missing: wrong }
    settled.push(now)
    if (now.missing === undefined && map.autocreate) made.set(map.name, now.map)
    if (now.missing !== undefined)
      unmade.push(`map '${map.name}': failed to create: ${now.missing.error}: ${now.missing.why}`)
  }
  return { settled, maps: settled.map(({ map }) => map), unmade: fewOf(unmade, 'maps that are not made') }
}

function withoutMissing(refs: ReadonlyMap<number, Ref>, settled: readonly Settled[]): ReadonlyMap<number, Ref> {
  const left = new Map<number, Ref>()
  for (const [insn, ref] of refs) {
    const { map, missing } = ('map' in ref ? settled[ref.map] : undefined) ?? {}
    left.set(insn, missing === undefined ? ref : { kind: 'missing', what: 'map', name: map!.name, why: missing.why })
  }
  return left
}

/** Maps that cannot be made without types: libbpf prints what its second try came to. */
const needTypes = ['SK_STORAGE', 'INODE_STORAGE', 'TASK_STORAGE', 'CGRP_STORAGE'].map((type) => `BPF_MAP_TYPE_${type}`)

function settleMap(map: MapDef, btf: Btf | undefined, kernel: KernelTypes): Settled {
  const inner = map.inner === undefined ? undefined : settleMap(map.inner, btf, kernel)
  const whole = inner === undefined ? map : { ...map, inner: inner.map }
  if (inner?.missing !== undefined) return { map: whole, missing: inner.missing }
  const why = btf === undefined ? undefined : untypedBecause(map, btf, kernel)
  if (btf === undefined || why !== undefined) {
    const untyped = { ...whole, keyTypeId: 0, valueTypeId: 0 }
    const lost = needTypes.includes(map.type) && map.valueTypeId !== 0
    return {
      map: untyped,
      ...(lost ? { missing: { error: 'Invalid argument(-22)', why: why ?? 'it cannot be made without BTF' } } : {}),
      ...(why === undefined || lost ? {} : { warning: `Retrying without BTF: ${why}` }),
    }
  }
  if (map.valueTypeId === 0) return { map: whole }
  const { record, fault } = mapRecord(btf, map.valueTypeId, kernel)
  if (fault !== undefined) return { map: whole, warning: `its values have no special fields: ${fault.why}` }
  if (record.fields.length === 0 || map.internal === undefined || (map.flags & mapFlags.BPF_F_MMAPABLE) === 0)
    return { map: whole }
  const { kind } = record.fields[0]!
  return {
    map: whole,
    missing: {
      error: 'unknown error (-524)(-524)',
      why: `failed to re-mmap() contents: -524: global variables that user space sees cannot hold a ${kind}: put it in a map, or make every variable of a section of its own static (SEC(".data.NAME"))`,
    },
  }
}
