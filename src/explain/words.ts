// SPDX-License-Identifier: Apache-2.0
// A register's abstract value in words a reader of C knows. The kernel's own name of its type is in its message.

import { type Btf, type BtfId, pointee, resolveType } from '../btf/index.ts'
import type { LinkedProgram } from '../object/index.ts'
import { type RegState, regTypeText, scalar } from '../verifier/index.ts'

/** What a register holds: `trusted pointer to struct task_struct, or NULL`. */
export function regWords(reg: RegState, program: LinkedProgram): string {
  switch (reg.kind) {
    case 'not_init':
      return 'not initialised'
    case 'scalar':
      return scalarWords(reg)
    case 'ctx':
      return `the context pointer${offsetWords(reg)}`
    case 'fp':
      return `a pointer to the stack (fp${offset(reg, { always: true })})`
    case 'map_ptr':
      return `a pointer to map ${mapName(reg, program)}`
    case 'map_value':
    case 'map_key':
      return `a pointer to a ${reg.kind === 'map_key' ? 'key' : 'value'} of map ${mapName(reg, program)}${offsetWords(reg)}${nullWords(reg)}`
    case 'btf':
      return `${trustWords(reg)}pointer to struct ${structName(reg)}${offsetWords(reg)}${nullWords(reg)}`
    case 'mem':
      return `a pointer to ${reg.size} byte${reg.size === 1 ? '' : 's'} of ${reg.flags & flag.rdonly ? 'read-only ' : ''}memory${offsetWords(reg)}${nullWords(reg)}`
    case 'func':
      return 'the address of a function of the program'
    default:
      return `a ${kindWords.get(reg.kind) ?? `${regTypeText(reg)} pointer`}${offsetWords(reg)}${nullWords(reg)}`
  }
}

const kindWords: ReadonlyMap<string, string> = new Map(
  Object.entries<string>({
    pkt: 'pointer into the packet',
    pkt_meta: "pointer into the packet's metadata",
    pkt_end: "pointer to the packet's end",
    flow_keys: 'pointer to the flow keys',
    sock: 'pointer to a full socket',
    sock_common: 'pointer to a socket of which only the common part may be read',
    tcp_sock: 'pointer to a TCP socket',
    xdp_sock: 'pointer to an XDP socket',
    tp_buffer: "pointer to the tracepoint's arguments",
    buf: 'pointer to a buffer',
    arena: 'pointer into the arena',
    dynptr: 'pointer to a dynptr',
    iter: 'pointer to an iterator',
  }),
)

/** Type flags by name; the numbers are the verifier's own (state/reg.ts). */
const flag = {
  mayBeNull: 1,
  rdonly: 2,
  untrusted: 4,
  trusted: 8,
  rcu: 16,
  alloc: 32,
  percpu: 64,
  user: 128,
  nonOwn: 256,
} as const

export const mayBeNull = (reg: RegState): boolean => (reg.flags & flag.mayBeNull) !== 0
/** Made by bpf_obj_new() or bpf_percpu_obj_new(). */
export const isAllocated = (reg: RegState): boolean => (reg.flags & flag.alloc) !== 0
/** A pointer to what a list or tree owns. */
export const isNonOwning = (reg: RegState): boolean => (reg.flags & flag.nonOwn) !== 0
/** The number 0, which as a pointer is NULL. */
export const isNull = (reg: RegState): boolean => reg.kind === 'scalar' && scalar.isZero(reg.var)
export const isUntrusted = (reg: RegState): boolean =>
  reg.kind === 'btf' && (reg.flags & (flag.trusted | flag.rcu)) === 0 && reg.refObjId === 0
export const isPointer = (reg: RegState): boolean => reg.kind !== 'scalar' && reg.kind !== 'not_init'

function trustWords(reg: RegState): string {
  const { flags } = reg
  const words: string[] = []
  if (flags & flag.alloc) words.push(flags & flag.nonOwn ? 'non-owning' : reg.refObjId === 0 ? 'allocated' : 'owning')
  else if (reg.refObjId !== 0) words.push('referenced')
  if (flags & flag.percpu) words.push('per-CPU')
  if (flags & flag.user) words.push('user-space')
  if (flags & flag.untrusted) words.push('untrusted')
  if (flags & flag.trusted && reg.refObjId === 0) words.push('trusted')
  if (flags & flag.rcu) words.push('RCU-protected')
  if (words.length === 0) words.push('plain (not trusted)')
  const text = words.join(' ')
  return `${/^[aeiouAEIOR]/.test(text) && !text.startsWith('user') && !text.startsWith('referenced') ? 'an' : 'a'} ${text} `
}

