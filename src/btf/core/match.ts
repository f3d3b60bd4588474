// SPDX-License-Identifier: Apache-2.0
// Finding in a target kernel what a local spec means: candidates by name, then the same path by member names.

import { FaultError } from '../../fault/index.ts'
import { kindClass, typesAreCompatible } from '../same-type.ts'
import { resolveType, sizeOf, skipModifiersAndTypedefs } from '../resolve.ts'
import { BtfSection } from '../section.ts'
import { essentialName } from '../strings.ts'
import type { Btf, BtfId, BtfType } from '../types.ts'
import { type Accessor, type CoreSpec, isEnumKind, isFieldKind, isFlexible, MAX_SPEC } from './spec.ts'
import { typesMatch } from './types-match.ts'

export interface Candidate {
  readonly btf: Btf
  readonly id: BtfId
}

/**
 * Types of the local root's kind with its name, flavours aside. Modules are looked at only where vmlinux (the first target) has none,
 * and then only their own types: libbpf's order.
 */
export function findCandidates(local: Btf, root: BtfId, targets: readonly Btf[]): readonly Candidate[] {
  const type = local.type(root)
  const name = essentialName(type.name)
  const candidates: Candidate[] = []
  targets.forEach((btf, order) => {
    if (order > 0 && candidates.some((candidate) => candidate.btf === targets[0])) return
    if (!(btf instanceof BtfSection)) throw new FaultError('a CO-RE target must come from parseBtf or BtfBuilder')
    for (const id of btf.findEssential(name)) {
      if (kindClass(btf.type(id)) === kindClass(type)) candidates.push({ btf, id })
    }
  })
  return candidates
}

const found = new WeakMap<Btf, WeakMap<readonly Btf[], Map<BtfId, readonly Candidate[]>>>()

/** `findCandidates`, each root's found once for a list of targets. */
export function candidatesOf(local: Btf, root: BtfId, targets: readonly Btf[]): readonly Candidate[] {
  let byTargets = found.get(local)
  if (byTargets === undefined) {
    byTargets = new WeakMap()
    found.set(local, byTargets)
  }
  let byRoot = byTargets.get(targets)
  if (byRoot === undefined) {
    byRoot = new Map()
    byTargets.set(targets, byRoot)
  }
  let candidates = byRoot.get(root)
  if (candidates === undefined) {
    candidates = findCandidates(local, root, targets)
    byRoot.set(root, candidates)
  }
  return candidates
}

/** The target's spec for a local one, or undefined where this candidate does not have it. */
export function matchSpec(local: CoreSpec, { btf, id }: Candidate): CoreSpec | undefined {
  const specOf = (accessors: readonly Accessor[], raw: readonly number[], bitOffset: number): CoreSpec => ({
    btf,
    root: id,
    kind: local.kind,
    accessors,
    raw,
    bitOffset,
  })
  if (isFieldKind(local.kind)) {
    const path = new Path(btf, id)
    return local.accessors.every((accessor, step) => path.follow(local.btf, accessor, step))
      ? specOf(path.accessors, path.raw, path.bitOffset)
      : undefined
  }
  if (isEnumKind(local.kind)) {
    const type = resolveType(btf, id)
    if (type.kind !== 'enum' && type.kind !== 'enum64') return undefined
    const name = essentialName(local.accessors[0]!.name!)
    const index = enumeratorsOf(type).get(name)
    return index === undefined
      ? undefined
      : specOf([{ type: type.id, index, name: type.values[index]!.name }], [index], 0)
  }
  const fits =
    local.kind === 'type_matches'
      ? typesMatch(local.btf, local.root, btf, id)
      : typesAreCompatible(local.btf, local.root, btf, id)
  return fits ? specOf([], [], 0) : undefined
}

const enumerators = new WeakMap<BtfType, ReadonlyMap<string, number>>()

/** The first enumerator of each name, flavours aside. */
function enumeratorsOf(type: Extract<BtfType, { kind: 'enum' | 'enum64' }>): ReadonlyMap<string, number> {
  const known = enumerators.get(type)
  if (known !== undefined) return known
  const names = new Map<string, number>()
  for (const [index, { name }] of type.values.entries()) {
    const essential = essentialName(name)
    if (!names.has(essential)) names.set(essential, index)
  }
  enumerators.set(type, names)
  return names
}

