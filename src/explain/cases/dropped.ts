// SPDX-License-Identifier: Apache-2.0
// What a function's C has and its object has not, where the C is at hand: a comparison or a mask of a variable for which there is no
// instruction. The compiler proved it from something that the verifier does not see, or merged it with another.

import type { CCondition, CFunctionText, CPiece } from '../../cdecl/index.ts'
import type { LinkedProgram } from '../../object/index.ts'
import { type RegState, scalar } from '../../verifier/index.ts'
import { callee } from '../calls.ts'
import type { Values } from '../fill.ts'
import { jumpLines, keyOf, type LinesOf, narrowingLines, recordedLines } from '../lines.ts'
import { codeAt, functionAt, lineAt, sourceOf } from '../source.ts'
import { argumentText, isMember, quoted } from '../text.ts'
import { type Case, isNarrowed } from './case.ts'

/** A number is too large, too small, or not known: what a comparison or a mask would have bounded. */
export const boundRules: ReadonlySet<string> = new Set([
  'min-outside',
  'max-outside',
  'min-bound',
  'max-bound',
  'map-value-bounds',
  'map-key-bounds',
  'memory-bounds',
  'buffer-offset',
  'offset-range',
  'stack-bounds',
  'stack-unbounded',
  'mem-len',
])

/** What bounds the number in C and has no instruction: that it is written once more does not help. */
export function droppedValues(one: Case): Values {
  if (!boundRules.has(one.report.rule)) return { noBoundGone: 'yes' }
  const names = boundedNames(one)
  const mask = dropped(one, names, (fn) => fn.narrowings, narrowingLines)
  const number = numberOf(one)
  // by a signed comparison, too, whatever lines are left of it: the compiler gives those of merged conditions to one of them
  const compared =
    number !== undefined &&
    !scalar.isConst(number.var) &&
    [scalar.umax(number.var), scalar.smax(number.var)].some(isNarrowed)
  const check = compared ? undefined : droppedCheck(one, names)
  const later = check !== undefined && (mask === undefined || check.piece.first >= mask.piece.first) ? check : mask
  if (later === undefined) return { noBoundGone: 'yes' }
  return {
    boundGone: goneWords(later),
    boundName: isMember(later.name) ? undefined : later.name,
    boundMember: isMember(later.name) ? later.name : undefined,
    boundKind: later === check ? 'comparison' : 'mask',
  }
}

/** The number that is not bounded: a size, what is added to a pointer, or what was. */
function numberOf({ report, causes, program }: Case): RegState | undefined {
  if (report.rule === 'mem-len') return causes.sizeValue
  const insn = program.insns[report.insn]
  const regs = causes.path.at(-1)?.regs
  const added = insn?.op.kind === 'alu' && regs !== undefined ? [regs[insn.dst], regs[insn.src]] : []
  return added.find((reg) => reg?.kind === 'scalar') ?? causes.value
}

/** The variables of an index or offset; of a call, of what it is given. */
export function boundedNames({ report, program }: Case): readonly string[] {
  const text = codeAt(program, report.insn)
  const called = callee(program, report.insn)
  if (text === undefined) return []
  if (called !== undefined) {
    const index = report.details.arg ?? (report.details.reg ?? 1) - 1
    const given = [index, index + 1].map((arg) => argumentText(text, called.name, arg) ?? '')
    return variablesIn((report.rule === 'mem-len' ? given.toReversed() : given).join(' '))
  }
  const indexes = [...text.matchAll(/\[([^[\]]+)\]|[+-]=?\s*([A-Za-z_]\w*)/g)].map((found) => found[1] ?? found[2])
  return variablesIn(indexes.join(' '))
}

/** A piece of C that has no instruction. */
export interface Dropped<Piece extends CPiece = CPiece> {
  readonly piece: Piece
  /** The variable, as it is called there. */
  readonly name: string
}

/** '“i < 16”, on line 12,' */
export const goneWords = ({ piece: { text, first } }: Dropped): string => `“${text}”, on line ${first},`

const relations: ReadonlySet<string | undefined> = new Set(['<', '<=', '>', '>='])

