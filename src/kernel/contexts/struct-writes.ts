// SPDX-License-Identifier: Apache-2.0
// Which fields of kernel structs a program may write directly: the btf_struct_access callbacks, net/netfilter/nf_conntrack_bpf.c for
// XDP and TC, those of struct_ops (struct-ops-kinds.ts) for the rest. Fields are named there; where they lie is the kernel's BTF's to say.
import { asReplaced } from '../extension.ts'
import { type Btf, type BtfId, memberNamed, sizeOf, skipModifiersAndTypedefs } from '../../btf/index.ts'
import type { ContextFacts } from './facts.ts'
import type { WritableField, WriteRule, WriteWords } from '../struct-ops-kinds.ts'
import type { ProgramTraits } from '../types.ts'

export type StructAnswer =
  | { readonly ok: true }
  /** `byRule`: the program type has rules of its own for what may be written, and they refused. */
  | { readonly ok: false; readonly message: string; readonly byRule: boolean }

const readOnly = { ok: false, message: 'only read is supported', byRule: false } as const

/** struct nf_conn and nf_conn___init for XDP and TC, where nf_conntrack is loaded; `mark` only with CONFIG_NF_CONNTRACK_MARK. */
const conntrackWrites: readonly WriteRule[] = [
  { struct: 'nf_conn', alias: 'nf_conn___init', fields: [{ path: 'mark' }] },
]

/** May this program write `size` bytes at `off` of the kernel's struct `id`? `message` is the kernel's log line, empty where it has none. */
export function structAccess(
  { btf: vmlinux, structOps }: Pick<ContextFacts, 'btf' | 'structOps'>,
  program: ProgramTraits,
  { btf, id }: { readonly btf: Btf; readonly id: BtfId },
  off: number,
  size: number,
): StructAnswer {
  const target = { btf, id, off, size, known: [vmlinux, btf, program.attachBtf ?? vmlinux] }
  switch (asReplaced(program).type) {
    case 'BPF_PROG_TYPE_SCHED_CLS':
    case 'BPF_PROG_TYPE_SCHED_ACT':
    case 'BPF_PROG_TYPE_XDP':
      return refusals.fields(conntrackWrites, target)
    case 'BPF_PROG_TYPE_STRUCT_OPS': {
      const kind = structOps(program.structOps?.typeName ?? '')
      return kind?.writes === undefined ? readOnly : refusals[kind.words ?? 'fields'](kind.writes, target)
    }
    default:
      return readOnly
  }
}

interface Store {
  readonly btf: Btf
  readonly id: BtfId
  readonly off: number
  readonly size: number
  /** Where the structs of the rules are looked for. */
  readonly known: readonly Btf[]
}

type Refusal = (rules: readonly WriteRule[], store: Store) => StructAnswer

const allowed: StructAnswer = { ok: true }
const refuse = (message: string): StructAnswer => ({ ok: false, message, byRule: true })

/** Each way the kernel decides and words it. */
const refusals: Readonly<Record<WriteWords, Refusal>> = {
  fields(rules, store) {
    const rule = ruleOf(rules, store)
    if (rule === undefined) return refuse(readOnly.message)
    const { off, size } = store
    const field = fieldsOf(rule, store).find((row) =>
      row.anywhere ? off >= row.off && off < row.end : off === row.off,
    )
    if (field === undefined) return refuse(`no write support to ${rule.struct} at off ${off}`)
    if (off + size <= field.end) return allowed
    return refuse(
      `write access at off ${off} with size ${size} beyond the member of ${rule.struct} ended at ${field.end}`,
    )
  },
  ranges(rules, store) {
    const rule = ruleOf(rules, store)
    const { off, size } = store
    if (rule === undefined) return refuse('write access to this struct is not supported')
    if (off + size > (sizeOf(store.btf, store.id) ?? 0)) {
      return refuse(`write access for struct ${rule.struct} at off ${off} with size ${size}`)
    }
    if (isWithinField(rule, store)) return allowed
    return refuse(`write access at off ${off} with size ${size} on read-only part of ${rule.struct}`)
  },
  state(rules, store) {
    const rule = ruleOf(rules, store)
    if (rule === undefined) return refuse(`only access to ${rules[0]!.struct} is supported`)
    if (isWithinField(rule, store)) return allowed
    return refuse(`write access at off ${store.off} with size ${store.size}`)
  },
  silent(rules, store) {
    const rule = ruleOf(rules, store)
    return rule !== undefined && isWithinField(rule, store) ? allowed : refuse('')
  },
}

/** The rule for the struct that the pointer points to; structs are told apart by their place in BTF. */
function ruleOf(rules: readonly WriteRule[], { id, known }: Store): WriteRule | undefined {
  const is = (name: string): boolean => known.some((btf) => btf.find(name, 'struct') === id)
  return rules.find(
    ({ struct, alias, anyStruct }) => anyStruct === true || is(struct) || (alias !== undefined && is(alias)),
  )
}

const isWithinField = (rule: WriteRule, store: Store): boolean =>
  fieldsOf(rule, store).some(({ off, end }) => store.off >= off && store.off + store.size <= end)

interface Placed {
  readonly off: number
  readonly end: number
  readonly anywhere: boolean
}

/** A rule's fields where this kernel has them, found once. A field that its build lacks is not among them. */
const placed = new WeakMap<Btf, Map<WriteRule, readonly Placed[]>>()

function fieldsOf(rule: WriteRule, { known }: Store): readonly Placed[] {
  const owner = known.find((btf) => btf.find(rule.struct, 'struct') !== undefined)
  if (owner === undefined) return []
  let rows = placed.get(owner)
  if (rows === undefined) {
    rows = new Map()
    placed.set(owner, rows)
  }
  let found = rows.get(rule)
  if (found === undefined) {
    found =
      rule.fields === undefined ? whole(owner, rule.struct) : rule.fields.flatMap((row) => place(owner, rule, row))
    rows.set(rule, found)
  }
  return found
}

function whole(btf: Btf, struct: string): readonly Placed[] {
  const id = btf.find(struct, 'struct')
  return id === undefined ? [] : [{ off: 0, end: sizeOf(btf, id) ?? 0, anywhere: true }]
}

function place(btf: Btf, rule: WriteRule, field: WritableField): readonly Placed[] {
  const { of = rule.struct, path, within, anywhere = false, fromStart = false, string = false } = field
  const at = memberPath(btf, of, path)
  const inner = within === undefined ? { off: 0, size: at?.size ?? 0 } : memberPath(btf, within.struct, within.path)
  if (at === undefined || inner === undefined) return []
  const off = at.off + inner.off
  const end = off + inner.size - (string ? 1 : 0)
  return [{ off: fromStart ? 0 : off, end, anywhere }]
}

/** Where `path` ('scx.slice') lies in a struct; undefined where this kernel has no such field, or a bitfield. */
function memberPath(btf: Btf, struct: string, path: string): { off: number; size: number } | undefined {
  let id = btf.find(struct, 'struct')
  let off = 0
  let size: number | undefined
  for (const name of path.split('.')) {
    const member = id === undefined ? undefined : memberNamed(btf, id, name)
    if (member === undefined || member.bitSize > 0) return undefined
    off += member.bitOffset / 8
    size = sizeOf(btf, member.type)
    id = skipModifiersAndTypedefs(btf, member.type)
  }
  return size === undefined ? undefined : { off, size }
}
