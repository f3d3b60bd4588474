// SPDX-License-Identifier: Apache-2.0
// What keeps every rule and is yet not what its author meant, as far as can be told: a module's warnings. Rules like the others; the
// kernel would register the module, but programs could do nothing with part of it.
import type { CType } from '../../cdecl/index.ts'
import { acquiresOf, releasesOf } from '../partners.ts'
import type { Draft, Finding, ModuleRule } from './rule.ts'
import type { DeclaredKfunc } from './types.ts'

/** Name of the struct that a type points to. */
function structBehind(type: CType, { shape }: Draft): string | undefined {
  const outer = shape(type)
  if (outer.kind !== 'pointer') return undefined
  const inner = shape(outer.to)
  return inner.kind === 'struct' ? inner.name : undefined
}

const acquired = (kfunc: DeclaredKfunc, draft: Draft): string | undefined =>
  kfunc.flags.has('KF_ACQUIRE') ? structBehind(kfunc.ret, draft) : undefined

const released = (kfunc: DeclaredKfunc, draft: Draft): readonly string[] =>
  kfunc.flags.has('KF_RELEASE') ? kfunc.params.flatMap(({ type }) => structBehind(type, draft) ?? []) : []

/** The struct under the names that programs may give it. */
const namesOf = (struct: string, { definition }: Draft): readonly string[] => [
  struct,
  ...Object.entries(definition.aliases ?? {}).flatMap(([alias, original]) =>
    alias === struct ? [original] : original === struct ? [alias] : [],
  ),
]

const acquireHasRelease: ModuleRule = {
  name: 'acquire-has-release',
  sentence:
    'The verifier will then ensure that the pointer to the object is eventually released using a release kfunc, or transferred to a map using a referenced kptr',
  source: 'kfuncs.rst "KF_ACQUIRE flag"',
  *check(draft): Iterable<Finding> {
    const { kfuncs, definition } = draft
    const taken = new Set([...kfuncs.values()].flatMap((kfunc) => released(kfunc, draft)))
    for (const kfunc of kfuncs.values()) {
      const struct = acquired(kfunc, draft)
      if (struct === undefined) continue
      const names = namesOf(struct, draft)
      if (names.some((name) => taken.has(name) || releasesOf(name).length > 0)) continue
      if (names.some((name) => Object.hasOwn(definition.dtors ?? {}, name))) continue
      yield {
        what: `${kfunc.name} acquires a struct ${struct}, and nothing releases one: no program that calls it can be accepted`,
        place: kfunc.place,
        help: `declare a kfunc that takes a struct ${struct} * and give it KF_RELEASE`,
      }
    }
  },
}

const releaseHasAcquire: ModuleRule = {
  name: 'release-has-acquire',
  sentence: 'The KF_RELEASE flag is used to indicate that the kfunc releases the pointer passed in to it.',
  source: 'kfuncs.rst "KF_RELEASE flag"',
  *check(draft): Iterable<Finding> {
    const { kfuncs } = draft
    const given = new Set([...kfuncs.values()].flatMap((kfunc) => acquired(kfunc, draft) ?? []))
    for (const kfunc of kfuncs.values()) {
      const structs = released(kfunc, draft)
      if (structs.length === 0) continue
      const names = structs.flatMap((struct) => namesOf(struct, draft))
      if (names.some((name) => given.has(name) || acquiresOf(name).length > 0 || releasesOf(name).length > 0)) continue
      yield {
        what: `${kfunc.name} releases a struct ${structs.join(' or ')}, and nothing acquires one: no program can call it`,
        place: kfunc.place,
        help: `declare a kfunc that returns a struct ${structs[0]} * and give it KF_ACQUIRE`,
      }
    }
  },
}

const referenceHasDestructor: ModuleRule = {
  name: 'reference-has-destructor',
  sentence: 'A referenced kptr in a map is released by the destructor kfunc of its type when the map goes away.',
  source: 'kernel/bpf/btf.c of 6.12, on kptr fields; register_btf_id_dtor_kfuncs',
  *check(draft): Iterable<Finding> {
    const { kfuncs, definition, functions, shape } = draft
    const dtors = definition.dtors ?? {}
    const taken = new Set(Object.values(dtors))
    const candidates = [...functions.values()].filter(
      ({ name, type }) =>
        !kfuncs.has(name) && !taken.has(name) && type.params.length === 1 && shape(type.ret).kind === 'void',
    )
    for (const struct of new Set([...kfuncs.values()].flatMap((kfunc) => acquired(kfunc, draft) ?? []))) {
      const names = namesOf(struct, draft)
      if (names.some((name) => Object.hasOwn(dtors, name) || releasesOf(name).length > 0)) continue
      const place = [...kfuncs.values()].find((kfunc) => acquired(kfunc, draft) === struct)?.place ?? draft.place
      const [only, ...others] = candidates
      const dtor = only === undefined || others.length > 0 ? `${struct}_dtor` : only.name
      yield {
        what: `struct ${struct} has no destructor: programs may hold one, but store none in a map`,
        place,
        help: `dtors: { ${struct}: '${dtor}' }${only === undefined ? `, with void ${dtor}(void *) declared` : ''}`,
      }
    }
  },
}

const kfuncHasBody: ModuleRule = {
  name: 'kfunc-has-body',
  sentence: 'If a program calls a helper or kfunc that has no model, the run fails with an error that names it.',
  source: 'docs/runtime.md "What is modelled"',
  *check({ kfuncs, definition }): Iterable<Finding> {
    const bodies = definition.bodies ?? {}
    if (Object.keys(bodies).length === 0) return
    for (const { name, place } of kfuncs.values())
      if (!Object.hasOwn(bodies, name))
        yield { what: `${name} has no body: programs that call it are accepted, and stopped when they run`, place }
  },
}

/** In the order of what they cost. */
export const adviceRules: readonly ModuleRule[] = [
  acquireHasRelease,
  releaseHasAcquire,
  referenceHasDestructor,
  kfuncHasBody,
]
