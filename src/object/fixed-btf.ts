// SPDX-License-Identifier: Apache-2.0
// The object's BTF with what libbpf corrects before the kernel sees it: clang leaves the sizes and offsets of data sections open, and a
// hidden global function is verified as a static one. `Btf` is immutable, so corrections lie over it as a view.
import type { Btf, BtfHead, BtfId, BtfKind, BtfType } from '../btf/index.ts'

/** `base` with some types replaced; names and ids stay. */
export class FixedBtf implements Btf {
  readonly name: string
  readonly base: Btf | undefined
  readonly count: number
  readonly firstId: BtfId
  private readonly original: Btf
  private readonly fixed: ReadonlyMap<BtfId, BtfType>

  constructor(original: Btf, fixed: ReadonlyMap<BtfId, BtfType>) {
    this.original = original
    this.fixed = fixed
    this.name = original.name
    this.base = original.base
    this.count = original.count
    this.firstId = original.firstId
  }

  type(id: BtfId): BtfType {
    return this.fixed.get(id) ?? this.original.type(id)
  }
  head(id: BtfId): BtfHead {
    return this.original.head?.(id) ?? { nameOffset: 0, vlen: 0, flag: false, word: 0, extra: 0, badName: false }
  }
  findAll(name: string): readonly BtfId[] {
    return this.original.findAll(name)
  }
  find(name: string, ...kinds: BtfKind[]): BtfId | undefined {
    return this.original.find(name, ...kinds)
  }
  declTags(id: BtfId): readonly { readonly name: string; readonly component: number }[] {
    return this.original.declTags(id)
  }
}

/** First own or inherited type of a kind with a name, in id order, as btf__find_by_name_kind looks. */
export function findKind(
  btf: Btf,
  name: string,
  kind: BtfKind,
  { ownOnly = false }: { readonly ownOnly?: boolean } = {},
): BtfId | undefined {
  let known = firsts.get(btf)
  if (known === undefined) {
    known = new Map()
    firsts.set(btf, known)
  }
  const key = `${kind} ${ownOnly} ${name}`
  if (!known.has(key)) known.set(key, leastOfKind(btf, name, kind, { ownOnly }))
  return known.get(key)
}

/** Each looked for once: a hundred thousand types may have one name, and as many symbols ask for it. */
const firsts = new WeakMap<Btf, Map<string, BtfId | undefined>>()

function leastOfKind(
  btf: Btf,
  name: string,
  kind: BtfKind,
  { ownOnly }: { readonly ownOnly: boolean },
): BtfId | undefined {
  let first: BtfId | undefined
  for (const id of btf.findAll(name)) {
    if (ownOnly && id < btf.firstId) continue
    if (btf.type(id).kind === kind && (first === undefined || id < first)) first = id
  }
  return first
}
