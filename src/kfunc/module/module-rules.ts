// SPDX-License-Identifier: Apache-2.0
// Rules about the module as a whole: kfuncs.rst "Registering the kfuncs", destructors, "Specifying no-cast aliases".
import { structIdsMatch } from '../../btf/index.ts'
import { filterRow } from '../filters.ts'
import { hookOfType, hookRows } from '../hooks.ts'
import { type Draft, type Finding, type ModuleRule, nearest } from './rule.ts'

const registering = 'kfuncs.rst "Registering the kfuncs"'

const nameIsOne: ModuleRule = {
  name: 'module-has-name',
  sentence: '.owner = THIS_MODULE',
  source: registering,
  *check({ definition, place }) {
    const { name } = definition
    const fits = name.length > 0 && name.length < 56 && [...name].every((char) => /[A-Za-z0-9_]/.test(char))
    if (!fits || name === 'vmlinux')
      yield {
        what: `a module cannot be called '${name.slice(0, 60)}'`,
        place,
        help: 'letters, digits and _, below 56 characters',
      }
  },
}

const namesAreDeclared: ModuleRule = {
  name: 'kfunc-is-declared',
  sentence: 'This set encodes the BTF ID of each kfunc listed above, and encodes the flags along with it.',
  source: 'kfuncs.rst "Annotating kfuncs"',
  *check(draft) {
    const { definition, registrations } = draft
    const missing = (what: string, name: string): Finding[] =>
      draft.functions.has(name)
        ? []
        : [
            {
              what: `${what} names ${name}, which the C text does not declare`,
              place: draft.place,
              ...meant(name, draft),
            },
          ]
    for (const { kfuncs, types } of registrations)
      for (const name of kfuncs) yield* missing(`the registration for ${types.join(', ')}`, name)
    for (const name of Object.keys(definition.flags ?? {})) yield* missing('flags', name)
    for (const name of Object.keys(definition.deprecated ?? {})) yield* missing('deprecated', name)
    for (const [struct, name] of Object.entries(definition.dtors ?? {}))
      yield* missing(`the destructor of struct ${struct}`, name)
    for (const name of Object.keys(definition.bodies ?? {})) yield* missing('bodies', name)
  },
}

const declarationIsOne: ModuleRule = {
  name: 'kfunc-is-declared-once',
  sentence: 'the wrapper function should have extern linkage',
  source: 'kfuncs.rst "Creating a wrapper kfunc"',
  *check({ unit, kfuncs }) {
    const first = new Map<string, number | undefined>()
    for (const declaration of unit.declarations) {
      if (declaration.kind !== 'function') continue
      if (first.has(declaration.name))
        yield {
          what: `${declaration.name} is declared twice, first in line ${first.get(declaration.name)}`,
          place: declaration.place,
        }
      else first.set(declaration.name, declaration.place.line)
      if (kfuncs.has(declaration.name) && declaration.storage.includes('static'))
        yield { what: `${declaration.name} is static`, place: declaration.place, help: 'leave static out' }
    }
  },
}

const kfuncIsRegistered: ModuleRule = {
  name: 'kfunc-is-registered',
  sentence:
    'Once the kfunc is prepared for use, the final step to making it visible is registering it with the BPF subsystem. Registration is done per BPF program type.',
  source: registering,
  *check({ functions, kfuncs, definition }) {
    for (const [name, declared] of functions) {
      if (kfuncs.has(name)) continue
      const marked = declared.attributes.some((attribute) => attribute.name === '__bpf_kfunc')
      const flagged = Object.hasOwn(definition.flags ?? {}, name)
      const dtor = Object.values(definition.dtors ?? {}).includes(name)
      if (flagged || (marked && !dtor))
        yield {
          what: `${name} is registered for no program type`,
          place: declared.place,
          help: `register: { BPF_PROG_TYPE_…: ['${name}'] }`,
        }
    }
  },
}

