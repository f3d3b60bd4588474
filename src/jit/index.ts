// SPDX-License-Identifier: Apache-2.0
export { compile, type CompileOptions } from './compile.ts'
export { type Instance, instantiate } from './instantiate.ts'
export { type RawOptions, runRaw } from './raw.ts'
export type { Range } from './flow.ts'
export type { Callee, JitFunction, JitProgram, Param, Returned } from './input.ts'
export { interpret, type InterpretOptions, type Imports, Trap } from './interpret.ts'
