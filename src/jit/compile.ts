// SPDX-License-Identifier: Apache-2.0
// A BPF program as a WebAssembly module: functions as functions, registers as locals, control flow structured (structure.ts).

import { imm64, type Insn } from '../isa/index.ts'
import { lowerAlu } from './alu.ts'
import { type Effects, effectsOf, type Taken } from './effects.ts'
import { type Block, blocksOf } from './flow.ts'
import {
  type Callee,
  calleeSlot,
  functionNumbers,
  type JitFunction,
  type JitProgram,
  MAX_ROUNDS,
  type Param,
  SUM,
} from './input.ts'
import { lowerInline } from './inline.ts'
import { pushCondition } from './jump.ts'
import { functionType, LocalTypes } from './locals.ts'
import {
  lowerAtomic,
  lowerFieldLoad,
  lowerFieldStore,
  lowerLoad,
  lowerStore,
  lowerTurnedLoad,
  STACK,
} from './memory.ts'
import { Registers } from './registers.ts'
import { type Structured, structure } from './structure.ts'
import { isTurnedLoad, lowerRotation, rotationAt } from './windows.ts'
import { type Widths, widthsOf } from './widths.ts'
import { Code, type ValueType } from './wasm/code.ts'
import { encodeModule, type FunctionType } from './wasm/module.ts'

export interface CompileOptions {
  /** Count instructions down from the imported global `env.fuel`, a block at a time; a program that has used them up traps. */
  readonly fuel?: boolean
}

/**
 * The module's bytes. It imports `env.memory`, and from `kfuncs` what is called, by name; it exports each function as `f0`, `f1` …: r1 to
 * r5 and the end of its stack in, r0 out. Instructions that no kernel takes trap where they are reached.
 */
export function compile(program: JitProgram, options: CompileOptions = {}): Uint8Array<ArrayBuffer> {
  const callees = new Map(calleesOf(program).map((callee) => [callee.name, callee]))
  const called = new Map([...callees.keys()].map((name, index) => [name, index]))
  const fuel = options.fuel === true
  const numbers = functionNumbers(program)
  const context: Context = { program, called, numbers, fuel, analyses: new Analyses(program, numbers) }
  return encodeModule({
    types: [functionType],
    imports: [...callees].map(([name, callee]) => ({ module: 'kfuncs', name, type: typeOf(callee) })),
    functions: [
      ...program.functions.map((func, number) => {
        const locals = new LocalTypes()
        const body = new FunctionBody(context, func, locals).write()
        return { type: functionType, locals: locals.types, body, export: `f${number}` }
      }),
      { type: mainType, locals: ['i32'], body: mainBody(called.size), export: 'main' },
    ],
    globals: fuel ? [{ module: 'env', name: 'fuel', type: 'i64' }] : [],
    pages: 1,
    table: [...callees.values()].some(({ role }) => role === 'tail-call'),
  })
}

interface Context {
  readonly program: JitProgram
  readonly called: ReadonlyMap<string, number>
  readonly numbers: ReadonlyMap<number, number>
  readonly fuel: boolean
  readonly analyses: Analyses
}

/** Of the types of a module, the one of its functions. */
const FUNCTION_TYPE = 0

const calleesOf = ({ callees, fields }: JitProgram): readonly Callee[] => [
  ...callees.values(),
  ...[...(fields?.values() ?? [])].flatMap((field) => (field.kind === 'call' ? [field.callee] : [])),
]

const crossings: Readonly<Record<Param, readonly ValueType[]>> = {
  i32: ['i32'],
  halves: ['i32', 'i32'],
  i64: ['i64'],
  none: [],
}

const typeOf = ({ params, result }: Callee): FunctionType => ({
  params: params.flatMap((param) => crossings[param]),
  result: result === 'none' ? undefined : result === 'i64' ? 'i64' : 'i32',
})

/** The program on a context, so many times: what crosses is small numbers. The low half of the last r0 comes back. */
const mainType: FunctionType = { params: ['i32', 'i32', 'i32'], result: 'i32' }

function mainBody(first: number): Code {
  const [context, frame, times, result] = [0, 1, 2, 3] as const
  const code = new Code().open('loop').get(context).op('i64.extend_i32_u')
  for (let r = 2; r <= 5; r++) code.i64(0)
  code.get(frame).call(first).op('i32.wrap_i64').set(result)
  code.get(times).i32(1).op('i32.sub').tee(times).brIf(0).op('end')
  return code.get(result).op('end')
}

