// SPDX-License-Identifier: Apache-2.0
// Scalars as kernels since 7.2 track them: operations on cells (cell.ts), and what branches prove of them. A path on which a side has
// no value left is never taken; that is how most branches are decided.

import {
  arcSmax,
  arcSmin,
  arcUmax,
  arcUmin,
  type Circle,
  halves,
  meet,
  type Range,
  signedArc,
  unsignedArc,
  whole,
  words,
} from './arc.ts'
import { branchTaken, isConstAt } from './branch.ts'
import { addCell, circularAlu, circularSwap, cutTo, subtract, zeroExtend } from './circular-alu.ts'
import { type Cell, cellOf, isEmpty, known, scalarOf, settle } from './cell.ts'
import { alu } from './alu.ts'
import type { Domain } from './domain.ts'
import { isConst } from './read.ts'
import { equal } from './order.ts'
import { type Condition, proofOf } from './proofs.ts'
import { movsx } from './resize.ts'
import type { Scalar } from './types.ts'

type Width = 32 | 64

/** Constants give constants, whatever the domain. */
const folded = new Set(['add', 'sub', 'mul', 'and', 'or', 'xor', 'lsh', 'rsh', 'arsh'])

export const circular: Domain = {
  alu: (name, width, a, b) =>
    isConst(a) && isConst(b) && folded.has(name) ? alu(name, width, a, b) : circularAlu(name, width, a, b),
  byteSwap: circularSwap,
  zext32: (s) => {
    const d = cellOf(s)
    zeroExtend(d)
    return finished(d)
  },
  truncateLoad: (s, bytes) => (bytes >= 8 ? s : cutTo(cellOf(s), bytes)),
  movsx: (s, bytes, width) => {
    if (width === 64) return movsx(s, bytes, 64)
    const d = cellOf(movsx(s, bytes, 32))
    settle(d)
    return scalarOf(d)
  },
  addPointerOffset: (offset, s) => moved(offset, s, addCell),
  subPointerOffset: (offset, s) => moved(offset, s, subtract),
  linkedPlus: (s, delta, width) => {
    const d = cellOf(s)
    addCell(d, known(BigInt.asUintN(64, BigInt(delta))))
    if (width === 32) zeroExtend(d)
    return finished(d)
  },
  branchTaken: decided,
  branchTakenSelf: decidedSelf,
  refineBranch: (op, width, a, b, taken) => {
    const [left, right] = proven(op, width, a, b)[taken ? 1 : 0]
    return [settledScalar(left, a), settledScalar(right, b)]
  },
  refineBranchSelf: (_op, _width, a) => a,
}

function finished(d: Cell): Scalar {
  settle(d)
  return scalarOf(d)
}

const settledScalar = (c: Cell, before: Scalar): Scalar => {
  const after = scalarOf(c)
  return equal(after, before) ? before : after
}

/** A pointer's variable offset: nothing of its own is known of the low half. */
function moved(offset: Scalar, s: Scalar, by: (d: Cell, s: Cell) => void): Scalar {
  if (isConst(offset) && isConst(s)) return alu(by === addCell ? 'add' : 'sub', 64, offset, s)
  const d = cellOf(offset)
  d.low = whole(halves)
  by(d, cellOf(s))
  d.low = whole(halves)
  return finished(d)
}

function decided(op: string, width: Width, a: Scalar, b: Scalar): boolean | undefined {
  const simple = branchTaken(op, width, a, b)
  if (simple !== undefined || (op === 'jset' && !isConstAt(width, a) && !isConstAt(width, b))) return simple
  const [no, yes] = proven(op, width, a, b)
  if (no.some(isEmpty)) return true
  return yes.some(isEmpty) ? false : undefined
}

/** `if a op a`. */
function decidedSelf(op: string, width: Width, a: Scalar): boolean | undefined {
  switch (op) {
    case 'jeq':
    case 'jge':
    case 'jle':
    case 'jsge':
    case 'jsle':
      return true
    case 'jset': {
      const constant = isConstAt(width, a)
      const circle = width === 32 ? halves : words
      const { value, word, low } = cellOf(a)
      if (constant) return (value & circle.max) !== 0n
      const range = width === 32 ? low : word
      return arcSmin(circle, range) <= 0n && arcSmax(circle, range) >= 0n ? undefined : true
    }
    default:
      return proofOf(op) === undefined ? undefined : false
  }
}

