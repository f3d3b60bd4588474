// SPDX-License-Identifier: Apache-2.0
// Registers that hold a fixed address and a number added to it: an access through one adds the address for nothing, as a part of the
// instruction. Within a block, and as long as neither register is written.

const NONE = -1

export class Sums {
  /** By register: the one that holds what was added to `fixed`, if one does; and whether `fixed` is all that there is. */
  private readonly added = new Int8Array(11).fill(NONE)
  private readonly fixed = new Float64Array(11)
  private readonly isFixed = new Uint8Array(11)

  clear(): void {
    this.added.fill(NONE)
    this.isFixed.fill(0)
  }
  /** Something else is written there. */
  forget(register: number): void {
    const { added, isFixed } = this
    isFixed[register] = 0
    added[register] = NONE
    for (let r = 0; r < added.length; r++) if (added[r] === register) added[r] = NONE
  }
  /** The register holds that number, below 2^31. */
  setFixed(register: number, value: number): void {
    this.fixed[register] = value
    this.isFixed[register] = 1
  }
  fixedOf(register: number): number | undefined {
    return this.isFixed[register] === 1 ? this.fixed[register] : undefined
  }
  /** The register holds `fixed` and what `added` holds, a number below 2^31: that the sum does not wrap in 32 bits. */
  setSum(register: number, fixed: number, added: number): void {
    this.fixed[register] = fixed
    this.added[register] = added
  }
  /** Of an address `off` from what the register holds. */
  of(register: number, off: number): { readonly register: number; readonly fixed: number } | undefined {
    const added = this.added[register]!
    if (added === NONE) return undefined
    const fixed = this.fixed[register]! + off
    return fixed < 0 ? undefined : { register: added, fixed }
  }
}
