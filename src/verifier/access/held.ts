// SPDX-License-Identifier: Apache-2.0
// References a state holds: the smallest step by which one is given up.

import type { Model } from '../program/model.ts'
import type { State } from '../state/state.ts'

/** Forgets the reference; its pointers stay. */
export function releaseReferenceIn({ policies }: Model, state: State, id: number): boolean {
  const ref = state.refs.get(id)
  const { sharedWithCallbacks, gap } = policies.references
  const callback = sharedWithCallbacks ? 0 : inCallback(state)
  // up to 6.13 what the caller holds is not the callback's to release
  if (ref?.kind !== 'ptr' || (callback !== 0 && ref.callback !== callback)) return false
  state.refs = state.refs.without(ref, gap)
  return true
}

export const inCallback = (state: State): number =>
  state.cur.callback === 'none' || state.cur.callback === 'exception' ? 0 : state.frames.length - 1
