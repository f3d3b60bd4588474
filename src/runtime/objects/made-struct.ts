// SPDX-License-Identifier: Apache-2.0
import type { Core } from '../core/core.ts'
import { fieldNumber } from '../core/objects.ts'

/** A struct of the kernel's that a test made. */
export class MadeStruct {
  /** Where it lies. */
  readonly address: number
  protected readonly core: Core
  private readonly struct: string
  constructor(core: Core, struct: string, address: number) {
    this.core = core
    this.struct = struct
    this.address = address
  }
  /** A field as it is now, by its path: 'mark', '__sk_common.skc_num'. */
  get(path: string): number {
    return fieldNumber(this.core, this.address, this.struct, path)
  }
}
