// SPDX-License-Identifier: Apache-2.0
// An access to the packet: which bytes, how many are known to be there, which comparison was meant to cover them and why it does not.

import type { PathStep, RegState } from '../../verifier/index.ts'
import { scalar } from '../../verifier/index.ts'
import { callee } from '../calls.ts'
import { type Values, yes } from '../fill.ts'
import { codeAt } from '../source.ts'
import { indexedBy, isSimple } from '../text.ts'
import { innermost } from '../violations.ts'
import { byteWords, type Case, type Comparison, comparisonsOf, placeWords, plural } from './case.ts'
import { droppedCheck, goneWords, isRead } from './dropped.ts'
import { elidedLines } from './elided.ts'

/** Offsets beyond it teach the kernel nothing of the packet's end (MAX_PACKET_OFF). */
const MOST_OFFSET = 65535n

const isPacket = ({ kind }: RegState): boolean => kind === 'pkt' || kind === 'pkt_meta'

export function packetValues(one: Case): Values {
  const { report, causes, program } = one
  const broken = innermost(report.violation)
  const pointer = causes.value
  if (broken?.id === 'min-bound' && pointer !== undefined && isPacket(pointer))
    return { packetNegative: 'yes', addedName: negativeAdded(one) }
  if (broken?.id !== 'packet-bounds') return {}
  const area = areaOf(pointer, program.type)
  const { end } = area
  const comparison = pointer === undefined ? undefined : meantFor(pointer, comparisonsOf(causes.path, program))
  if (!('outside' in broken.params))
    return { packetEnded: comparison === undefined ? undefined : placeWords(program, comparison.insn), packetEnd: end }
  const { off, size, memSize: known } = broken.params.outside
  const need = off + size
  const variable = pointer !== undefined && !scalar.isConst(pointer.var)
  const { op } = program.insns[report.insn]!
  const verb = op.kind === 'store' || op.kind === 'atomic' ? 'writes' : op.kind === 'call' ? 'takes' : 'reads'
  const names = pointersIn(codeAt(program, report.insn))
  const check = droppedCheck(one, names)
  const there =
    known === 0
      ? 'none of them is known to be there'
      : `${known === 1 ? 'only the first byte is' : `only the first ${known} are`} known to be there`
  const why = whyNot(one, { pointer, comparison, need, known, end })
  const wide = comparison !== undefined && isWithoutEffect(one, comparison)
  const base = variable
    ? ` past an offset of ${scalar.umin(pointer.var)} to ${scalar.umax(pointer.var)} that varies`
    : ` of ${area.word}`
  return {
    packetBytes: `this ${verb} ${byteWords(off, size)}${base}; ${size === 1 && known === 0 ? 'it is not known to be there' : there}`,
    packetEnd: end,
    packetStart: area.start,
    packetWord: area.word,
    packetNeed: need.toString(),
    packetSize: size.toString(),
    packetIndexed: indexedIn(codeAt(program, report.insn), { write: verb === 'writes' }),
    packetNeedBytes: plural(need, 'byte'),
    packetWhy: why,
    packetFixed: yes(!variable),
    packetThrough:
      names.length === 1 &&
      !new RegExp(`\\b${names[0]}\\s*\\[`).test(codeAt(program, report.insn) ?? '') &&
      !/^(?:ctx|skb|xdp)$/.test(names[0]!)
        ? names[0]
        : undefined,
    packetVariable: yes(variable),
    packetTooWide: yes(wide),
    packetNotTooWide: yes(!wide),
    packetOther: variable ? otherComparison(one, pointer, comparison) : undefined,
    packetElided: isRead(one) ? undefined : elidedLines(one),
    packetNotDropped: yes(check === undefined),
    packetDropped: check === undefined ? undefined : goneWords(check),
    packetPointer: check?.name,
  }
}

