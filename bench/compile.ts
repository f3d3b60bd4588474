// SPDX-License-Identifier: Apache-2.0
/**
 * What the compiler needs for an instruction, of programs of several sizes: arithmetic, memory, branches, loops and calls of functions, as
 * they follow one another in what clang makes.
 *
 *   npm run bench -- compile
 */
import { assemble, type Insn } from '../src/isa/index.ts'
import { compile as toWasm, type JitFunction, type JitProgram } from '../src/jit/index.ts'
import { unwrap } from '../src/index.ts'
import { leastTime } from './measure.ts'

const sizes = [100, 1_000, 10_000, 100_000]
const bound = 1.5
const BUDGET_MS = 3000
const MOST_IN_FUNCTION = 20_000

const piece = unwrap(
  assemble(
    `r2 = *(u32 *)(r6 + 4)
     w3 = w2
     w3 &= 255
     r3 <<= 3
     r4 = r6
     r4 += r3
     r5 = *(u64 *)(r4 + 16)
     if r5 == 0 goto +6
     r5 += 1
     *(u64 *)(r4 + 16) = r5
     *(u64 *)(r10 - 8) = r5
     r2 ^= r5
     if w2 > 77 goto +1
     w7 += w2
     r1 = 0x1234567890 ll
     r7 ^= r1
     w2 = be16 w2
     *(u16 *)(r6 + 0) = r2
     w8 -= 1
     if w8 s< 0 goto -4`.replace('w2 = be16 w2', 'r2 = be16 r2'),
  ),
)

export function compile(): Promise<boolean> {
  let worst = 0
  for (const size of sizes) {
    const program = programOf(size)
    toWasm(program)
    const each = leastTime(() => toWasm(program), BUDGET_MS) / 1000 / program.insns.length
    worst = size >= 1000 ? Math.max(worst, each) : worst
    console.log(`  ${String(program.insns.length).padStart(7)} instructions: ${each.toFixed(2)} µs each`)
  }
  console.log(`  at most ${bound} from 1,000 on`)
  return Promise.resolve(worst <= bound)
}

/** Functions in a row, none calling another. */
function programOf(size: number): JitProgram {
  const insns: Insn[] = []
  const functions: JitFunction[] = []
  const [begin, end] = [unwrap(assemble('r6 = r1\nw7 = 0\nw8 = 5')), unwrap(assemble('r0 = r7\nexit'))]
  while (insns.length < size) {
    const start = insns.length
    insns.push(...begin)
    while (insns.length - start < MOST_IN_FUNCTION && insns.length + piece.length <= size) insns.push(...piece)
    insns.push(...end)
    functions.push({ start, end: insns.length, stack: 512 })
  }
  return {
    insns,
    functions,
    addresses: new Map(),
    callees: new Map(),
    reach: new Map(),
    small: new Uint8Array(insns.length),
  }
}
