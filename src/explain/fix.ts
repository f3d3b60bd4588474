// SPDX-License-Identifier: Apache-2.0
// The corrected line, where the line at hand can be corrected on its own. Only what is surely right is suggested: the
// argument is a plain name, the call is whole on its line.

import type { Kernel } from '../kernel/index.ts'
import type { Kfunc } from '../kfunc/index.ts'
import type { LinkedProgram } from '../object/index.ts'
import { callee } from './calls.ts'
import type { CodeRow } from './codes/index.ts'
import type { Values } from './fill.ts'
import type { Causes, Rejected } from './notes.ts'
import { sourceAt } from './source.ts'
import { argumentText, assignedName, dereferenced, isMember, isSimple } from './text.ts'
import type { Fix, Source } from './types.ts'

export interface FixContext {
  readonly report: Rejected
  readonly program: LinkedProgram
  readonly kernel: Kernel
  readonly kfunc: Kfunc | undefined
  readonly causes: Causes
  readonly values: Values
  readonly row: CodeRow
}

/** A correction of the line where the kernel stopped, or undefined. */
export function fixFor(context: FixContext): Fix | undefined {
  const { program, report, row, values } = context
  // What an exchange gives back is kept where it is made, not where the program ends.
  const exchanged = values['exchanged'] === undefined ? undefined : report.details.at?.at(-1)?.insn
  const source = sourceAt(program, exchanged ?? report.insn)
  if (source === undefined || source.text.trim() === '') return undefined
  const after = exchanged === undefined ? fixes.get(row.code)?.(context, source) : keepExchanged(values, source)
  return after === undefined ? undefined : { file: source.file, line: source.line, before: source.text, after }
}

type Fixer = (context: FixContext, source: Source) => readonly string[] | undefined

const fixes: ReadonlyMap<string, Fixer> = new Map(
  Object.entries<Fixer>({
    KF012: guardArgument,
    KF101: guardDereference,
    KF032: releaseBefore,
    KF050: closeBefore,
  }),
)

const indentOf = (line: string): string => /^\s*/.exec(line)![0]

/** `f(p);` → `if (p)` + `f(p);` */
function guardArgument({ report, program, values }: FixContext, { text }: Source): readonly string[] | undefined {
  const name = callee(program, report.insn)?.name
  const index = report.details.arg ?? (report.details.reg ?? 0) - 1
  const argument = argumentText(text, name, index)?.replace(/^&/, '')
  if (argument === undefined || !isSimple(argument) || argument === 'NULL' || values['value']?.includes('number'))
    return undefined
  if (isMember(argument)) return guardMember(text, argument, name)
  // A condition that is the call alone, or its opposite, can hold the check as well.
  const condition = /^(\s*(?:\}\s*else\s+)?if\s*\()(!?)(\w+\(.*\))\)(\s*\{?\s*)$/.exec(text)
  if (condition !== null && condition[3]!.startsWith(`${name}(`)) {
    const [, head, not, call, tail] = condition
    return [`${head}${not === '!' ? `!${argument} || !` : `${argument} && `}${call})${tail!.trimEnd()}`]
  }
  return guard(text, argument, name)
}

/** A field is read anew each time it is named: read it once, check that, pass that. */
function guardMember(text: string, field: string, name: string | undefined): readonly string[] | undefined {
  const at = text.indexOf(field, text.indexOf(`${name}(`))
  if (at < 0 || !text.trim().endsWith(';')) return undefined
  const indent = indentOf(text)
  const variable = field.split(/->|\./).at(-1)!
  const call = `${text.slice(0, at)}${variable}${text.slice(at + field.length)}`.trimEnd()
  return [
    `${indent}typeof(${field}) ${variable} = ${field};`,
    '',
    `${indent}if (!${variable})`,
    `${indent}\treturn 0;`,
    call,
  ]
}

/** The statement behind a check of `name`. A statement that declares or assigns cannot move into a branch: return early. */
function guard(text: string, variable: string, callName: string | undefined): readonly string[] | undefined {
  const indent = indentOf(text)
  const statement = text.trim()
  if (!statement.endsWith(';') || /^(?:if|while|for|switch|else|return|case)\b/.test(statement)) return undefined
  const assigns = callName === undefined ? /[^=!<>]=[^=]/.test(statement) : assignedName(text, callName) !== undefined
  return assigns
    ? [`${indent}if (!${variable})`, `${indent}\treturn 0;`, text.trimEnd()]
    : [`${indent}if (${variable})`, `${indent}\t${statement}`]
}

function guardDereference({ causes }: FixContext, { text }: Source): readonly string[] | undefined {
  if (causes.value === undefined || (causes.value.flags & 1) === 0) return undefined
  const name = dereferenced(text)
  return name === undefined ? undefined : guard(text, name, undefined)
}

/** `return 0;` → `bpf_task_release(acquired);` + `return 0;` */
function releaseBefore({ report, values }: FixContext, { text }: Source): readonly string[] | undefined {
  const acquired = report.details.at?.at(-1)?.insn
  const statement = values['release']
  if (acquired === undefined || statement === undefined) return undefined
  const indent = indentOf(text)
  if (!/^\s*(?:return\b|\})/.test(text)) return undefined
  const inner = `${indent}${text.trim() === '}' ? '\t' : ''}`
  // A line that asks whether the variable is NULL is reached where it is, too.
  const variable = /\(([A-Za-z_]\w*)/.exec(statement)?.[1]
  const asked = variable !== undefined && new RegExp(`\\b${variable}\\b`).test(text)
  return asked
    ? [`${inner}if (${variable})`, `${inner}\t${statement}`, text.trimEnd()]
    : [`${inner}${statement}`, text.trimEnd()]
}

/** `bpf_kptr_xchg(&v->task, new);` → `struct task_struct *old = bpf_kptr_xchg(…);` + `if (old)` + `bpf_task_release(old);` */
function keepExchanged({ held, releases }: Values, { text }: Source): readonly string[] | undefined {
  if (held === undefined || releases === undefined || !/^\s*bpf_kptr_xchg\(.*\);\s*$/.test(text)) return undefined
  const indent = indentOf(text)
  return [`${indent}struct ${held} *old = ${text.trim()}`, '', `${indent}if (old)`, `${indent}\t${releases}(old);`]
}

const closers: readonly (readonly [string, string])[] = [
  ['bpf_rcu_read_unlock', 'bpf_rcu_read_unlock();'],
  ['bpf_preempt_enable', 'bpf_preempt_enable();'],
  ['bpf_spin_unlock', 'bpf_spin_unlock(lock);'],
]

function closeBefore({ report }: FixContext, { text }: Source): readonly string[] | undefined {
  const { violation } = report
  const unclosed =
    violation?.id === 'section-open' && 'closer' in violation.params ? violation.params.closer : undefined
  const closer = closers.find(([name]) => name === unclosed)?.[1]
  if (closer === undefined || !/^\s*(?:return\b|\})/.test(text)) return undefined
  const indent = indentOf(text)
  return [`${indent}${text.trim() === '}' ? '\t' : ''}${closer}`, text.trimEnd()]
}
