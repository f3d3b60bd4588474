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
import { type Cell, cellOf, isEmpty, scalarOf, settle } from './cell.ts'
import { alu } from './alu.ts'
import type { Domain } from './domain.ts'
import { constantNumber } from './make.ts'
import { Memo } from './memo.ts'
import { isConst } from './read.ts'
import { sameScalar } from './order.ts'
import { type Condition, proofOf } from './proofs.ts'
import { movsx } from './resize.ts'
import type { Scalar, Way } from './types.ts'

type Width = 32 | 64

/** Constants give constants, whatever the domain. */
const folded = new Set(['add', 'sub', 'mul', 'and', 'or', 'xor', 'lsh', 'rsh', 'arsh'])

export const circular: Domain = {
  alu: (name, width, a, b) =>
    isConst(a) && isConst(b) && folded.has(name) ? alu(name, width, a, b) : sums.of(operation(name, width), a, b),
  byteSwap: (name, bytes, s) => changes.of(operation(name, bytes), s, s),
  zext32: (s) => changes.of(operation('zext', 32), s, s),
  truncateLoad: (s, bytes) => (bytes >= 8 ? s : changes.of(operation('load', bytes), s, s)),
  movsx: (s, bytes, width) => (width === 64 ? movsx(s, bytes, 64) : changes.of(operation('movsx', bytes), s, s)),
  addPointerOffset: (offset, s) => sums.of(operation('pointer+', 64), offset, s),
  subPointerOffset: (offset, s) => sums.of(operation('pointer-', 64), offset, s),
  linkedPlus: (s, delta, width) => sums.of(operation('linked', width), s, constantNumber(delta)),
  branchTaken: (op, width, a, b) => {
    // bits and ranges say it of what loops count, and of most of what is compared with a number
    const simple = branchTaken(op, width, a, b)
    if (simple !== undefined || (op === 'jset' && !isConstAt(width, a) && !isConstAt(width, b))) return simple
    return decisions.of(operation(op, width), a, b).taken
  },
  branchTakenSelf: decidedSelf,
  refineBranch: (op, width, a, b, way) => {
    const [left, right] = decisions.of(operation(op, width), a, b).sides(way)
    return [sameScalar(left, a) ? a : left, sameScalar(right, b) ? b : right]
  },
  refineBranchSelf: (_op, _width, a) => a,
}

/** Names and widths by the number an operation has in the tables of what was done lately. */
const operations: { readonly name: string; readonly width: number }[] = []
const numbers = new Map<string, number>()
function operation(name: string, width: number): number {
  let base = numbers.get(name)
  if (base === undefined) {
    base = operations.length
    numbers.set(name, base)
    for (let bits = 0; bits <= 64; bits++) operations.push({ name, width: bits })
  }
  return base + width
}

/** What two scalars give. */
const sums = new Memo<Scalar>((done, a, b) => {
  const { name, width } = operations[done]!
  switch (name) {
    case 'pointer+':
      return moved(a, b, addCell)
    case 'pointer-':
      return moved(a, b, subtract)
    case 'linked': {
      const d = cellOf(a)
      addCell(d, cellOf(b))
      if (width === 32) zeroExtend(d)
      return finished(d)
    }
    default:
      return circularAlu(name, width as Width, a, b)
  }
})

/** What one scalar becomes. */
const changes = new Memo<Scalar>((done, s) => {
  const { name, width } = operations[done]!
  switch (name) {
    case 'zext': {
      const d = cellOf(s)
      zeroExtend(d)
      return finished(d)
    }
    case 'load':
      return cutTo(cellOf(s), width)
    case 'movsx':
      return finished(cellOf(movsx(s, width, 32)))
    default:
      return circularSwap(name, width, s)
  }
})

/** What a comparison of two scalars says: of both sides where the branch is not taken, and where it is. */
class Decision {
  readonly taken: boolean | undefined
  private readonly cells: Readonly<Record<Way, Sides>>
  private readonly made: Partial<Record<Way, Learnt>> = {}

  constructor(cells: Readonly<Record<Way, Sides>>) {
    this.cells = cells
    this.taken = cells.passed.some(isEmpty) ? true : cells.taken.some(isEmpty) ? false : undefined
  }

  sides(way: Way): Learnt {
    const [left, right] = this.cells[way]
    this.made[way] ??= [scalarOf(left), scalarOf(right)]
    return this.made[way]
  }
}
type Learnt = readonly [Scalar, Scalar]

const decisions = new Memo<Decision>((done, a, b) => {
  const { name, width } = operations[done]!
  return new Decision({
    passed: sides(name, width as Width, a, b, 'passed'),
    taken: sides(name, width as Width, a, b, 'taken'),
  })
})

function finished(d: Cell): Scalar {
  settle(d)
  return scalarOf(d)
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
      return proofOf(op, 'taken') === undefined ? undefined : false
  }
}

type Sides = readonly [left: Cell, right: Cell]
function sides(op: string, width: Width, a: Scalar, b: Scalar, way: Way): Sides {
  const left = cellOf(a)
  const right = cellOf(b)
  const proof = proofOf(op, way)
  if (proof === undefined) return [left, right]
  if (proof.swapped) learn(proof.condition, width, right, left)
  else learn(proof.condition, width, left, right)
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
