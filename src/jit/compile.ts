// SPDX-License-Identifier: Apache-2.0
// A BPF program as a WebAssembly module: functions as functions, registers as locals, control flow structured (structure.ts).

import { imm64, type Insn } from '../isa/index.ts'
import { lowerAlu } from './alu.ts'
import { type Block, blocksOf } from './flow.ts'
import {
  type Callee,
  calleeSlot,
  functionNumbers,
  type JitFunction,
  type JitProgram,
  MAX_ROUNDS,
  type Param,
} from './input.ts'
import { lowerInline } from './inline.ts'
import { pushCondition } from './jump.ts'
import { ADDRESS, BOTTOM, FRAME, functionType, localOf, locals, NEXT, ROUNDS } from './locals.ts'
import { lowerAtomic, lowerFieldLoad, lowerFieldStore, lowerLoad, lowerStore, STACK } from './memory.ts'
import { type Structured, structure } from './structure.ts'
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
  const context: Context = { program, called, numbers: functionNumbers(program), fuel }
  return encodeModule({
    types: [functionType],
    imports: [...callees].map(([name, callee]) => ({ module: 'kfuncs', name, type: typeOf(callee) })),
    functions: [
      ...program.functions.map((func, number) => ({
        type: functionType,
        locals,
        body: new FunctionBody(context, func).write(),
        export: `f${number}`,
      })),
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

  constructor(context: Context, func: JitFunction) {
    this.context = context
    this.func = func
    this.blocks = blocksOf(context.program.insns, func, context.program.tables)
  }

  write(): Code {
    const { code } = this
    code.get(FRAME).op('i64.extend_i32_u').set(localOf(10))
    code.get(FRAME).i32(STACK).op('i32.sub').set(BOTTOM)
    code.i32(MAX_ROUNDS).set(ROUNDS)
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
          this.code.get(localOf(0)).op('return')
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
    code.i32(0).set(NEXT).open('loop')
    for (const _ of order) code.open('block')
    code.get(NEXT).brTable(
      order.map((_, place) => place),
      0,
    )
    order.forEach((block, place) => {
      code.op('end')
      this.writeBlock(block)
      // the loop is around those of the blocks that are not closed yet
      const again = order.length - 1 - place
      const go = (to: number, depth: number): void => void code.i32(cases.get(to)!).set(NEXT).br(depth)
      const { ending } = this.blocks[block]!
      if (ending.kind === 'goto') go(ending.to, again)
      else if (ending.kind === 'return') code.get(localOf(0)).op('return')
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
    if (ending.kind === 'branch') pushCondition(this.code, this.context.program.insns[ending.insn]!)
  }

  private writeBlock(block: number): void {
    const { start, end, count } = this.blocks[block]!
    const { insns } = this.context.program
    if (this.context.fuel) this.burn(count)
    for (let at = start; at < end; at++) {
      const insn = insns[at]!
      this.writeInsn(insn, at)
      if (insn.op.kind === 'ld_imm64') at++
    }
  }

  private burn(count: number): void {
    this.code.getGlobal(0).i64(count).op('i64.sub').setGlobal(0)
    this.code.getGlobal(0).i64(0).op('i64.lt_s').open('if').op('unreachable', 'end')
  }

  private writeInsn(insn: Insn, at: number): void {
    const { code } = this
    const { program } = this.context
    switch (insn.op.kind) {
      case 'alu':
        if (insn.op.name !== 'addr_space_cast') return lowerAlu(code, insn)
        // an arena lies in the machine's memory for everybody
        return void code.get(localOf(insn.src)).op('i32.wrap_i64', 'i64.extend_i32_u').set(localOf(insn.dst))
      case 'load':
        return this.writeLoad(insn, at)
      case 'store':
        return this.writeStore(insn, at)
      case 'atomic':
        return lowerAtomic(code, insn, program.guards?.get(at))
      case 'ld_imm64':
        return void code.i64(program.addresses.get(at) ?? imm64(insn, program.insns[at + 1])).set(localOf(insn.dst))
      case 'call':
        return insn.src === 1 ? this.writeLocalCall(calleeSlot(insn, at)) : this.writeCall(program.callees.get(at))
      case 'ld_abs':
      case 'ld_ind':
        return this.writePacketLoad(insn, program.callees.get(at))
      default:
        code.op('unreachable')
    }
  }

  private writeLoad(insn: Insn, at: number): void {
    const { fields, guards } = this.context.program
    const field = fields?.get(at)
    if (field === undefined) lowerLoad(this.code, insn, guards?.get(at))
    else lowerFieldLoad(this.code, insn, field, (callee) => this.callImport(callee))
  }

  private writeStore(insn: Insn, at: number): void {
    const { fields, guards } = this.context.program
    const field = fields?.get(at)
    if (field === undefined) lowerStore(this.code, insn, guards?.get(at))
    else lowerFieldStore(this.code, insn, field, (callee) => this.callImport(callee))
  }

  /** From the packet of the context in r6, at an offset of its own; where that is none of the packet the program ends. */
  private writePacketLoad(insn: Insn, callee: Callee | undefined): void {
    const { code } = this
    if (callee === undefined) return void code.op('unreachable')
    code.get(localOf(6)).op('i32.wrap_i64')
    if (insn.op.kind === 'ld_abs') code.i32(insn.imm)
    else code.get(localOf(insn.src)).op('i32.wrap_i64').i32(insn.imm).op('i32.add')
    this.callImport(callee)
    code.tee(localOf(0)).i64(0).op('i64.lt_s').open('if').i64(0).op('return', 'end')
  }

  /** A function of the program: its stack lies below ours. */
  private writeLocalCall(target: number): void {
    const { numbers, called } = this.context
    const number = numbers.get(target)
    if (number === undefined) return void this.code.op('unreachable')
    for (let r = 1; r <= 5; r++) this.code.get(localOf(r))
    this.code.get(FRAME).i32(this.func.stack).op('i32.sub')
    this.code.call(called.size + number).set(localOf(0))
  }

  private writeCall(callee: Callee | undefined): void {
    const { code } = this
    if (callee === undefined) return void code.op('unreachable')
    if (callee.inline !== undefined) return lowerInline(code, callee.inline)
    if (callee.callsBack === true) this.sayFrame()
    callee.params.forEach((param, i) => {
      if (param === 'none') return
      const register = localOf(i + 1)
      code.get(register)
      if (param === 'i64') return
      code.op('i32.wrap_i64')
      if (param === 'halves') code.get(register).i64(32).op('i64.shr_u', 'i32.wrap_i64')
    })
    if (callee.role === 'tail-call') return this.tailCall(callee)
    this.callImport(callee)
    if (callee.result === 'none') code.i64(0)
    code.set(localOf(0))
  }

  /** What it answers, if anything, as 64 bits. */
  private callImport(callee: Callee): void {
    this.code.call(this.context.called.get(callee.name)!)
    if (callee.result === 's32') this.code.op('i64.extend_i32_s')
    else if (callee.result === 'u32') this.code.op('i64.extend_i32_u')
  }

  /** The program there takes over with the context and the whole stack; where none is, this one goes on. */
  private tailCall(callee: Callee): void {
    const { code } = this
    code.call(this.context.called.get(callee.name)!).tee(ADDRESS).i32(0).op('i32.ge_s').open('if')
    code.get(localOf(1))
    for (let r = 2; r <= 5; r++) code.i64(0)
    code.get(FRAME).get(ADDRESS).returnCallIndirect(FUNCTION_TYPE).op('end')
  }

  private sayFrame(): void {
    const { frameCell } = this.context.program
    if (frameCell === undefined) return
    this.code.i32(frameCell).get(FRAME).i32(this.func.stack).op('i32.sub').memory('i32.store', 0)
  }
}
