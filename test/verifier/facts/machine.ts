// SPDX-License-Identifier: Apache-2.0
// A machine that runs programs of numbers, jumps, calls between functions, the stack and a context, on BigInt: what facts are held to.
// RFC 9669 §4 and §5. Addresses are numbers too: each frame and the context have a place of their own.

import type { Insn } from '../../../src/isa/index.ts'
import { imm64 } from '../../../src/isa/index.ts'
import { jumps, type Width } from '../scalar/concrete.ts'

const u64 = (v: bigint): bigint => BigInt.asUintN(64, v)
export const CONTEXT = 0x7000_0000_0000n
const STACKS = 0x1000_0000_0000n
/** Address of a frame's top. */
export const frameTop = (frame: number): bigint => STACKS + 0x10_0000n * BigInt(frame + 1)

interface Frame {
  readonly regs: bigint[]
  readonly memory: Uint8Array
  readonly back: number
}

export interface Watcher {
  before(at: number, regs: readonly bigint[], frame: number): void
  after(at: number, regs: readonly bigint[], frame: number, next: number): void
}

/** Runs it from the first instruction to its end; false where it takes more than `most` steps. */
export function run(insns: readonly Insn[], random: () => number, watch: Watcher, most = 20_000): boolean {
  const word = (): bigint => (BigInt(random() >>> 0) << 32n) | BigInt(random() >>> 0)
  const newFrame = (back: number): Frame => {
    const memory = new Uint8Array(512)
    for (let i = 0; i < 512; i++) memory[i] = random()
    const regs = Array.from({ length: 11 }, word)
    regs[10] = frameTop(frames.length)
    return { regs, memory, back }
  }
  const frames: Frame[] = []
  frames.push(newFrame(-1))
  frames[0]!.regs[1] = CONTEXT
  const context = Uint8Array.from({ length: 256 }, () => random())
  const at = (address: bigint): { readonly bytes: DataView; readonly off: number } => {
    if (address >= CONTEXT) return { bytes: new DataView(context.buffer), off: Number(address - CONTEXT) }
    const frame = Number((address - STACKS) / 0x10_0000n)
    const off = 512 - Number(frameTop(frame) - address)
    if (frames[frame] === undefined || off < 0 || off >= 512) throw new Error(`wild address ${address}`)
    return { bytes: new DataView(frames[frame].memory.buffer), off }
  }
  const read = (address: bigint, size: number): bigint => {
    const { bytes, off } = at(address)
    let value = 0n
    for (let i = size - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes.getUint8(off + i))
    return value
  }
  const write = (address: bigint, size: number, value: bigint): void => {
    const { bytes, off } = at(address)
    for (let i = 0; i < size; i++) bytes.setUint8(off + i, Number((value >> BigInt(8 * i)) & 0xffn))
  }
  let pc = 0
  for (let steps = 0; steps < most; steps++) {
    const frame = frames[frames.length - 1]!
    const { regs } = frame
    const insn = insns[pc]!
    const { op, dst, src, off, imm } = insn
    watch.before(pc, regs, frames.length - 1)
    const operand = op.source === 'reg' ? regs[src]! : BigInt(imm)
    let next = pc + 1
    switch (op.kind) {
      case 'alu':
        regs[dst] = alu(insn, regs[dst]!, operand)
        break
      case 'ld_imm64':
        regs[dst] = u64(imm64(insn, insns[pc + 1]))
        next = pc + 2
        break
      case 'load': {
        const value = read(u64(regs[src]! + BigInt(off)), op.size)
        regs[dst] = op.signed ? u64(BigInt.asIntN(8 * op.size, value)) : value
        break
      }
      case 'store':
        write(u64(regs[dst]! + BigInt(off)), op.size, u64(operand))
        break
      case 'jump':
        if (jumps(op.name as 'jeq', op.width as Width, regs[dst]!, u64(operand))) next = pc + 1 + off
        break
      case 'may_goto':
        if (random() % 5 === 0) next = pc + 1 + off
        break
      case 'ja':
        next = pc + 1 + (op.width === 32 ? imm : off)
        break
      case 'call':
        if (src === 1) {
          const callee = newFrame(pc + 1)
          for (let i = 1; i <= 5; i++) callee.regs[i] = regs[i]!
          frames.push(callee)
          next = pc + 1 + imm
        } else regs[0] = word()
        break
      case 'exit': {
        frames.pop()
        const caller = frames[frames.length - 1]
        if (caller === undefined) return true
        caller.regs[0] = regs[0]!
        for (let i = 1; i <= 5; i++) caller.regs[i] = word()
        next = frame.back
        break
      }
      default:
        throw new Error(`no ${op.kind} here`)
    }
    watch.after(pc, frames[frames.length - 1]!.regs, frames.length - 1, next)
    pc = next
  }
  return false
}

function alu({ op, imm }: Insn, a: bigint, b: bigint): bigint {
  const width = op.width === 32 ? 32 : 64
  if (op.name === 'bswap' || op.name === 'le' || op.name === 'be') {
    const value = BigInt.asUintN(8 * op.size, a)
    if (op.name === 'le') return value
    let swapped = 0n
    for (let i = 0; i < op.size; i++) swapped = (swapped << 8n) | ((value >> BigInt(8 * i)) & 0xffn)
    return swapped
  }
  const [x, y] = [BigInt.asUintN(width, a), BigInt.asUintN(width, b)]
  const [sx, sy] = [BigInt.asIntN(width, a), BigInt.asIntN(width, b)]
  const amount = y & BigInt(width - 1)
  const results: Record<string, () => bigint> = {
    mov: () => y,
    movsx: () => BigInt.asIntN(8 * op.size, b),
    add: () => x + y,
    sub: () => x - y,
    mul: () => x * y,
    div: () => (y === 0n ? 0n : x / y),
    mod: () => (y === 0n ? x : x % y),
    sdiv: () => (sy === 0n ? 0n : sx / sy),
    smod: () => (sy === 0n ? sx : sx % sy),
    or: () => x | y,
    and: () => x & y,
    xor: () => x ^ y,
    lsh: () => x << amount,
    rsh: () => x >> amount,
    arsh: () => sx >> amount,
    neg: () => -x,
  }
  const result = results[op.name]
  if (result === undefined) throw new Error(`no ${op.name} ${imm} here`)
  return BigInt.asUintN(width, result())
}