/** Is the C of the place at hand, so that what is not found is not there? */
export const isRead = ({ report, program }: Case): boolean => {
  const line = lineAt(program, report.insn)
  return line !== undefined && functionAt(program, line) !== undefined
}

/** The last comparison before the place of one of these variables, where no jump is left of it. */
export function droppedCheck(one: Case, names: readonly string[]): Dropped | undefined {
  const comparisons = (fn: CFunctionText): readonly CCondition[] =>
    fn.conditions.filter(({ operator }) => relations.has(operator))
  const found = dropped(one, names, comparisons, jumpLines)
  return found === undefined || isMerged(found.piece, one) ? undefined : found
}

/** Of conditions that were merged the jumps have the line of one: is there one of the path that compares with the same constant, or beside it? */
function isMerged({ right }: CCondition, { causes, program }: Case): boolean {
  const constant = /^(0x[0-9a-fA-F]+|\d+)[uUlL]*$/.exec(right ?? '')?.[1]
  if (constant === undefined) return false
  return causes.path.some(({ insn }) => {
    const { op, imm } = program.insns[insn]!
    return op.kind === 'jump' && op.source !== 'reg' && op.name !== 'ja' && Math.abs(imm - Number(constant)) <= 1
  })
}

function dropped<Piece extends CPiece>(
  { report, program }: Case,
  names: readonly string[],
  piecesOf: (fn: CFunctionText) => readonly Piece[],
  left: LinesOf,
): Dropped<Piece> | undefined {
  const line = lineAt(program, report.insn)
  const fn = line === undefined ? undefined : functionAt(program, line)
  if (line === undefined || fn === undefined || names.length === 0) return undefined
  const places = [{ fn, names, before: line.line }, ...callersOf(fn, names, program, line.file)]
  for (const place of places) {
    const found = piecesOf(place.fn).findLast(
      (piece) => piece.first <= place.before && place.names.some((name) => isNamedIn(piece.text, name)),
    )
    if (found === undefined) continue
    const name = place.names.find((one) => isNamedIn(found.text, one))!
    return isLeft(found, line.file, left(program)) ? undefined : { piece: found, name }
  }
  return undefined
}

/** Has one of its lines such an instruction? */
function isLeft({ first, last }: Pick<CPiece, 'first' | 'last'>, file: string, lines: ReadonlySet<string>): boolean {
  for (let line = first; line <= last; line++) if (lines.has(keyOf({ line, file }))) return true
  return false
}

interface Place {
  readonly fn: CFunctionText
  readonly names: readonly string[]
  readonly before: number
}

/** Functions of the program that pass the variables on: what they call them, and where. */
function callersOf(
  fn: CFunctionText,
  names: readonly string[],
  program: LinkedProgram,
  file: string,
): readonly Place[] {
  const passed = names.map((name) => fn.params.indexOf(name)).filter((index) => index >= 0)
  if (passed.length === 0) return []
  const own = recordedLines(program)
  return (sourceOf(program, file)?.functions ?? []).flatMap((other) =>
    other === fn || !isLeft(other, file, own)
      ? []
      : other.calls.flatMap(({ callee, args, place }): Place[] => {
          const before = place.line ?? 0
          if (callee !== fn.name) return []
          const given = passed.flatMap((index) => variablesIn(args[index] ?? ''))
          return given.length === 0 ? [] : [{ fn: other, names: given, before }]
        }),
  )
}

/** Variables and fields of them that an expression names, as it spells them: 'i', 's->depth'; no functions, no constants. */
const variablesIn = (text: string): readonly string[] => [
  ...new Set(
    (text.match(/(?<![\w.]|->\s?)[A-Za-z_]\w*(?:(?:->|\.)[A-Za-z_]\w*)*\b(?!\s*\()/g) ?? []).filter(
      (name) => !/^[A-Z_][A-Z0-9_]*$|^(?:sizeof|const|struct|unsigned|int|long|char|void)$/.test(name),
    ),
  ),
]

/** Is the variable named there, itself and not a field of it, nor handed to a call? */
const isNamedIn = (text: string, name: string): boolean =>
  new RegExp(`(?<![\\w.]|->)${quoted(name)}(?!\\w|->|\\.|\\()`).test(text.replaceAll(/\w+\([^()]*\)/g, ''))
