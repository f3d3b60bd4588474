// SPDX-License-Identifier: Apache-2.0
// Iterators, dynptrs and other objects that live on the stack.

import { type Argument, type Inner, type InKfunc, type KfuncParam, type Reg, says } from './row.ts'
import type { Wording } from './wording.ts'

export const stackObjectViolations = {
  'stack-object-offset': {
    variable: ({ what }: Reg & { what: string }) => `${what} has to be at a constant offset`,
    outside: ({ what, off }: Reg & { what: string; off: number }) => `cannot pass in ${what} at an offset=${off}`,
  },
  'dynptr-uninit': says<Reg & { inner?: Inner }>('Dynptr has to be an uninitialized dynptr'),
  'dynptr-pointer': ({ arg }: Argument & { kfunc?: string }, w: Wording) =>
    `${w.arg(arg)} expected pointer to stack or const struct bpf_dynptr`,
  'dynptr-const': {
    mutated: says<Reg>('cannot pass pointer to const bpf_dynptr, the helper mutates it'),
    released: says<KfuncParam>('CONST_PTR_TO_DYNPTR cannot be released'),
  },
  'dynptr-uninitialized': ({ arg }: Argument, w: Wording) => `Expected an initialized dynptr as ${w.arg(arg, 'arg #')}`,
  'dynptr-type': ({ dynptr, arg }: Argument & { dynptr: string }, w: Wording) =>
    `Expected a dynptr of type ${dynptr} as ${w.arg(arg, 'arg #')}`,
  'iter-uninit': ({ iterator, arg }: Argument & { iterator: string }, w: Wording) =>
    `expected uninitialized ${iterator} as ${w.arg(arg, 'arg #')}`,
  'iter-stack': ({ arg }: Argument, w: Wording) => `${w.arg(arg)} expected pointer to an iterator on stack`,
  'iter-init': ({ iterator, arg }: Argument & { iterator: string }, w: Wording) =>
    `expected an initialized ${iterator} as ${w.arg(arg, 'arg #')}`,
  'iter-rcu': ({ kfunc }: Reg & InKfunc) => `expected an RCU CS when using ${kfunc}`,
} as const
