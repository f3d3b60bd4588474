// SPDX-License-Identifier: Apache-2.0
// Parts of a function's stack that are locals of WebAssembly: no address of them is seen by anybody.
//
// Of a verified program only what is made from R10 leads to the function's stack. Registers are followed from there: through copies and
// numbers that are added, over all ways that lead to a place, as long as each register holds one offset there. An address may be loaded
// from and stored to, compared, and given to calls of which it is known how many bytes they touch (those bytes are no locals), or that
// have instructions in their place and say which they touch (inline-kinds.ts). Wherever else one goes, to memory, to another function, into
// a sum with what is not known, the function has no such locals at all. What is accessed always as the same bytes is one local.

import type { Taken } from './effects.ts'
import { type Block, successors } from './flow.ts'
import { touchesOf } from './inline-kinds.ts'
import { calleeSlot, type JitProgram } from './input.ts'

const STACK = 512
const NO_ADDRESS = 1 << 20
const REGISTERS = 11
/** R1 to R5 are gone after a call. */
const BEHIND_PARAMETERS = 6
const FRAME_POINTER = 10
/** Each way that meets another takes all locals along. */
const MOST_CELLS = 64

export interface Cell {
  /** From the frame's end, below 0. */
  readonly off: number
  readonly size: number
}

/** By slot of an instruction, the cells that it touches, in the order that it does; none of one that touches memory. */
export type Cells = ReadonlyMap<number, readonly Cell[]>

/** `live`: by block, registers that are read from there on. `taken`: by the function that begins at a slot. */
export function cellsOf(
  program: JitProgram,
  blocks: readonly Block[],
  { live, taken }: { readonly live: (block: number) => number; readonly taken: (slot: number) => Taken },
): Cells {
  if (program.reach === undefined) return new Map()
  const walk = new Walk(program, taken)
  // what registers hold where each block begins, once a way there was met
  const states = new Int32Array(REGISTERS * blocks.length).fill(NO_ADDRESS)
  const met = new Uint8Array(blocks.length)
  states[FRAME_POINTER] = 0
  met[0] = 1
  const todo = [0]
  for (let number = todo.pop(); number !== undefined; number = todo.pop()) {
    const block = blocks[number]!
    const state = walk.through(block, states.subarray(REGISTERS * number, REGISTERS * (number + 1)))
    if (state === undefined) return new Map()
    for (const next of successors(block)) {
      const kept = live(next) | (1 << FRAME_POINTER)
      for (let r = 0; r < REGISTERS; r++) {
        const offset = (kept & (1 << r)) === 0 ? NO_ADDRESS : state[r]!
        const place = REGISTERS * next + r
        if (met[next] === 0) states[place] = offset
        else if (states[place] !== offset) return new Map()
      }
      if (met[next] === 1) continue
      met[next] = 1
      todo.push(next)
    }
  }
  return walk.stack.cells()
}

/** Follows offsets that registers hold from the frame's end, and notes what is touched through them. */
class Walk {
  readonly stack = new Stack()
  private readonly program: JitProgram
  private readonly taken: (slot: number) => Taken
  private readonly state = new Int32Array(REGISTERS)

  constructor(program: JitProgram, taken: (slot: number) => Taken) {
    this.program = program
    this.taken = taken
  }

  /** What registers hold behind the block; undefined: an address goes where it is not followed. */
  through({ start, end }: Block, before: Int32Array): Int32Array | undefined {
    this.state.set(before)
    for (let at = start; at < end; at++) {
      if (!this.step(at)) return undefined
      if (this.program.insns[at]!.op.kind === 'ld_imm64') at++
    }
    return this.state
  }

  private isAddress(register: number): boolean {
    return this.state[register] !== NO_ADDRESS
  }

  private step(at: number): boolean {
    const { state, stack } = this
    const { insns, guards } = this.program
    const { op, dst, src, off } = insns[at]!
    switch (op.kind) {
      case 'alu':
        return this.alu(at)
      case 'load':
        if (this.isAddress(src) && guards?.has(at) === true) return false
        if (this.isAddress(src) && !stack.touch(at, { off: state[src]! + off, size: op.size })) return false
        state[dst] = NO_ADDRESS
        return dst !== FRAME_POINTER
      case 'store':
        if (op.source === 'reg' && this.isAddress(src)) return false
        if (!this.isAddress(dst)) return true
        return guards?.has(at) !== true && stack.touch(at, { off: state[dst]! + off, size: op.size })
      case 'atomic': {
        const loads = op.name === 'load_acquire'
        const base = loads ? src : dst
        if (!loads && this.isAddress(src)) return false
        if (this.isAddress(base) && !stack.give(state[base]! + off, op.size)) return false
        if (op.name === 'cmpxchg') state[0] = NO_ADDRESS
        if (loads) state[dst] = NO_ADDRESS
        return true
      }
      case 'ld_imm64':
        state[dst] = NO_ADDRESS
        return true
      case 'call':
        return this.call(at)
      case 'ld_abs':
      case 'ld_ind':
        state.fill(NO_ADDRESS, 0, BEHIND_PARAMETERS)
        return true
      default:
        return true
    }
  }

