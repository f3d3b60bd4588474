// SPDX-License-Identifier: Apache-2.0
// What the options of the verbs come to.

import type { LoaderName, Settings } from '../object/index.ts'
import type { TargetObject } from '../target.ts'

export const formats = ['pretty', 'short', 'table', 'json', 'csv', 'junit', 'sarif', 'github'] as const
export type Format = (typeof formats)[number]

export interface KernelOptions {
  readonly kernel: string
  readonly module: readonly string[]
  readonly config?: string
}

/** What judging goes by: `check`'s flags with what `set` and `attach` come to. Plain data: workers get a copy. */
export interface JudgeFlags extends Omit<CheckFlags, 'set' | 'attach' | 'target'> {
  readonly settings: Settings
  readonly target?: TargetObject | undefined
}

/** What a loader decides before it loads. */
export interface SettingFlags {
  /** 'NAME=VALUE', '@FILE' of such lines */
  readonly set: readonly string[]
  /** 'PROGRAM=TARGET' */
  readonly attach: readonly string[]
  readonly loader?: LoaderName
  readonly legacyMaps?: boolean
}

/** Of `check`. */
export interface CheckFlags extends KernelOptions, SettingFlags {
  /** Names of programs, with * and ?; none: all. */
  readonly prog: readonly string[]
  readonly type?: string
  /** 'OBJECT', 'OBJECT:PROGRAM' */
  readonly target?: string
  readonly format: Format
  readonly log?: 1 | 2
  readonly jobs: number
  /** Seconds for a program; seconds for an object; MiB. */
  readonly timeout?: number
  readonly totalTimeout?: number
  readonly totalInsns?: number
  readonly maxInsns?: number
  readonly maxMemory?: number
  readonly cpus?: number
  /** As veristat has them: 'insns>1000', '!name', 'file/prog'. */
  readonly filter: readonly string[]
  /** 'insns', 'prog^,states' */
  readonly sort?: string
  readonly top?: number
  /** 'FROM=TO' */
  readonly pathMap: readonly string[]
  /** false: the C files that objects name are not looked for. */
  readonly sources?: boolean
  readonly quiet?: boolean
  readonly watch?: boolean
  readonly expect?: boolean
  /** A file of results: what was refused there is known. */
  readonly baseline?: string
  readonly outputFile?: string
}
