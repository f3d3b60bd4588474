// SPDX-License-Identifier: Apache-2.0
// What the loader refuses, explained: the kernel was never asked, so there is a sentence of libbpf's and the line of C that
// asked for what is not there, but no path.

import { essentialName } from '../btf/index.ts'
import { type Fault, remembered, rememberedOfBoth } from '../fault/index.ts'
import { prototypeText } from '../kfunc/index.ts'
import type { Kernel } from '../kernel/index.ts'
import type { BpfObject, ObjectFunction, ObjectProgram } from '../object/index.ts'
import { laterValues } from './cases/later.ts'
import { codeOfRule } from './codes/index.ts'
import { fillAll, fillFirst, orList, type Values, yes } from './fill.ts'
import { type HookKind, iteratorsOf, nearHooks, nearSection, renamedWords } from './near.ts'
import { asShown, lastAt } from './source.ts'
import { isCallOf, nearest } from './text.ts'
import type { Diagnostic, Fix, Primary } from './types.ts'

/** The diagnostic of a fault that kept `program` from being linked to `kernel`. */
export function explainFault(fault: Fault, object: BpfObject, program: ObjectProgram, kernel: Kernel): Diagnostic {
  const { rule, name } = subjectOf(fault.what)
  const hook = rule === 'loader-attach' && name !== undefined ? hookValues(name, program, kernel) : {}
  const row = codeOfRule(rule)
  const isRenamed = name !== undefined && renamedWords(name, kernel) !== undefined
  const near =
    rule !== 'loader-missing' || name === undefined || isRenamed ? undefined : nearestKfunc(name, object, kernel)
  const isValue = fault.what.startsWith('extern (kcfg)')
  const kfunc = name === undefined ? undefined : kernel.kfuncs.get(name.replace(/___.*$/, ''))
  const values: Values = {
    kfunc: name,
    near,
    strong: 'yes',
    renamed: rule !== 'loader-missing' || name === undefined ? undefined : renamedWords(name, kernel),
    ...(rule !== 'loader-missing' || name === undefined ? {} : laterValues(name, kernel)),
    prototype: kfunc === undefined ? undefined : prototypeText(kfunc),
    hint: rule === 'loader' ? sentence(fault.hint) : undefined,
    plainLoader: yes(rule === 'loader' && fault.hint === undefined),
    config: rule === 'loader-kconfig' && !isValue ? name : undefined,
    configOf: kernel.configOf,
    ...(rule === 'loader-kconfig' && isValue ? configValueOf(name, fault.what) : {}),
    ...(rule === 'loader-struct-ops' ? operationsOf(fault.what, object, kernel) : {}),
    section: program.section,
    untyped: yes(rule === 'loader-section'),
    nearSection: rule === 'loader-section' ? nearSection(program.section) : undefined,
    ...hook,
  }
  const use =
    rule === 'loader-attach' || rule === 'loader-section' || rule === 'loader-struct-ops'
      ? lineOf({ fn: program.fn, at: 0 }, object)
      : name === undefined
        ? undefined
        : useOf(name, object, program)
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
    fix: use === undefined || name === undefined || !isDeclared(near, object) ? undefined : rename(use, name, near),
  }
}

/** A value of the configuration that does not fit the type it is asked for by. */
function configValueOf(name: string | undefined, what: string): Values {
  const value = /: value '([^']*)'/.exec(what)?.[1]
  const isNumber = /^-?(?:0[xX])?[0-9a-fA-F]+$/.test(value ?? '')
  return {
    configName: name,
    configValue: value,
    configType:
      value?.startsWith('"') === true
        ? `a string: extern char ${name}[64] __kconfig;`
        : isNumber
          ? `a number: extern ${/doesn't fit/.test(what) ? 'unsigned long' : 'int'} ${name} __kconfig;`
          : `y, n or m: extern enum libbpf_tristate ${name} __kconfig;${value === 'm' ? '' : ` or extern bool ${name} __kconfig;`}`,
  }
}

/** Operations that this kernel has no place for: which struct, which member. */
function operationsOf(what: string, { maps }: BpfObject, { btf }: Kernel): Values {
  const [, map, member] = /^struct_ops init_kern (\S+): Cannot find member (\S+) in kernel BTF$/.exec(what) ?? []
  const missing = /^struct_ops init_kern: struct (?:bpf_struct_ops_)?(\w+) is not found in kernel BTF$/.exec(what)?.[1]
  if (member !== undefined)
    return {
      opsMap: map,
      opsMember: member,
      opsType: essentialName(maps.find(({ name }) => name === map)?.structOps?.typeName ?? '') || undefined,
    }
  if (missing === undefined) return {}
  const prefix = 'bpf_struct_ops_'
  const names: string[] = []
  for (let id = 1; id < btf.count; id++) {
    const type = btf.type(id)
    if (
      type.kind === 'struct' &&
      type.name.startsWith(prefix) &&
      btf.find(type.name.slice(prefix.length), 'struct') !== undefined
    )
      names.push(type.name.slice(prefix.length))
  }
  return { opsMissing: missing, opsThere: orList(names.sort()).replace(/ or (\S+)$/, ' and $1') || undefined }
}

const sentence = (hint: string | undefined): string | undefined =>
  hint === undefined ? undefined : `${hint[0]!.toUpperCase()}${hint.slice(1)}.`