type Sides = readonly [left: Cell, right: Cell]
type Proven = readonly [no: Sides, yes: Sides]

// the branch is first decided and then followed, by the same proof
let last:
  | { readonly op: string; readonly width: Width; readonly a: Scalar; readonly b: Scalar; readonly proof: Proven }
  | undefined

/** Both sides where the branch is not taken, and where it is. */
function proven(op: string, width: Width, a: Scalar, b: Scalar): Proven {
  if (last?.a === a && last.b === b && last.op === op && last.width === width) return last.proof
  const proof: Proven = [sides(op, width, a, b, false), sides(op, width, a, b, true)]
  last = { op, width, a, b, proof }
  return proof
}

function sides(op: string, width: Width, a: Scalar, b: Scalar, taken: boolean): Sides {
  const left = cellOf(a)
  const right = cellOf(b)
  const row = proofOf(op)
  if (row === undefined) return [left, right]
  const condition = taken ? row.yes : row.no
  if (taken ? row.yesSwap : row.noSwap) learn(condition, width, right, left)
  else learn(condition, width, left, right)
  settle(left)
  settle(right)
  return [left, right]
}

interface Lane {
  readonly circle: Circle
  get(c: Cell): Range
  set(c: Cell, range: Range): void
}
const lanes: Readonly<Record<Width, Lane>> = {
  32: {
    circle: halves,
    get: (c) => c.low,
    set: (c, range) => {
      c.low = range
    },
  },
  64: {
    circle: words,
    get: (c) => c.word,
    set: (c, range) => {
      c.word = range
    },
  },
}

function learn(condition: Condition, width: Width, a: Cell, b: Cell): void {
  const lane = lanes[width]
  const bits = lane.circle.max
  switch (condition) {
    case 'equal': {
      const both = meet(lane.circle, lane.get(a), lane.get(b))
      lane.set(a, both)
      lane.set(b, both)
      const mask = a.mask & b.mask & bits
      const value = (a.value | b.value) & bits & ~mask
      for (const side of [a, b]) {
        side.mask = (side.mask & ~bits) | mask
        side.value = (side.value & ~bits) | value
      }
      return
    }
    case 'unequal':
    case 'set':
    case 'clear': {
      const right = (b.mask & bits) === 0n
      if (!right && (a.mask & bits) !== 0n) return
      return learnConstant(condition, lane, right ? a : b, (right ? b : a).value & bits)
    }
    default:
      learnOrder(condition, lane, a, b)
  }
}

function learnConstant(condition: 'unequal' | 'set' | 'clear', lane: Lane, c: Cell, constant: bigint): void {
  const { circle } = lane
  if (condition === 'unequal') {
    const others = { base: (constant + 1n) & circle.max, size: circle.max - 1n }
    return lane.set(c, meet(circle, lane.get(c), others))
  }
  if (condition === 'set') {
    // only of a single bit is it known which
    if (constant === 0n || (constant & (constant - 1n)) !== 0n) return
    c.value |= constant
    c.mask &= ~constant
    return
  }
  c.word = whole(words)
  c.low = whole(halves)
  c.value &= ~constant
  c.mask &= ~constant
}

/** Each side's range ends at the other's. */
function learnOrder(condition: 'le' | 'lt' | 'sle' | 'slt', lane: Lane, a: Cell, b: Cell): void {
  const { circle } = lane
  const gap = condition === 'lt' || condition === 'slt' ? 1n : 0n
  if (condition === 'le' || condition === 'lt') {
    lane.set(a, meet(circle, lane.get(a), unsignedArc(circle, 0n, arcUmax(circle, lane.get(b)) - gap)))
    lane.set(b, meet(circle, lane.get(b), unsignedArc(circle, arcUmin(circle, lane.get(a)) + gap, circle.max)))
    return
  }
  const top = circle.sign - 1n
  lane.set(a, meet(circle, lane.get(a), signedArc(circle, -circle.sign, arcSmax(circle, lane.get(b)) - gap)))
  lane.set(b, meet(circle, lane.get(b), signedArc(circle, arcSmin(circle, lane.get(a)) + gap, top)))
}
