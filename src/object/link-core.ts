// SPDX-License-Identifier: Apache-2.0
// CO-RE relocations of one function, applied to its instructions.
import type { Insn } from '../isa/index.ts'
import type { BpfObject, LinkTarget, ObjectFunction } from './types.ts'

export interface CorePatches {
  readonly insns: readonly Insn[]
  /** Instructions replaced by libbpf's marker, with what could not be relocated. */
  readonly poisoned: ReadonlyMap<number, string>
}

export function patchCore(
  _object: BpfObject,
  fn: ObjectFunction,
  _target: LinkTarget,
  _warnings: string[],
): CorePatches {
  return { insns: fn.insns, poisoned: new Map() }
}
