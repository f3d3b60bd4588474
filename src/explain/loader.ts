// SPDX-License-Identifier: Apache-2.0
// What the loader refuses, explained: the kernel was never asked, so there is a sentence of libbpf's and the line of C that
// asked for what is not there, but no path.

import type { Fault } from '../fault/index.ts'
import { prototypeText } from '../kfunc/index.ts'
import type { Kernel } from '../kernel/index.ts'
import type { BpfObject, ObjectFunction, ObjectProgram } from '../object/index.ts'
import { codeOfRule } from './codes/index.ts'
import { fillAll, fillFirst, type Values } from './fill.ts'
import { asShown } from './source.ts'
import { isCallOf, nearest } from './text.ts'
import type { Diagnostic, Fix, Primary } from './types.ts'

/** The diagnostic of a fault that kept `program` from being linked to `kernel`. */
export function explainFault(fault: Fault, object: BpfObject, program: ObjectProgram, kernel: Kernel): Diagnostic {
  const { rule, name } = subjectOf(fault.what)
  const row = codeOfRule(rule)
  const near = rule !== 'loader-missing' || name === undefined ? undefined : nearest(name, [...kernel.kfuncs.keys()])
  const kfunc = name === undefined ? undefined : kernel.kfuncs.get(name.replace(/___.*$/, ''))
  const values: Values = {
    kfunc: name,
    near,
    strong: 'yes',
    prototype: kfunc === undefined ? undefined : prototypeText(kfunc),
    hint: rule === 'loader' ? sentence(fault.hint) : undefined,
  }
  const use = name === undefined ? undefined : useOf(name, object, program)
  const label = fillFirst(row.label, values) ?? row.title
  return {
    code: row.code,
    title: row.title,
    ruleId: rule,
    message: fault.what,
    primary: { insn: undefined, ...(use ?? nowhere), label },
    notes: [],
    reason: `${label}. ${row.rule}`,
    contract: undefined,
    rule: row.rule,
    section: row.section,
    help: fillAll(row.help, values),
    fix: use === undefined || name === undefined || near === undefined ? undefined : rename(use, name, near),
  }
}

const sentence = (hint: string | undefined): string | undefined =>
  hint === undefined ? undefined : `${hint[0]!.toUpperCase()}${hint.slice(1)}.`

/** What libbpf's sentence is about. The sentences are libbpf 1.5's (src/object/link-externs.ts has them). */
function subjectOf(what: string): { readonly rule: string; readonly name?: string } {
  const symbol = /^extern \((?:func|var) ksym\) '([^']+)': (.*)$/.exec(what)
  if (symbol === null) return { rule: 'loader' }
  const [, name = '', said = ''] = symbol
  if (said.includes('not found')) return { rule: 'loader-missing', name }
  return said.includes('incompatible') ? { rule: 'loader-mismatch', name } : { rule: 'loader', name }
}

type Place = Pick<Primary, 'file' | 'line' | 'column' | 'text'>
const nowhere: Place = { file: undefined, line: undefined, column: undefined, text: undefined }

/** The line that uses the symbol: in the program itself, else in another function of the object. */
function useOf(name: string, object: BpfObject, program: ObjectProgram): Place | undefined {
  const index = object.externs.findIndex((extern) => extern.name === name)
  if (index < 0) return undefined
  for (const fn of [program.fn, ...object.functions]) {
    for (const [at, reloc] of fn.relocs) {
      if ((reloc.kind === 'extern_call' || reloc.kind === 'extern_load') && reloc.extern === index)
        return lineOf(fn, at, object)
    }
  }
  return undefined
}

function lineOf(fn: ObjectFunction, at: number, object: BpfObject): Place | undefined {
  const byte = (fn.start + at) * 8
  const line = object.ext?.lines.get(fn.section)?.findLast((record) => record.byte <= byte)
  if (line === undefined || line.byte < fn.start * 8) return undefined
  return { ...asShown(line), line: line.line, column: line.column }
}

function rename(use: Place, name: string, near: string): Fix | undefined {
  const { file, line, text } = use
  if (file === undefined || line === undefined || text === undefined || !isCallOf(text, name)) return undefined
  return { file, line, before: text, after: [text.replace(name, near).trimEnd()] }
}
