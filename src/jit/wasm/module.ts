// SPDX-License-Identifier: Apache-2.0
// A WebAssembly module from its parts (WebAssembly core 2.0 §5.5): functions are numbered imports first, then ours, in order.

import { Bytes } from './bytes.ts'
import { type Code, type ValueType, valueTypes } from './code.ts'

export interface FunctionType {
  readonly params: readonly ValueType[]
  readonly result: ValueType | undefined
}

export interface WasmImport {
  readonly module: string
  readonly name: string
  readonly type: FunctionType
}

export interface WasmFunction {
  readonly type: FunctionType
  /** Beside the parameters, numbered after them. */
  readonly locals: readonly ValueType[]
  readonly body: Code
  readonly export: string | undefined
}

export interface WasmModule {
  /** What it is called in stacks. */
  readonly name?: string | undefined
  /** Numbered before all others. */
  readonly types: readonly FunctionType[]
  readonly imports: readonly WasmImport[]
  readonly functions: readonly WasmFunction[]
  /** Mutable integers that are imported, numbered in order. */
  readonly globals: readonly { readonly module: string; readonly name: string; readonly type: ValueType }[]
  /** The memory that is imported as `env.memory`, in pages of 64 KiB at the least. */
  readonly pages: number
  /** A table of functions is imported as `env.table`. */
  readonly table: boolean
}

const sections = { custom: 0, type: 1, import: 2, function: 3, export: 7, code: 10 } as const

/** `begins` is filled with where the body of each function begins. */
export function encodeModule(
  { name: named, types: first, imports, functions, globals, pages, table }: WasmModule,
  begins: number[] = [],
): Uint8Array<ArrayBuffer> {
  const types = new Types()
  for (const type of first) types.of(type)
  const importTypes = imports.map(({ type }) => types.of(type))
  const functionTypes = functions.map(({ type }) => types.of(type))
  const out = new Bytes()
  for (const byte of [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]) out.byte(byte)
  section(out, sections.type, (body) => types.write(body))
  section(out, sections.import, (body) => {
    body.unsigned(imports.length + globals.length + (table ? 2 : 1))
    body.text('env')
    body.text('memory')
    for (const byte of [0x02, 0x00]) body.byte(byte)
    body.unsigned(pages)
    if (table) {
      body.text('env')
      body.text('table')
      // of functions, without a limit, empty at the least
      for (const byte of [0x01, 0x70, 0x00, 0x00]) body.byte(byte)
    }
    for (const { module, name, type } of globals) {
      body.text(module)
      body.text(name)
      // mutable
      for (const byte of [0x03, valueTypes[type], 0x01]) body.byte(byte)
    }
    imports.forEach(({ module, name }, i) => {
      body.text(module)
      body.text(name)
      body.byte(0x00)
      body.unsigned(importTypes[i]!)
    })
  })
  section(out, sections.function, (body) => {
    body.unsigned(functions.length)
    for (const type of functionTypes) body.unsigned(type)
  })
  section(out, sections.export, (body) => {
    const exported = functions.flatMap(({ export: name }, i) =>
      name === undefined ? [] : [{ name, kind: 0x00, index: imports.length + i }],
    )
    body.unsigned(exported.length)
    for (const { name, kind, index } of exported) {
      body.text(name)
      body.byte(kind)
      body.unsigned(index)
    }
  })
  const within: number[] = []
  const start = section(out, sections.code, (body) => {
    body.unsigned(functions.length)
    for (const { locals, body: code } of functions) {
      const one = new Bytes()
      writeLocals(one, locals)
      const before = one.length
      one.append(code.finish())
      body.unsigned(one.length)
      within.push(body.length + before)
      body.append(one.finish())
    }
  })
  begins.push(...within.map((offset) => start + offset))
  if (named !== undefined)
    section(out, sections.custom, (body) => {
      body.text('name')
      section(body, MODULE_NAME, (own) => own.text(named))
    })
  return out.finish()
}

/** Of the section of names, the part with the module's own. */
const MODULE_NAME = 0

/** Where what is in it begins. */
function section(out: Bytes, id: number, write: (body: Bytes) => void): number {
  const body = new Bytes()
  write(body)
  out.byte(id)
  out.unsigned(body.length)
  const start = out.length
  out.append(body.finish())
  return start
}

/** Runs of one type. */
function writeLocals(out: Bytes, locals: readonly ValueType[]): void {
  const runs: { type: ValueType; count: number }[] = []
  for (const type of locals) {
    const last = runs.at(-1)
    if (last?.type === type) last.count++
    else runs.push({ type, count: 1 })
  }
  out.unsigned(runs.length)
  for (const { type, count } of runs) {
    out.unsigned(count)
    out.byte(valueTypes[type])
  }
}

/** Each function type once. */
class Types {
  private readonly indexes = new Map<string, number>()
  private readonly all: FunctionType[] = []

  of(type: FunctionType): number {
    const key = `${type.params.join()}:${type.result ?? ''}`
    let index = this.indexes.get(key)
    if (index === undefined) {
      index = this.all.push(type) - 1
      this.indexes.set(key, index)
    }
    return index
  }
  write(out: Bytes): void {
    out.unsigned(this.all.length)
    for (const { params, result } of this.all) {
      out.byte(0x60)
      out.unsigned(params.length)
      for (const type of params) out.byte(valueTypes[type])
      out.unsigned(result === undefined ? 0 : 1)
      if (result !== undefined) out.byte(valueTypes[result])
    }
  }
}
