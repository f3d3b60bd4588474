// SPDX-License-Identifier: Apache-2.0
// The same program, an instruction at a time: what the compiler is held to, and the way where nothing may be compiled. What
// each operation makes of its operands: semantics.ts.

import { imm64, type Insn } from '../isa/index.ts'
import { targetOf } from './flow.ts'
import { alu, combined, isTaken, turned } from './semantics.ts'
import {
  type Callee,
  calleeSlot,
  type FieldAccess,
  functionNumbers,
  type JitProgram,
  MAX_ROUNDS,
  type Narrow,
  goesRound,
  narrow,
  type Param,
  type Returned,
} from './input.ts'

/** By name: what a call crosses to, with its parameters as `Callee` says. */
export type Imports = ReadonlyMap<string, Imported>
type Imported = (...args: never[]) => number | bigint | undefined | Waiting

/** What a call answers that is not over: the run goes on once the promise is kept, with what `settle` makes of its value. */
export class Waiting {
  readonly promise: PromiseLike<unknown>
  readonly settle: (value: unknown) => number | bigint | undefined
  constructor(promise: PromiseLike<unknown>, settle: Waiting['settle']) {
    this.promise = promise
    this.settle = settle
  }
}

/** A run that may wait: what it yields is to be kept, and its value given back. r0 at the end. */
export type Steps = Generator<PromiseLike<unknown>, bigint, unknown>

export interface InterpretOptions extends Watcher {
  readonly imports?: Imports
  /** Instructions that may be executed; without end unless told. */
  readonly fuel?: number
  /** Is told of a call that threw what, by the instruction that made it. */
  readonly failed?: (insn: number, error: unknown) => void
  /** Runs the function at a place of the table, where a tail call leads there: to its end, or in steps where it may wait. */
  readonly enter?: (place: number, registers: readonly bigint[], frame: number) => bigint | Steps
}

/** Is told of what is executed. What it throws ends the run. */
export interface Watcher {
  /** Before each instruction. */
  readonly before?: (insn: number, activation: Activation) => void
  /** Behind each that does not end its function. */
  readonly after?: (insn: number, activation: Activation) => void
  /** Before each load and store. */
  readonly access?: (insn: number, access: MemoryAccess, activation: Activation) => void
}

/** `address` in memory, `size` in bytes. */
export interface MemoryAccess {
  readonly address: number
  readonly size: number
  readonly write: boolean
}

/** A function under way. */
export interface Activation {
  /** The first instruction of the function. */
  readonly start: number
  /** r0 to r10, without sign, as they are now. */
  readonly regs: readonly bigint[]
  /** The function that called it, if one of the program's did, by way of a helper or kfunc too. */
  readonly caller: Activation | undefined
}

/** Where a run begins. */
export interface Start {
  /** Number of the function; the first unless told. */
  readonly function?: number
  /** r1 on. */
  readonly registers: readonly bigint[]
  /** Where the stack ends, in memory. */
  readonly frame: number
  /** For whom it runs, where it is called back. */
  readonly caller?: Activation | undefined
}

/** A memory; the view is another one once it has grown. */
export interface Viewed {
  readonly view: DataView
}

/** The program did what no verified program does, or used up its fuel. `insn` is the slot, where it is known. */
export class Trap extends Error {
  readonly insn: number | undefined
  constructor(message: string, insn?: number) {
    super(insn === undefined ? message : `instruction ${insn}: ${message}`)
    this.insn = insn
  }
}

const U64 = (value: bigint): bigint => BigInt.asUintN(64, value)
const U32 = (value: bigint): bigint => BigInt.asUintN(32, value)
const MAX_DEPTH = 64
const [EINVAL, E2BIG] = [22n, 7n]

/** r0 at the end. */
export function interpret(program: JitProgram, memory: Viewed, start: Start, options: InterpretOptions = {}): bigint {
  return interpreterOf(program, memory, options)(start)
}

/** The same, for many runs. */
export function interpreterOf(
  program: JitProgram,
  memory: Viewed,
  options: InterpretOptions = {},
): (start: Start) => bigint {
  const start = stepsOf(program, memory, options)
  return (from) => {
    const step = start(from).next()
    if (step.done !== true) throw new Trap('waits, where nothing can')
    return step.value
  }
}

/** The same, for runs that may wait. */
export function stepsOf(program: JitProgram, memory: Viewed, options: InterpretOptions = {}): (start: Start) => Steps {
  const numbers = functionNumbers(program)
  return ({ function: number = 0, registers, frame, caller }) =>
    new Interpreter({ program, viewed: memory, options, numbers }).run(number, registers, { frame, caller })
}

