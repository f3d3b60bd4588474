// SPDX-License-Identifier: Apache-2.0
// One CO-RE record → the value its instruction should carry on this kernel. Behaviour of libbpf 1.5.

import { attempt, FaultError, type Result } from '../../fault/index.ts'
import type { CoreRelo } from '../ext.ts'
import { resolveType, sizeOf, skipModifiersAndTypedefs } from '../resolve.ts'
import type { Btf, BtfId, BtfType } from '../types.ts'
import { type Candidate, candidatesOf, matchSpec } from './match.ts'
import { type CoreSpec, formatSpec, isEnumKind, isFieldKind, MOST_SPEC_TEXT, parseSpec } from './spec.ts'

export interface CoreResolution {
  /** What was asked, in libbpf's notation. */
  readonly asked: string
  /** Value the instruction should have now, by the local types. */
  readonly original: bigint
  readonly value: bigint
  /** Whether the instruction must really have `original`. */
  readonly validate: boolean
  /** The target has no such thing: the instruction is made invalid, to be rejected only if it is reached. */
  readonly poison: boolean
  /** Field size in bytes by local and target types where a load or store may have to follow it; 0 where not. */
  readonly originalSize: number
  readonly size: number
  /** The sizes differ and the types do not allow the access to follow. */
  readonly sizeMismatch: boolean
  /** Where it was found. */
  readonly target: { readonly btf: Btf; readonly id: BtfId } | undefined
}

/** Resolves one record; `targets` are vmlinux first, then modules. A fault where the record is bad or the answer ambiguous. */
export function resolveCoreRelo(relo: CoreRelo, local: Btf, targets: readonly Btf[]): Result<CoreResolution> {
  return coreResolver(local, targets)(relo)
}

const answers = new WeakMap<Btf, WeakMap<readonly Btf[], Map<string, Result<CoreResolution>>>>()

/** The same for an object with many records: `targets` is one list, by which what was asked before is known. */
export function coreResolution(relo: CoreRelo, local: Btf, targets: readonly Btf[]): Result<CoreResolution> {
  let byTargets = answers.get(local)
  if (byTargets === undefined) {
    byTargets = new WeakMap()
    answers.set(local, byTargets)
  }
  let known = byTargets.get(targets)
  if (known === undefined) {
    known = new Map()
    byTargets.set(targets, known)
  }
  if (relo.spec.length > MOST_SPEC_TEXT) return resolveCoreRelo(relo, local, targets)
  const key = `${relo.typeId} ${relo.kind} ${relo.spec}`
  let answer = known.get(key)
  if (answer === undefined) {
    answer = resolveCoreRelo(relo, local, targets)
    known.set(key, answer)
  }
  return answer
}

/**
 * Resolves the records of one object in order. As in libbpf, once a record has told some of a root type's candidates from the others,
 * later records on that type look at those alone (and are poisoned where none of them has the field).
 */
export function coreResolver(local: Btf, targets: readonly Btf[]): (relo: CoreRelo) => Result<CoreResolution> {
  const candidates = new Map<BtfId, readonly Candidate[]>()
  return (relo) =>
    attempt({ object: local.name, byte: relo.byte }, () => {
      const spec = parseSpec(relo, local)
      if (relo.kind === 'type_id_local') {
        const id = BigInt(spec.root)
        return { ...found(spec), original: id, value: id, validate: false, target: { btf: local, id: spec.root } }
      }
      const known = candidates.get(spec.root) ?? candidatesOf(local, spec.root, targets)
      const { resolution, matching } = choose(spec, known)
      candidates.set(spec.root, matching.length > 0 ? matching : known)
      return resolution
    })
}

function choose(
  spec: CoreSpec,
  candidates: readonly Candidate[],
): { resolution: CoreResolution; matching: readonly Candidate[] } {
  if (spec.btf.type(spec.root).name === '') {
    throw new FaultError(`CO-RE relocation ${formatSpec(spec)}: anonymous types cannot be looked up in the kernel`)
  }
  let answer: CoreResolution | undefined
  let first: CoreSpec | undefined
  const matching: Candidate[] = []
  for (const candidate of candidates) {
    const target = matchSpec(spec, candidate)
    if (target === undefined) continue
    const next = answerFor(spec, target)
    if (answer === undefined || first === undefined) {
      answer = next
      first = target
    } else if (first.bitOffset !== target.bitOffset) {
      throw ambiguous(spec, `field offset ambiguity: ${target.bitOffset} != ${first.bitOffset}`)
    } else if (answer.poison !== next.poison || answer.value !== next.value) {
      const what = ({ poison, value }: CoreResolution): string => `${poison ? 'failure' : 'success'} ${value}`
      throw ambiguous(spec, `relocation decision ambiguity: ${what(next)} != ${what(answer)}`)
    }
    matching.push(candidate)
  }
  return { resolution: answer ?? answerFor(spec, undefined), matching }
}

const ambiguous = (spec: CoreSpec, what: string): FaultError =>
  new FaultError(`CO-RE relocation ${formatSpec(spec)}: ${what}`, {}, 'the kernel has several types of this name')

const found = (spec: CoreSpec): CoreResolution => ({
  asked: formatSpec(spec),
  original: 0n,
  value: 0n,
  validate: true,
  poison: false,
  originalSize: 0,
  size: 0,
  sizeMismatch: false,
  target: undefined,
})

