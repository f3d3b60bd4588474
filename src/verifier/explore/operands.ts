// SPDX-License-Identifier: Apache-2.0
import type { Walk } from '../walk.ts'
import { reject } from '../report.ts'
import type { RegState } from '../state/reg.ts'
import { markRegRead } from './liveness.ts'

/** A register that an insn reads must hold something. */
export function readReg(walk: Walk, number: number): RegState {
  if (number > 10) reject('bad-register', `R${number} is invalid`, { reg: number })
  const reg = walk.reg(number)
  if (reg.kind === 'not_init') reject('uninitialized', `R${number} !read_ok`, { reg: number })
  markRegRead(walk.state, number)
  return reg
}

/** The frame pointer cannot be changed. */
export function requireWritable(number: number): void {
  if (number > 10) reject('bad-register', `R${number} is invalid`, { reg: number })
  if (number === 10) reject('frame-pointer', 'frame pointer is read only', { reg: 10 })
}