/** What libbpf's sentence is about. The sentences are libbpf 1.5's (src/object/link/externs.ts has them). */
function subjectOf(what: string): { readonly rule: string; readonly name?: string } {
  const target = /failed to find kernel BTF type ID of '([^']+)'/.exec(what)?.[1]
  if (target !== undefined) return { rule: 'loader-attach', name: target }
  const config = /^extern '([^']+)' \(strong\): not resolved/.exec(what)?.[1]
  if (config !== undefined) return { rule: 'loader-kconfig', name: config }
  const value = /^extern \(kcfg\) '([^']+)': value/.exec(what)?.[1]
  if (value !== undefined) return { rule: 'loader-kconfig', name: value }
  if (/^struct_ops init_kern/.test(what)) return { rule: 'loader-struct-ops' }
  if (/missing BPF prog type, check ELF section name|program type is unspecified$/.test(what))
    return { rule: 'loader-section' }
  const symbol = /^extern \((?:func|var) ksym\) '([^']+)': (.*)$/.exec(what)
  if (symbol === null) return { rule: 'loader' }
  const [, name = '', said = ''] = symbol
  if (said.includes('not found')) return { rule: 'loader-missing', name }
  return said.includes('incompatible') ? { rule: 'loader-mismatch', name } : { rule: 'loader', name }
}

/** The hook that the section names and the kernel has not: what it would be, and what is like it. */
function hookValues(name: string, { section, attachType }: ObjectProgram, kernel: Kernel): Values {
  const kind = hookKinds.get(attachType ?? '') ?? 'function'
  const [word = ''] = section.split('/')
  const [, edge] = kind === 'tracepoint' ? (/^(sys_enter|sys_exit)_\w+$/.exec(name) ?? []) : []
  const near = edge !== undefined ? [] : nearHooks(name.slice(name.indexOf(':') + 1), kind, kernel)
  const points = kind === 'function' ? nearHooks(name, 'tracepoint', kernel, 4) : []
  const spelled = (hooks: readonly string[], prefix: string): string | undefined =>
    hooks.length === 0 ? undefined : orList(hooks.map((hook) => `SEC("${prefix}/${hook}")`))
  return {
    hook: name,
    hookSection: word,
    hookEdge: edge,
    hookFunction: yes(kind === 'function'),
    hookTracepoint: yes(kind === 'tracepoint'),
    hookLsm: yes(kind === 'lsm'),
    nearHooks: spelled(near, word),
    nearHook: near.length === 1 ? spelled(near, word) : undefined,
    hookIterator: yes(kind === 'iterator'),
    allIterators:
      kind === 'iterator' && near.length === 0
        ? spelled([...iteratorsOf(kernel)].sort(), word)?.replace(' or SEC', ' and SEC')
        : undefined,
    nearTracepoints: spelled(points, 'tp_btf'),
  }
}

const hookKinds: ReadonlyMap<string, HookKind> = new Map([
  ['BPF_TRACE_RAW_TP', 'tracepoint'],
  ['BPF_LSM_MAC', 'lsm'],
  ['BPF_LSM_CGROUP', 'lsm'],
  ['BPF_TRACE_ITER', 'iterator'],
])

type Place = Pick<Primary, 'file' | 'line' | 'column' | 'text'>
const nowhere: Place = { file: undefined, line: undefined, column: undefined, text: undefined }

const nearestNames = rememberedOfBoth((_: BpfObject, __: Kernel) => new Map<string, string | undefined>())

/** One missing name is told for each program of the object. */
function nearestKfunc(name: string, object: BpfObject, kernel: Kernel): string | undefined {
  const known = nearestNames(object, kernel)
  if (!known.has(name)) known.set(name, nearest(name, [...kernel.kfuncs.keys()]))
  return known.get(name)
}

interface Use {
  readonly fn: ObjectFunction
  readonly at: number
}

/** Where each extern is used first, by its place among the externs; and the externs by name. */
const usesIn = remembered(({ functions, externs }: BpfObject) => {
  const first = new Map<number, Use>()
  for (const fn of functions)
    for (const [extern, at] of externsIn(fn)) if (!first.has(extern)) first.set(extern, { fn, at })
  const byName = new Map<string, number>()
  for (const [index, { name }] of externs.entries()) if (!byName.has(name)) byName.set(name, index)
  return { first, byName }
})

/** The externs that a function uses, and its instruction that does so first. */
const externsIn = remembered(({ relocs }: ObjectFunction): ReadonlyMap<number, number> => {
  const found = new Map<number, number>()
  for (const [at, reloc] of relocs)
    if ((reloc.kind === 'extern_call' || reloc.kind === 'extern_load') && !found.has(reloc.extern))
      found.set(reloc.extern, at)
  return found
})

/** The line that uses the symbol: in the program itself, else in another function of the object. */
function useOf(name: string, object: BpfObject, { fn }: ObjectProgram): Place | undefined {
  const { first, byName } = usesIn(object)
  const index = byName.get(name)
  if (index === undefined) return undefined
  const own = externsIn(fn).get(index)
  const use = own === undefined ? first.get(index) : { fn, at: own }
  return use === undefined ? undefined : lineOf(use, object)
}

function lineOf({ fn, at }: Use, object: BpfObject): Place | undefined {
  const line = lastAt(object.ext?.lines.get(fn.section) ?? [], (fn.start + at) * 8, ({ byte }) => byte)
  if (line === undefined || line.byte < fn.start * 8) return undefined
  return { ...asShown(line), line: line.line, column: line.column }
}

/** Only what the object declares can be called without a declaration of its own. */
const isDeclared = (name: string | undefined, { externs }: BpfObject): name is string =>
  externs.some((extern) => extern.name === name)

function rename(use: Place, name: string, near: string): Fix | undefined {
  const { file, line, text } = use
  if (file === undefined || line === undefined || text === undefined || !isCallOf(text, name)) return undefined
  return { file, line, before: text, after: [text.replace(name, near).trimEnd()] }
}
