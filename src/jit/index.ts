// SPDX-License-Identifier: Apache-2.0
export { compile, type CompileOptions } from './compile.ts'
export { type Behind, jitProgramOf, type ViewAccess } from './from-facts.ts'
export { type Instance, instantiate } from './instantiate.ts'
export { type RawOptions, runRaw } from './raw.ts'
export type { Range } from './flow.ts'
export type { Callee, FieldAccess, JitFunction, JitProgram, Param, Returned } from './input.ts'
export { interpret, type InterpretOptions, type Imports, Trap } from './interpret.ts'
