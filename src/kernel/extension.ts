// SPDX-License-Identifier: Apache-2.0
import type { ProgramTraits } from './types.ts'

/** What counts of a program: of an extension (freplace) the type of the program that it replaces a function of. */
export const asReplaced = <P extends Pick<ProgramTraits, 'type' | 'attachType' | 'target'>>(program: P): P =>
  program.type === 'BPF_PROG_TYPE_EXT' ? { ...program, ...program.target } : program
