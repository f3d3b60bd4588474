// SPDX-License-Identifier: Apache-2.0
// Tables of indirect jumps: each becomes a map of a program, one entry an instruction that may be jumped to. Behaviour as of libbpf 1.8.
import { mapFlags } from '../uapi/index.ts'
import { refuse } from './faults.ts'
import type { BpfObject, MapDef } from './types.ts'

/** Bytes of an entry in the object; of an instruction. */
const ENTRY = 8n
const INSN = 8n
/** struct bpf_insn_array_value */
const VALUE = 16
const NAME = '.jumptables'
/** As many instructions as a program may have. */
const MOST_ENTRIES = 1_000_000

interface Table {
  /** Where it begins in its section, and its bytes. */
  readonly offset: number
  readonly size: number
}

/** The maps of one program's tables, made as its instructions name them. */
export class JumpTables {
  readonly maps: MapDef[] = []
  private entries = 0
  private readonly made = new Map<number, number>()
  private readonly object: BpfObject
  private readonly program: string
  private readonly firstMap: number

  /** @param firstMap number of the first map that is made here */
  constructor(object: BpfObject, program: string, firstMap: number) {
    this.object = object
    this.program = program
    this.firstMap = firstMap
  }

  /** The map of a table, named by a function that stands at instruction `start` of its section and at `base` of the program. */
  mapOf(table: Table, fn: { readonly start: number; readonly base: number }): number {
    const known = this.made.get(table.offset)
    if (known !== undefined) return known
    const targets = this.targets(table, BigInt(fn.base - fn.start))
    const map = this.firstMap + this.maps.push(tableMap(targets)) - 1
    this.made.set(table.offset, map)
    return map
  }

  private targets({ offset, size }: Table, moved: bigint): number[] {
    const wrong = (what: string): never =>
      refuse(`prog '${this.program}': can't create jump table: sym_off ${offset}: ${what}`, { section: NAME })
    if (offset % 8 !== 0) wrong(`jumptable start ${offset} should be multiple of 8`)
    if (size % 8 !== 0) wrong(`jumptable size ${size} should be multiple of 8`)
    if (size === 0) wrong('a jump table has entries')
    const data = this.object.jumpTables
    this.entries += size / Number(ENTRY)
    // tables may lie over one another
    if (this.entries > MOST_ENTRIES) wrong(`more than ${MOST_ENTRIES} entries in the tables of one program`)
    if (data === undefined || offset + size > data.length)
      return wrong(`jumptables_data size is ${data?.length ?? 0}, trying to access ${offset + size}`)
    const view = new DataView(data.buffer, data.byteOffset, data.byteLength)
    return Array.from({ length: size / Number(ENTRY) }, (_, entry) => {
      const at = offset + entry * Number(ENTRY)
      const value = view.getBigUint64(at, true)
      const insn = value / INSN + moved
      if (insn < 0n || insn > 0xffff_ffffn) wrong(`invalid jump table value 0x${value.toString(16)} at offset ${at}`)
      return Number(insn)
    })
  }
}

/** Programs do not write it, nor anybody once it is filled. */
const tableMap = (targets: readonly number[]): MapDef => ({
  name: NAME,
  kernelName: NAME,
  type: 'BPF_MAP_TYPE_INSN_ARRAY',
  typeId: 34,
  keySize: 4,
  valueSize: VALUE,
  maxEntries: targets.length,
  flags: mapFlags.BPF_F_RDONLY_PROG,
  mapExtra: 0n,
  keyTypeId: 0,
  valueTypeId: 0,
  frozen: true,
  pinned: false,
  section: NAME,
  sectionIndex: 0,
  offset: 0,
  targets,
  autocreate: true,
})