const nullWords = (reg: RegState): string => (mayBeNull(reg) ? ', or NULL' : '')

/** The kinds that an argument takes, as the verifier's log lists them, in words: 'a map value', 'a socket'. */
export function expectedInWords(list: string): string | undefined {
  const words = new Set(list.split(', ').map((kind) => wantedWords.find(([is]) => is.test(kind))?.[1]))
  return words.has(undefined) ? undefined : [...words].join(' or ')
}

const wantedWords: readonly (readonly [RegExp, string])[] = [
  [/^ctx$/, 'the context'],
  [/^scalar$/, 'a number'],
  [/^map_ptr$/, 'a map'],
  [/^map_value$/, 'a map value'],
  [/^fp$/, 'the address of a variable on the stack'],
  [/^func$/, 'a function of the program'],
  [/^ringbuf_mem$/, 'a record reserved in a ring buffer'],
  [/^(?:sock|sock_common|tcp_sock|xdp_sock)$/, 'a socket'],
  [/^percpu_/, 'a per-CPU pointer'],
  [/^(?:trusted_|rcu_)?ptr_$/, 'a trusted or RCU-protected pointer to a kernel object'],
]

/** Name of the struct a pointer points to. */
export function structName(reg: RegState): string {
  if (reg.btf === undefined || reg.btfId === 0) return '(unknown)'
  return reg.btf.type(reg.btfId).name || '(anonymous)'
}

/** Name of the struct that a type points to; undefined where it points to none. */
export function structPointedTo(btf: Btf, type: BtfId): string | undefined {
  const target = pointee(btf, type)
  const found = target === undefined ? undefined : resolveType(btf, target)
  return found?.kind === 'struct' ? found.name : undefined
}

const mapName = (reg: RegState, program: LinkedProgram): string =>
  reg.map < 0 ? '(several)' : (program.maps[reg.map]?.name ?? '(inner map)')

/** `+8`, `-16`; with bounds where the offset varies. */
function offset(reg: RegState, { always }: { readonly always: boolean }): string {
  const fixed = reg.off
  if (scalar.isConst(reg.var)) {
    const total = fixed + scalar.constNumber(reg.var)
    return total === 0 && !always ? '' : total < 0 ? `${total}` : `+${total}`
  }
  return `${fixed === 0 ? '' : fixed < 0 ? fixed : `+${fixed}`}+[${scalar.smin(reg.var)}, ${scalar.smax(reg.var)}]`
}
function offsetWords(reg: RegState): string {
  const text = offset(reg, { always: false })
  return text === '' ? '' : ` at offset ${text.replace(/^\+/, '')}`
}

/** Bounds that only say how wide a number is are not worth a reader's time. */
const WIDE = 1n << 62n

function scalarWords({ var: value }: RegState): string {
  if (scalar.isConst(value))
    return scalar.isZero(value) ? 'the number 0 (NULL)' : `the number ${BigInt.asIntN(64, scalar.constValue(value))}`
  if (scalar.isUnknown(value)) return 'an unknown scalar'
  const [smin, smax, umin, umax] = [scalar.smin(value), scalar.smax(value), scalar.umin(value), scalar.umax(value)]
  if (umin === 0n && umax === 0xffff_ffffn) return 'an unknown 32-bit scalar'
  if (smin >= 0n) return smax > WIDE ? `a scalar of at least ${umin}` : `a scalar from ${umin} to ${umax}`
  const [low, high] = [smin > -WIDE, smax < WIDE]
  if (low && high) return `a scalar from ${smin} to ${smax}`
  if (high) return `a scalar of at most ${smax}, possibly negative`
  if (low) return `a scalar of at least ${smin}`
  return umin > 0n && umin < WIDE
    ? `an unknown scalar, but ${umin === 1n ? 'not 0' : `at least ${umin} unsigned`}`
    : 'an unknown scalar'
}

/** Do two values differ in what a reader cares about? Ids and precision marks do not. */
export function differs(a: RegState, b: RegState): boolean {
  if (a === b) return false
  return (
    a.kind !== b.kind ||
    a.flags !== b.flags ||
    a.off !== b.off ||
    a.map !== b.map ||
    a.btfId !== b.btfId ||
    a.btf !== b.btf ||
    (a.refObjId === 0) !== (b.refObjId === 0) ||
    a.size !== b.size ||
    !scalar.sameScalar(a.var, b.var)
  )
}