class FunctionBody {
  private readonly code = new Code()
  private readonly context: Context
  private readonly func: JitFunction
  private readonly blocks: readonly Block[]
  private readonly widths: Widths
  private readonly registers: Registers

  constructor(context: Context, func: JitFunction, locals: LocalTypes) {
    const { blocks, widths } = context.analyses.of(func)
    this.context = context
    this.func = func
    this.blocks = blocks
    this.widths = widths
    this.registers = new Registers(this.code, locals.own(), widths)
  }

  write(): Code {
    const { code, widths } = this
    const { locals } = this.registers
    for (let r = 1; r <= 5; r++)
      if ((widths.entry & (1 << r)) !== 0 && widths.isLowAt(0, r))
        code.get(locals.whole(r)).op('i32.wrap_i64').set(locals.low(r))
    if (!widths.isLowAt(0, 10)) code.get(locals.low(10)).op('i64.extend_i32_u').set(locals.whole(10))
    code.get(locals.low(10)).i32(STACK).op('i32.sub').set(locals.bottom)
    code.i32(MAX_ROUNDS).set(locals.rounds)
    const structured = structure(this.blocks)
    if (structured.dispatch === undefined) this.writeTokens(structured.tokens)
    else this.writeDispatch(structured.dispatch)
    return code.op('unreachable', 'end')
  }

  private writeTokens(tokens: Structured['tokens']): void {
    // how much encloses the place, and how much encloses each label's block or loop
    let depth = 0
    const depths = { block: new Map<number, number>(), loop: new Map<number, number>() }
    for (const token of tokens) {
      switch (token.kind) {
        case 'block':
        case 'loop':
          this.code.open(token.kind)
          depths[token.kind].set(token.label, depth++)
          break
        case 'if':
          this.condition(token.block)
          this.code.open('if')
          depth++
          break
        case 'end':
          depth--
          this.code.op('end')
          break
        case 'else':
          this.code.op('else')
          break
        case 'br':
          this.code.br(depth - 1 - depths[token.again ? 'loop' : 'block'].get(token.label)!)
          break
        case 'code':
          this.writeBlock(token.block)
          break
        case 'return':
          this.writeReturn()
          break
        default:
          this.code.op('unreachable')
      }
    }
  }

  /** Blocks one inside another, the innermost choosing which to leave; each says which is next and goes round. */
  private writeDispatch(order: readonly number[]): void {
    const { code } = this
    const cases = new Map(order.map((block, place) => [block, place]))
    code.i32(0).set(this.registers.locals.next).open('loop')
    for (const _ of order) code.open('block')
    code.get(this.registers.locals.next).brTable(
      order.map((_, place) => place),
      0,
    )
    order.forEach((block, place) => {
      code.op('end')
      this.writeBlock(block)
      // the loop is around those of the blocks that are not closed yet
      const again = order.length - 1 - place
      const go = (to: number, depth: number): void =>
        void code.i32(cases.get(to)!).set(this.registers.locals.next).br(depth)
      const { ending } = this.blocks[block]!
      if (ending.kind === 'goto') go(ending.to, again)
      else if (ending.kind === 'return') this.writeReturn()
      else if (ending.kind === 'nowhere') code.op('unreachable')
      else {
        this.condition(block)
        code.open('if')
        go(ending.taken, again + 1)
        code.op('end')
        go(ending.next, again)
      }
    })
    code.op('end')
  }

  private condition(block: number): void {
    const { ending } = this.blocks[block]!
    if (ending.kind === 'branch') pushCondition(this.registers, this.context.program.insns[ending.insn]!)
  }

  private writeBlock(block: number): void {
    const { start, end, count } = this.blocks[block]!
    const { insns } = this.context.program
    this.registers.enter(block)
    if (this.context.fuel) this.burn(count)
    for (let at = start; at < end; at++) {
      const insn = insns[at]!
      if (at + 1 < end && this.writeWindow(insn, at, start)) at++
      else this.writeInsn(insn, at)
      if (insn.op.kind === 'ld_imm64') at++
    }
  }

