// SPDX-License-Identifier: Apache-2.0
// A BPF program as a WebAssembly module: functions as functions, registers as locals, control flow structured (structure.ts).

import { Analyses } from './analyses.ts'
import { FunctionBody } from './body.ts'
import { type Callee, functionNumbers, type JitProgram, type Param } from './input.ts'
import { functionType, LocalTypes } from './locals.ts'
import { type Context, Room } from './place.ts'
import { Code, type ValueType } from './wasm/code.ts'
import { encodeModule, type FunctionType, type WasmFunction, type WasmModule } from './wasm/module.ts'

export interface CompileOptions {
  /** Count instructions down from the imported global `env.fuel`, a block at a time; a program that has used them up traps. */
  readonly fuel?: boolean
  /** What the module is called in stacks. */
  readonly name?: string
}

/**
 * The module's bytes. It imports `env.memory`, and from `kfuncs` what is called, by name; it exports each function as `f0`, `f1` …: r1 to
 * r5 and the end of its stack in, r0 out. Instructions that no kernel takes trap where they are reached.
 */
export function compile(program: JitProgram, options: CompileOptions = {}): Uint8Array<ArrayBuffer> {
  return encodeModule(wasmOf(program, options, { marked: false }))
}

/**
 * For a byte of that module, as stacks name it, the slot of the instruction that it was made for; undefined: for none. It is written anew for
 * that, for whoever is to say where something went wrong.
 */
export function insnsByPlace(
  program: JitProgram,
  options: CompileOptions = {},
): (offset: number) => number | undefined {
  const wasm = wasmOf(program, options, { marked: true })
  const begins: number[] = []
  encodeModule(wasm, begins)
  return (offset) => {
    const number = begins.findLastIndex((begin) => begin <= offset)
    const { marks = [], length } = wasm.functions[number]?.body ?? { length: 0 }
    const within = offset - (begins[number] ?? 0)
    return within < length ? marks.findLast((mark) => mark.offset <= within)?.insn : undefined
  }
}

function wasmOf(
  program: JitProgram,
  { fuel = false, name }: CompileOptions,
  { marked }: { readonly marked: boolean },
): WasmModule {
  const callees = new Map(calleesOf(program).map((callee) => [callee.name, callee]))
  const called = new Map([...callees.keys()].map((name, index) => [name, index]))
  const numbers = functionNumbers(program)
  const context: Context = { program, called, numbers, fuel, analyses: new Analyses(program, numbers) }
  return {
    name,
    types: [functionType],
    imports: [...callees].map(([name, callee]) => ({ module: 'kfuncs', name, type: typeOf(callee) })),
    functions: [
      ...program.functions.map((func, number): WasmFunction => {
        const types = new LocalTypes(functionType)
        const code = new Code({ marked })
        const place = { code, types, locals: types.own(), room: new Room(), inside: false, answer: 'i64' } as const
        new FunctionBody(context, func, place).write()
        return { type: functionType, locals: types.types, body: code.op('end'), export: `f${number}` }
      }),
      mainFunction(context, { marked }),
      ...program.functions.flatMap(({ callback }, number) => (callback === true ? [lowFunction(context, number)] : [])),
    ],
    globals: fuel ? [{ module: 'env', name: 'fuel', type: 'i64' }] : [],
    pages: 1,
    table: [...callees.values()].some(({ role }) => role === 'tail-call'),
  }
}

const calleesOf = ({ callees, fields }: JitProgram): readonly Callee[] => [
  ...callees.values(),
  ...[...(fields?.values() ?? [])].flatMap((field) => (field.kind === 'call' ? [field.callee] : [])),
]

const crossings: Readonly<Record<Param, readonly ValueType[]>> = {
  i32: ['i32'],
  halves: ['i32', 'i32'],
  s8: ['i32'],
  u8: ['i32'],
  s16: ['i32'],
  u16: ['i32'],
  bit: ['i32'],
  i64: ['i64'],
  cell: ['i32'],
  none: [],
}

/** As WebAssembly calls it. */
export const typeOf = ({ params, result }: Callee): FunctionType => ({
  params: params.flatMap((param) => crossings[param]),
  result: result === 'none' || result === 'cell' ? undefined : result === 'i64' ? 'i64' : 'i32',
})

/** R1 to R5 and where the stack ends: the same function, called with numbers of 32 bits, of which the low half of r0 comes back. */
const lowType: FunctionType = { params: ['i32', 'i32', 'i32', 'i32', 'i32', 'i32'], result: 'i32' }

function lowFunction({ called }: Context, number: number): WasmFunction {
  const body = new Code()
  for (let r = 0; r < 5; r++) body.get(r).op('i64.extend_i32_u')
  body
    .get(5)
    .call(called.size + number)
    .op('i32.wrap_i64', 'end')
  return { type: lowType, locals: [], body, export: `low${number}` }
}

/** The program on a context, so many times: what crosses is small numbers. The low half of the last r0 comes back. */
const mainType: FunctionType = { params: ['i32', 'i32', 'i32'], result: 'i32' }

function mainFunction(context: Context, { marked }: { readonly marked: boolean }): WasmFunction {
  const [argument, frame, times] = [0, 1, 2] as const
  const types = new LocalTypes(mainType)
  const result = types.add('i32')
  const code = new Code({ marked }).open('loop')
  const [func] = context.program.functions
  if (func !== undefined && func.end - func.start <= MOST_IN_MAIN && !context.analyses.hasTailCall(func)) {
    const place = { code, types, locals: types.inside(), room: new Room(), inside: true, answer: 'i32' } as const
    new FunctionBody(context, func, place).writeInPlace((register, width) => {
      if (register === 10) code.get(frame)
      else if (register === 1) code.get(argument)
      else code.i32(0)
      if (width === 'i64') code.op('i64.extend_i32_u')
    })
  } else {
    code.get(argument).op('i64.extend_i32_u')
    for (let r = 2; r <= 5; r++) code.i64(0)
    code.get(frame).call(context.called.size).op('i32.wrap_i64')
  }
  code.set(result).get(times).i32(1).op('i32.sub').tee(times).brIf(0).op('end')
  return { type: mainType, locals: types.types, body: code.get(result).op('end'), export: 'main' }
}
/** Slots of a program that stands in the loop around it, rather than being called there. */
const MOST_IN_MAIN = 512