const registersSomething: ModuleRule = {
  name: 'module-registers-something',
  sentence: 'the final step to making it visible is registering it with the BPF subsystem',
  source: registering,
  *check({ kfuncs, registrations, place, definition }) {
    if (Object.keys(definition.structOps ?? {}).length > 0) return
    if (kfuncs.size === 0 && registrations.every((each) => each.kfuncs.length === 0))
      yield { what: 'the module registers no kfunc', place }
  },
}

const registeredOnce: ModuleRule = {
  name: 'kfunc-is-registered-once',
  sentence: 'Registration is done per BPF program type.',
  source: registering,
  *check({ registrations, place }) {
    for (const { types, kfuncs } of registrations)
      for (const name of kfuncs.filter((each, index) => kfuncs.indexOf(each) !== index))
        yield { what: `${name} is registered twice for ${types.join(', ')}`, place }
  },
}

const oneSetPerHook: ModuleRule = {
  name: 'one-set-per-hook',
  sentence: 'A module registers one set per hook; a second registration for the same hook is refused.',
  source: 'kernel/bpf/btf.c of 6.12, on registration',
  *check({ registrations, place }) {
    const seen = new Map<string, { readonly type: string; readonly at: number }>()
    for (const [at, { types }] of registrations.entries())
      for (const type of types) {
        const hook = hookOfType(type)
        const before = hook === undefined ? undefined : seen.get(hook)
        if (hook !== undefined && before === undefined) seen.set(hook, { type, at })
        if (before === undefined || before.at === at) continue
        const shared = before.type === type ? '' : `, which shares its hook with ${before.type}`
        yield {
          what: `a second registration for ${type}${shared}`,
          place,
          help: 'put the kfuncs into one registration',
        }
      }
  },
}

const typeIsKnown: ModuleRule = {
  name: 'program-type-takes-kfuncs',
  sentence: 'visibility of a kfunc can be per program type',
  source: 'kfuncs.rst "Defining a kfunc"',
  *check({ registrations, place }) {
    const known = hookRows.flatMap((row): readonly string[] => row.types)
    for (const type of new Set(registrations.flatMap(({ types }) => types))) {
      if (hookOfType(type) !== undefined) continue
      const long = `BPF_PROG_TYPE_${type.toUpperCase()}`
      const meant = known.includes(long) ? long : nearest(type, known)
      yield {
        what: `no kfunc can be registered for ${type}`,
        place,
        ...(meant === undefined ? {} : { help: `did you mean ${meant}?` }),
      }
    }
    for (const { types, set } of registrations)
      if (types.length === 0) yield { what: `the set ${set ?? ''} is registered for no program type`, place }
  },
}

const filterIsKnown: ModuleRule = {
  name: 'filter-is-defined',
  sentence: '.filter of struct btf_kfunc_id_set decides about each caller',
  source: 'include/linux/btf.h of 6.12',
  *check({ definition, registrations, place }) {
    const own = Object.keys(definition.filters ?? {})
    for (const { filter } of registrations)
      if (filter !== undefined && !own.includes(filter) && filterRow(filter) === undefined)
        yield { what: `the filter ${filter} is not defined`, place, help: `filters: { ${filter}: (program) => … }` }
    for (const name of own)
      if (!registrations.some(({ filter }) => filter === name))
        yield { what: `the filter ${name} is used by no registration`, place }
  },
}

