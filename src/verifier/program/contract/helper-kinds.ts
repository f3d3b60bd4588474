// SPDX-License-Identifier: Apache-2.0
// What each kind of helper argument accepts; bpf_helpers documentation and the prototypes name the kinds.

import type { HelperArg } from '../../../kernel/index.ts'
import type { Rules } from '../rules.ts'
import {
  ALLOC,
  MAYBE_NULL,
  NON_OWN,
  PERCPU,
  RCU,
  RDONLY,
  type RegKind,
  type RegState,
  RINGBUF,
  TRUSTED,
  typeText,
} from '../../state/reg.ts'

type Accepted = readonly (readonly [RegKind, number])[]
const btfPointers: Accepted = [
  ['btf', 0],
  ['btf', TRUSTED],
  ['btf', RCU],
]
const socks: Accepted = [
  ['sock_common', 0],
  ['sock', 0],
  ['tcp_sock', 0],
  ['xdp_sock', 0],
]
const memory: Accepted = [
  ['fp', 0],
  ['pkt', 0],
  ['pkt_meta', 0],
  ['map_key', 0],
  ['map_value', 0],
  ['mem', 0],
  ['mem', RINGBUF],
  ['buf', 0],
  ['btf', TRUSTED],
]
const mapValue: Accepted = [['map_value', 0]]

/** Register types by argument kind, in the order the kernel lists what it expected. */
const accepted: ReadonlyMap<string, Accepted> = new Map(
  Object.entries<Accepted>({
    ARG_PTR_TO_MAP_KEY: memory,
    ARG_PTR_TO_MAP_VALUE: memory,
    ARG_PTR_TO_MEM: memory,
    ARG_PTR_TO_FIXED_SIZE_MEM: memory,
    ARG_CONST_SIZE: [['scalar', 0]],
    ARG_CONST_SIZE_OR_ZERO: [['scalar', 0]],
    ARG_CONST_ALLOC_SIZE_OR_ZERO: [['scalar', 0]],
    ARG_SCALAR: [['scalar', 0]],
    ARG_CONST_MAP_PTR: [['map_ptr', 0]],
    ARG_PTR_TO_CTX: [['ctx', 0]],
    ARG_PTR_TO_SOCK_COMMON: socks,
    ARG_PTR_TO_BTF_ID_SOCK_COMMON: [...socks, ['btf', 0], ['btf', TRUSTED]],
    ARG_PTR_TO_SOCKET: [['sock', 0]],
    ARG_PTR_TO_BTF_ID: btfPointers,
    ARG_PTR_TO_SPIN_LOCK: [
      ['map_value', 0],
      ['btf', ALLOC],
    ],
    ARG_PTR_TO_RINGBUF_MEM: [['mem', RINGBUF]],
    ARG_PTR_TO_PERCPU_BTF_ID: [
      ['btf', PERCPU],
      ['btf', PERCPU | RCU],
      ['btf', PERCPU | TRUSTED],
    ],
    ARG_PTR_TO_FUNC: [['func', 0]],
    ARG_PTR_TO_STACK: [['fp', 0]],
    ARG_PTR_TO_CONST_STR: mapValue,
    ARG_PTR_TO_TIMER: mapValue,
    ARG_KPTR_XCHG_DEST: [
      ['map_value', 0],
      ['btf', ALLOC],
    ],
    ARG_PTR_TO_DYNPTR: [
      ['fp', 0],
      ['dynptr', 0],
    ],
  }),
)

/** Kinds of memory that a helper reads or writes. */
const memoryKinds = [...accepted].flatMap(([kind, types]) => (types === memory ? [kind] : []))
export const isMemory = ({ base }: ArgKind): boolean => memoryKinds.includes(base)

/** What later kernels take besides. */
const later: readonly { readonly rule: keyof Rules; readonly kinds: readonly string[]; readonly more: Accepted }[] = [
  { rule: 'syscallCtxMoves', kinds: memoryKinds, more: [['ctx', 0]] },
  {
    rule: 'xchgBorrowed',
    kinds: ['ARG_KPTR_XCHG_DEST'],
    more: [
      ['btf', ALLOC | NON_OWN],
      ['btf', ALLOC | NON_OWN | RCU],
    ],
  },
]

const byRules = new WeakMap<Rules, ReadonlyMap<string, Accepted>>()
function acceptedBy(rules: Rules): ReadonlyMap<string, Accepted> {
  let types = byRules.get(rules)
  if (types === undefined) {
    const more = (kind: string): Accepted =>
      later.flatMap((row) => (rules[row.rule] && row.kinds.includes(kind) ? row.more : []))
    types = new Map([...accepted].map(([kind, known]) => [kind, [...known, ...more(kind)]]))
    byRules.set(rules, types)
  }
  return types
}

export interface ArgKind {
  readonly base: string
  readonly nullable: boolean
  readonly uninit: boolean
  readonly write: boolean
  readonly release: boolean
  readonly rdonly: boolean
  readonly aligned: boolean
  readonly dynptr: 'local' | 'ringbuf' | undefined
}

const cache = new Map<string, ArgKind>()
/** 'ARG_PTR_TO_UNINIT_MEM' and 'ARG_PTR_TO_MEM|MEM_UNINIT|MEM_WRITE' are one kind. */
export function argKind(arg: HelperArg): ArgKind {
  const known = cache.get(arg.type)
  if (known !== undefined) return known
  const [head, ...flags] = arg.type.split('|')
  let base = head!
  let nullable = flags.includes('PTR_MAYBE_NULL')
  let uninit = flags.includes('MEM_UNINIT')
  if (base.endsWith('_OR_NULL')) {
    base = base.slice(0, -'_OR_NULL'.length)
    nullable = true
  }
  if (base === 'ARG_PTR_TO_UNINIT_MEM') {
    base = 'ARG_PTR_TO_MEM'
    uninit = true
  }
  const kind: ArgKind = {
    base,
    nullable,
    uninit,
    write: uninit || flags.includes('MEM_WRITE'),
    release: flags.includes('OBJ_RELEASE'),
    rdonly: flags.includes('MEM_RDONLY'),
    aligned: flags.includes('MEM_ALIGNED'),
    dynptr: flags.includes('DYNPTR_TYPE_LOCAL')
      ? 'local'
      : flags.includes('DYNPTR_TYPE_RINGBUF')
        ? 'ringbuf'
        : undefined,
  }
  cache.set(arg.type, kind)
  return kind
}

/** The register is of a type the argument takes; modifiers that do not matter to it are left aside. */
export function typeFits(rules: Rules, reg: RegState, kind: ArgKind, ignore: number): boolean {
  let { flags } = reg
  if (kind.rdonly) flags &= ~RDONLY
  if (kind.nullable) flags &= ~MAYBE_NULL
  flags &= ~ignore
  return (
    acceptedBy(rules)
      .get(kind.base)
      ?.some(([k, f]) => k === reg.kind && f === flags) ?? false
  )
}
export const expectedText = (rules: Rules, kind: ArgKind): string =>
  (acceptedBy(rules).get(kind.base) ?? []).map(([k, f]) => typeText(k, f)).join(', ')