  /** Two instructions as one, where they are. */
  private writeWindow(insn: Insn, at: number, first: number): boolean {
    const { insns, fields, guards } = this.context.program
    if (insn.op.kind === 'load') {
      if (!isTurnedLoad(insns, at) || fields?.has(at) === true || guards?.has(at) === true) return false
      lowerTurnedLoad(this.registers, insn, at + 1)
      return true
    }
    const rotation = insn.op.kind === 'alu' ? rotationAt(insns, at, first) : undefined
    if (rotation === undefined) return false
    lowerRotation(this.registers, rotation, at + 1)
    return true
  }

  private writeReturn(): void {
    this.registers.whole(0).op('return')
  }

  private burn(count: number): void {
    this.code.getGlobal(0).i64(count).op('i64.sub').setGlobal(0)
    this.code.getGlobal(0).i64(0).op('i64.lt_s').open('if').op('unreachable', 'end')
  }

  private writeInsn(insn: Insn, at: number): void {
    const { code, registers } = this
    const { program } = this.context
    switch (insn.op.kind) {
      case 'alu':
        if (insn.op.name !== 'addr_space_cast') return this.writeAlu(insn, at)
        // an arena lies in the machine's memory for everybody
        registers.low(insn.src)
        return registers.setLow(at, insn.dst)
      case 'load':
        return this.writeLoad(insn, at)
      case 'store':
        return this.writeStore(insn, at)
      case 'atomic':
        return lowerAtomic(registers, insn, at, program.guards?.get(at))
      case 'ld_imm64':
        return this.writeNumber(insn, at)
      case 'call':
        return insn.src === 1
          ? this.writeLocalCall(calleeSlot(insn, at), at)
          : this.writeCall(program.callees.get(at), at)
      case 'ld_abs':
      case 'ld_ind':
        return this.writePacketLoad(insn, program.callees.get(at), at)
      default:
        code.op('unreachable')
    }
  }

  private writeAlu(insn: Insn, at: number): void {
    const { registers } = this
    const small = this.context.program.small?.[at]
    const fixed = small === SUM ? registers.sums.fixedOf(insn.dst) : undefined
    lowerAlu(registers, insn, at, small)
    if (fixed !== undefined && insn.src !== insn.dst) registers.sums.setSum(insn.dst, fixed, insn.src)
  }

  private writeNumber(insn: Insn, at: number): void {
    const { addresses, insns } = this.context.program
    const value = addresses.get(at) ?? imm64(insn, insns[at + 1])
    if (this.registers.keepsLow(at)) this.code.i32(Number(BigInt.asIntN(32, value)))
    else this.code.i64(value)
    this.registers.set(at, insn.dst)
    if (value >= 0n && value < 2n ** 31n) this.registers.sums.setFixed(insn.dst, Number(value))
  }

  private writeLoad(insn: Insn, at: number): void {
    const { fields, guards } = this.context.program
    const field = fields?.get(at)
    if (field === undefined) lowerLoad(this.registers, insn, at, guards?.get(at))
    else lowerFieldLoad(this.registers, insn, at, field, (callee) => this.callImport(callee))
  }

  private writeStore(insn: Insn, at: number): void {
    const { fields, guards } = this.context.program
    const field = fields?.get(at)
    if (field === undefined) lowerStore(this.registers, insn, guards?.get(at))
    else lowerFieldStore(this.registers, insn, field, (callee) => this.callImport(callee))
  }

  /** From the packet of the context in r6, at an offset of its own; where that is none of the packet the program ends. */
  private writePacketLoad(insn: Insn, callee: Callee | undefined, at: number): void {
    const { code, registers } = this
    if (callee === undefined) return void code.op('unreachable')
    registers.low(6)
    if (insn.op.kind === 'ld_abs') code.i32(insn.imm)
    else registers.low(insn.src).i32(insn.imm).op('i32.add')
    this.callImport(callee)
    const { temp } = registers.locals
    code.tee(temp).i64(0).op('i64.lt_s').open('if').i64(0).op('return', 'end').get(temp)
    registers.setWhole(at, 0)
  }

