// SPDX-License-Identifier: Apache-2.0
// defineModule: C text, flags and registration → a module, if it keeps every rule; else the first rule it breaks.
import { type CFunction, type CUnit, cdeclToBtf, loadC } from '../../cdecl/index.ts'
import { attempt, FaultError, ok, type Result, thrownText, withJson } from '../../fault/index.ts'
import type { ProgTypeName } from '../../uapi/index.ts'
import { type FilterSubject, filterRow, NoAnswer } from '../filters.ts'
import { suffixesOf } from '../suffixes.ts'
import type { KfuncDeprecation, KfuncRegistration } from '../types.ts'
import { adviceRules } from './advice.ts'
import { argumentRules } from './argument-rules.ts'
import { flagRules } from './flag-rules.ts'
import { iteratorRules } from './iterator-rules.ts'
import { moduleRules } from './module-rules.ts'
import { readDefinition } from './read.ts'
import { shaperOf } from './resolve.ts'
import { deprecationIn, type Draft, type KfuncRule, violation } from './rule.ts'
import { structOpsRules } from './struct-ops-rules.ts'
import type {
  DeclaredKfunc,
  DefineOptions,
  KfuncModule,
  ModuleDefinition,
  ModuleFilter,
  ModuleRegistration,
  RuleViolation,
} from './types.ts'

/** Every rule about one kfunc, in the order they are asked. */
export const kfuncRules: readonly KfuncRule[] = [...flagRules, ...iteratorRules, ...argumentRules]

/**
 * Declares kfuncs of one's own. Refused at definition, with the rule of kfuncs.rst, where a declaration breaks one; the fault's
 * place is in the C text. The module belongs to no kernel yet: `withModule` gives a kernel's copy with it, `kernelFromModule` one
 * with nothing else in it.
 */
export async function defineModule(given: ModuleDefinition, options: DefineOptions = {}): Promise<Result<KfuncModule>> {
  const draft = await readDraft(given, options)
  if (!draft.ok) return draft
  const violations = checkDraft(draft.value)
  const first = violations[0]
  if (first !== undefined) {
    const more = violations.length === 1 ? '' : ` (and ${violations.length - 1} more)`
    return { ok: false, fault: { ...first.fault, what: `${first.fault.what}${more}` } }
  }
  const { definition, unit, kfuncs, registrations } = draft.value
  return ok(
    withJson({
      name: definition.name,
      definition,
      unit,
      kfuncs,
      registrations,
      filters: new Map(
        Object.entries(definition.filters ?? {}).map(([name, filter]) => [name, filterFunction(name, filter)]),
      ),
      dtors: new Map(Object.entries(definition.dtors ?? {})),
      bodies: new Map(Object.entries(definition.bodies ?? {})),
      aliases: new Map(Object.entries(definition.aliases ?? {})),
      structOps: new Map(Object.entries(definition.structOps ?? {})),
      warnings: adviceOf(draft.value),
    }),
  )
}

/** Every rule a definition breaks, for tools that show them all. A text that cannot be read is a fault. */
export async function checkModule(
  definition: ModuleDefinition,
  options: DefineOptions = {},
): Promise<Result<readonly RuleViolation[]>> {
  const draft = await readDraft(definition, options)
  return draft.ok ? ok(checkDraft(draft.value)) : draft
}

const adviceOf = (draft: Draft): RuleViolation[] =>
  adviceRules.flatMap((rule) => [...rule.check(draft)].map((finding) => violation(rule, finding)))

function checkDraft(draft: Draft): RuleViolation[] {
  const found: RuleViolation[] = []
  for (const rule of [...moduleRules, ...structOpsRules])
    for (const finding of rule.check(draft)) found.push(violation(rule, finding))
  for (const kfunc of draft.kfuncs.values())
    for (const rule of kfuncRules) for (const finding of rule.check(kfunc, draft)) found.push(violation(rule, finding))
  return found
}

async function readDraft(given: ModuleDefinition, options: DefineOptions): Promise<Result<Draft>> {
  const read = attempt({}, () => readDefinition(given))
  if (!read.ok) return read
  const definition = read.value
  const reader = options.reader === undefined ? await loadC() : ok(options.reader)
  if (!reader.ok) return reader
  const file = definition.file ?? `${definition.name}.c`
  const unit = reader.value.parse(definition.c, file)
  if (!unit.ok) return unit
  return attempt({ file }, () => draftOf(definition, unit.value, options))
}

