// SPDX-License-Identifier: Apache-2.0
// The corrected line, where the line at hand can be corrected on its own. What the object has of the source are single lines, so only what is
// surely right is suggested: the argument is a plain name, the call is whole on its line or its C at hand, the variable is in scope, everything
// held is given back before the program leaves. Otherwise the help says it in words. `npm run conformance -- --edits` asks the real kernel of each.

import type { LinkedProgram } from '../../object/index.ts'
import { callee } from '../calls.ts'
import type { Case } from '../cases/index.ts'
import type { CodeRow } from '../codes/index.ts'
import type { Values } from '../fill.ts'
import { functionAt, sourceAt, sourceOf, statementAt } from '../source.ts'
import { argumentText, assignedName, callArguments, isMember, isSimple } from '../text.ts'
import type { Fix, Source } from '../types.ts'
import { mayBeNull } from '../words.ts'
import { heldAt, isOwnLine, leaving, neutralOf } from './held.ts'

export interface FixContext extends Case {
  readonly values: Values
  readonly row: CodeRow
}

/** A correction of the line where the kernel stopped, or undefined. */
export function fixFor(context: FixContext): Fix | undefined {
  const { program, report, row, values, causes } = context
  // What an exchange gives back is kept where it is made, not where the program ends.
  const exchanged = values['exchanged'] === undefined ? undefined : report.details.at?.at(-1)?.insn
  const task = values['currentTask'] === undefined ? undefined : causes.path[causes.origin]?.insn
  const other = exchanged ?? task
  const { decided } = causes
  const at = other ?? decided.insn
  const returned = other === undefined ? decided.source : undefined
  // behind a label other paths arrive, which may not have taken what this one has
  if (returned !== undefined && isBehindLabel(program, returned)) return undefined
  const source = returned ?? sourceAt(program, at)
  if (source === undefined || source.text.trim() === '') return undefined
  const fix = exchanged !== undefined ? keepExchanged : task !== undefined ? typedTask : fixes.get(row.code)
  const statement = returned === undefined ? statementAt(program, at) : undefined
  if (fix === undefined || statement === undefined) return fixed(source, fix?.(context, source))
  const { first, text, begins } = statement
  const after = fix(context, { ...source, line: first, text: `${indentOf(begins)}${text}` })
  return fixed({ ...source, line: first, text: begins }, withFirstLine(after, statement))
}

function isBehindLabel(program: LinkedProgram, { file, line }: Source): boolean {
  const first = functionAt(program, { file, line })?.first ?? line
  const before = sourceOf(program, file)?.lines.slice(first, line - 1) ?? []
  return before.some((text) => /^\s*(?!default\b)[A-Za-z_]\w*\s*:(?!:)/.test(text))
}

const fixed = ({ file, line, text }: Source, after: readonly string[] | undefined): Fix | undefined =>
  after === undefined ? undefined : { file, line, before: text, after }

/** Of a statement over several lines the first alone is written anew: what comes before it is all that may change. */
function withFirstLine(
  after: readonly string[] | undefined,
  { text, begins }: { readonly text: string; readonly begins: string },
): readonly string[] | undefined {
  const last = after?.at(-1)
  if (after === undefined || last === undefined || !last.endsWith(text)) return undefined
  return [...after.slice(0, -1), `${last.slice(0, -text.length)}${begins.trim()}`]
}

type Fixer = (context: FixContext, source: Source) => readonly string[] | undefined

const fixes: ReadonlyMap<string, Fixer> = new Map(
  Object.entries<Fixer>({
    KF012: guardArgument,
    KF101: guardDereference,
    KF032: leaveInOrder,
    KF050: leaveInOrder,
  }),
)

const indentOf = (line: string): string => /^\s*/.exec(line)![0]

/** `f(p);` → `if (p)` + `f(p);` */
function guardArgument(context: FixContext, source: Source): readonly string[] | undefined {
  const { report, program, values } = context
  const { text } = source
  const name = callee(program, report.insn)?.name
  const index = report.details.arg ?? (report.details.reg ?? 0) - 1
  const argument = argumentText(text, name, index)
  if (argument === undefined || !isSimple(argument) || argument === 'NULL' || values['value']?.includes('number'))
    return undefined
  // another argument that is NULL is refused next
  if (
    callArguments(text, name!)?.some((other, i) => i !== index && /^\s*NULL\s*$/.test(other) && !isNullable(context, i))
  )
    return undefined
  if (isMember(argument))
    return guardMember(context, source, argument, text.indexOf(argument, text.indexOf(`${name}(`)))
  // A condition that is the call alone, or its opposite, can hold the check as well.
  const condition = /^(\s*(?:\}\s*else\s+)?if\s*\()(!?)(\w+\(.*\))\)(\s*\{?\s*)$/.exec(text)
  if (condition !== null && condition[3]!.startsWith(`${name}(`)) {
    const [, head, not, call, tail] = condition
    if (isUsedLater(context, source, argument)) return undefined
    return [`${head}${not === '!' ? `!${argument} || !` : `${argument} && `}${call})${tail!.trimEnd()}`]
  }
  return guard(context, source, argument, name)
}

const isNullable = ({ kfunc }: FixContext, index: number): boolean =>
  kfunc === undefined ||
  kfunc.params[index]?.suffixes.some((suffix) => suffix === 'nullable' || suffix === 'opt') === true

