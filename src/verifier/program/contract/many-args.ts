// SPDX-License-Identifier: Apache-2.0
// How many arguments there may be: five in registers, beyond them, since 7.2, what a program puts below r11.

/** Arguments that registers hold. */
export const IN_REGISTERS = 5
/** MAX_BPF_FUNC_ARGS */
export const MOST = 12

/** A function of the program that takes more than any may. */
export const takesTooMany = (count: number): boolean => count > MOST
