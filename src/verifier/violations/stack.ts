// SPDX-License-Identifier: Apache-2.0
// The stack and what is spilled to it.

import { type Reg, says } from './row.ts'

/** By an insn, or by a call that is known to read or to write; helper: by a call, which may do either; overwrite: by a call that writes. */
export type StackAccess = 'read' | 'write' | 'helper' | 'overwrite'

const ways: Readonly<Record<StackAccess, string>> = {
  read: ' read from',
  write: ' write to',
  helper: ' indirect access to',
  overwrite: ' write to',
}

export const stackViolations = {
  'stack-unbounded': ({ access, reg }: Reg & { access: StackAccess }) =>
    `invalid unbounded variable-offset${ways[access]} stack R${reg}`,
  'stack-bounds': {
    fixed: ({ access, reg, min, size }: Reg & { access: StackAccess; min: number; size: number }) =>
      `invalid${ways[access]} stack R${reg} off=${min} size=${size}`,
    variable: ({
      access,
      reg,
      varOff,
      off,
      size,
    }: Reg & { access: StackAccess; varOff: string; off: number; size: number }) =>
      `invalid variable-offset${ways[access]} stack R${reg} var_off=${varOff} off=${off} size=${size}`,
  },
  'dynptr-overwrite-referenced': () => 'cannot overwrite referenced dynptr',
  'spill-size': says<Reg>('invalid size of register spill'),
  'spill-stack-pointer': says<Reg>('cannot spill pointers to stack into stack frame of the caller'),
  'misaligned-spill': ({ off, size }: { off: number; size: number }) =>
    `misaligned stack access off (0x0; 0x0)+0+${off} size ${size}`,
  'stack-uninit': ({ off, index, size }: { off: number; index: number; size: number }) =>
    `invalid read from stack off ${off}+${index} size ${size}`,
  'fill-size': () => 'invalid size of register fill',
  'zero-sized-read': {
    stack: says<Reg>('invalid zero-sized read'),
    context: says<Reg>(''),
  },
  'dynptr-overwrite': ({ at }: Reg & { at: number }) => `potential write to dynptr at off=${at} disallowed`,
  'stack-special': {
    variable: ({
      access,
      reg,
      varOff,
      index,
      size,
    }: Reg & { access: StackAccess; varOff: string; index: number; size: number }) =>
      `invalid${access === 'helper' ? ' indirect' : ''} read from stack R${reg} var_off ${varOff}+${index} size ${size}`,
    fixed: ({
      access,
      reg,
      min,
      index,
      size,
    }: Reg & { access: StackAccess; min: number; index: number; size: number }) =>
      `invalid${access === 'helper' ? ' indirect' : ''} read from stack R${reg} off ${min}+${index} size ${size}`,
  },
  'stack-forgotten': {
    load: ({ off, index, size }: { off: number; index: number; size: number }) =>
      `reading from stack off ${off}+${index} size ${size}, slot poisoned by dead code elimination`,
    argument: ({ reg, min, index, size }: Reg & { min: number; index: number; size: number }) =>
      `reading from stack R${reg} off ${min}+${index} size ${size}, slot poisoned by dead code elimination`,
  },
} as const