interface Made {
  readonly program: JitProgram
  readonly viewed: Viewed
  readonly options: InterpretOptions
  readonly numbers: ReadonlyMap<number, number>
}

class Interpreter {
  private readonly program: JitProgram
  private readonly viewed: Viewed
  private readonly options: InterpretOptions
  private readonly numbers: ReadonlyMap<number, number>
  private fuel: number
  /** The function under way. */
  private current!: Activation
  private depth = 0

  constructor({ program, viewed, options, numbers }: Made) {
    this.program = program
    this.viewed = viewed
    this.options = options
    this.numbers = numbers
    this.fuel = options.fuel ?? Number.POSITIVE_INFINITY
  }

  *run(number: number, args: readonly bigint[], { frame, caller }: Pick<Start, 'frame' | 'caller'>): Steps {
    const { insns, functions } = this.program
    const { before, after } = this.options
    const func = functions[number]!
    if (++this.depth > MAX_DEPTH) throw new Trap(`more than ${MAX_DEPTH} calls within each other`, func.start)
    const regs = Array.from({ length: 11 }, () => 0n)
    args.forEach((value, i) => {
      regs[i + 1] = U64(value)
    })
    regs[10] = BigInt(frame)
    const activation: Activation = { start: func.start, regs, caller }
    this.current = activation
    let rounds = MAX_ROUNDS
    for (let at = func.start; ; ) {
      const insn = insns[at]
      if (insn === undefined || at < func.start || at >= func.end) throw new Trap('is outside of its function', at)
      if (--this.fuel < 0) throw new Trap('the allowance of instructions is used up', at)
      before?.(at, activation)
      let next = at + (insn.op.kind === 'ld_imm64' ? 2 : 1)
      switch (insn.op.kind) {
        case 'alu':
          regs[insn.dst] = insn.op.name === 'addr_space_cast' ? U32(regs[insn.src]!) : alu(insn, regs)
          break
        case 'load':
          regs[insn.dst] = this.load(insn, at, regs)
          break
        case 'store':
          this.store(insn, at, regs)
          break
        case 'atomic':
          this.atomic(insn, at, regs)
          break
        case 'ld_imm64':
          regs[insn.dst] = U64(this.program.addresses.get(at) ?? imm64(insn, insns[at + 1]))
          break
        case 'ja':
          next = targetOf(insn, at)!
          break
        case 'jump':
          if (isTaken(insn, regs)) next = targetOf(insn, at)!
          break
        case 'gotox':
          next = Number(regs[insn.dst]!)
          break
        case 'may_goto':
          if (rounds === 0) next = targetOf(insn, at)!
          else rounds--
          break
        case 'call': {
          if (insn.src === 1) {
            regs[0] = yield* this.localCall(func.stack, insn, at, regs)
            this.current = activation
          } else if (this.program.callees.get(at)?.role === 'tail-call') {
            const place = Number(BigInt.asIntN(32, yield* this.call(at, regs, func.stack)))
            const { enter } = this.options
            if (place >= 0 && enter !== undefined) {
              this.depth--
              const entered = enter(place, [regs[1]!], frame)
              return typeof entered === 'bigint' ? entered : yield* entered
            }
          } else regs[0] = yield* this.call(at, regs, func.stack)
          break
        }
        case 'ld_abs':
        case 'ld_ind': {
          regs[0] = this.packetLoad(insn, at, regs)
          if (BigInt.asIntN(64, regs[0]) < 0n) {
            this.depth--
            return 0n
          }
          break
        }
        case 'exit':
          this.depth--
          return regs[0]!
        default:
          throw new Trap(`no instruction that is run (opcode 0x${insn.code.toString(16)})`, at)
      }
      after?.(at, activation)
      at = next
    }
  }

  private *localCall(stack: number, insn: Insn, at: number, regs: readonly bigint[]): Steps {
    const number = this.numbers.get(calleeSlot(insn, at))
    if (number === undefined) throw new Trap('no function begins where it calls', at)
    return yield* this.run(number, regs.slice(1, 6), { frame: Number(regs[10]!) - stack, caller: this.current })
  }

