// SPDX-License-Identifier: Apache-2.0
// One program, interpreted and compiled, each over a memory of its own: both must come to the same.
import { assemble, type Insn } from '../../src/isa/index.ts'
import { compile, type Imports, instantiate, interpret, type JitProgram } from '../../src/jit/index.ts'
import { unwrap } from '../../src/fault/index.ts'

const PAGE = 65536
/** Where the stack ends, and where a program's block of memory begins. */
const FRAME = 4096
export const BLOCK = 8192

/** Every instruction of the programs that were run. */
export const executed: Insn[] = []

export interface Ended {
  readonly r0: bigint | 'trap'
  readonly memory: Uint8Array
}

export interface Given {
  /** Bytes at `BLOCK`; r1 points there, r2 is their number. */
  readonly memory?: Uint8Array
  readonly imports?: Imports
  readonly callees?: JitProgram['callees']
  readonly guards?: JitProgram['guards']
  readonly functions?: JitProgram['functions']
  readonly tables?: JitProgram['tables']
  readonly small?: Uint8Array
  readonly reach?: JitProgram['reach']
  readonly fuel?: number
}

/** The same program for many values of r1 and r2: compiled once. Nothing of memory is kept apart. */
export function prepareBoth(program: string): (r1: bigint, r2?: bigint) => { interpreted: bigint; compiled: bigint } {
  const insns = unwrap(assemble(program))
  executed.push(...insns)
  const functions = [{ start: 0, end: insns.length, stack: 512 }]
  const jit: JitProgram = { insns, functions, addresses: new Map(), callees: new Map() }
  const memory = new WebAssembly.Memory({ initial: 1 })
  const instance = instantiate(new WebAssembly.Module(compile(jit)), memory)
  const view = new DataView(memory.buffer)
  return (r1, r2 = 0n) => ({
    interpreted: interpret(jit, { view }, { registers: [r1, r2], frame: FRAME }),
    compiled: instance.run(0, [r1, r2], FRAME),
  })
}

/** `interpreted` and `compiled` are told apart by the test that compares them. */
export function runBoth(program: string | readonly Insn[], given: Given = {}): { interpreted: Ended; compiled: Ended } {
  const insns = typeof program === 'string' ? unwrap(assemble(program)) : program
  if (typeof program === 'string') executed.push(...insns)
  const whole = [{ start: 0, end: insns.length, stack: 512 }]
  const jit: JitProgram = {
    insns,
    functions: given.functions ?? whole,
    addresses: new Map(),
    callees: given.callees ?? new Map(),
    ...(given.reach === undefined ? {} : { reach: given.reach }),
    ...(given.small === undefined ? {} : { small: given.small }),
    ...(given.guards === undefined ? {} : { guards: given.guards }),
    ...(given.tables === undefined ? {} : { tables: given.tables }),
  }
  const block = given.memory ?? new Uint8Array(0)
  const registers = [BigInt(BLOCK), BigInt(block.length)]
  const ended = (run: (memory: WebAssembly.Memory) => bigint): Ended => {
    const memory = new WebAssembly.Memory({ initial: 1 })
    const bytes = new Uint8Array(memory.buffer)
    bytes.set(block, BLOCK)
    let r0: Ended['r0']
    try {
      r0 = run(memory)
    } catch (error) {
      if (error instanceof WebAssembly.CompileError) throw error
      r0 = 'trap'
    }
    return { r0, memory: bytes.slice(0, PAGE) }
  }
  const { imports = new Map(), fuel } = given
  return {
    interpreted: ended((memory) =>
      interpret(
        jit,
        { view: new DataView(memory.buffer) },
        { registers, frame: FRAME },
        { imports, ...(fuel === undefined ? {} : { fuel }) },
      ),
    ),
    compiled: ended((memory) => {
      const module = new WebAssembly.Module(compile(jit, { fuel: fuel !== undefined }))
      const global = new WebAssembly.Global({ value: 'i64', mutable: true }, BigInt(fuel ?? 0))
      const instance = instantiate(module, memory, imports, fuel === undefined ? {} : { fuel: global })
      return instance.run(0, registers, FRAME)
    }),
  }
}
