// SPDX-License-Identifier: Apache-2.0
// An access that falls outside of a map value, global data, a buffer, a ring buffer record: how large the object is, what is taken of it,
// by how much that is too far, which array the index goes into, and which check was of another copy of the index.

import { type RegState, scalar } from '../../verifier/index.ts'
import { callee } from '../calls.ts'
import { type Values, yes } from '../fill.ts'
import { codeAt, lineAt } from '../source.ts'
import { callArguments, indexedBy, quoted } from '../text.ts'
import { innermost } from '../violations.ts'
import { byteWords, type Case, comparisonsOf, isNarrowed, placeWords, plural, WIDE } from './case.ts'
import { isRead } from './dropped.ts'
import { elidedLines, elidedMask } from './elided.ts'
import { type ArrayAt, arrayAt } from './object.ts'

export function boundsValues(one: Case): Values {
  const { report, program } = one
  const broken = innermost(report.violation)
  const pointer = addressed(one)
  if (broken === undefined || pointer === undefined || !rules.has(broken.id)) return {}
  const outside = 'outside' in broken.params ? broken.params.outside : undefined
  if (outside?.region === 'packet') return {}
  const array =
    arrayAt(pointer, pointer.off + accessOff(one), program) ??
    arrayAt(pointer, pointer.off, program) ??
    arrayAt(pointer, Math.max(0, pointer.off + accessOff(one) - 1), program)
  const variable = !scalar.isConst(pointer.var)
  const index = array === undefined || !variable ? undefined : indexOf(pointer, array, accessOff(one))
  const mask = elidedMask(one)
  const object = objectWords(pointer, one)
  const call = callee(program, report.insn) !== undefined
  const wide = array === undefined || !variable || call ? {} : wideValues(one, pointer, array)
  const added = Object.keys(wide).length === 0 ? addedAt(one) : undefined
  const c = expressionOf(array, codeAt(program, report.insn)) ?? expressionOf(array, added)
  return {
    boundsWords: outside === undefined ? undefined : outsideText(outside, object, { call }),
    object,
    index: c?.index,
    array: c?.array ?? array?.name,
    count: array?.count.toString(),
    indexRange:
      index === undefined || array === undefined || array.name === ''
        ? undefined
        : index.high > WIDE
          ? `the index into ${array.name}[${array.count}] is not bounded`
          : `the index into ${array.name}[${array.count}] may be ${index.low === index.high ? index.low : `${index.low} to ${index.high}`}`,
    offsetRange:
      !variable || index !== undefined
        ? undefined
        : scalar.umax(pointer.var) > WIDE
          ? 'its variable part is not bounded'
          : `its variable part may be ${scalar.smin(pointer.var)} to ${scalar.umax(pointer.var)}`,
    ...wide,
    wraps: index === undefined || index.high < BigInt(array!.count) ? undefined : wrapAt(one),
    offByOne: yes(
      index !== undefined &&
        array !== undefined &&
        // a call takes what lies in one element, or the index is none of an element
        (!call || (outside !== undefined && outside.size <= array.elementSize)) &&
        index.low >= 0n &&
        index.high === BigInt(array.count),
    ),
    last: array === undefined ? undefined : (array.count - 1).toString(),
    // a mask leaves no room for more than one element
    powerOfTwo: yes(
      (c === undefined || (loopEnd(one, c.index) === undefined && !isStepped(one, c.index))) &&
        !call &&
        variable &&
        c?.masked !== true &&
        array !== undefined &&
        (array.count & (array.count - 1)) === 0,
    ),
    negative: yes(variable && scalar.smin(pointer.var) < 0n),
    beyondToo: beyondToo(one, pointer),
    reread: c !== undefined && /->|\.|\[/.test(c.index) ? c.index : undefined,
    checkedCopy: c === undefined ? undefined : checkedCopy(one, c.index, array),
    loopEnd: c === undefined ? undefined : loopEnd(one, c.index),
    maskGone: mask === undefined ? undefined : `${mask.text}”, on line ${mask.line},`,
    // a range that was narrowed was compared, whatever lines are left of the comparison
    linesGone:
      mask !== undefined || !variable || isNarrowed(index?.high ?? scalar.umax(pointer.var)) || isRead(one)
        ? undefined
        : elidedLines(one),
    indexed: yes(variable),
    ...(variable || array === undefined || call ? {} : fixedIndex(pointer, array, one)),
  }
}

/** The largest offset, where the smallest is the one that is complained of, and that is beyond the end. */
function beyondToo(one: Case, pointer: RegState): string | undefined {
  const { program, report } = one
  const size = pointer.kind === 'mem' ? pointer.size : program.maps[pointer.map]?.valueSize
  const most = scalar.smax(pointer.var)
  const reaches = BigInt(pointer.off + accessOff(one) + (program.insns[report.insn]?.op.size ?? 0)) + most
  return size === undefined || scalar.smin(pointer.var) >= 0n || most > WIDE || reaches <= BigInt(size)
    ? undefined
    : most.toString()
}

/** An index of C's that is one number on this path, and outside of the array. */
function fixedIndex(pointer: RegState, array: ArrayAt, one: Case): Values {
  const text = codeAt(one.program, one.report.insn)
  const { op } = one.program.insns[one.report.insn]!
  const [found, ...more] = indexedBy(text, { write: op.kind === 'store' || op.kind === 'atomic' })
  const at = pointer.off + accessOff(one) + scalar.constNumber(pointer.var) - array.start
  if (found === undefined || more.length > 0 || !/^[A-Za-z_]\w*$/.test(found.index) || at % array.elementSize !== 0)
    return {}
  const is = at / array.elementSize
  return is >= 0 && is < array.count
    ? {}
    : { fixedIndex: found.index, fixedIs: is.toString(), fixedBelow: yes(is < 0), fixedArray: found.array }
}

/** The statement that adds what varies to the pointer, which may stand in another function. */
function addedAt({ causes: { path }, program }: Case): string | undefined {
  const added = path.findLast(({ insn, regs }) => {
    const { op, dst, src } = program.insns[insn]!
    return (
      op.kind === 'alu' &&
      op.name === 'add' &&
      op.source === 'reg' &&
      (regs[dst]!.kind === 'map_value' || regs[src]!.kind === 'map_value')
    )
  })
  return added === undefined ? undefined : codeAt(program, added.insn)
}

/** More than an element of an array of bytes is read at an offset into it: a record that lies there. */
function wideValues(one: Case, pointer: RegState, array: ArrayAt): Values {
  const { program, report } = one
  const size = program.insns[report.insn]?.op.size ?? 0
  const need = accessOff(one) + size - (array.start - pointer.off)
  if (array.elementSize !== 1 || size <= 1 || need <= 1 || scalar.smin(pointer.var) < 0n || need > array.count)
    return {}
  const text = addedAt(one)
  const name = /\[([A-Za-z_][\w.>-]*)\]/.exec(text ?? '')?.[1] ?? /\+\s*([A-Za-z_]\w*)\s*\)?;/.exec(text ?? '')?.[1]
  return {
    wideIndex: name ?? 'the offset',
    wideRange:
      scalar.umax(pointer.var) > WIDE ? 'anything' : `${scalar.umin(pointer.var)} to ${scalar.umax(pointer.var)}`,
    wideNeed: need.toString(),
    wideMost: (array.count - need).toString(),
  }
}

