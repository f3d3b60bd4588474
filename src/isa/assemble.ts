// SPDX-License-Identifier: Apache-2.0
// Text to instructions: the verifier log's syntax, LLVM's, and labels, in one program if need be. One statement a line;
// `;` and `//` begin a comment. What a listing adds (`12:`, `(bf)`, `<symbol+0x8>`) is read past, except that `(18)`
// says an immediate has 64 bits.
import { attempt, FaultError, type Result } from '../fault/index.ts'
import { makeInsn, makeLdImm64 } from './codec.ts'
import { aluFamily, atomicFamily, jumpFamily } from './families.ts'
import { addrPercpuOff, addrSpaceCastOff } from './table.ts'
import type { Insn } from './types.ts'

export interface AssembleOptions {
  /**
   * What `call name` or `call name#number` means; undefined lets labels answer, then the number as a helper's.
   * Fields as in the instruction: src 0 helper, 2 kfunc.
   */
  readonly resolveCall?: (
    name: string,
    number: number | undefined,
  ) => { src: number; imm: number; off?: number } | undefined
}

/** Most characters of one text; a program of a million slots fits. */
const maxText = 1 << 26

/** Most characters of one statement with its labels. */
const maxLine = 1000

/** Reads a program. A line that is no instruction, or an unknown label, is a `Fault` with the line. */
export function assemble(text: string, options: AssembleOptions = {}): Result<Insn[]> {
  return attempt({}, () => {
    if (text.length > maxText) throw new FaultError(`${text.length} characters are too long for a program`)
    const assembler: Assembler = { slots: [], labels: new Map(), fixups: [], line: 0, options }
    for (const raw of text.split('\n')) {
      assembler.line++
      readLine(assembler, raw)
    }
    resolveLabels(assembler)
    return assembler.slots
  })
}

const writes = /^((?:lock )?(?:[rw]\d+|\*?\([us]\d+ \*\)\(r\d+ [+-] \w+\)))\s*((?:s?(?:<<|>>|[/%])|[-+*&|^])?=)\s*/
const compares = /^if\s+([rw]\d+)\s*(s?[<>]=?|[!=]=|&)\s*(\S+)\s+goto/

/** The statement as the patterns below have it, where it is written with fewer blanks: `r0=1`, `r1=*(u8*)(r2+4)`, `if r1>5 goto out`. */
function spaced(text: string): string {
  return text
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/\b0x[0-9a-f]+/gi, (digits) => digits.toLowerCase())
    .replaceAll(/\(([us]\d+) ?\*\) ?\(/g, '($1 *)(')
    .replaceAll(/\*\)\(r(\d+) ?([+-]) ?(\w+)\)/g, '*)(r$1 $2 $3)')
    .replaceAll(/\*\)\(r(\d+)\)/g, '*)(r$1 + 0)')
    .replace(writes, '$1 $2 ')
    .replace(/^(r\d+ = -?(?:0x[0-9a-f]+|\d+))ll$/, '$1 ll')
    .replace(compares, 'if $1 $2 $3 goto')
}

interface Fixup {
  readonly slot: number
  readonly label: string
  readonly field: 'off' | 'imm'
  readonly line: number
}
interface Assembler {
  readonly slots: Insn[]
  readonly labels: Map<string, number>
  readonly fixups: Fixup[]
  line: number
  readonly options: AssembleOptions
}
interface Fields {
  code: number
  dst?: number
  src?: number
  off?: number
  imm?: number
}

function refuse(assembler: { line: number }, what: string): never {
  throw new FaultError(what, { line: assembler.line })
}

