// SPDX-License-Identifier: Apache-2.0
// References that struct_ops programs are given and hand back.

import { requireUnmodified } from '../../access/regions.ts'
import { acquireReference } from './references.ts'
import type { Walk } from '../../engine/walk.ts'
import { stubArguments, isReference, wantedReturn } from '../../program/struct-ops.ts'

/** Arguments marked `__ref` are references the program holds from its first instruction on. */
export function acquireArguments(walk: Walk): void {
  stubArguments(walk.program).forEach((name, index) => {
    if (isReference(name)) walk.heldArguments.set(index, acquireReference(walk))
  })
}

/** A member that returns a pointer to a struct takes a reference to one, unmodified, from its program; else only 0. */
export function returnsReference(walk: Walk): boolean {
  const target = wantedReturn(walk.program)
  const reg = walk.reg(0)
  if (target === undefined || reg.kind !== 'btf' || reg.refObjId === 0) return false
  if (reg.btf !== target.btf || reg.btfId !== target.id) return false
  requireUnmodified(walk.model, 0, reg, { fixedOk: false })
  return true
}
