// SPDX-License-Identifier: Apache-2.0
// A loop that the verifier does not see the end of: what decides whether it goes on, and what of that is followed.

import type { PathStep, RegState } from '../../verifier/index.ts'
import { type Values, yes } from '../fill.ts'
import { historyOf } from '../history.ts'
import { type Case, placeWords } from './case.ts'

export function loopValues(one: Case): Values {
  const { report, causes, program } = one
  if (report.rule !== 'infinite-loop') return {}
  const { path } = causes
  const before = path
    .slice(0, -1)
    .findLastIndex(({ insn, frame }) => insn === report.insn && frame === path.at(-1)?.frame)
  if (before < 0) return {}
  const decided = decisions(one, before)
  const inMap = decided.find(({ from }) => from === 'map')
  return {
    loopMap: inMap === undefined ? undefined : inMap.name,
    loopLine: inMap === undefined ? undefined : placeWords(program, inMap.insn),
    loopKernel: yes(inMap === undefined && decided.some(({ from }) => from === 'kernel')),
  }
}

interface Decision {
  readonly insn: number
  readonly from: 'map' | 'kernel' | 'other'
  readonly name: string | undefined
}

/** Where the numbers come from that the jumps of one turn compare. */
function decisions({ causes, program }: Case, from: number): readonly Decision[] {
  const { path } = causes
  const found: Decision[] = []
  for (let i = path.length - 2; i >= from; i--) {
    const insn = program.insns[path[i]!.insn]!
    if (insn.op.kind !== 'jump') continue
    for (const number of insn.op.source === 'reg' ? [insn.dst, insn.src] : [insn.dst]) {
      const origin = historyOf(path, number, program, { last: i, depth: 0, left: { steps: 5000 } }).origin
      const base = baseOf(path[origin], program)
      const map = base === undefined ? undefined : program.maps[base.map]
      if (base !== undefined && map?.internal !== 'rodata' && map?.internal !== 'kconfig')
        found.push({ insn: path[origin]!.insn, from: fromOf(base), name: map?.name })
    }
  }
  return found
}

/** The pointer that a load goes through. */
function baseOf(step: PathStep | undefined, program: Case['program']): RegState | undefined {
  const insn = step === undefined ? undefined : program.insns[step.insn]
  return insn?.op.kind === 'load' ? step!.regs[insn.src] : undefined
}

const fromOf = ({ kind }: RegState): Decision['from'] =>
  kind === 'map_value' ? 'map' : kind === 'fp' || kind === 'ctx' ? 'other' : 'kernel'