/** A path through target types as it grows, step by step with the local accessors. */
class Path {
  readonly btf: Btf
  readonly accessors: Accessor[] = []
  readonly raw: number[] = []
  bitOffset = 0
  #at: BtfId
  /** Anonymous types known not to have the member looked for. */
  readonly #without = new Set<BtfId>()

  constructor(btf: Btf, root: BtfId) {
    this.btf = btf
    this.#at = root
  }

  follow(localBtf: Btf, accessor: Accessor, step: number): boolean {
    this.#at = skipModifiersAndTypedefs(this.btf, this.#at)
    this.#without.clear()
    return accessor.name === undefined ? this.#element(accessor, step) : this.#member(localBtf, accessor, this.#at)
  }

  #element(accessor: Accessor, step: number): boolean {
    if (step > 0) {
      const array = this.btf.type(this.#at)
      if (array.kind !== 'array') return false
      if (accessor.index >= array.count && !isFlexible(this.btf, this.accessors.at(-1), array.count)) return false
      this.#at = skipModifiersAndTypedefs(this.btf, array.type)
    }
    const size = sizeOf(this.btf, this.#at)
    if (size === undefined) throw new FaultError(`CO-RE candidate [${this.#at}] in ${this.btf.name} has no size`)
    this.#push(accessor.index)
    this.accessors.push({ type: this.#at, index: accessor.index, name: undefined })
    this.bitOffset += accessor.index * size * 8
    return true
  }

  /** By name, anonymous members searched in place. */
  #member(localBtf: Btf, accessor: Accessor, id: BtfId): boolean {
    const type = resolveType(this.btf, id)
    if ((type.kind !== 'struct' && type.kind !== 'union') || this.#without.has(type.id)) return false
    for (let index = 0; index < type.members.length; index++) {
      const member = type.members[index]!
      if (member.name !== '' && member.name !== accessor.name) continue
      this.#push(index)
      this.bitOffset += member.bitOffset
      if (member.name !== '') {
        const owner = localBtf.type(accessor.type)
        const twin = owner.kind === 'struct' || owner.kind === 'union' ? owner.members[accessor.index] : undefined
        this.accessors.push({ type: type.id, index, name: member.name })
        this.#at = member.type
        return twin !== undefined && fieldsAreCompatible(localBtf, twin.type, this.btf, member.type)
      }
      const before = this.accessors.length
      if (this.#member(localBtf, accessor, member.type)) return true
      if (this.accessors.length > before) return false // found by name, but of another kind: the search ends there
      this.raw.pop()
      this.bitOffset -= member.bitOffset
    }
    this.#without.add(type.id)
    return false
  }

  #push(index: number): void {
    if (this.raw.length === MAX_SPEC) throw new FaultError('CO-RE candidate nests structs and arrays too deep')
    this.raw.push(index)
  }
}

/**
 * Whether a local field may stand for a target's: structs and unions always; else the same kind; enums and fwds by name where both have
 * one; arrays by their elements.
 */
export function fieldsAreCompatible(local: Btf, localId: BtfId, target: Btf, targetId: BtfId): boolean {
  for (let depth = 0; depth < 64; depth++) {
    const a = resolveType(local, localId)
    const b = resolveType(target, targetId)
    if (isComposite(a) && isComposite(b)) return true
    if (kindClass(a) !== kindClass(b)) return false
    switch (a.kind) {
      case 'ptr':
      case 'float':
        return true
      case 'fwd':
      case 'enum':
      case 'enum64':
        return a.name === '' || b.name === '' || essentialName(a.name) === essentialName(b.name)
      case 'int':
        return a.bitOffset === 0 && (b as typeof a).bitOffset === 0
      case 'array':
        localId = a.type
        targetId = (b as typeof a).type
        break
      default:
        return false
    }
  }
  return false
}

const isComposite = (type: BtfType): boolean => type.kind === 'struct' || type.kind === 'union'