/** A field is read anew each time it is named: read it once, check that, pass that. */
function guardMember(context: FixContext, source: Source, field: string, at: number): readonly string[] | undefined {
  const { text } = source
  const variable = field.split(/->|\./).at(-1)!
  // a name of its own: another variable may have the field's
  if (at < 0 || !text.trim().endsWith(';') || isNamed(context.program, source, variable)) return undefined
  const leave = leaveWhereNull(context, source, variable)
  if (leave === undefined) return undefined
  const call = `${text.slice(0, at)}${variable}${text.slice(at + field.length)}`.trimEnd()
  return [`${indentOf(text)}typeof(${field}) ${variable} = ${field};`, '', ...leave, call]
}

/** The statement behind a check of `name`. One that declares or assigns cannot move into a branch, nor can one of several uses: leave early. */
function guard(
  context: FixContext,
  source: Source,
  variable: string,
  callName: string | undefined,
): readonly string[] | undefined {
  const { text } = source
  const indent = indentOf(text)
  const statement = text.trim()
  if (!statement.endsWith(';') || /^(?:if|while|for|switch|else|case)\b/.test(statement)) return undefined
  const assigns = callName === undefined ? /[^=!<>]=[^=]/.test(statement) : assignedName(text, callName) !== undefined
  if (!assigns && !/^return\b/.test(statement) && !isUsedLater(context, source, variable))
    return [`${indent}if (${variable})`, `${indent}\t${statement}`]
  const leave = leaveWhereNull(context, source, variable)
  return leave === undefined ? undefined : [...leave, text.trimEnd()]
}

/** Lines that leave the function where a variable is NULL, with all that is held there given back; undefined where we cannot say. */
function leaveWhereNull(context: FixContext, { text }: Source, variable: string): readonly string[] | undefined {
  const { program, report, causes } = context
  const held = heldAt(context, causes.path.length - 1)
  const value = neutralOf(context)
  if (held === undefined || value === undefined || !isOwnLine(program, report.insn)) return undefined
  const indent = indentOf(text)
  const lines = [...held, value === '' ? 'return;' : `return ${value};`].map((one) => `${indent}\t${one}`)
  return held.length === 0
    ? [`${indent}if (!${variable})`, ...lines]
    : [`${indent}if (!${variable}) {`, ...lines, `${indent}}`]
}

/** Is the variable named on a line after this one? What is guarded here only would be used unguarded there. */
const isUsedLater = ({ program }: FixContext, { file, line }: Source, variable: string): boolean =>
  program.lines.some(
    (one) => one.line > line && one.file === file && new RegExp(`(?<![\\w.>])${variable}\\b`).test(one.text),
  )

const isNamed = ({ lines }: LinkedProgram, { file }: Source, variable: string): boolean =>
  lines.some((one) => one.file === file && new RegExp(`(?<![\\w.>])${variable}\\b(?!\\()`).test(one.text))

function guardDereference(context: FixContext, source: Source): readonly string[] | undefined {
  const { value } = context.causes
  if (value === undefined || !mayBeNull(value)) return undefined
  const member = context.values['rereadMember']
  if (member !== undefined) return guardMember(context, source, member, source.text.indexOf(member))
  const name = context.values['pointer']
  // a pointer made of another one is made before the line that goes through it: the check belongs there
  const goesThrough = name !== undefined && new RegExp(`(?<![\\w.>])${name}\\b`).test(source.text)
  return name === undefined || !goesThrough ? undefined : guard(context, source, name, undefined)
}

/** `return 0;` → `bpf_rcu_read_unlock();` + `bpf_task_release(acquired);` + `return 0;` */
function leaveInOrder(context: FixContext, source: Source): readonly string[] | undefined {
  const { causes, program, values } = context
  const { text } = source
  // who was given it is to be changed, not who gave it
  if (values['passedTo'] !== undefined) return undefined
  if (!/^\s*return\b.*;\s*$/.test(text) || !isOwnLine(program, causes.decided.insn)) return undefined
  // what the return itself uses is gone once it was given back
  const held = heldAt(context, causes.path.length - 1)
  if (held === undefined || held.length === 0) return undefined
  const names = held.flatMap((one) => /\(&?([A-Za-z_]\w*)/.exec(one)?.[1] ?? [])
  if (names.some((name) => new RegExp(`\\b${name}(?:->|\\.|\\))`).test(text))) return undefined
  return leaving(source, program, held)
}

/** `bpf_kptr_xchg(&v->task, new);` → `struct task_struct *old = bpf_kptr_xchg(…);` + `if (old)` + `bpf_task_release(old);` */
function keepExchanged({ values }: FixContext, { text }: Source): readonly string[] | undefined {
  const { held, releases } = values
  if (held === undefined || releases === undefined || !/^\s*bpf_kptr_xchg\(.*\);\s*$/.test(text)) return undefined
  const indent = indentOf(text)
  return [`${indent}struct ${held} *old = ${text.trim()}`, '', `${indent}if (old)`, `${indent}\t${releases}(old);`]
}

/** `t = (void *)bpf_get_current_task();` → `t = (void *)bpf_get_current_task_btf();` */
function typedTask(_: FixContext, { text }: Source): readonly string[] | undefined {
  const name = 'bpf_get_current_task()'
  return text.split(name).length === 2 ? [text.replace(name, 'bpf_get_current_task_btf()').trimEnd()] : undefined
}
