// SPDX-License-Identifier: Apache-2.0
// Programs of text alone, without an object, on machines: `r1 = map 0` is the address of the first map, `r1 = value 0` that of its value.
import type { BtfId } from '../../src/btf/index.ts'
import { unwrap } from '../../src/fault/index.ts'
import { assemble, imm64, type Insn, makeLdImm64 } from '../../src/isa/index.ts'
import type { Kernel } from '../../src/kernel/index.ts'
import type { LinkedProgram, MapDef, Ref } from '../../src/object/index.ts'
import type { Machine } from '../../src/runtime/index.ts'
import { createMap } from '../../src/runtime/maps/create.ts'
import type { RuntimeMap } from '../../src/runtime/maps/map.ts'
import { LoadedProgram } from '../../src/runtime/program.ts'
import { helperId, mapType } from '../../src/uapi/index.ts'
import { type Facts, verify } from '../../src/verifier/index.ts'

export interface MapText {
  readonly name: string
  /** After 'BPF_MAP_TYPE_'. */
  readonly type: string
  readonly keySize: number
  readonly valueSize: number
  readonly maxEntries: number
}

export interface Handmade {
  readonly text: string
  /** After 'BPF_PROG_TYPE_'. */
  readonly type?: string
  readonly maps?: readonly MapText[]
  readonly flags?: number
}

/** Where numbers stand for maps until it is assembled. */
const MAP = 0x6d61_7000_0000_0000n
const VALUE = 0x7661_6c00_0000_0000n

/** `name`: what it is called on a machine, and in reports. */
export function linkedOf({ text, type = 'XDP', maps = [], flags = 0 }: Handmade, name = 'prog'): LinkedProgram {
  const plain = text.replaceAll(
    /= (map|value) (\d+)/g,
    (_, what: string, index: string) => `= ${(what === 'map' ? MAP : VALUE) + BigInt(index)} ll`,
  )
  const insns: Insn[] = [...unwrap(assemble(plain, { resolveCall }))]
  const refs = new Map<number, Ref>()
  insns.forEach((insn, at) => {
    const { op, src, imm } = insn
    if (op.kind === 'call' && src === 1) refs.set(at, { kind: 'subprog', insn: at + imm + 1 })
    if (op.kind !== 'ld_imm64') return
    const value = BigInt.asUintN(64, imm64(insn, insns[at + 1]))
    const [isMap, isValue] = [MAP, VALUE].map((base) => value >= base && value < base + 16n)
    if (isMap === false && isValue === false) return
    const map = Number(value & 0xfn)
    refs.set(at, isMap === true ? { kind: 'map', map } : { kind: 'map_value', map, offset: 0 })
    const pseudo = makeLdImm64(insn.dst, BigInt(map), isMap === true ? 1 : 2)
    insns.splice(at, 2, ...pseudo)
  })
  return {
    object: 'handmade',
    name,
    section: type.toLowerCase(),
    type: `BPF_PROG_TYPE_${type}` as LinkedProgram['type'],
    attachType: undefined,
    sleepable: type === 'SYSCALL',
    flags,
    attach: undefined,
    insns,
    refs,
    maps: maps.map(defOf),
    mapBtf: undefined,
    btf: undefined,
    funcs: [],
    lines: [],
    license: 'GPL',
    warnings: [],
  }
}

const defOf = ({ name, type, keySize, valueSize, maxEntries }: MapText): MapDef => ({
  name,
  type: `BPF_MAP_TYPE_${type}`,
  typeId: mapType(`BPF_MAP_TYPE_${type}`)!.id,
  keySize,
  valueSize,
  maxEntries,
  flags: 0,
  mapExtra: 0n,
  keyTypeId: 0 as BtfId,
  valueTypeId: 0 as BtfId,
  frozen: false,
  pinned: false,
  kernelName: name,
  section: '.maps',
  offset: 0,
  sectionIndex: 0,
  autocreate: true,
})

const resolveCall = (name: string): { src: number; imm: number } | undefined => {
  const imm = helperId(name)
  return imm === undefined ? undefined : { src: 0, imm }
}

/** undefined: it is not accepted. */
export function factsOf(linked: LinkedProgram, kernel: Kernel): Facts | undefined {
  const report = verify(linked, kernel, { facts: true })
  return report.verdict === 'accept' ? report.facts : undefined
}

export interface Made {
  readonly program: LoadedProgram
  readonly maps: readonly RuntimeMap[]
}

/** The program on a machine, its maps new. `facts` are taken at their word. */
export function loadHandmade(machine: Machine, linked: LinkedProgram, facts: Facts): Made {
  const maps = linked.maps.map((def) => createMap(machine, def))
  return { maps, program: new LoadedProgram(machine, { linked, facts }, (index) => maps[index]!) }
}
