// SPDX-License-Identifier: Apache-2.0
// How many instructions may run until the host is asked again. Programs count theirs down themselves (jit/compile.ts, `fuel`), a block at a
// time; what models do for them with many bytes at once is counted here.

import { MachineError } from './errors.ts'

/** Bytes that are moved, cleared or compared in the time of one instruction. */
const BYTES_AN_INSN = 8
/** Bytes that gather before they are counted: the counter is a 64-bit one, which costs a BigInt from here. */
const MANY = 4096

export class Allowance {
  /** What all that runs in one test run, call or advance may execute. */
  readonly insns: number
  /** What is left: a number below 0 ends whatever runs. Programs import it. */
  readonly left: WebAssembly.Global
  private bytes = 0
  /** A program runs: what the host does around it is not counted. */
  counts = false

  constructor(insns: number) {
    this.insns = insns
    this.left = new WebAssembly.Global({ value: 'i64', mutable: true }, 0n)
  }

  /** From now on `left` more may run. */
  begin(left: bigint): void {
    this.bytes = 0
    this.left.value = left
  }
  /** What is left of it. */
  end(): bigint {
    return this.left.value as bigint
  }

  get isUsedUp(): boolean {
    return this.left.value < 0n
  }

  /** One instruction more, of a program that does not count its own. */
  executed(): void {
    this.moved(BYTES_AN_INSN)
  }

  /** So many bytes are moved for a program. */
  moved(bytes: number): void {
    this.bytes += bytes
    if (this.bytes < MANY || !this.counts) return
    this.left.value -= BigInt(Math.floor(this.bytes / BYTES_AN_INSN))
    this.bytes = 0
    if (this.isUsedUp) throw this.error()
  }

  error(): MachineError {
    return new MachineError('limit', `insnLimit: more than ${this.insns} instructions were to run`)
  }
}
