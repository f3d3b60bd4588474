// SPDX-License-Identifier: Apache-2.0
// Every instruction by itself, in program order, reached or not: its encoding, the map it refers to. RFC 9669 §3;
// verifier.rst "direct map value access".

import { remembered } from '../../fault/index.ts'
import { checkEncoding, checkReserved, type Insn, type ReservedOptions } from '../../isa/index.ts'
import { checkMapForProgram } from '../../kernel/index.ts'
import type { MapDef, Ref } from '../../object/index.ts'

import type { Model } from './model.ts'
import type { ProgramDraft, Program } from './program.ts'
import { unsupported, violate } from '../violations/raise.ts'
import { MAX_VAR_OFF } from '../state/reg.ts'

const MAX_USED_MAPS = 64

export function checkInsns(draft: ProgramDraft): void {
  const used = new Set<number>()
  for (let i = 0; i < draft.insns.length; i++) {
    draft.insn = i
    const insn = draft.insns[i]!
    if (draft.model.rules.fieldsFirst) requireRegisters(draft.model, insn)
    const wrong = checkEncoding(insn, draft.insns[i + 1], knownOpcodes(draft.model))
    if (wrong !== undefined) violate('encoding', { told: wrong })
    if (draft.model.rules.fieldsFirst && !isAtomic(insn)) requireFields(draft.model, insn)
    if (insn.op.kind !== 'ld_imm64') continue
    const ref = draft.linked.refs.get(i)
    if (ref?.kind === 'map' || ref?.kind === 'map_value') checkMap(draft, ref, used)
    else if (ref === undefined) requireNoMap(insn)
    i++
  }
  draft.insn = 0
}

/** By its encoding, known or not: which operations there are is asked on the way. */
const isAtomic = ({ code }: Insn): boolean => (code & 0xe7) === 0xc3

/** What this kernel has that 6.12 has not. */
export const knownOpcodes = remembered(
  ({ rules }: Model): ReservedOptions => ({
    has: (feature) => (feature === 'gotox' ? rules.indirectJumps : rules.loadAcquire),
    bareMayGoto: rules.bareMayGoto,
  }),
)

function requireRegisters({ rules }: Model, insn: Insn): void {
  if (rules.manyArgs && passesArgument(insn)) unsupported('arguments beyond the fifth, in r11')
  for (const number of [insn.dst, insn.src]) if (number > 10) violate('bad-register', { reg: number })
}

/** Whole words above r11 are arguments that came, those below it arguments to pass. Nothing else is done with it. */
function passesArgument({ op, dst, src, off, code }: Insn): boolean {
  if (off === 0 || off % 8 !== 0) return false
  if (op.kind === 'load') return code === LOAD_WORD && src === PARAMETERS && dst <= 10 && off > 0
  return (code === STORE_WORD || code === STORE_NUMBER) && dst === PARAMETERS && src <= 10 && off < 0
}
const PARAMETERS = 11
/** `BPF_LDX`, `BPF_STX` and `BPF_ST` of `BPF_MEM | BPF_DW`. */
const [LOAD_WORD, STORE_WORD, STORE_NUMBER] = [0x79, 0x7b, 0x7a]

/** Fields that the instruction does not use are zero. */
export function requireFields(model: Model, insn: Insn): void {
  const wrong = checkReserved(insn, knownOpcodes(model))
  if (wrong !== undefined) violate('reserved', { told: wrong })
}

/** What refers to a map by a file descriptor that nobody put there. */
function requireNoMap({ src, imm }: Insn): void {
  if (src === MAP_FD || src === MAP_VALUE) violate('map-fd', { form: 'fd', fd: imm })
  if (src === MAP_IDX || src === MAP_IDX_VALUE) violate('map-fd', { form: 'index' })
}
const [MAP_FD, MAP_VALUE, MAP_IDX, MAP_IDX_VALUE] = [1, 2, 5, 6]

function checkMap(draft: ProgramDraft, ref: Extract<Ref, { kind: 'map' | 'map_value' }>, used: Set<number>): void {
  const map = draft.map(ref.map)
  const isNew = !used.has(ref.map)
  if (isNew && used.size >= MAX_USED_MAPS) violate('map-count', { most: MAX_USED_MAPS })
  const fields = draft.mapRecord(ref.map).fields.map((field) => field.kind)
  const refusal = checkMapForProgram(map.type, fields, draft.traits, draft.model.rules)
  if (refusal !== undefined) violate('map-program', refusal)
  if (isNew && map.type === INSN_ARRAY) requireTargets(draft, map)
  if (ref.kind === 'map_value') checkDirectValue(draft.model, map, ref.offset)
  if (!isNew) return
  for (const other of used) {
    if (draft.map(other).type !== map.type) continue
    if (isCgroupStorage(map)) violate('map-cgroup-storage')
    if (map.type === 'BPF_MAP_TYPE_ARENA') violate('map-arena')
  }
  used.add(ref.map)
  if (map.type === 'BPF_MAP_TYPE_ARENA') draft.hasArena = true
}

const isCgroupStorage = ({ type }: MapDef): boolean =>
  type === 'BPF_MAP_TYPE_CGROUP_STORAGE' || type === 'BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE'

const INSN_ARRAY = 'BPF_MAP_TYPE_INSN_ARRAY'

/** A table of instructions is filled and frozen before a program is loaded with it, and names instructions of that program. */
function requireTargets({ insns }: Program, { frozen, targets }: MapDef): void {
  const isInsn = (at: number): boolean => at < insns.length && insns[at - 1]?.op.kind !== 'ld_imm64'
  if (!frozen || targets?.every(isInsn) !== true) violate('insn-array')
}

/** The address of a value, taken without a lookup: of an array with one element, into an arena or a table of instructions. */
function checkDirectValue({ rules }: Model, map: MapDef, offset: number): void {
  const off = offset >>> 0
  if (!rules.oneOffset && off >= MAX_VAR_OFF) violate('map-value-offset', { form: 'limit', off })
  const reaches = directValues.get(map.type)
  if (reaches === undefined || (map.type === PERCPU_ARRAY && !rules.percpuData)) return violate('map-value-type')
  if (!reaches(map, off)) violate('map-value-offset', { form: 'outside', valueSize: map.valueSize, off })
}
const PAGE_SIZE = 4096
const PERCPU_ARRAY = 'BPF_MAP_TYPE_PERCPU_ARRAY'

const onlyElement = ({ maxEntries, valueSize }: MapDef, off: number): boolean => maxEntries === 1 && off < valueSize

/** By map type: whether an offset lies in what may be addressed so. */
const directValues: ReadonlyMap<string, (map: MapDef, off: number) => boolean> = new Map([
  ['BPF_MAP_TYPE_ARRAY', onlyElement],
  [PERCPU_ARRAY, onlyElement],
  ['BPF_MAP_TYPE_ARENA', ({ maxEntries }, off) => off <= maxEntries * PAGE_SIZE],
  [INSN_ARRAY, ({ maxEntries }, off) => off % 8 === 0 && off / 8 < maxEntries],
])