/** Where a number that may be 0 was made less: unsigned, that is the largest there is. */
function wrapAt({ causes: { path }, program }: Case): string | undefined {
  for (let i = path.length - 2; i >= 0; i--) {
    const { op, dst, imm, insn } = { ...program.insns[path[i]!.insn]!, insn: path[i]!.insn }
    if (op.kind !== 'alu' || op.source === 'reg' || (op.name !== 'add' && op.name !== 'sub')) continue
    const [before, after] = [path[i]!.regs[dst]!, path[i + 1]!.regs[dst]!]
    const less = op.name === 'add' ? -imm : imm
    if (before.kind !== 'scalar' || less <= 0 || scalar.umin(before.var) >= BigInt(less)) continue
    if (scalar.umax(before.var) <= WIDE && scalar.umax(after.var) > WIDE)
      return `At ${placeWords(program, insn)} ${less} is subtracted from a number that may be ${scalar.umin(before.var)}`
  }
  return undefined
}

const rules: ReadonlySet<string> = new Set(['min-outside', 'max-outside', 'min-bound', 'max-bound', 'map-value-bounds'])

/** The pointer that is accessed: of memory and its size, the memory. */
function addressed({ report, causes }: Case): RegState | undefined {
  const broken = innermost(report.violation)
  const last = causes.path.at(-1)
  if (broken !== undefined && 'outside' in broken.params) return last?.regs[broken.params.outside.reg] ?? causes.value
  return causes.value
}

function accessOff({ report, program }: Case): number {
  const insn = program.insns[report.insn]
  return insn === undefined || insn.op.kind === 'call' ? 0 : insn.off
}

interface Reach {
  readonly off: number
  readonly size: number
  readonly memSize: number
}

