// SPDX-License-Identifier: Apache-2.0
// Rules about flags: kfuncs.rst "Annotating kfuncs".
import { flagRow, flagRows } from '../flags.ts'
import { deprecationIn, type KfuncRule, nearest } from './rule.ts'
import type { Shaper } from './resolve.ts'
import type { DeclaredKfunc } from './types.ts'

const isStructPointer = (type: DeclaredKfunc['ret'], shape: Shaper): boolean => {
  const outer = shape(type)
  if (outer.kind === 'unknown') return true
  if (outer.kind !== 'pointer') return false
  const inner = shape(outer.to)
  return inner.kind === 'unknown' || (inner.kind === 'struct' && inner.tag === 'struct')
}

const flagIsKnown: KfuncRule = {
  name: 'flag-is-known',
  sentence: 'To do so, we define flags on a set of kfuncs as follows',
  source: 'kfuncs.rst "Annotating kfuncs"',
  *check(kfunc) {
    for (const flag of kfunc.flags) {
      if (flagRow(flag) !== undefined) continue
      const meant = nearest(
        flag.startsWith('KF_') ? flag : `KF_${flag}`,
        flagRows.map(({ name }) => name),
      )
      yield {
        what: `${kfunc.name} has the unknown flag ${flag}`,
        place: kfunc.place,
        ...(meant === undefined ? {} : { help: `did you mean ${meant}?` }),
      }
    }
  },
}

const acquireReturnsPointer: KfuncRule = {
  name: 'acquire-returns-pointer',
  sentence: 'The KF_ACQUIRE flag is used to indicate that the kfunc returns a pointer to a refcounted object.',
  source: 'kfuncs.rst "KF_ACQUIRE flag"; the log: acquire kernel function does not return PTR_TO_BTF_ID',
  *check(kfunc, { shape }) {
    if (kfunc.flags.has('KF_ACQUIRE') && !isStructPointer(kfunc.ret, shape))
      yield { what: `${kfunc.name} is KF_ACQUIRE but returns no pointer to a struct`, place: kfunc.place }
  },
}

const releaseTakesReference: KfuncRule = {
  name: 'release-takes-reference',
  sentence:
    'The KF_RELEASE flag is used to indicate that the kfunc releases the pointer passed in to it. There can be only one referenced pointer that can be passed in.',
  source: 'kfuncs.rst "KF_RELEASE flag"',
  *check(kfunc, { shape }) {
    if (!kfunc.flags.has('KF_RELEASE')) return
    const takes = kfunc.params.some(
      ({ type, suffixes }) =>
        (isStructPointer(type, shape) || suffixes.includes('alloc') || suffixes.includes('refcounted_kptr')) &&
        !suffixes.includes('ign'),
    )
    if (!takes)
      yield {
        what: `${kfunc.name} is KF_RELEASE but does not take a pointer to a struct: there is no reference it could release`,
        place: kfunc.params[0]?.place ?? kfunc.place,
      }
  },
}

const retNullIsPointer: KfuncRule = {
  name: 'ret-null-is-pointer',
  sentence: 'The KF_RET_NULL flag is used to indicate that the pointer returned by the kfunc may be NULL.',
  source: 'kfuncs.rst "KF_RET_NULL flag"',
  *check(kfunc, { shape }) {
    const { kind } = shape(kfunc.ret)
    if (kfunc.flags.has('KF_RET_NULL') && kind !== 'pointer' && kind !== 'unknown')
      yield { what: `${kfunc.name} is KF_RET_NULL but returns no pointer`, place: kfunc.place }
  },
}

const pointerFlagHasPointer: KfuncRule = {
  name: 'trusted-args-has-pointer',
  sentence: 'The KF_TRUSTED_ARGS flag is used for kfuncs taking pointer arguments.',
  source: 'kfuncs.rst "KF_TRUSTED_ARGS flag", "KF_RCU flag"',
  *check(kfunc, { shape }) {
    for (const flag of ['KF_TRUSTED_ARGS', 'KF_RCU']) {
      const takes = kfunc.params.some(({ type }) => ['pointer', 'array', 'unknown'].includes(shape(type).kind))
      if (kfunc.flags.has(flag) && !takes)
        yield {
          what: `${kfunc.name} is ${flag} but does not take a pointer`,
          place: kfunc.place,
          help: 'leave the flag out',
        }
    }
  },
}

const sleepsOutsideRcu: KfuncRule = {
  name: 'sleepable-or-rcu-protected',
  sentence: 'kernel func %s is sleepable within rcu_read_lock region',
  source: 'the log; KF_SLEEPABLE and KF_RCU_PROTECTED together can never be called',
  *check(kfunc) {
    if (kfunc.flags.has('KF_SLEEPABLE') && kfunc.flags.has('KF_RCU_PROTECTED'))
      yield {
        what: `${kfunc.name} is KF_SLEEPABLE and KF_RCU_PROTECTED: no place is left to call it from`,
        place: kfunc.place,
      }
  },
}

const deprecationIsDocumented: KfuncRule = {
  name: 'deprecation-is-documented',
  sentence:
    'A kfunc that is marked with KF_DEPRECATED should also have any relevant information captured in its kernel doc.',
  source: 'kfuncs.rst "KF_DEPRECATED flag"',
  *check(kfunc, { definition }) {
    if (!kfunc.flags.has('KF_DEPRECATED')) return
    const entry = deprecationIn(definition, kfunc.name)
    if (entry === undefined && kfunc.doc?.deprecated === undefined)
      yield {
        what: `${kfunc.name} is KF_DEPRECATED, but nothing says until when and what replaces it`,
        place: kfunc.place,
        help: `add deprecated: { ${kfunc.name}: { since, removal, replacement } }, or a Deprecated: section to its kernel-doc`,
      }
  },
}

export const flagRules: readonly KfuncRule[] = [
  flagIsKnown,
  acquireReturnsPointer,
  releaseTakesReference,
  retNullIsPointer,
  pointerFlagHasPointer,
  sleepsOutsideRcu,
  deprecationIsDocumented,
]
