// SPDX-License-Identifier: Apache-2.0
// Rules about open-coded iterators. The document has no section on them in 6.12; the kernel checks each when its set is
// registered (kernel/bpf/btf.c of 6.12), and refuses the set. bpf_iterators.rst describes the triple.
import type { Finding, KfuncRule } from './rule.ts'
import type { DeclaredKfunc } from './types.ts'

const roles = { KF_ITER_NEW: 'new', KF_ITER_NEXT: 'next', KF_ITER_DESTROY: 'destroy' } as const
type RoleFlag = keyof typeof roles
const prefix = 'bpf_iter_'
const source = 'kernel/bpf/btf.c of 6.12, on registration'

const flagsOf = (kfunc: DeclaredKfunc): RoleFlag[] =>
  (Object.keys(roles) as RoleFlag[]).filter((flag) => kfunc.flags.has(flag))

const oneRole: KfuncRule = {
  name: 'iterator-has-one-role',
  sentence: 'Exactly one of KF_ITER_NEW, KF_ITER_NEXT and KF_ITER_DESTROY can be set.',
  source,
  *check(kfunc) {
    const flags = flagsOf(kfunc)
    if (flags.length > 1) yield { what: `${kfunc.name} is ${flags.join(' and ')} at once`, place: kfunc.place }
  },
}

const takesIterator: KfuncRule = {
  name: 'iterator-comes-first',
  sentence:
    'The first argument is struct bpf_iter_<type> *, whose size is a multiple of 8; only the constructor takes more.',
  source,
  *check(kfunc, draft): Iterable<Finding> {
    const [flag] = flagsOf(kfunc)
    if (flag === undefined) return
    const name = iteratorStruct(kfunc, draft.shape)
    const place = kfunc.params[0]?.place ?? kfunc.place
    if (name === undefined) {
      yield { what: `${kfunc.name} is ${flag}, but its first argument is not a struct bpf_iter_<type> *`, place }
      return
    }
    const id = draft.btf?.find(name, 'struct')
    const type = id === undefined ? undefined : draft.btf!.type(id)
    if (draft.btf !== undefined && type?.kind !== 'struct')
      yield {
        what: `struct ${name} is not defined, so its size is not known`,
        place,
        help: `struct ${name} { __u64 __opaque[1]; };`,
      }
    if (type?.kind === 'struct' && (type.size === 0 || type.size % 8 !== 0))
      yield {
        what: `struct ${name} has ${type.size} bytes: an iterator lives in stack slots of 8`,
        place: structPlace(name, draft) ?? place,
      }
    if (flag !== 'KF_ITER_NEW' && kfunc.params.length !== 1)
      yield {
        what: `${kfunc.name} takes ${kfunc.params.length} arguments; only the constructor takes more than the iterator`,
        place: kfunc.params[1]!.place,
      }
  },
}

const isNamedForIterator: KfuncRule = {
  name: 'iterator-is-named',
  sentence:
    'The functions of struct bpf_iter_<type> are called bpf_iter_<type>_new, bpf_iter_<type>_next and bpf_iter_<type>_destroy.',
  source,
  *check(kfunc, { shape }) {
    const [flag] = flagsOf(kfunc)
    const name = iteratorStruct(kfunc, shape)
    if (flag === undefined || name === undefined) return
    const expected = `${name}_${roles[flag]}`
    if (kfunc.name !== expected)
      yield { what: `${kfunc.name} is ${flag} of struct ${name}: it must be called ${expected}`, place: kfunc.place }
  },
}

const returnsAsRoleDoes: KfuncRule = {
  name: 'iterator-returns',
  sentence: 'next returns a pointer, NULL at the end (KF_RET_NULL); destroy returns void.',
  source: `${source}; bpf_iterators.rst`,
  *check(kfunc, { shape }) {
    const { kind } = shape(kfunc.ret)
    if (kfunc.flags.has('KF_ITER_NEXT') && kind !== 'pointer' && kind !== 'unknown')
      yield { what: `${kfunc.name} is KF_ITER_NEXT but returns no pointer`, place: kfunc.place }
    if (kfunc.flags.has('KF_ITER_NEXT') && !kfunc.flags.has('KF_RET_NULL'))
      yield {
        what: `${kfunc.name} is KF_ITER_NEXT without KF_RET_NULL: its loop would never end`,
        place: kfunc.place,
        help: 'add KF_RET_NULL',
      }
    if (kfunc.flags.has('KF_ITER_DESTROY') && kind !== 'void')
      yield { what: `${kfunc.name} is KF_ITER_DESTROY but returns something`, place: kfunc.place, help: 'return void' }
    if (kfunc.flags.has('KF_ITER_NEW') && kind !== 'scalar' && kind !== 'unknown')
      yield {
        what: `${kfunc.name} is KF_ITER_NEW but returns no int`,
        place: kfunc.place,
        help: 'return 0 or an error number',
      }
  },
}

const comesInThree: KfuncRule = {
  name: 'iterator-is-whole',
  sentence:
    'An iterator is made by new, advanced by next until NULL, and destroyed by destroy: all three are needed to use it.',
  source: 'bpf_iterators.rst; the verifier demands destroy for every new',
  *check(kfunc, { shape, kfuncs }) {
    const name = iteratorStruct(kfunc, shape)
    if (!kfunc.flags.has('KF_ITER_NEW') || name === undefined) return
    for (const flag of ['KF_ITER_NEXT', 'KF_ITER_DESTROY'] as const) {
      const partner = `${name}_${roles[flag]}`
      if (kfuncs.get(partner)?.flags.has(flag) !== true)
        yield {
          what: `${kfunc.name} has no ${roles[flag]}: ${partner} is not registered with ${flag}`,
          place: kfunc.place,
        }
    }
  },
}

const newComesFirst: KfuncRule = {
  name: 'iterator-has-constructor',
  sentence: 'next and destroy take an iterator that new has initialised.',
  source: 'bpf_iterators.rst; the log: expected an initialized iter_%s as arg #%d',
  *check(kfunc, { shape, kfuncs }) {
    const [flag] = flagsOf(kfunc)
    const name = iteratorStruct(kfunc, shape)
    if (flag === undefined || flag === 'KF_ITER_NEW' || name === undefined) return
    if (kfuncs.get(`${name}_new`)?.flags.has('KF_ITER_NEW') !== true)
      yield {
        what: `${kfunc.name} has no constructor: ${name}_new is not registered with KF_ITER_NEW`,
        place: kfunc.place,
      }
  },
}

function iteratorStruct(kfunc: DeclaredKfunc, shape: Parameters<KfuncRule['check']>[1]['shape']): string | undefined {
  const first = kfunc.params[0]
  const outer = first === undefined ? undefined : shape(first.type)
  const inner = outer?.kind === 'pointer' ? shape(outer.to) : undefined
  return inner?.kind === 'struct' && inner.name.startsWith(prefix) ? inner.name : undefined
}

function structPlace(name: string, { unit }: Parameters<KfuncRule['check']>[1]) {
  return unit.declarations.find((each) => each.kind === 'tag' && each.name === name)?.place
}

export const iteratorRules: readonly KfuncRule[] = [
  oneRole,
  takesIterator,
  isNamedForIterator,
  returnsAsRoleDoes,
  comesInThree,
  newComesFirst,
]
