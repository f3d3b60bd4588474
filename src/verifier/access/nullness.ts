// SPDX-License-Identifier: Apache-2.0
// Pointers that may be null: what they are once it is known.

import { releaseReferenceIn } from './held.ts'
import { recordOfReg } from './btf-pointer.ts'

import type { Program } from '../program/program.ts'
import * as scalar from '../scalar/index.ts'
import {
  ALLOC,
  constReg,
  edit,
  MAYBE_NULL,
  mayBeNull,
  pointer,
  type RegState,
  regTypeText,
  typeText,
} from '../state/reg.ts'
import { mapRegs, type State } from '../state/state.ts'

/** All copies of a nullable pointer turn into a null or a pointer. */
export function markNull(
  program: Program,
  state: State,
  seen: RegState,
  { isNull }: { readonly isNull: boolean },
): void {
  const { id } = seen
  if (isNull && seen.refObjId !== 0 && seen.refObjId === id) releaseReferenceIn(program.model, state, id)
  mapRegs(state, (reg) => {
    if ((reg.flags & MAYBE_NULL) === 0 || reg.id !== id) return reg
    if (!scalar.isZero(reg.var) || (reg.off !== 0 && reg.kind !== 'btf')) return reg
    return isNull ? constReg(0) : nonNull(program, reg)
  })
}

/** The same pointer, known not to be null. Since 7.2 its id stays; before, where the id names what a lock guards. */
export function nonNull(program: Program, reg: RegState): RegState {
  const kept = program.model.rules.objectIds ? reg.id : 0
  const flags = reg.flags & ~MAYBE_NULL
  if (reg.kind === 'map_value') {
    const map = program.map(reg.map)
    const inner = program.innerMap(reg.map)
    if (inner !== undefined) {
      const timed = program.mapRecord(inner)
      return pointer('map_ptr', {
        map: inner,
        mapUid: timed.has('bpf_timer') || timed.has('bpf_wq') ? reg.id : 0,
        id: kept,
      })
    }
    if (map.type === 'BPF_MAP_TYPE_XSKMAP') return pointer('xdp_sock', { flags, id: kept })
    if (map.type === 'BPF_MAP_TYPE_SOCKMAP' || map.type === 'BPF_MAP_TYPE_SOCKHASH') {
      return pointer('sock', { flags, refObjId: reg.refObjId, id: reg.id })
    }
    return edit(reg, { flags, id: program.mapRecord(reg.map).hasLock ? reg.id : kept })
  }
  const keeps = reg.kind === 'btf' && (reg.flags & ALLOC) !== 0 && recordOfReg(program.model, reg).hasLock
  return edit(reg, { flags, id: keeps ? reg.id : kept })
}

/** The register's type as messages have it: what a map of maps or of sockets may give is named for what it would be. */
export function seenType(program: Program, reg: RegState): string {
  if (!program.model.rules.refinedLookups || reg.kind !== 'map_value' || !mayBeNull(reg)) return regTypeText(reg)
  const there = nonNull(program, reg)
  return typeText(there.kind, there.flags | MAYBE_NULL)
}