  private *call(at: number, regs: readonly bigint[], stack: number): Steps {
    const callee = this.program.callees.get(at)
    if (callee === undefined) throw new Trap('nothing is there to be called', at)
    const { frameCell } = this.program
    if (callee.inline?.kind === 'rounds') return yield* this.rounds(callee.inline.target, regs, stack)
    if (callee.callsBack === true && frameCell !== undefined)
      this.viewed.view.setUint32(frameCell, Number(regs[10]!) - stack, true)
    this.fillCells(callee, regs)
    const answer = this.answerOf(at, callee, argumentsOf(callee, regs))
    return this.answered(callee, answer instanceof Waiting ? answer.settle(yield answer.promise) : answer)
  }

  /** bpf_loop(): its callback may wait, as the program itself may. */
  private *rounds(target: number, regs: readonly bigint[], stack: number): Steps {
    const [, times, , given, flags] = regs as readonly [bigint, bigint, bigint, bigint, bigint]
    const rounds = Number(U32(times))
    if (flags !== 0n) return U64(-EINVAL)
    if (rounds > MAX_ROUNDS) return U64(-E2BIG)
    const number = this.numbers.get(target)!
    const caller = this.current
    const frame = Number(regs[10]!) - stack
    for (let round = 0; round < rounds; round++) {
      const r0 = yield* this.run(number, [BigInt(round), given], { frame, caller })
      this.current = caller
      if (r0 !== 0n) return BigInt(round + 1)
    }
    return BigInt(rounds)
  }

  private fillCells({ params }: Callee, regs: readonly bigint[]): void {
    const { argumentCells = 0 } = this.program
    params.forEach((param, i) => {
      if (param === 'cell') this.viewed.view.setBigUint64(argumentCells + 8 * i, regs[i + 1]!, true)
    })
  }

  private callImport(at: number, callee: Callee, args: readonly (number | bigint)[]): bigint {
    const answer = this.answerOf(at, callee, args)
    if (answer instanceof Waiting) throw new Trap(`${callee.name} waits, where nothing can`, at)
    return this.answered(callee, answer)
  }

  /** r0. */
  private answered({ result }: Callee, answer: number | bigint | undefined): bigint {
    if (result === 'none') return 0n
    if (result === 'cell') return this.viewed.view.getBigUint64(this.program.argumentCells ?? 0, true)
    const value = BigInt(answer!)
    if (isNarrow(result)) return U64(cut(value, result))
    return result === 'u32' ? U32(value) : U64(value)
  }

  private answerOf(at: number, callee: Callee, args: readonly (number | bigint)[]): ReturnType<Imported> {
    const called = this.options.imports?.get(callee.name)
    if (called === undefined) throw new Trap(`no ${callee.name} is there to be called`, at)
    try {
      return called(...(args as never[]))
    } catch (error) {
      this.options.failed?.(at, error)
      throw error
    }
  }

  private packetLoad(insn: Insn, at: number, regs: readonly bigint[]): bigint {
    const callee = this.program.callees.get(at)
    if (callee === undefined) throw new Trap('there is no packet to load from', at)
    const index = insn.op.kind === 'ld_abs' ? 0n : regs[insn.src]!
    const offset = Number(BigInt.asIntN(32, index + BigInt(insn.imm)))
    return this.callImport(at, callee, [Number(BigInt.asIntN(32, regs[6]!)), offset])
  }

  private load(insn: Insn, at: number, regs: readonly bigint[]): bigint {
    const { op, src, off } = insn
    const value = this.loaded(at, regs[src]!, { off, size: op.size })
    return op.signed ? U64(BigInt.asIntN(op.size * 8, value)) : value
  }

  private loaded(at: number, base: bigint, { off, size }: { readonly off: number; readonly size: number }): bigint {
    const field = this.program.fields?.get(at)
    if (field !== undefined) return this.fieldLoad(at, field, base)
    const address = base + BigInt(off)
    return this.isThere(at, address, size) ? this.read(at, U32(address), size) : 0n
  }

  private store(insn: Insn, at: number, regs: readonly bigint[]): void {
    const { op, dst, src, off, imm } = insn
    const value = op.source === 'imm' ? BigInt(imm) : regs[src]!
    const field = this.program.fields?.get(at)
    const address = regs[dst]! + BigInt(off)
    if (field?.kind === 'field')
      this.write(at, U32(this.holder(at, field.through, regs[dst]!) + BigInt(field.offset)), field.size, value)
    else if (field !== undefined)
      this.callImport(at, field.callee, [Number(BigInt.asIntN(32, regs[dst]!)), BigInt.asIntN(64, value)])
    else if (this.isThere(at, address, op.size)) this.write(at, U32(address), op.size, value)
  }

