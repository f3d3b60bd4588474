// SPDX-License-Identifier: Apache-2.0
// Where a walk went that did not come to its end: how often each instruction was walked, where states were kept, and in what the last two
// kept at one place differ.

import type { RegState } from '../state/reg.ts'
import type { State } from '../state/state.ts'
import type { Walk } from './walk.ts'

export interface Effort {
  /** Most walked first. */
  readonly visits: readonly { readonly insn: number; readonly times: number }[]
  readonly kept: readonly KeptThere[]
}

/** Where many states were kept: how many, and the registers of the last two. */
export interface KeptThere {
  readonly insn: number
  readonly count: number
  readonly earlier: readonly RegState[]
  readonly later: readonly RegState[]
}

const MOST_VISITS = 400
const MOST_PLACES = 4

export function effortOf(walk: Walk, counts: Uint32Array): Effort {
  const visits: { insn: number; times: number }[] = []
  counts.forEach((times, insn) => {
    if (times > 1) visits.push({ insn, times })
  })
  visits.sort((a, b) => b.times - a.times || a.insn - b.insn)
  return { visits: visits.slice(0, MOST_VISITS), kept: keptOf(walk) }
}

function keptOf({ explored }: Walk): readonly KeptThere[] {
  const places = new Map<number, State[]>()
  for (const states of explored.values())
    for (const state of states) {
      const there = places.get(state.firstInsn)
      if (there === undefined) places.set(state.firstInsn, [state])
      else there.push(state)
    }
  return [...places]
    .filter(([, states]) => states.length > 1)
    .sort(([, a], [, b]) => b.length - a.length)
    .slice(0, MOST_PLACES)
    .map(([insn, states]) => ({
      insn,
      count: states.length,
      earlier: regsLeft(states.at(-2)!),
      later: regsLeft(states.at(-1)!),
    }))
}

const regsLeft = ({ cur }: State): readonly RegState[] => cur.regs.map((_, i) => cur.keptReg(i))