function answerFor(local: CoreSpec, target: CoreSpec | undefined): CoreResolution {
  const before = relocatedValue(local)
  const base: CoreResolution = {
    ...found(local),
    original: before.value,
    validate: before.validate,
    target: target === undefined ? undefined : { btf: target.btf, id: target.root },
  }
  if (target === undefined) return { ...base, poison: needsTarget(local) }
  const after = relocatedValue(target)
  const sizes = { originalSize: before.size, size: after.size }
  const sizeMismatch = before.size !== after.size && !sizesMayDiffer(before.type, after.type)
  return { ...base, value: after.value, ...sizes, sizeMismatch }
}

/** Fields and enum values that are not there poison; the questions whether something exists, and types, answer 0. */
const needsTarget = ({ kind }: CoreSpec): boolean =>
  (isFieldKind(kind) && kind !== 'field_exists') || kind === 'enumval_value'

/** A load may follow a field from one size to another where both are pointers, or both unsigned ints. */
function sizesMayDiffer(before: BtfType | undefined, after: BtfType | undefined): boolean {
  if (before?.kind === 'ptr' && after?.kind === 'ptr') return true
  const plain = (type: BtfType | undefined): boolean =>
    type?.kind === 'int' && !(type.signed && !type.char && !type.bool)
  return plain(before) && plain(after)
}

interface Value {
  readonly value: bigint
  readonly validate: boolean
  /** Only for a byte offset: the field's size, and its type. */
  readonly size: number
  readonly type: BtfType | undefined
}

const plainValue = (value: number | bigint, { validate = true }: { readonly validate?: boolean } = {}): Value => ({
  value: BigInt(value),
  validate,
  size: 0,
  type: undefined,
})

function relocatedValue(spec: CoreSpec): Value {
  if (isFieldKind(spec.kind)) return fieldValue(spec)
  if (isEnumKind(spec.kind)) return enumValue(spec)
  switch (spec.kind) {
    case 'type_id_target':
      return plainValue(spec.root, { validate: false })
    case 'type_size': {
      const size = sizeOf(spec.btf, spec.root)
      if (size === undefined) throw new FaultError(`CO-RE relocation ${formatSpec(spec)}: the type has no size`)
      return plainValue(size)
    }
    default:
      return plainValue(1)
  }
}

function enumValue(spec: CoreSpec): Value {
  if (spec.kind === 'enumval_exists') return plainValue(1)
  const { type: id, index } = spec.accessors[0]!
  const type = spec.btf.type(id)
  if (type.kind === 'enum') return plainValue(BigInt.asUintN(64, BigInt.asIntN(32, type.values[index]!.value)))
  if (type.kind === 'enum64') return plainValue(BigInt.asUintN(64, type.values[index]!.value))
  throw new FaultError(`CO-RE relocation ${formatSpec(spec)}: not an enum`)
}

function fieldValue(spec: CoreSpec): Value {
  if (spec.kind === 'field_exists') return plainValue(1)
  const { btf, bitOffset } = spec
  const accessor = spec.accessors.at(-1)!
  const refuse = (why: string): FaultError => new FaultError(`CO-RE relocation ${formatSpec(spec)}: ${why}`)
  const sizeFor = (id: BtfId): number => {
    const size = sizeOf(btf, id)
    if (size === undefined) throw refuse('the field has no size')
    return size
  }
  if (accessor.name === undefined) {
    const size = sizeFor(accessor.type)
    if (spec.kind === 'field_byte_size') return plainValue(size)
    if (spec.kind !== 'field_byte_offset') throw refuse('cannot be applied to an array element')
    return { value: BigInt(Math.floor(bitOffset / 8)), validate: true, size, type: btf.type(accessor.type) }
  }

  const owner = btf.type(accessor.type)
  if (owner.kind !== 'struct' && owner.kind !== 'union') throw refuse('not a struct')
  const member = owner.members[accessor.index]!
  const type = resolveType(btf, member.type)
  const bitfield = member.bitSize > 0
  const { byteOffset, byteSize } = bitfield
    ? bitfieldUnit(bitOffset, member.bitSize, sizeFor(type.id))
    : { byteOffset: Math.floor(bitOffset / 8), byteSize: sizeFor(skipModifiersAndTypedefs(btf, member.type)) }
  if (byteSize === 0 && bitfield) throw refuse('the bitfield cannot be read with one load')
  const bits = bitfield ? member.bitSize : byteSize * 8
  // For a bitfield everything but its sign and right shift depends on how the compiler chose to load it.
  switch (spec.kind) {
    case 'field_byte_offset': {
      const size = bitfield ? 0 : byteSize
      return { value: BigInt(byteOffset), validate: !bitfield, size, type: bitfield ? undefined : type }
    }
    case 'field_byte_size':
      return plainValue(byteSize, { validate: !bitfield })
    case 'field_signed':
      return plainValue('signed' in type && type.signed ? 1 : 0)
    case 'field_lshift_u64':
      return plainValue(BigInt.asUintN(64, BigInt(64 - (bitOffset + bits - byteOffset * 8))), { validate: !bitfield })
    default:
      return plainValue(BigInt.asUintN(64, BigInt(64 - bits)))
  }
}

/** The smallest aligned unit, from the declared type's size up to 8 bytes, that has the whole bitfield; size 0 where there is none. */
function bitfieldUnit(bitOffset: number, bitSize: number, declared: number): { byteOffset: number; byteSize: number } {
  for (let size = declared; size > 0 && size <= 8; size *= 2) {
    const byteOffset = Math.floor(bitOffset / 8 / size) * size
    if (bitOffset + bitSize <= (byteOffset + size) * 8) return { byteOffset, byteSize: size }
  }
  return { byteOffset: 0, byteSize: 0 }
}
