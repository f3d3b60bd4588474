// SPDX-License-Identifier: Apache-2.0
export { type AssembleOptions, assemble } from './assemble.ts'
export * from './codec.ts'
export { type DisassembleOptions, disassemble } from './disassemble.ts'
export { disassembleLlvm, type LlvmOptions } from './disassemble-llvm.ts'
export { pseudoCalls, pseudoLoads } from './families.ts'
export * from './reserved.ts'
export { addrPercpuOff, addrSpaceCastOff, invalidOp, opOf, opRows, rowOf } from './table.ts'
export type * from './types.ts'
