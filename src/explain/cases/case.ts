// SPDX-License-Identifier: Apache-2.0
// One rejection with all that is known of it: what the texts of its code are filled in from. Each file beside this one looks at one
// kind of fault and gives the values that only it can know: numbers, names, the line meant.

import type { Kernel } from '../../kernel/index.ts'
import type { Kfunc } from '../../kfunc/index.ts'
import type { LinkedProgram } from '../../object/index.ts'
import type { PathStep, RegState } from '../../verifier/index.ts'
import type { Causes, Rejected } from '../notes.ts'
import { lineAt } from '../source.ts'

export interface Case {
  readonly report: Rejected
  readonly program: LinkedProgram
  readonly kernel: Kernel
  readonly kfunc: Kfunc | undefined
  readonly causes: Causes
}

/** A conditional jump on the path that compares two registers, or one with a constant. */
export interface Comparison {
  readonly step: number
  readonly insn: number
  readonly dst: RegState
  readonly src: RegState | undefined
  readonly dstNumber: number
  readonly srcNumber: number | undefined
}

/** The comparisons on the way, latest first. */
export function comparisonsOf(path: readonly PathStep[], program: LinkedProgram): readonly Comparison[] {
  const found: Comparison[] = []
  for (let i = path.length - 2; i >= 0; i--) {
    const step = path[i]!
    const { op, dst, src } = program.insns[step.insn]!
    if (op.kind !== 'jump' || op.name === 'ja') continue
    const byReg = op.source === 'reg'
    found.push({
      step: i,
      insn: step.insn,
      dst: step.regs[dst]!,
      src: byReg ? step.regs[src]! : undefined,
      dstNumber: dst,
      srcNumber: byReg ? src : undefined,
    })
  }
  return found
}

/** 'line 24', or 'insn 7' where there is no line. */
export function placeWords(program: LinkedProgram, insn: number): string {
  const line = lineAt(program, insn)
  return line === undefined ? `insn ${insn}` : `line ${line.line}`
}

/** 'byte 34', 'bytes 12 to 13'. */
export const byteWords = (from: number, size: number): string =>
  size === 1 ? `byte ${from}` : `bytes ${from} to ${from + size - 1}`

export const plural = (count: number | bigint, one: string, many = `${one}s`): string =>
  `${count} ${BigInt(count) === 1n ? one : many}`

/** Ranges beyond it are no ranges to a reader. */
export const WIDE = 1n << 31n

/** What the small unsigned types of C hold: a range that says nothing of a comparison. */
const ofTypes: ReadonlySet<bigint> = new Set([255n, 65535n])

/** Was a number compared, that may be so large at the most? */
export const isNarrowed = (high: bigint): boolean => high <= WIDE && !ofTypes.has(high)