function readLine(assembler: Assembler, raw: string): void {
  const comment = raw.search(/;|\/\//)
  let text = (comment < 0 ? raw : raw.slice(0, comment)).trim()
  // Also what keeps the patterns below from long work on one line.
  if (text.length > maxLine) refuse(assembler, `a line of ${text.length} characters is not an instruction`)
  for (;;) {
    const label = /^([A-Za-z_.$][\w.$]*|\d+):(?!:)\s*/.exec(text)
    if (label === null) break
    const name = label[1]!
    if (!/^\d/.test(name)) {
      if (assembler.labels.has(name)) refuse(assembler, `label ${name} is defined twice`)
      assembler.labels.set(name, assembler.slots.length)
    }
    text = text.slice(label[0].length)
  }
  const opcode = /^\(([0-9a-f]{2})\)\s*/.exec(text)
  if (opcode !== null) text = text.slice(opcode[0].length)
  text = spaced(text.replace(/\s*<[^<>]*>$/, '').trim())
  if (text === '') return
  const code = opcode === null ? undefined : Number.parseInt(opcode[1]!, 16)
  if (code === 0x18 || / ll$/.test(text)) {
    const wide = /^r(\d+) = (-?\w+)(?: ll)?$/.exec(text)
    if (wide !== null) {
      assembler.slots.push(...makeLdImm64(register(assembler, wide[1]!), wideNumber(assembler, wide[2]!)))
      return
    }
  }
  const pseudo = /^ld_pseudo\s+r(\d+), (\w+), (-?\w+)$/.exec(text)
  if (pseudo !== null) {
    const [, dst, src, value] = pseudo
    const from = register(assembler, `${wideNumber(assembler, src!)}`)
    assembler.slots.push(...makeLdImm64(register(assembler, dst!), wideNumber(assembler, value!), from))
    return
  }
  for (const [pattern, build] of statements) {
    const match = pattern.exec(text)
    const fields = match === null ? undefined : build(assembler, match)
    if (fields === undefined) continue
    assembler.slots.push(makeInsn(fields))
    return
  }
  refuse(assembler, `no instruction reads like this: ${text.slice(0, 80)}`)
}

const num = '-?(?:0x[0-9a-f]+|\\d+)'
const place = `\\*?\\(([us])(8|16|32|64) \\*\\)\\(r(\\d+) ([+-]) ?(0x[0-9a-f]+|\\d+)\\)`
const target = '(\\S+)'
const sizeCode: ReadonlyMap<string, number> = new Map(Object.entries<number>({ 8: 0x10, 16: 0x08, 32: 0x00, 64: 0x18 }))

/** Statement shapes; the first that matches and builds wins. */
const statements: readonly (readonly [RegExp, (assembler: Assembler, match: RegExpExecArray) => Fields | undefined])[] =
  [
    [/^exit$/, () => ({ code: 0x95 })],
    [/^(goto|gotol|may_goto) (\S+)$/, readGoto],
    [/^(gotox|callx) r(\d+)$/, (a, m) => ({ code: m[1] === 'gotox' ? 0x0d : 0x8d, dst: register(a, m[2]!) })],
    [/^call (\S+)$/, readCall],
    [new RegExp(`^if ([rw])(\\d+) (\\S+) (?:([rw])(\\d+)|(${num})) goto ${target}$`), readJump],
    [new RegExp(`^r0 = \\*\\(u(8|16|32) \\*\\)skb\\[(?:(${num})|r(\\d+)(?: \\+ (${num}))?)\\]$`), readPacketLoad],
    [new RegExp(`^[rw](\\d+) = ${place}$`), readLoad],
    [new RegExp(`^${place} = (?:[rw](\\d+)|(${num}))$`), readStore],
    [new RegExp(`^lock ${place} (\\S+) [rw](\\d+)$`), readLock],
    [new RegExp(`^[rw](\\d+) = load_acquire\\(${place}\\)$`), readLoadAcquire],
    [new RegExp(`^store_release\\(${place}, [rw](\\d+)\\)$`), readStoreRelease],
    [
      new RegExp(`^[rw](\\d+) = atomic(?:64)?_(fetch_\\w+|xchg|cmpxchg)\\(${place}, (?:[rw]0, )?[rw](\\d+)\\)$`),
      readFetch,
    ],
    [
      /^[rw]\d+ = (xchg|cmpxchg)(32)?_(?:32|64)\(r(\d+) ([+-]) (0x[0-9a-f]+|\d+), (?:[rw]0, )?[rw](\d+)\)$/,
      readExchange,
    ],
    [new RegExp(`^r(\\d+) = addr_space_cast\\(r(\\d+), (${num}), (${num})\\)$`), readCast],
    [
      /^r(\d+) = &\(void __percpu \*\)\(r(\d+)\)$/,
      (a, m) => ({ code: 0xbf, dst: register(a, m[1]!), src: register(a, m[2]!), off: addrPercpuOff }),
    ],
    [/^r(\d+) = (le|be|bswap)(16|32|64) r(\d+)$/, readSwap],
    [/^([rw])(\d+) = -([rw])(\d+)$/, readNegate],
    [/^([rw])(\d+) = \((s8|s16|s32)\) ?([rw])(\d+)$/, readMovsx],
    [new RegExp(`^([rw])(\\d+) (\\S+) (?:([rw])(\\d+)|(${num}))$`), readAlu],
  ]

function register(assembler: { line: number }, text: string): number {
  const number = Number(text)
  // r11 passes arguments beyond the fifth on kernels that know it; the field has room for 15.
  if (text.length > 2 || number > 15) refuse(assembler, `there is no register ${text}`)
  return number
}

function number(assembler: { line: number }, text: string): number {
  const value = Number(text.startsWith('-') ? text.slice(1) : text)
  const signed = text.startsWith('-') ? -value : value
  if (!Number.isInteger(signed) || signed < -0x80000000 || signed > 0xffffffff)
    refuse(assembler, `${text} does not fit in 32 bits`)
  return signed
}

function wideNumber(assembler: { line: number }, text: string): bigint {
  const magnitude = text.replace(/^-/, '')
  if (!/^(?:0x[0-9a-f]{1,16}|\d{1,20})$/.test(magnitude))
    refuse(assembler, `${text.slice(0, 40)} is not a 64-bit number`)
  const value = text.startsWith('-') ? -BigInt(magnitude) : BigInt(magnitude)
  if (value < -(1n << 63n) || value >= 1n << 64n) refuse(assembler, `${text} does not fit in 64 bits`)
  return value
}

function offset(assembler: { line: number }, sign: string, text: string): number {
  const value = number(assembler, text) * (sign === '-' ? -1 : 1)
  if (value < -0x8000 || value > 0x7fff) refuse(assembler, `offset ${sign}${text} does not fit in 16 bits`)
  return value === 0 ? 0 : value
}

/** `pc+3`, `+0x3`, `-2`, or a label that is filled in at the end. */
function jumpOffset(assembler: Assembler, text: string, field: 'off' | 'imm'): number {
  const relative = /^(?:pc)?([+-])(0x[0-9a-f]+|\d+)$/.exec(text)
  if (relative !== null) {
    if (field === 'off') return offset(assembler, relative[1]!, relative[2]!)
    return number(assembler, `${relative[1] === '-' ? '-' : ''}${relative[2]!}`)
  }
  if (!/^[A-Za-z_.$][\w.$]*$/.test(text)) refuse(assembler, `${text.slice(0, 40)} is not a jump target`)
  assembler.fixups.push({ slot: assembler.slots.length, label: text, field, line: assembler.line })
  return 0
}

function resolveLabels(assembler: Assembler): void {
  for (const { slot, label, field, line } of assembler.fixups) {
    const at = assembler.labels.get(label)
    if (at === undefined) refuse({ line }, `there is no label ${label}`)
    const delta = at - slot - 1
    if (field === 'off' && (delta < -0x8000 || delta > 0x7fff))
      refuse({ line }, `label ${label} is too far for a 16-bit offset`)
    assembler.slots[slot] = makeInsn({ ...assembler.slots[slot]!, [field]: delta })
  }
}

function readGoto(assembler: Assembler, [, verb, to]: RegExpExecArray): Fields {
  if (verb === 'gotol') return { code: 0x06, imm: jumpOffset(assembler, to!, 'imm') }
  return { code: verb === 'goto' ? 0x05 : 0xe5, off: jumpOffset(assembler, to!, 'off') }
}

function readCall(assembler: Assembler, [, callee]: RegExpExecArray): Fields {
  const text = callee!
  if (new RegExp(`^${num}$`).test(text)) return { code: 0x85, imm: number(assembler, text) }
  if (/^pc[+-]/.test(text)) return { code: 0x85, src: 1, imm: jumpOffset(assembler, text, 'imm') }
  const [name, digits, ...rest] = text.split('#')
  if (rest.length > 0 || (digits !== undefined && !/^-?\d+$/.test(digits)))
    refuse(assembler, `no callee reads like this: ${text.slice(0, 60)}`)
  const id = digits === undefined ? undefined : number(assembler, digits)
  const found = assembler.options.resolveCall?.(name!, id)
  if (found !== undefined) return { code: 0x85, ...found }
  if (id !== undefined) return { code: 0x85, src: name === 'kernel-function' ? 2 : 0, imm: id }
  return { code: 0x85, src: 1, imm: jumpOffset(assembler, text, 'imm') }
}

function readJump(assembler: Assembler, m: RegExpExecArray): Fields | undefined {
  const row = jumpFamily.find(({ text }) => text === m[3])
  if (row === undefined || (m[4] !== undefined && m[4] !== m[1])) return undefined
  const code = (row.code << 4) | (m[1] === 'w' ? 6 : 5)
  const dst = register(assembler, m[2]!)
  const off = jumpOffset(assembler, m[7]!, 'off')
  if (m[5] !== undefined) return { code: code | 8, dst, src: register(assembler, m[5]), off }
  return { code, dst, imm: number(assembler, m[6]!), off }
}

function readPacketLoad(assembler: Assembler, m: RegExpExecArray): Fields {
  const size = sizeCode.get(m[1]!)!
  if (m[2] !== undefined) return { code: 0x20 | size, imm: number(assembler, m[2]) }
  return { code: 0x40 | size, src: register(assembler, m[3]!), imm: number(assembler, m[4] ?? '0') }
}

function readLoad(assembler: Assembler, m: RegExpExecArray): Fields | undefined {
  if (m[2] === 's' && m[3] === '64') return undefined
  const code = (m[2] === 's' ? 0x80 : 0x60) | sizeCode.get(m[3]!)! | 1
  return {
    code,
    dst: register(assembler, m[1]!),
    src: register(assembler, m[4]!),
    off: offset(assembler, m[5]!, m[6]!),
  }
}

function readStore(assembler: Assembler, m: RegExpExecArray): Fields | undefined {
  if (m[1] === 's') return undefined
  const shared = { dst: register(assembler, m[3]!), off: offset(assembler, m[4]!, m[5]!) }
  const code = 0x60 | sizeCode.get(m[2]!)!
  if (m[6] !== undefined) return { code: code | 3, ...shared, src: register(assembler, m[6]) }
  return { code: code | 2, ...shared, imm: number(assembler, m[7]!) }
}

function atomic(
  assembler: Assembler,
  bits: string,
  { base, sign, off }: { readonly base: string; readonly sign: string; readonly off: string },
  src: string,
  imm: number,
): Fields {
  const code = 0xc0 | sizeCode.get(bits)! | 3
  return { code, dst: register(assembler, base), src: register(assembler, src), off: offset(assembler, sign, off), imm }
}

function readLock(assembler: Assembler, m: RegExpExecArray): Fields | undefined {
  const row = atomicFamily.find(({ text, fetch }) => text === m[6] && !fetch)
  return row === undefined
    ? undefined
    : atomic(assembler, m[2]!, { base: m[3]!, sign: m[4]!, off: m[5]! }, m[7]!, row.imm)
}

function readFetch(assembler: Assembler, m: RegExpExecArray): Fields | undefined {
  const name = m[2]!.replace(/^fetch_/, '')
  const row = atomicFamily.find((candidate) => candidate.name === name && candidate.fetch)
  return row === undefined
    ? undefined
    : atomic(assembler, m[4]!, { base: m[5]!, sign: m[6]!, off: m[7]! }, m[8]!, row.imm)
}

function readExchange(assembler: Assembler, m: RegExpExecArray): Fields {
  return atomic(assembler, m[2] ?? '64', { base: m[3]!, sign: m[4]!, off: m[5]! }, m[6]!, m[1] === 'xchg' ? 0xe1 : 0xf1)
}

function readLoadAcquire(assembler: Assembler, m: RegExpExecArray): Fields {
  return atomic(assembler, m[3]!, { base: m[1]!, sign: m[5]!, off: m[6]! }, m[4]!, 0x100)
}

function readStoreRelease(assembler: Assembler, m: RegExpExecArray): Fields {
  return atomic(assembler, m[2]!, { base: m[3]!, sign: m[4]!, off: m[5]! }, m[6]!, 0x110)
}

function readCast(assembler: Assembler, m: RegExpExecArray): Fields {
  const imm = (number(assembler, m[3]!) << 16) | (number(assembler, m[4]!) & 0xffff)
  return { code: 0xbf, dst: register(assembler, m[1]!), src: register(assembler, m[2]!), off: addrSpaceCastOff, imm }
}

function readSwap(assembler: Assembler, m: RegExpExecArray): Fields | undefined {
  if (m[1] !== m[4]) refuse(assembler, 'a byte swap works in place: both registers must be the same')
  const code = m[2] === 'le' ? 0xd4 : m[2] === 'be' ? 0xdc : 0xd7
  return { code, dst: register(assembler, m[1]!), imm: Number(m[3]) }
}

function readNegate(assembler: Assembler, m: RegExpExecArray): Fields | undefined {
  if (m[1] !== m[3] || m[2] !== m[4]) refuse(assembler, 'a negation works in place: both registers must be the same')
  return { code: m[1] === 'w' ? 0x84 : 0x87, dst: register(assembler, m[2]!) }
}

function readMovsx(assembler: Assembler, m: RegExpExecArray): Fields | undefined {
  if (m[1] !== m[4] || (m[1] === 'w' && m[3] === 's32')) return undefined
  const code = m[1] === 'w' ? 0xbc : 0xbf
  return { code, dst: register(assembler, m[2]!), src: register(assembler, m[5]!), off: Number(m[3]!.slice(1)) }
}

function readAlu(assembler: Assembler, m: RegExpExecArray): Fields | undefined {
  const row = aluFamily.find(({ text }) => text === m[3])
  if (row === undefined || (m[4] !== undefined && m[4] !== m[1])) return undefined
  const code = (row.code << 4) | (m[1] === 'w' ? 4 : 7)
  const dst = register(assembler, m[2]!)
  if (m[5] !== undefined) return { code: code | 8, dst, src: register(assembler, m[5]), off: row.off }
  return { code, dst, off: row.off, imm: number(assembler, m[6]!) }
}
