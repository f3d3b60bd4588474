// SPDX-License-Identifier: Apache-2.0
// What stands in place of a call, where that is a few instructions. The interpreter calls instead, and comes to the same.

import { writeHashLookup } from './inline-hash.ts'
import { type Inline, type PerCpu, touchesOf, type Touches } from './inline-kinds.ts'
import { lowerReserve, lowerSubmit } from './inline-ring.ts'
import { MAX_ROUNDS } from './input.ts'
import type { Registers } from './registers.ts'
import type { Code } from './wasm/code.ts'

/** What is left to be done where a jump leads that asks whether R0 is zero. */
export interface Left {
  /** Pushes whether it is not. */
  pushFound(): void
  ifFound(): void
  ifMissing(): void
}

/** Of the call at an instruction; `tested`: such a jump follows at once, so that it may leave something to be done there. */
export function lowerInline(
  registers: Registers,
  inline: Exclude<Inline, { kind: 'rounds' }>,
  { at, tested }: { readonly at: number; readonly tested: boolean },
): Left | undefined {
  if (inline.kind === 'ring-reserve') lowerReserve(registers, inline, at)
  else if (inline.kind === 'ring-submit') lowerSubmit(registers, at)
  else if (inline.kind === 'word') {
    registers.code.i32(inline.address).memory('i32.load', 0)
    registers.setLow(at, 0)
  } else return lowerTouching(registers, inline, { at, tested })
  return undefined
}

function lowerTouching(
  registers: Registers,
  inline: Exclude<Inline, { kind: 'ring-reserve' | 'ring-submit' | 'rounds' | 'word' }>,
  { at, tested }: { readonly at: number; readonly tested: boolean },
): Left | undefined {
  const touched = new Touched(registers, touchesOf(inline), at)
  switch (inline.kind) {
    case 'array-lookup':
      lowerArrayLookup(registers, inline, { touched, at })
      return undefined
    case 'hash-lookup':
      lowerHashLookup(registers, inline, { touched, at })
      return undefined
    case 'iter-num-new':
      lowerIterNew(registers, touched, at)
      return undefined
    case 'iter-num-next':
      return lowerIterNext(registers, touched, { at, tested })
    default:
      touched.set(CURRENT, () => registers.code.i32(0))
      touched.set(END, () => registers.code.i32(0))
      registers.code.i32(0)
      registers.setLow(at, 0)
      return undefined
  }
}

/** The parts that it touches, in memory, or as locals where they are (cells.ts). */
class Touched {
  private readonly registers: Registers
  private readonly parts: Touches['parts']
  private readonly cells: readonly number[] | undefined

  constructor(registers: Registers, { register, parts }: Touches, at: number) {
    this.registers = registers
    this.parts = parts
    this.cells = registers.cells(at)
    if (this.cells === undefined && parts.length > 0) registers.low(register).set(registers.locals.address)
  }
  push(part: number): void {
    const { code, locals } = this.registers
    if (this.cells !== undefined) code.get(this.cells[part]!)
    else code.get(locals.address).memory('i32.load', this.parts[part]!.off)
  }
  /** As 64 bits; what is in memory by halves, as it may have been written so a moment ago, which loads of both wait for. */
  pushWhole(part: number): void {
    const { code, locals } = this.registers
    const { off, size } = this.parts[part]!
    if (this.cells !== undefined) {
      code.get(this.cells[part]!)
      if (size === 4) code.op('i64.extend_i32_u')
      return
    }
    code.get(locals.address).memory('i64.load32_u', off)
    if (size === 8)
      code
        .get(locals.address)
        .memory('i64.load32_u', off + 4)
        .i64(32)
        .op('i64.shl', 'i64.or')
  }
  set(part: number, push: () => void): void {
    const { code, locals } = this.registers
    if (this.cells === undefined) code.get(locals.address)
    push()
    if (this.cells !== undefined) code.set(this.cells[part]!)
    else code.memory('i32.store', this.parts[part]!.off)
  }
}

function lowerArrayLookup(
  registers: Registers,
  { first, stride, count, perCpu }: Extract<Inline, { kind: 'array-lookup' }>,
  { touched, at }: { readonly touched: Touched; readonly at: number },
): void {
  const { code, locals } = registers
  touched.push(0)
  code.tee(locals.aside).i32(count).op('i32.lt_u').openValue('i32')
  code.get(locals.aside).i32(stride).op('i32.mul').i32(first).op('i32.add')
  addOwn(code, perCpu)
  code.op('else').i32(0).op('end')
  registers.setLow(at, 0)
}

/** From the first CPU's value to this one's. */
function addOwn(code: Code, perCpu: PerCpu | undefined): void {
  if (perCpu === undefined) return
  code.i32(perCpu.cell).memory('i32.load', 0).i32(perCpu.stride).op('i32.mul', 'i32.add')
}

function lowerHashLookup(
  registers: Registers,
  table: Extract<Inline, { kind: 'hash-lookup' }>,
  { touched, at }: { readonly touched: Touched; readonly at: number },
): void {
  const { code, locals } = registers
  writeHashLookup(code, table, {
    pushWhole: () => touched.pushWhole(0),
    pushAddress: () => void registers.low(2),
    whole: locals.temp,
    address: locals.address,
    element: locals.aside,
    aside: locals.found,
    toValue: () => addOwn(code, table.perCpu),
  })
  registers.setLow(at, 0)
}

const [CURRENT, END] = [0, 1] as const
const [EINVAL, E2BIG] = [22, 7]

function lowerIterNew(registers: Registers, touched: Touched, at: number): void {
  const { code, locals } = registers
  registers.low(2)
  registers.low(3).op('i32.gt_s').openValue('i32').i32(-EINVAL).op('else')
  // the end is not below the start, so that the difference has no sign
  registers.low(3)
  registers.low(2).op('i32.sub').i32(MAX_ROUNDS).op('i32.gt_u').openValue('i32').i32(-E2BIG)
  code.op('else').i32(0).op('end', 'end').set(locals.aside)
  // of what is refused both are 0
  const unlessRefused = (push: () => void): void => {
    push()
    code.i32(0).get(locals.aside).op('i32.eqz', 'select')
  }
  touched.set(CURRENT, () => unlessRefused(() => registers.low(2).i32(1).op('i32.sub')))
  touched.set(END, () => unlessRefused(() => registers.low(3)))
  code.get(locals.aside)
  registers.setSigned(at, 0)
}

function lowerIterNext(
  registers: Registers,
  touched: Touched,
  { at, tested }: { readonly at: number; readonly tested: boolean },
): Left | undefined {
  const { code, locals } = registers
  touched.push(CURRENT)
  code.i32(1).op('i32.add').tee(locals.aside)
  touched.push(END)
  code.op('i32.lt_s').set(locals.found)
  registers.low(1).i32(0).get(locals.found).op('select')
  registers.setLow(at, 0)
  const left: Left = {
    pushFound: () => void code.get(locals.found),
    ifFound: () => touched.set(CURRENT, () => code.get(locals.aside)),
    ifMissing() {
      touched.set(CURRENT, () => code.i32(0))
      touched.set(END, () => code.i32(0))
    },
  }
  if (tested) return left
  code.get(locals.found).open('if')
  left.ifFound()
  code.op('else')
  left.ifMissing()
  code.op('end')
  return undefined
}
