// SPDX-License-Identifier: Apache-2.0
import { unlinked, type RegState } from '../state/reg.ts'
import { eachReg, mapRegs, type State } from '../state/state.ts'

/** Where a state is kept, numbers that no other is linked to lose their ids: they would only tell it from others. */
export function forgetLoneIds(state: State): void {
  const met = new Map<number, number>()
  const isLinked = ({ kind, id }: RegState): boolean => kind === 'scalar' && id !== 0
  eachReg(state, (reg) => {
    if (isLinked(reg)) met.set(reg.id, (met.get(reg.id) ?? 0) + 1)
  })
  if (![...met.values()].includes(1)) return
  mapRegs(state, (reg) => (isLinked(reg) && met.get(reg.id) === 1 ? unlinked(reg) : reg))
}
