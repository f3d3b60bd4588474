// SPDX-License-Identifier: Apache-2.0
// Rules about parameters: kfuncs.rst "Annotating kfunc parameters", and what the verifier can pass at all.
import { suffixRow, suffixRows } from '../suffixes.ts'
import { type Finding, type KfuncRule, nearest } from './rule.ts'
import type { DeclaredKfunc, DeclaredParam } from './types.ts'

const isSize = (param: DeclaredParam | undefined) =>
  param !== undefined && (param.suffixes.includes('sz') || param.suffixes.includes('szk'))
/** Annotations under which the verifier does not ask what the pointer points to. */
const typeless = [
  'ign',
  'prog',
  'map',
  'const_map',
  'alloc',
  'refcounted_kptr',
  'str',
  'arena',
  'nonown_allowed',
  'iter',
]
const label = (kfunc: DeclaredKfunc, index: number) =>
  `argument ${index + 1}${kfunc.params[index]!.name === '' ? '' : ` (${kfunc.params[index]!.name})`} of ${kfunc.name}`

const voidPointerNeedsSize: KfuncRule = {
  name: 'void-pointer-needs-size',
  sentence: 'Without __sz annotation, a kfunc cannot accept a void pointer.',
  source: 'kfuncs.rst "__sz Annotation"',
  *check(kfunc, { shape }) {
    for (const [index, { type, suffixes, name, place }] of kfunc.params.entries()) {
      const outer = shape(type)
      if (outer.kind !== 'pointer' || shape(outer.to).kind !== 'void') continue
      if (isSize(kfunc.params[index + 1]) || suffixes.some((suffix) => typeless.includes(suffix))) continue
      const base = name === '' ? 'mem' : name
      yield {
        what: `${label(kfunc, index)} is a void pointer without a size`,
        place,
        help: `add a parameter after it: void *${base}, u32 ${base}__sz`,
      }
    }
  },
}

const sizeFollowsPointer: KfuncRule = {
  name: 'size-follows-pointer',
  sentence: 'This annotation is used to indicate a memory and size pair in the argument list.',
  source: 'kfuncs.rst "__sz Annotation"',
  *check(kfunc, { shape }) {
    for (const [index, param] of kfunc.params.entries()) {
      if (!isSize(param)) continue
      const before = kfunc.params[index - 1]
      if (shape(param.type).kind === 'pointer') continue
      const kind = before === undefined ? undefined : shape(before.type).kind
      if (kind === 'pointer' || kind === 'array' || kind === 'unknown') continue
      yield {
        what: `${label(kfunc, index)} is a size, but ${before === undefined ? 'nothing' : 'no pointer'} comes before it`,
        place: param.place,
        help: 'put it right behind the pointer to the memory',
      }
    }
  },
}

const sizedPointerIsMemory: KfuncRule = {
  name: 'sized-pointer-is-memory',
  sentence: 'the verifier will treat first argument as a PTR_TO_MEM, and second argument as its size',
  source: 'kfuncs.rst "__sz Annotation"; the log: must point to void, scalar, or struct with scalar',
  *check(kfunc, { shape }) {
    for (const [index, param] of kfunc.params.entries()) {
      const outer = shape(param.type)
      if (outer.kind !== 'pointer' || !isSize(kfunc.params[index + 1])) continue
      const inner = shape(outer.to).kind
      if (inner === 'pointer' || inner === 'function')
        yield { what: `${label(kfunc, index)} has a size but points to a ${inner}, not to memory`, place: param.place }
    }
  },
}

const annotationFitsType: KfuncRule = {
  name: 'annotation-fits-type',
  sentence:
    'we can annotate a parameter by suffixing the name of the argument of the kfunc with a __tag, where tag may be one of the supported annotations.',
  source: 'kfuncs.rst "Annotating kfunc parameters"',
  *check(kfunc, { shape }) {
    for (const [index, param] of kfunc.params.entries()) {
      const kind = shape(param.type).kind
      if (kind === 'unknown') continue
      for (const suffix of param.suffixes) {
        const row = suffixRow(suffix)
        const pointer = kind === 'pointer' || kind === 'array' || kind === 'function'
        if (row === undefined || suffix === 'ign' || (row.on === 'pointer') === pointer) continue
        yield {
          what: `${label(kfunc, index)} is annotated __${suffix}, which is for a ${row.on}`,
          place: param.place,
          help: `__${suffix} says: ${row.words}`,
        }
      }
    }
  },
}

/** Words that authors reach for, and what the kernel calls them. */
const misheard: ReadonlyMap<string, string> = new Map(
  Object.entries<string>({
    size: 'sz',
    len: 'sz',
    length: 'sz',
    const: 'k',
    constant: 'k',
    null: 'nullable',
    maybe_null: 'nullable',
    or_null: 'nullable',
    optional: 'opt',
    string: 'str',
    ignore: 'ign',
    ignored: 'ign',
    uninitialized: 'uninit',
    allocated: 'alloc',
    refcounted: 'refcounted_kptr',
  }),
)

const annotationIsKnown: KfuncRule = {
  name: 'annotation-is-known',
  sentence: 'tag may be one of the supported annotations',
  source: 'kfuncs.rst "Annotating kfunc parameters"',
  *check(kfunc) {
    const known = suffixRows.map(({ suffix }) => suffix)
    for (const [index, { name, suffixes, place }] of kfunc.params.entries()) {
      const at = name.lastIndexOf('__')
      if (at <= 0 || suffixes.length > 0) continue
      const tag = name.slice(at + 2)
      const meant =
        misheard.get(tag.toLowerCase()) ??
        nearest(
          tag.toLowerCase(),
          known.filter((each) => each.length > 2),
        )
      if (meant === undefined || tag === '') continue
      yield {
        what: `${label(kfunc, index)} ends in __${tag}, which is not an annotation`,
        place,
        help: `did you mean __${meant}?`,
      }
    }
  },
}