  /** What the access is held to is there; it may be held to nothing. */
  private isThere(at: number, address: bigint, size: number): boolean {
    const guard = this.program.guards?.get(at)
    if (guard === undefined) return true
    const { view } = this.viewed
    if (guard.kind === 'memory') return (U64(address) + 7n) >> 16n < BigInt(view.byteLength >>> 16)
    const { off } = this.program.insns[at]!
    const pointer = (Number(U32(address - BigInt(off))) - guard.begin) >>> 0
    const from = goesRound(guard) ? pointer + off : (pointer + off) >>> 0
    const hasPage = (byte: number): boolean => view.getUint8(guard.pages + (byte >>> 12)) !== 0
    return from >= 0 && from + size <= guard.count * 4096 && hasPage(from) && hasPage(from + size - 1)
  }

  private holder(at: number, through: readonly number[], base: bigint): bigint {
    let holder = base
    for (const offset of through) holder = this.read(at, U32(holder + BigInt(offset)), 4)
    return holder
  }

  private fieldLoad(at: number, field: FieldAccess, base: bigint): bigint {
    let value: bigint
    if (field.kind === 'call') value = this.callImport(at, field.callee, [Number(BigInt.asIntN(32, base))])
    else {
      const address = this.holder(at, field.through, base) + BigInt(field.offset)
      value = this.read(at, U32(address), field.size)
      if (field.turned === true) value = turned(value, field.size)
    }
    return BigInt.asUintN(field.bits, value >> BigInt(field.shift))
  }

  private atomic({ op, dst, src, off }: Insn, at: number, regs: bigint[]): void {
    const address = U32((op.name === 'load_acquire' ? regs[src]! : regs[dst]!) + BigInt(off))
    if (!this.isThere(at, address, op.size)) {
      if (op.name === 'load_acquire') regs[dst] = 0n
      else if (op.fetch) regs[op.name === 'cmpxchg' ? 0 : src] = 0n
      return
    }
    if (op.name === 'store_release') return this.write(at, address, op.size, regs[src]!)
    const old = this.read(at, address, op.size)
    if (op.name === 'load_acquire') {
      regs[dst] = old
      return
    }
    const operand = regs[src]!
    if (op.name === 'cmpxchg') {
      if (old === BigInt.asUintN(op.size * 8, regs[0]!)) this.write(at, address, op.size, operand)
      regs[0] = old
      return
    }
    this.write(at, address, op.size, combined(op.name, old, operand))
    if (op.fetch) regs[src] = old
  }

  private read(at: number, address: bigint, size: number): bigint {
    const from = this.reach(at, address, { size, write: false })
    const { view: memory } = this.viewed
    if (size === 8) return memory.getBigUint64(from, true)
    return BigInt(
      size === 4 ? memory.getUint32(from, true) : size === 2 ? memory.getUint16(from, true) : memory.getUint8(from),
    )
  }

  private write(at: number, address: bigint, size: number, value: bigint): void {
    const to = this.reach(at, address, { size, write: true })
    const { view: memory } = this.viewed
    const low = Number(BigInt.asUintN(32, value))
    if (size === 8) memory.setBigUint64(to, U64(value), true)
    else if (size === 4) memory.setUint32(to, low, true)
    else if (size === 2) memory.setUint16(to, low & 0xffff, true)
    else memory.setUint8(to, low & 0xff)
  }

  private reach(at: number, address: bigint, access: { size: number; write: boolean }): number {
    const place = Number(address)
    if (place + access.size > this.viewed.view.byteLength)
      throw new Trap(`${access.write ? 'writes' : 'reads'} ${access.size} bytes at ${place}, outside of memory`, at)
    this.options.access?.(at, { address: place, ...access }, this.current)
    return place
  }
}

function argumentsOf({ params }: Callee, regs: readonly bigint[]): (number | bigint)[] {
  return params.flatMap((param, i): (number | bigint)[] => {
    const value = regs[i + 1]!
    const low = Number(BigInt.asIntN(32, value))
    if (param === 'none') return []
    if (param === 'i32' || param === 'cell') return [low]
    if (isNarrow(param)) return [Number(cut(value, param))]
    return param === 'halves' ? [low, Number(BigInt.asIntN(32, value >> 32n))] : [BigInt.asIntN(64, value)]
  })
}

const isNarrow = (kind: Param | Returned): kind is Narrow => kind in narrow
const cut = (value: bigint, kind: Narrow): bigint => {
  const { bits, signed } = narrow[kind]
  return signed ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value)
}
