// SPDX-License-Identifier: Apache-2.0
// Register types that each kind of a helper's argument takes; bpf-helpers(7) and the prototypes name the kinds.

import type { Rules } from '../rules.ts'
import {
  ALLOC,
  MAYBE_NULL,
  NON_OWN,
  PERCPU,
  RCU,
  RDONLY,
  type RegState,
  RINGBUF,
  TRUSTED,
  typeText,
} from '../../state/reg.ts'
import type { Accepted, Argument, ArgumentKind } from './contract.ts'

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
const number: Accepted = [['scalar', 0]]
const mapValue: Accepted = [['map_value', 0]]
const inObject: Accepted = [
  ['map_value', 0],
  ['btf', ALLOC],
]

/** In the order in which the kernel lists what it expected. */
const accepted: ReadonlyMap<ArgumentKind, Accepted> = new Map<ArgumentKind, Accepted>([
  ['map_key', memory],
  ['map_value', memory],
  ['sized_mem', memory],
  ['mem', memory],
  ['size', number],
  ['reserved_size', number],
  ['scalar', number],
  ['map', [['map_ptr', 0]]],
  ['ctx', [['ctx', 0]]],
  ['sock_common', socks],
  ['any_sock', [...socks, ['btf', 0], ['btf', TRUSTED]]],
  ['sock', [['sock', 0]]],
  ['btf', btfPointers],
  ['spin_lock', inObject],
  ['ringbuf_mem', [['mem', RINGBUF]]],
  [
    'percpu',
    [
      ['btf', PERCPU],
      ['btf', PERCPU | RCU],
      ['btf', PERCPU | TRUSTED],
    ],
  ],
  ['callback', [['func', 0]]],
  ['stack', [['fp', 0]]],
  ['const_str', mapValue],
  ['timer', mapValue],
  ['kptr', inObject],
  [
    'dynptr',
    [
      ['fp', 0],
      ['dynptr', 0],
    ],
  ],
])

/** Kinds of memory that a helper reads or writes. */
const memoryKinds = [...accepted].flatMap(([kind, types]) => (types === memory ? [kind] : []))
export const isMemory = ({ kind }: Argument): boolean => memoryKinds.includes(kind)

/** What later kernels take besides. */
const later: readonly {
  readonly rule: keyof Rules
  readonly kinds: readonly ArgumentKind[]
  readonly more: Accepted
}[] = [
  { rule: 'syscallCtxMoves', kinds: memoryKinds, more: [['ctx', 0]] },
  {
    rule: 'xchgBorrowed',
    kinds: ['kptr'],
    more: [
      ['btf', ALLOC | NON_OWN],
      ['btf', ALLOC | NON_OWN | RCU],
    ],
  },
]

/** By kind, what a kernel's helpers take. */
export type AcceptedByKind = ReadonlyMap<ArgumentKind, Accepted>

export const acceptedBy = (rules: Rules): AcceptedByKind =>
  new Map(
    [...accepted].map(([kind, known]) => [
      kind,
      [...known, ...later.flatMap((row) => (rules[row.rule] && row.kinds.includes(kind) ? row.more : []))],
    ]),
  )

/** The register is of a type the argument takes; modifiers that do not matter to it are left aside. */
export function typeFits(reg: RegState, { accepts, rdonly, nullable }: Argument, ignore: number): boolean {
  if (accepts === undefined) return false
  let { flags } = reg
  if (rdonly) flags &= ~RDONLY
  if (nullable) flags &= ~MAYBE_NULL
  flags &= ~ignore
  for (let i = 0; i < accepts.length; i++) if (accepts[i]![0] === reg.kind && accepts[i]![1] === flags) return true
  return false
}
export const expectedText = ({ accepts }: Argument): string =>
  (accepts ?? []).map(([kind, flags]) => typeText(kind, flags)).join(', ')