const optionalHasSize: KfuncRule = {
  name: 'opt-has-size',
  sentence:
    'This annotation is used to indicate that the buffer associated with an __sz or __szk argument may be null.',
  source: 'kfuncs.rst "__opt Annotation"',
  *check(kfunc) {
    for (const [index, param] of kfunc.params.entries()) {
      if (!param.suffixes.includes('opt') || isSize(kfunc.params[index + 1])) continue
      yield {
        what: `${label(kfunc, index)} is annotated __opt but no size follows it`,
        place: param.place,
        help: 'add its size as a __sz or __szk argument, or annotate it __nullable',
      }
    }
  },
}

const stringIsChar: KfuncRule = {
  name: 'str-is-char-pointer',
  sentence: 'This annotation is used to indicate that the argument is a constant string.',
  source: 'kfuncs.rst "__str Annotation"',
  *check(kfunc) {
    for (const [index, { suffixes, type, place }] of kfunc.params.entries()) {
      if (!suffixes.includes('str') || type.kind !== 'pointer') continue
      let inner = type.to
      while (inner.kind === 'qualified') inner = inner.of
      if (inner.kind === 'base' && inner.name === 'char') continue
      yield { what: `${label(kfunc, index)} is annotated __str but is not a const char *`, place }
    }
  },
}

const atMostFiveArguments: KfuncRule = {
  name: 'at-most-five-arguments',
  sentence: 'R1 - R5: arguments for function calls',
  source: 'RFC 9669, Registers and calling convention (more than five since Linux 7.x only)',
  *check(kfunc) {
    if (kfunc.params.length > 5)
      yield {
        what: `${kfunc.name} has ${kfunc.params.length} arguments, and five registers carry arguments`,
        place: kfunc.params[5]!.place,
        help: 'pass a struct by pointer',
      }
    if (kfunc.variadic) yield { what: `${kfunc.name} takes a variable number of arguments`, place: kfunc.place }
  },
}

const argumentFitsRegister: KfuncRule = {
  name: 'argument-fits-register',
  sentence:
    'R0 - R9 are scratch and argument registers of 64 bits; an argument is a scalar of at most 8 bytes or a pointer.',
  source: 'RFC 9669, Registers and calling convention; the log: Unrecognized arg#%d type',
  *check(kfunc, { shape }) {
    for (const [index, { type, place }] of kfunc.params.entries()) {
      const { kind, ...more } = shape(type)
      if (kind === 'wide')
        yield {
          what: `${label(kfunc, index)} is a ${'name' in more ? more.name : ''}`,
          place,
          help: 'pass it by pointer',
        }
      if (kind === 'struct')
        yield { what: `${label(kfunc, index)} is a struct by value`, place, help: 'pass it by pointer' }
      if (kind === 'void') yield { what: `${label(kfunc, index)} is void`, place }
    }
    const ret = shape(kfunc.ret)
    if (ret.kind === 'wide' || ret.kind === 'struct' || ret.kind === 'array')
      yield {
        what: `${kfunc.name} returns a ${ret.kind === 'wide' ? ret.name : ret.kind} by value`,
        place: kfunc.place,
        help: 'return a pointer',
      }
  },
}

const returnedMemoryHasSize: KfuncRule = {
  name: 'returned-memory-has-size',
  sentence: 'kernel function %s returns pointer type %s %s is not supported',
  source: 'the log; a void pointer is a number to the program',
  *check(kfunc, { shape }): Iterable<Finding> {
    const ret = shape(kfunc.ret)
    if (ret.kind !== 'pointer') return
    const inner = shape(ret.to).kind
    if (inner === 'function') yield { what: `${kfunc.name} returns a pointer to a function`, place: kfunc.place }
    if (inner === 'void')
      yield {
        what: `${kfunc.name} returns a void pointer, which is a number to the program: it cannot read through it`,
        place: kfunc.place,
        help: 'return a pointer to a struct, or char * with a constant argument named rdonly_buf_size or rdwr_buf_size for how many bytes',
      }
  },
}

const parameterIsNamed: KfuncRule = {
  name: 'parameter-names-differ',
  sentence: 'we can annotate a parameter by suffixing the name of the argument of the kfunc',
  source: 'kfuncs.rst "Annotating kfunc parameters"',
  *check(kfunc) {
    const seen = new Set<string>()
    for (const [index, { name, place }] of kfunc.params.entries()) {
      if (name === '')
        yield { what: `${label(kfunc, index)} has no name`, place, help: 'programs and messages refer to it by name' }
      else if (seen.has(name)) yield { what: `${label(kfunc, index)} has the name of an earlier one`, place }
      seen.add(name)
    }
  },
}

/** In the order a reader of the prototype meets them. */
export const argumentRules: readonly KfuncRule[] = [
  atMostFiveArguments,
  argumentFitsRegister,
  parameterIsNamed,
  annotationIsKnown,
  annotationFitsType,
  sizeFollowsPointer,
  voidPointerNeedsSize,
  sizedPointerIsMemory,
  optionalHasSize,
  stringIsChar,
  returnedMemoryHasSize,
]
