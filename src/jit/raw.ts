// SPDX-License-Identifier: Apache-2.0
// Bare instructions, of no object and for no kernel: what can be run of them, and how they run on a block of memory.

import { fail, ok, type Result } from '../fault/index.ts'
import { checkReserved, type Insn } from '../isa/index.ts'
import { compile } from './compile.ts'
import { instantiate } from './instantiate.ts'
import { type Callee, calleeSlot, type JitFunction, type JitProgram } from './input.ts'
import { type Imports, interpret, Trap } from './interpret.ts'
import { STACK } from './memory.ts'

export interface RawOptions {
  /** What r1 points to; r2 is its length. Changed in place by what the program writes. */
  readonly memory?: Uint8Array
  /** Instructions that may be executed: 10^9 unless told, after which a program is held not to end. */
  readonly maxInsns?: number
  /** Run by the interpreter, some hundred times slower: then the instruction that reaches beyond the block is told. */
  readonly interpret?: boolean
}

const PAGE = 65536
/** Nothing is at the first page, so null pointers are told. Frames of functions grow down from here. */
const FRAME = 3 * PAGE
const MAX_MEMORY = 1 << 28
const MAX_INSNS = 1e9
const MOST_CALLS = 8
/** Instructions that are interpreted to find a trap's place: some seconds. */
const MOST_AGAIN = 5e6

/** Helpers, by number, that a bare program may call: those that need nothing of a kernel. The clock stands still. */
const HELPERS: ReadonlyMap<number, Callee> = new Map([
  [5, { name: 'bpf_ktime_get_ns', params: [], result: 'i64' }],
  [8, { name: 'bpf_get_smp_processor_id', params: [], result: 'u32' }],
])
const IMPORTS: Imports = new Map<string, () => bigint | number>([
  ['bpf_ktime_get_ns', () => 0n],
  ['bpf_get_smp_processor_id', () => 0],
])

/**
 * r0, of bare instructions run on a block of memory (RFC 9669; calls of functions within the program, of helpers `bpf_ktime_get_ns` and
 * `bpf_get_smp_processor_id`). A `Fault` says which
 * instruction cannot be run, or what ended the run.
 */
export function runRaw(insns: readonly Insn[], options: RawOptions = {}): Result<bigint> {
  const { memory: block = new Uint8Array(0), maxInsns = MAX_INSNS } = options
  if (block.length > MAX_MEMORY)
    return fail(`${block.length} bytes of memory are more than the ${MAX_MEMORY} a bare program may have`)
  const program = rawProgram(insns)
  if (!program.ok) return program
  const memory = new WebAssembly.Memory({ initial: 3 + Math.ceil((block.length + 1) / PAGE) })
  const start = { registers: [BigInt(FRAME), BigInt(block.length)], frame: FRAME }
  const bytes = new Uint8Array(memory.buffer)
  bytes.set(block, FRAME)
  try {
    const r0 =
      options.interpret === true
        ? interpreted(program.value, memory, start, { block, maxInsns })
        : compiled(program.value, memory, start, { block, maxInsns })
    return ok(r0)
  } catch (error) {
    if (error instanceof Trap) return fail(error.message, error.insn === undefined ? {} : { insn: error.insn })
    throw error
  } finally {
    block.set(bytes.subarray(FRAME, FRAME + block.length))
  }
}

interface Start {
  readonly registers: readonly bigint[]
  readonly frame: number
}
interface Bounds {
  readonly block: Uint8Array
  readonly maxInsns: number
}

function interpreted(
  program: JitProgram,
  memory: WebAssembly.Memory,
  start: Start,
  { block, maxInsns }: Bounds,
): bigint {
  const bottom = FRAME - MOST_CALLS * STACK
  return interpret(program, { view: new DataView(memory.buffer) }, start, {
    fuel: maxInsns,
    imports: IMPORTS,
    access(insn, { address, size, write }) {
      if (address >= bottom && address + size <= FRAME + block.length) return
      throw new Trap(`${write ? 'writes' : 'reads'} ${size} bytes outside of the stack and the block of memory`, insn)
    },
  })
}

function compiled(program: JitProgram, memory: WebAssembly.Memory, start: Start, { block, maxInsns }: Bounds): bigint {
  const fuel = new WebAssembly.Global({ value: 'i64', mutable: true }, BigInt(maxInsns))
  const instance = instantiate(moduleOf(program), memory, IMPORTS, { fuel })
  try {
    return instance.run(0, start.registers, start.frame)
  } catch (error) {
    if (!(error instanceof WebAssembly.RuntimeError || error instanceof RangeError)) throw error
    if (fuel.value < 0n) throw new Trap(`the allowance of ${maxInsns} instructions is used up`)
    // run again from the start, to say where, if that is not too far: the interpreter comes to the same
    const bytes = new Uint8Array(memory.buffer)
    bytes.fill(0)
    bytes.set(block, FRAME)
    if (maxInsns - Number(fuel.value) < MOST_AGAIN) interpreted(program, memory, start, { block, maxInsns })
    throw new Trap(`ended by WebAssembly: ${error.message}`)
  }
}

function moduleOf(program: JitProgram): WebAssembly.Module {
  try {
    return new WebAssembly.Module(compile(program, { fuel: true }))
  } catch (error) {
    if (!(error instanceof WebAssembly.CompileError)) throw error
    throw new Trap(`WebAssembly cannot run such a program, the interpreter can: ${error.message}`)
  }
}

/** The functions of bare instructions: the first, and where calls within the program lead. */
function rawProgram(insns: readonly Insn[]): Result<JitProgram> {
  if (insns.length === 0) return fail('there is no instruction')
  const starts = new Set([0])
  const callees = new Map<number, Callee>()
  for (let at = 0; at < insns.length; at++) {
    const insn = insns[at]!
    const wrong = checkReserved(insn, { has: () => true }) ?? notRun(insn)
    if (wrong !== undefined) return fail(wrong, { insn: at })
    if (insn.op.kind === 'ld_imm64' && at + 1 >= insns.length)
      return fail('the second half of a load is missing', { insn: at })
    const helper = insn.op.kind === 'call' && insn.src === 0 ? HELPERS.get(insn.imm) : undefined
    if (helper !== undefined) callees.set(at, helper)
    else if (insn.op.kind === 'call') {
      const target = calleeSlot(insn, at)
      if (insns[target] === undefined) return fail(`calls instruction ${target}, which there is not`, { insn: at })
      starts.add(target)
    }
    if (insn.op.kind === 'ld_imm64') at++
  }
  const ordered = [...starts].sort((a, b) => a - b)
  const functions: JitFunction[] = ordered.map((start, i) => ({
    start,
    end: ordered[i + 1] ?? insns.length,
    stack: STACK,
  }))
  return ok({ insns, functions, addresses: new Map(), callees })
}

function notRun({ op, src, dst, imm }: Insn): string | undefined {
  if (src > 10 || dst > 10) return `there is no register R${Math.max(src, dst)}`
  if (op.kind === 'call' && src === 0 && !HELPERS.has(imm))
    return `calls helper ${imm}, which needs a kernel: a bare program may call ${[...HELPERS.keys()].join(' and ')}`
  if (op.kind === 'call' && src > 1) return 'calls a kfunc, which needs a kernel'
  if (op.kind === 'ld_imm64' && src !== 0)
    return 'loads the address of something: a bare program has no maps and no types'
  return ['gotox', 'callx', 'ld_abs', 'ld_ind', 'invalid'].includes(op.kind) || op.name === 'addr_space_cast'
    ? `${op.name} is not run`
    : undefined
}