/** The pointers that code goes through: `tcp->doff`, `*at`, `data[off]`. */
const pointersIn = (code: string | undefined): readonly string[] =>
  [...(code ?? '').matchAll(/\b([A-Za-z_]\w*)(?=->|\[)|\*\s*\(?([A-Za-z_]\w*)/g)].map(
    ([, through, at]) => through ?? at!,
  )

/** `payload[off]` → 'payload + off': what a line reads at an index that is no constant in C, however well it is known here. */
function indexedIn(text: string | undefined, access: { readonly write: boolean }): string | undefined {
  const [found, ...more] = indexedBy(text, access)
  return found === undefined || more.length > 0 || !isSum(found.index)
    ? undefined
    : `${found.cast ? '(void *)' : ''}${found.array} + ${found.index}`
}

/** `i`, `54 + i`, `h->off + 2`: of plain names and numbers, one of them a variable. */
const isSum = (index: string): boolean => {
  const parts = index.split('+').map((part) => part.trim())
  return (
    parts.every((part) => isSimple(part) || /^\d+$/.test(part)) &&
    parts.some((part) => isSimple(part) && !/^[A-Z][A-Z0-9_]+$/.test(part))
  )
}

/** The number that may be negative and is added to a packet pointer, as C names it. */
const negativeAdded = (one: Case): string | undefined => added(one, (number) => scalar.smin(number.var) < 0n)

/** The number that varies and is added to a packet pointer, as C names it. */
const addedTo = (one: Case): string | undefined => added(one, (number) => !scalar.isConst(number.var))

function added({ causes: { path }, program }: Case, isMeant: (number: RegState) => boolean): string | undefined {
  const at = path.findLast(({ insn, regs }) => {
    const { op, dst, src } = program.insns[insn]!
    if (op.kind !== 'alu' || op.name !== 'add' || op.source !== 'reg') return false
    const [to, number] = isPacket(regs[dst]!) ? [regs[dst]!, regs[src]!] : [regs[src]!, regs[dst]!]
    return isPacket(to) && number.kind === 'scalar' && isMeant(number)
  })
  const text = at === undefined ? undefined : codeAt(program, at.insn)
  const names = [...(text ?? '').matchAll(/(?:\+=?\s*(?:\([^()]*\)\s*)?|\[)([A-Za-z_][\w.>-]*)\s*[;\]),]/g)].map(
    ([, name]) => name!,
  )
  return names.length === 1 && isSimple(names[0]!) ? names[0] : undefined
}

interface Area {
  /** Fields of the context, as C has them. */
  readonly start: string
  readonly end: string
  readonly word: string
}

const packetArea: Area = { start: 'data', end: 'data_end', word: 'the packet' }
const metadata: Area = { start: 'data_meta', end: 'data', word: 'the metadata' }

/** What programs of a type are given in the way of a packet. */
const areas: ReadonlyMap<string, Area> = new Map([
  ['BPF_PROG_TYPE_SOCK_OPS', { start: 'skb_data', end: 'skb_data_end', word: 'the packet' }],
  ['BPF_PROG_TYPE_CGROUP_SOCKOPT', { start: 'ctx->optval', end: 'ctx->optval_end', word: 'the option’s value' }],
])

const areaOf = (pointer: RegState | undefined, type: string): Area =>
  pointer?.kind === 'pkt_meta' ? metadata : (areas.get(type) ?? packetArea)

interface Meant extends Comparison {
  readonly compared: RegState
  /** Is it of this pointer, or one at a constant distance from it? */
  readonly covers: boolean
}

/** The latest comparison with the packet's end that tells of the pointer; else the latest of any. */
function meantFor(pointer: RegState, comparisons: readonly Comparison[]): Meant | undefined {
  const ends = pointer.kind === 'pkt_meta' ? 'pkt' : 'pkt_end'
  const found = comparisons.flatMap((one): Meant[] => {
    const { dst, src } = one
    if (src === undefined) return []
    const compared = src.kind === ends && isPacket(dst) ? dst : dst.kind === ends && isPacket(src) ? src : undefined
    return compared === undefined || compared.kind !== pointer.kind
      ? []
      : [{ ...one, compared, covers: compared.id === pointer.id }]
  })
  return found.find(({ covers }) => covers) ?? found[0]
}

/** A comparison after the one that covers some of it, of another pointer. */
function otherComparison({ causes, program }: Case, pointer: RegState, meant: Meant | undefined): string | undefined {
  if (meant?.covers !== true) return undefined
  const later = comparisonsOf(causes.path.slice(meant.step + 1), program).find(
    ({ dst, src }) => src !== undefined && [dst, src].some((reg) => isPacket(reg) && reg.id !== pointer.id),
  )
  return later === undefined ? undefined : placeWords(program, later.insn)
}

interface Wanted {
  readonly pointer: RegState | undefined
  readonly comparison: Meant | undefined
  readonly need: number
  readonly known: number
  readonly end: string
}

/** Why the comparison that was meant to cover the access does not. */
function whyNot(one: Case, { pointer, comparison, need, known, end }: Wanted): string | undefined {
  const { program, causes } = one
  if (pointer === undefined) return undefined
  if (comparison === undefined) {
    const beyond = pointer.kind === 'pkt_meta' ? comparedWithEnd(one) : undefined
    const length = beyond === undefined ? lengthCompared(one) : undefined
    if (length !== undefined)
      return `on ${length.on} ${length.what} is compared, which is a number, and tells the verifier nothing about what lies behind the pointers; compare pointers instead`
    return beyond === undefined
      ? `there is no comparison with ${end} on this path`
      : `the comparison on ${beyond} is with data_end, but metadata ends where the packet begins, at data`
  }
  const place = placeWords(program, comparison.insn)
  const { compared } = comparison
  const changed = changedBetween(one, comparison.step)
  if (changed !== undefined)
    return `the comparison on ${place} was of pointers read before ${changed}, which may have changed the packet; the pointers read after it were not compared`
  if (!comparison.covers)
    return `the comparison on ${place} is of another pointer (${placed(compared)}), and says nothing about this one (${placed(pointer)})`
  if (isWithoutEffect(one, comparison))
    return `the comparison on ${place} has no effect: the offset may be ${scalar.umax(compared.var)}, and the verifier tracks packet offsets up to ${MOST_OFFSET} only; bound ${addedTo(one) ?? 'the offset'} before it is added, by 1500 or what a packet has`
  const shown = compared.off + (scalar.isConst(compared.var) ? scalar.constNumber(compared.var) : 0)
  if (known === 0 && shown > 0)
    return `the comparison on ${place} leads here if the packet is too short, not if it is long enough; invert it`
  if (causes.path.length === 0) return undefined
  const single = /\(void \*\)\s*([A-Za-z_]\w*)\s*\+\s*1\b/.exec(codeAt(program, comparison.insn) ?? '')?.[1]
  const cast =
    single === undefined
      ? ''
      : `: (void *)${single} + 1 is one byte further on, and the end of what ${single} points to is (void *)(${single} + 1)`
  return shown < need
    ? `the comparison on ${place} shows that ${plural(known, 'byte is', 'bytes are')} there, and ${need} are needed${cast}`
    : undefined
}

/** The offset that was compared may be larger than the verifier tracks. */
const isWithoutEffect = (one: Case, { step, compared: { var: offset, off }, covers }: Meant): boolean =>
  covers &&
  !scalar.isConst(offset) &&
  scalar.umax(offset) + BigInt(off) > MOST_OFFSET &&
  changedBetween(one, step) === undefined

/** A length that was compared in the place of the pointers: computed of them, or the context's own. */
function lengthCompared(one: Case): { readonly what: string; readonly on: string } | undefined {
  const { program, causes } = one
  const made = causes.path.findLastIndex(({ insn, regs }) => {
    const { op, dst, src } = program.insns[insn]!
    return (
      op.kind === 'alu' &&
      op.name === 'sub' &&
      op.source === 'reg' &&
      regs[dst]!.kind === 'pkt_end' &&
      isPacket(regs[src]!)
    )
  })
  const comparisons = comparisonsOf(causes.path, program).filter(({ dst }) => dst.kind === 'scalar')
  const computed = made < 0 ? undefined : comparisons.find(({ step }) => step > made)
  if (computed !== undefined) return { what: 'the length, data_end - data,', on: placeWords(program, computed.insn) }
  const own = comparisons.find(({ insn }) => /->len\b/.test(codeAt(program, insn) ?? ''))
  const name = /\b\w+->len\b/.exec(codeAt(program, own?.insn ?? -1) ?? '')?.[0]
  return own === undefined || name === undefined ? undefined : { what: name, on: placeWords(program, own.insn) }
}

/** Where metadata was compared with the packet’s end, which says nothing of it. */
function comparedWithEnd({ causes, program }: Case): string | undefined {
  const found = comparisonsOf(causes.path, program).find(
    ({ dst, src }) => src !== undefined && [dst, src].some(isMeta) && [dst, src].some(({ kind }) => kind === 'pkt_end'),
  )
  return found === undefined ? undefined : placeWords(program, found.insn)
}

const isMeta = ({ kind }: RegState): boolean => kind === 'pkt_meta'

const placed = (reg: RegState): string =>
  scalar.isConst(reg.var)
    ? `offset ${reg.off + scalar.constNumber(reg.var)}`
    : `offset ${reg.off === 0 ? '' : `${reg.off} + `}[${scalar.umin(reg.var)}, ${scalar.umax(reg.var)}]`

/** The call since a step that took packet pointers away. */
function changedBetween({ causes, program }: Case, from: number): string | undefined {
  const { path } = causes
  for (let i = path.length - 2; i > from; i--) {
    const [step, next] = [path[i]!, path[i + 1]!]
    if (program.insns[step.insn]!.op.kind !== 'call' || next.frame !== step.frame) continue
    if (tookPackets(step, next)) return callee(program, step.insn)?.name
  }
  return undefined
}

const tookPackets = (step: PathStep, next: PathStep): boolean =>
  [6, 7, 8, 9].some((number) => isPacket(step.regs[number]!) && !isPacket(next.regs[number]!))