  private alu(at: number): boolean {
    const { state } = this
    const { op, dst, src, imm } = this.program.insns[at]!
    if (dst === FRAME_POINTER) return false
    const byRegister = op.source === 'reg'
    if (op.name === 'mov' && op.width === 64) {
      state[dst] = byRegister ? state[src]! : NO_ADDRESS
      return true
    }
    if (byRegister && this.isAddress(src)) return false
    const replaces = op.name === 'mov' || op.name === 'movsx' || op.name === 'addr_space_cast'
    if (replaces || !this.isAddress(dst)) {
      state[dst] = NO_ADDRESS
      return true
    }
    if (byRegister || op.width !== 64 || (op.name !== 'add' && op.name !== 'sub')) return false
    state[dst]! += op.name === 'add' ? imm : -imm
    return Math.abs(state[dst]!) <= STACK
  }

  private call(at: number): boolean {
    const { state, stack } = this
    const { insns, callees, reach } = this.program
    const insn = insns[at]!
    const callee = callees.get(at)
    let answer = NO_ADDRESS
    if (insn.src === 1) {
      const { reads } = this.taken(calleeSlot(insn, at))
      for (let r = 1; r < BEHIND_PARAMETERS; r++) if ((reads & (1 << r)) !== 0 && this.isAddress(r)) return false
    } else if (callee !== undefined) {
      const touches = callee.inline === undefined ? undefined : touchesOf(callee.inline)
      for (let r = 1; r <= callee.params.length; r++) {
        const off = state[r]!
        if (callee.params[r - 1] === 'none' || off === NO_ADDRESS) continue
        const bytes = reach!.get(at)?.[r]
        if (touches?.register === r) {
          if (!touches.parts.every((part) => stack.touch(at, { off: off + part.off, size: part.size }))) return false
          if (touches.answers) answer = off
        } else if (bytes === undefined || !stack.give(off, bytes)) return false
      }
    }
    state.fill(NO_ADDRESS, 0, BEHIND_PARAMETERS)
    state[0] = answer
    return true
  }
}

/** Which bytes of a frame are accessed, and how. */
class Stack {
  /** By byte from the lowest: the number of the cell that it is of, from 1; SHARED: it is of more than one, or given away. */
  private readonly owners = new Int32Array(STACK)
  private readonly all: Cell[] = []
  private readonly touched = new Map<number, number[]>()

  /** Answers whether it lies in the frame. */
  touch(at: number, cell: Cell): boolean {
    const first = STACK + cell.off
    if (first < 0 || first + cell.size > STACK) return false
    const owner = this.owners[first]!
    const known = owner > 0 && this.all[owner - 1]!.off === cell.off && this.all[owner - 1]!.size === cell.size
    const number = known ? owner : this.all.push(cell)
    if (!known) for (let byte = first; byte < first + cell.size; byte++) this.own(byte, number)
    const numbers = this.touched.get(at)
    if (numbers === undefined) this.touched.set(at, [number])
    else if (!numbers.includes(number)) numbers.push(number)
    return true
  }
  /** Whoever is called touches so many bytes. */
  give(off: number, size: number): boolean {
    const first = STACK + off
    if (first < 0 || first + size > STACK) return false
    this.owners.fill(SHARED, first, first + size)
    return true
  }

  cells(): Cells {
    const own = new Set<number>()
    this.all.forEach((cell, index) => {
      if (this.isWhole(cell, index + 1)) own.add(index + 1)
    })
    // an instruction has all that it touches as locals, or nothing
    for (let before = -1; before !== own.size; ) {
      before = own.size
      for (const numbers of this.touched.values())
        if (!numbers.every((number) => own.has(number))) for (const number of numbers) own.delete(number)
    }
    if (own.size > MOST_CELLS) return new Map()
    const found = new Map<number, readonly Cell[]>()
    for (const [at, numbers] of this.touched)
      if (numbers.every((number) => own.has(number)))
        found.set(
          at,
          numbers.map((number) => this.all[number - 1]!),
        )
    return found
  }

  /** All its bytes are its own. */
  private isWhole({ off, size }: Cell, number: number): boolean {
    return this.owners.subarray(STACK + off, STACK + off + size).every((owner) => owner === number)
  }
  private own(byte: number, number: number): void {
    this.owners[byte] = this.owners[byte] === 0 ? number : SHARED
  }
}
const SHARED = -1