  /** A function of the program: its stack lies below ours. */
  private writeLocalCall(target: number, at: number): void {
    const { numbers, called, analyses } = this.context
    const number = numbers.get(target)
    if (number === undefined) return void this.code.op('unreachable')
    const { reads } = analyses.takenBy(target)
    for (let r = 1; r <= 5; r++)
      if ((reads & (1 << r)) !== 0) this.registers.whole(r)
      else this.code.i64(0)
    this.registers
      .low(10)
      .i32(this.func.stack)
      .op('i32.sub')
      .call(called.size + number)
    this.registers.setWhole(at, 0)
  }

  private writeCall(callee: Callee | undefined, at: number): void {
    const { code, registers } = this
    if (callee === undefined) return void code.op('unreachable')
    if (callee.inline !== undefined) return lowerInline(registers, callee.inline, at)
    if (callee.callsBack === true) this.sayFrame()
    callee.params.forEach((param, i) => {
      if (param === 'none') return
      if (param === 'i64') return void registers.whole(i + 1)
      registers.low(i + 1)
      if (param === 'i32') return
      if (registers.isLow(i + 1)) code.i32(0)
      else
        registers
          .whole(i + 1)
          .i64(32)
          .op('i64.shr_u', 'i32.wrap_i64')
    })
    if (callee.role === 'tail-call') return this.tailCall(callee)
    code.call(this.context.called.get(callee.name)!)
    if (callee.result === 'none') code.i32(0)
    if (callee.result === 'i64') registers.setWhole(at, 0)
    else if (callee.result === 's32') registers.setSigned(at, 0)
    else registers.setLow(at, 0)
  }

  /** What it answers, if anything, as 64 bits. */
  private callImport(callee: Callee): void {
    this.code.call(this.context.called.get(callee.name)!)
    if (callee.result === 's32') this.code.op('i64.extend_i32_s')
    else if (callee.result === 'u32') this.code.op('i64.extend_i32_u')
  }

  /** The program there takes over with the context and the whole stack; where none is, this one goes on. */
  private tailCall(callee: Callee): void {
    const { code, registers } = this
    const { address } = registers.locals
    code.call(this.context.called.get(callee.name)!).tee(address).i32(0).op('i32.ge_s').open('if')
    registers.whole(1)
    for (let r = 2; r <= 5; r++) code.i64(0)
    registers.low(10).get(address).returnCallIndirect(FUNCTION_TYPE).op('end')
  }

  private sayFrame(): void {
    const { frameCell } = this.context.program
    if (frameCell === undefined) return
    this.code.i32(frameCell)
    this.registers.low(10).i32(this.func.stack).op('i32.sub').memory('i32.store', 0)
  }
}

/** What is known of a function before anything is written of it. */
interface Analysis {
  readonly blocks: readonly Block[]
  readonly widths: Widths
}

/** Of a program's functions, each made when it is asked for: callers follow what they call. */
class Analyses {
  private readonly program: JitProgram
  private readonly numbers: ReadonlyMap<number, number>
  private readonly made = new Map<JitFunction, Analysis>()
  /** Functions that are being looked into, one called by the other. */
  private readonly busy = new Set<JitFunction>()

  constructor(program: JitProgram, numbers: ReadonlyMap<number, number>) {
    this.program = program
    this.numbers = numbers
  }

  of(func: JitFunction): Analysis {
    let analysis = this.made.get(func)
    if (analysis === undefined) {
      this.busy.add(func)
      const blocks = blocksOf(this.program.insns, func, this.program.tables)
      const effects: Effects = effectsOf(this.program, blocks, (slot) => this.takenBy(slot))
      analysis = { blocks, widths: widthsOf(blocks, effects, func.start) }
      this.busy.delete(func)
      this.made.set(func, analysis)
    }
    return analysis
  }

  /** What the function that begins there takes: all, where that cannot be told, as of one that calls itself. */
  takenBy(slot: number): Taken {
    const number = this.numbers.get(slot)
    if (number === undefined) return { reads: 0, low: 0 }
    const func = this.program.functions[number]!
    if (this.busy.has(func) || this.busy.size > MOST_DEPTH) return everything
    const { entry } = this.of(func).widths
    return { reads: entry & PARAMETERS, low: 0 }
  }
}
const MOST_DEPTH = 16
/** R1 to R5. */
const PARAMETERS = 0b11_1110
const everything: Taken = { reads: PARAMETERS, low: 0 }
