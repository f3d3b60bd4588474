// SPDX-License-Identifier: Apache-2.0
// A function's locals. Parameters are r1 to r5 and where its stack ends; a caller keeps r6 to r9 by keeping its own locals.

import type { FunctionType } from './wasm/module.ts'
import type { ValueType } from './wasm/code.ts'

/** Of every function of a program, that they can call each other, and be called back, alike. */
export const functionType: FunctionType = { params: ['i64', 'i64', 'i64', 'i64', 'i64', 'i32'], result: 'i64' }

/** End of the stack, in the machine's memory: what R10 is. */
export const FRAME = 5
const FIRST = 6
/** R0, R6 to R9, R10. */
const places: readonly number[] = [FIRST, 0, 1, 2, 3, 4, FIRST + 1, FIRST + 2, FIRST + 3, FIRST + 4, FIRST + 5]
export const localOf = (register: number): number => places[register]!
/** Something of 64 bits put aside. */
export const TEMP = FIRST + 6
/** 512 bytes below the end of the stack. */
export const BOTTOM = FIRST + 7
/** An address. */
export const ADDRESS = FIRST + 8
/** How often may_goto may still not jump. */
export const ROUNDS = FIRST + 9
/** The next block, where blocks are cases of a loop. */
export const NEXT = FIRST + 10

export const locals: readonly ValueType[] = [
  ...Array.from({ length: 7 }, () => 'i64' as const),
  'i32',
  'i32',
  'i32',
  'i32',
]
