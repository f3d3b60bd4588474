// SPDX-License-Identifier: Apache-2.0
export { compile, type CompileOptions, insnsByPlace } from './compile.ts'
export { type Behind, jitProgramOf, type ViewAccess } from './from-facts.ts'
export { Code, type ValueType } from './wasm/code.ts'
export { encodeModule, type FunctionType } from './wasm/module.ts'
export { functionType } from './locals.ts'
export type { HashTable, Inline, Ring } from './inline-kinds.ts'
export { isWhole, writeHashLookup } from './inline-hash.ts'
export { writeReserve } from './inline-ring.ts'
export { type Instance, instantiate, type LowCall, moduleOf } from './instantiate.ts'
export { type RawOptions, runRaw } from './raw.ts'
export { withReplaced } from './replace.ts'
export type { Range } from './flow.ts'
export type { Arena, Callee, FieldAccess, Guard, JitFunction, JitProgram, Param, Returned } from './input.ts'
export {
  type Activation,
  interpret,
  interpreterOf,
  type InterpretOptions,
  type Imports,
  type MemoryAccess,
  type Steps,
  stepsOf,
  Trap,
  Waiting,
  type Watcher,
} from './interpret.ts'
export { canSuspend, type Host, suspendingImports, suspendingRun } from './suspend.ts'
export { isTaken } from './semantics.ts'