const destructorFits: ModuleRule = {
  name: 'destructor-fits',
  sentence: 'The prototype of a destructor kfunc is void func(type *).',
  source: 'kernel/bpf/btf.c of 6.12, on registration',
  *check({ definition, functions, shape, place, unit, btf }) {
    for (const [struct, name] of Object.entries(definition.dtors ?? {})) {
      const defined = unit.declarations.some(
        (each) => each.kind === 'tag' && each.name === struct && each.type.kind === 'record',
      )
      if (!defined && btf?.find(struct, 'struct') === undefined)
        yield { what: `the destructor ${name} is for struct ${struct}, which is not defined`, place }
      const declared = functions.get(name)
      if (declared === undefined) continue
      const { params, ret } = declared.type
      const first = params[0] === undefined ? undefined : shape(params[0].type)
      if (shape(ret).kind !== 'void')
        yield { what: `the destructor ${name} returns something`, place: declared.place, help: `void ${name}(void *p)` }
      if (params.length !== 1 || first?.kind !== 'pointer') {
        yield {
          what: `the destructor ${name} does not take exactly one pointer`,
          place: declared.place,
          help: `void ${name}(void *p)`,
        }
        continue
      }
      const inner = shape(first.to)
      if (inner.kind === 'struct' && inner.name !== struct)
        yield { what: `the destructor ${name} of struct ${struct} takes a struct ${inner.name}`, place: declared.place }
    }
  },
}

const aliasIsEquivalent: ModuleRule = {
  name: 'alias-is-equivalent',
  sentence:
    'The verifier, does, however, allow types that are equivalent according to the C standard to be passed to the same kfunc arg, even if their BTF_IDs differ.',
  source: 'kfuncs.rst "Specifying no-cast aliases with ___init"',
  *check({ definition, btf, place, unit }) {
    for (const [alias, original] of Object.entries(definition.aliases ?? {})) {
      const at = unit.declarations.find((each) => each.kind === 'tag' && each.name === alias)?.place ?? place
      if (alias.endsWith('___init') && alias !== `${original}___init`)
        yield {
          what: `the no-cast alias of struct ${original} is struct ${original}___init, not struct ${alias}`,
          place: at,
        }
      if (btf === undefined) continue
      const a = btf.find(alias, 'struct')
      const b = btf.find(original, 'struct')
      if (a === undefined || b === undefined) {
        yield { what: `struct ${a === undefined ? alias : original} is not defined`, place: at }
        continue
      }
      const first = btf.type(a)
      const whole = btf.type(b)
      if (!structIdsMatch({ btf, id: a, off: 0 }, { btf, id: b }))
        yield {
          what: `struct ${alias} does not begin with a struct ${original}: C calls them different types`,
          place: at,
          help: `struct ${alias} { struct ${original} inner; };`,
        }
      else if (
        alias.endsWith('___init') &&
        first.kind === 'struct' &&
        whole.kind === 'struct' &&
        first.size !== whole.size
      )
        yield {
          what: `struct ${alias} has ${first.size} bytes and struct ${original} ${whole.size}: the layouts differ`,
          place: at,
        }
    }
  },
}

const replacementExists: ModuleRule = {
  name: 'deprecated-is-kfunc',
  sentence: 'a recommendation for new functionality that can replace it if any is available',
  source: 'kfuncs.rst "KF_DEPRECATED flag"',
  *check({ definition, functions, kfuncs }) {
    for (const [name, { replacement }] of Object.entries(definition.deprecated ?? {})) {
      const declared = functions.get(name)
      if (declared !== undefined && !kfuncs.has(name))
        yield { what: `${name} is deprecated but is not a kfunc`, place: declared.place }
      if (declared !== undefined && replacement === name)
        yield { what: `${name} is said to be replaced by itself`, place: declared.place }
    }
  },
}

function meant(name: string, { functions }: Draft): { readonly help?: string } {
  const near = nearest(name, functions.keys())
  return near === undefined ? {} : { help: `did you mean ${near}?` }
}

export const moduleRules: readonly ModuleRule[] = [
  nameIsOne,
  registersSomething,
  namesAreDeclared,
  declarationIsOne,
  typeIsKnown,
  kfuncIsRegistered,
  registeredOnce,
  oneSetPerHook,
  filterIsKnown,
  destructorFits,
  aliasIsEquivalent,
  replacementExists,
]
