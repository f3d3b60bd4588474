// SPDX-License-Identifier: Apache-2.0
// Global functions, and what they are given.

import { type Argument, type InKfunc, type Inner, type KfuncArg, type Reg, says } from './row.ts'
import type { Wording } from './wording.ts'

/** Of a function of the program that takes more than any may. */
export const manyArgsWords = (func: string, count: number, most: number): string =>
  `kernel supports at most ${most} parameters, function ${func} has ${count}`

export const subprogViolations = {
  'subprog-btf': () => 'Invalid BTF of func',
  'subprog-arg': {
    'tagged-number': ({ param }: { param: number }) => `arg#${param} has pointer tag, but is not a pointer type`,
    type: ({ param, kind, func }: { param: number; kind: string; func: string }) =>
      `Arg#${param} type ${kind} in ${func}() is not supported yet.`,
    tags: ({ param }: { param: number }) => `arg#${param} has invalid combination of tags`,
    'untrusted-tags': ({ param }: { param: number }) => `arg#${param} untrusted cannot be combined with any other tags`,
    'untrusted-type': ({ param, kind, struct }: { param: number; kind: string; struct: string }) =>
      `arg#${param} has type ${kind} '${struct}', but only struct or primitive types are allowed`,
    'arena-tags': ({ param }: { param: number }) => `arg#${param} arena cannot be combined with any other tags`,
    size: ({ param, kind, struct }: { param: number; kind: string; struct: string }) =>
      `arg#${param} reference type('${kind} ${struct}') size cannot be determined: -22`,
    'unknown-tag': ({ param }: { param: number }) => `arg#${param} has unsupported set of tags`,
    'ctx-unnamed': ({ param }: { param: number }) => `arg#${param} type doesn't have a name`,
    'ctx-void': ({ param }: { param: number }) => `arg#${param} should be void pointer`,
    'ctx-struct': ({ param, expected }: { param: number; expected: string }) =>
      `arg#${param} should be \`struct ${expected} *\``,
    'kernel-type': ({ param, kind, struct, what }: { param: number; kind: string; struct: string; what: string }) =>
      `arg#${param} reference type('${kind} ${struct}') ${what}`,
  },
  'global-arg': {
    scalar: ({ reg }: Argument) => `R${reg} is not a scalar`,
    ctx: ({ arg }: Argument, w: Wording) => `${w.arg(arg)} expects pointer to ctx`,
    arena: ({ reg }: Argument) => `R${reg} is not a pointer to arena or scalar.`,
    'read-only': says<Argument>('only read is supported'),
    packet: ({ reg, func }: Argument & { func: number }) =>
      `R${reg} is a packet pointer, but func#${func} may change packet data`,
    null: ({ arg }: Argument, w: Wording) => `${w.arg(arg)} is expected to be non-NULL`,
  },
  'argument-type': ({ reg, seen, expected }: Reg & { seen: string; expected: string; arg?: number; helper?: string }) =>
    `R${reg} type=${seen} expected=${expected}`,
  'struct-mismatch': {
    helper: ({ reg, seen, expected }: Reg & { expected: string; seen: string }) =>
      `R${reg} is of type ${seen} but ${expected} is expected`,
    kfunc: (
      {
        kfunc,
        arg,
        expectedKind,
        expected,
        reg,
        kind,
        seen,
      }: KfuncArg & { expected: string; expectedKind: string; kind: string },
      w: Wording,
    ) =>
      `kernel function ${kfunc} ${w.arg(arg, 'args#')} expected pointer to ${expectedKind} ${expected} but R${reg} has a pointer to ${kind} ${seen}`,
  },
  'subprog-return': ({ name }: { name: string }, w: Wording) =>
    w.globalsReturnVoid
      ? `Global function ${name}() return value not void or scalar. Only those are supported.`
      : `Global function ${name}() doesn't return scalar. Only those are supported.`,
  'global-args': ({ func, name }: { func: number; name: string; inner: Inner }) =>
    `Caller passes invalid args into func#${func} ('${name}')`,
  'too-many-args': {
    kfunc: ({ kfunc, count, most }: InKfunc & { count: number; most: number }) =>
      `Function ${kfunc} has ${count} > ${most} args`,
    'not-passed': ({ count }: Partial<InKfunc> & { count: number }) =>
      `callee expects ${count} args, stack arg1 is not initialized`,
  },
  'subprog-args': {
    beyond: ({ func, count }: { func: string; count: number }, w: Wording) =>
      w.manyArgs
        ? `global function ${func} has ${count} > 5 args, stack args not supported`
        : `Global function ${func}() with ${count} > 5 args. Buggy compiler.`,
    most: ({ func, count, most }: { func: string; count: number; most: number }) => manyArgsWords(func, count, most),
  },
} as const
