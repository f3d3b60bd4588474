// SPDX-License-Identifier: Apache-2.0
// The largest variables of a function's stack frame. The object has no list of them; but the addresses that the code takes of its frame
// show where they begin, and the lines of those instructions what C calls them.

import type { LinkedProgram } from '../../object/index.ts'
import { lineAt } from '../source.ts'

interface Area {
  readonly at: number
  readonly size: number
}

/** An address is often that of the next call's argument, whose line names the variable. */
const NEAR_CALL = 10

/** 'c (248 bytes, line 32)', the largest first; undefined where nothing of size stands on the frame. */
export function largestVariables(program: LinkedProgram, start: number): string | undefined {
  const places = addressesIn(program, start)
  const offsets = [...places.keys()].sort((a, b) => a - b)
  const areas = offsets
    .map((at, i): Area => ({ at, size: (offsets[i + 1] ?? 0) - at }))
    .filter(({ size }) => size >= 32)
    .sort((a, b) => b.size - a.size)
    .slice(0, 2)
  const told = areas.map(({ at, size }) => {
    const lines = places.get(at)!.flatMap((insn) => lineAt(program, insn) ?? [])
    const line = lines.find(({ text }) => nameIn(text) !== undefined) ?? lines[0]
    const name = line === undefined ? undefined : nameIn(line.text)
    return `${name === undefined ? `fp${at}` : name} (about ${size} bytes${line === undefined ? '' : `, line ${line.line}`})`
  })
  return told.length === 0 ? undefined : told.join(', ')
}

/** Offsets from the frame pointer that addresses are taken of, and the instructions that do. */
function addressesIn({ insns, funcs }: LinkedProgram, start: number): ReadonlyMap<number, readonly number[]> {
  const end = Math.min(insns.length, ...funcs.map(({ insn }) => insn).filter((insn) => insn > start))
  const found = new Map<number, number[]>()
  for (let at = start; at + 1 < end; at++) {
    const [move, add] = [insns[at]!, insns[at + 1]!]
    if (move.op.kind !== 'alu' || move.op.name !== 'mov' || move.op.source !== 'reg' || move.src !== 10) continue
    if (
      add.op.kind !== 'alu' ||
      add.op.name !== 'add' ||
      add.op.source !== 'imm' ||
      add.dst !== move.dst ||
      add.imm >= 0
    )
      continue
    const places = found.get(add.imm)
    const call = insns.slice(at + 1, Math.min(end, at + NEAR_CALL)).findIndex(({ op }) => op.kind === 'call')
    const lines = call < 0 ? [at] : [at, at + 1 + call]
    if (places === undefined) found.set(add.imm, lines)
    else places.push(...lines)
  }
  return found
}

/** The variable that a line of C declares, or takes the address of. */
function nameIn(text: string): string | undefined {
  const declared =
    /^\s*(?:const\s+|volatile\s+|struct\s+|union\s+|unsigned\s+|signed\s+)*\w+[\s*]+(\w+)(?:\[[^\]]*\])*\s*(?:=|;|,)/.exec(
      text,
    )
  const [, name] = declared ?? /&\s*(\w+)/.exec(text) ?? /sizeof\(\*?(\w+)\)/.exec(text) ?? []
  return name === 'return' ? undefined : name
}