function draftOf(definition: ModuleDefinition, unit: CUnit, { base }: DefineOptions): Draft {
  const functions = new Map<string, CFunction>()
  for (const declaration of unit.declarations)
    if (declaration.kind === 'function' && !functions.has(declaration.name))
      functions.set(declaration.name, declaration)
  const registrations = registrationsOf(definition)
  const flags = flagsOf(definition, unit)
  const kfuncs = new Map<string, DeclaredKfunc>()
  for (const [name, declared] of functions) {
    const own = registrations.filter((each) => each.kfuncs.includes(name))
    if (own.length === 0) continue
    kfuncs.set(name, {
      name,
      place: declared.place,
      params: declared.type.params.map((param) => ({ ...param, suffixes: suffixesOf(param.name) })),
      variadic: declared.type.variadic,
      ret: declared.type.ret,
      flags: new Set(flags.get(name) ?? []),
      registrations: own,
      deprecated: deprecationOf(definition, declared, flags.get(name) ?? []),
      doc: declared.doc,
    })
  }
  const btf = cdeclToBtf(unit, { name: definition.name, ...(base === undefined ? {} : { base }) })
  // A typedef that only a kernel explains is no fault of the text: linkModule will ask again, over a kernel.
  if (!btf.ok && (base !== undefined || !btf.fault.what.startsWith('unknown type name')))
    throw new FaultError(btf.fault.what, btf.fault.place, btf.fault.hint)
  return {
    definition,
    unit,
    functions,
    kfuncs,
    registrations,
    shape: shaperOf(unit, base),
    btf: btf.ok ? btf.value : undefined,
    place: { file: unit.file },
  }
}

function registrationsOf({ register, name }: ModuleDefinition): ModuleRegistration[] {
  const list: readonly ModuleRegistration[] = Array.isArray(register)
    ? (register as readonly ModuleRegistration[])
    : Object.entries(register as Readonly<Record<string, readonly string[]>>).map(([type, kfuncs]) => ({
        // who may call is asked of every word, known or not, by the module's rules
        types: [type as ProgTypeName],
        kfuncs,
      }))
  return list.map((each, index) => ({ ...each, set: each.set ?? `${name}_kfuncs${index === 0 ? '' : `_${index}`}` }))
}

/** Flags of the definition, and those that BTF_ID_FLAGS gives in the C text. */
function flagsOf({ flags }: ModuleDefinition, unit: CUnit): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>()
  const add = (name: string, list: string | readonly string[]) => {
    const words = typeof list === 'string' ? list.split('|').map((word) => word.trim()) : list
    found.set(name, [...(found.get(name) ?? []), ...words.filter((word) => word !== '')])
  }
  for (const { name, args } of unit.macros)
    if (name === 'BTF_ID_FLAGS' && args?.[0] === 'func' && args[1] !== undefined) add(args[1], args[2] ?? '')
  for (const [name, list] of Object.entries(flags ?? {})) add(name, list)
  return found
}

function deprecationOf(
  definition: ModuleDefinition,
  declared: CFunction,
  flags: readonly string[],
): KfuncDeprecation | undefined {
  const entry = deprecationIn(definition, declared.name)
  const note = declared.doc?.deprecated
  if (entry !== undefined) return { ...entry, ...(entry.note === undefined && note !== undefined ? { note } : {}) }
  if (note !== undefined) return { note }
  return flags.includes('KF_DEPRECATED') ? {} : undefined
}

function filterFunction(name: string, filter: ModuleFilter): (program: FilterSubject) => boolean {
  if (typeof filter === 'function') return guarded(name, filter)
  const { types, attachTypes, structOps }: Readonly<Partial<Record<keyof typeof filter, readonly string[]>>> = filter
  return (program) =>
    (types?.includes(program.type) ?? true) &&
    (attachTypes?.includes(program.attachType ?? '') ?? true) &&
    (structOps?.includes(program.structOps?.typeName ?? '') ?? true)
}

/** Somebody's function: it gets a copy, and whatever else it does than to answer true or false is no answer. */
function guarded(name: string, filter: (program: FilterSubject) => unknown): (program: FilterSubject) => boolean {
  return ({ type, attachType, attachName, structOps }) => {
    const program = { type, attachType, attachName, structOps: structOps === undefined ? undefined : { ...structOps } }
    let answer: unknown
    try {
      answer = filter(program)
    } catch (error) {
      throw new NoAnswer(`the filter ${name} throws: ${thrownText(error)}`)
    }
    if (typeof answer === 'boolean') return answer
    throw new NoAnswer(
      `the filter ${name} returns ${answer instanceof Promise ? 'a promise' : typeof answer}, not true or false`,
    )
  }
}

/** The filter of a registration as a function; the kernel's own by their names. */
export function moduleFilter(module: KfuncModule, name: string): KfuncRegistration['allows'] {
  return module.filters.get(name) ?? filterRow(name)?.allows
}