function outsideText({ off, size, memSize }: Reach, object: string, { call }: { readonly call: boolean }): string {
  const verb = call ? 'the call accesses' : 'this accesses'
  if (off < 0) return `${verb} ${plural(size, 'byte')} from ${-off} before the start of ${object}`
  const over = off + size - memSize
  return `${verb} ${byteWords(off, size)} of ${object}, which has ${plural(memSize, 'byte')}: ${plural(over, 'byte')} too far`
}

/** 'a value of map sessions', 'global data (.bss)'. */
function objectWords(pointer: RegState, { program }: Case): string {
  const map = program.maps[pointer.map]
  switch (pointer.kind) {
    case 'map_value':
      return map === undefined ? 'a map value' : map.internal === undefined ? `a value of map ${map.name}` : map.section
    case 'map_key':
      return map === undefined ? 'a map key' : `a key of map ${map.name}`
    default:
      return 'the memory'
  }
}

function indexOf(pointer: RegState, array: ArrayAt, off: number): { readonly low: bigint; readonly high: bigint } {
  const size = BigInt(array.elementSize)
  const fixed = BigInt(pointer.off + off - array.start)
  const divided = (at: bigint): bigint => (at < 0n ? (at - size + 1n) / size : at / size)
  return { low: divided(scalar.smin(pointer.var) + fixed), high: divided(scalar.umax(pointer.var) + fixed) }
}

/** How C spells the array and its index on the line: `s->frames` and `s->depth`. */
function expressionOf(
  array: ArrayAt | undefined,
  text: string | undefined,
): { readonly array: string; readonly index: string; readonly masked: boolean } | undefined {
  const name = array?.name.replaceAll('[…]', '').split('.').at(-1)
  if (text === undefined) return undefined
  const found =
    name === undefined || name === ''
      ? /([A-Za-z_][\w>.-]*?)\[([^[\]]+)\]/.exec(text)
      : new RegExp(`((?:[A-Za-z_]\\w*(?:->|\\.))*${name})\\[([^\\[\\]]+)\\]`).exec(text)
  const [, array_, whole] = found ?? []
  if (array_ === undefined || whole === undefined || /^\d+$/.test(whole)) return undefined
  const index = whole.replace(/\s*[&%].*$/, '').trim()
  return { array: array_, index, masked: index !== whole.trim() }
}

/** A loop without an end of its own counts the index up: masked, it would go round for ever. */
const isStepped = ({ program }: Case, index: string): boolean =>
  /^[A-Za-z_]\w*$/.test(index) &&
  program.lines.some(({ text }) => /\bwhile\s*\(/.test(text) && new RegExp(`\\[${index}\\b`).test(text))

/** Where the index is that of a loop: up to what it goes, where that is no constant. */
function loopEnd({ report, program }: Case, index: string): string | undefined {
  const at = lineAt(program, report.insn)
  if (at === undefined || !/^[A-Za-z_]\w*$/.test(index)) return undefined
  const head = program.lines
    .filter(({ file, line }) => file === at.file && line <= at.line)
    .sort((a, b) => b.line - a.line)
    .find(({ text }) => new RegExp(`\\bfor\\s*\\([^;]*\\b${index}\\b|\\bbpf_for\\(\\s*${index}\\b`).test(text))?.text
  const end =
    callArguments(head ?? '', 'bpf_for')?.[2] ??
    new RegExp(`;\\s*${index}\\s*<=?\\s*([^;&|]+?)\\s*;`).exec(head ?? '')?.[1]
  return end === undefined || /^\s*(?:\d+|[A-Z][A-Z0-9_]*|.*\b(?:ARRAY_SIZE|sizeof)\b.*)\s*$/.test(end)
    ? undefined
    : end.trim()
}

/** A comparison that C makes of the index, and that narrowed a register which the address is not made of. */
function checkedCopy({ causes, program }: Case, index: string, array: ArrayAt | undefined): string | undefined {
  const plain = index.replace(/\s*[&%+-].*$/, '').trim()
  if (!/[A-Za-z_]/.test(plain)) return undefined
  const word = new RegExp(`(?<![\\w>.])${quoted(plain)}(?!\\w)`)
  const most = array === undefined ? WIDE : BigInt(array.count - 1)
  // one that leaves the number too large is no check of it
  const comparison = comparisonsOf(causes.path, program).find(({ insn, dst, dstNumber, step }) => {
    const after = causes.path[step + 1]?.regs[dstNumber]
    return (
      dst.kind === 'scalar' &&
      after?.kind === 'scalar' &&
      scalar.umax(after.var) <= most &&
      word.test(codeAt(program, insn) ?? '')
    )
  })
  return comparison === undefined ? undefined : placeWords(program, comparison.insn)
}
