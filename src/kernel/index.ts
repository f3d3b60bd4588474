// SPDX-License-Identifier: Apache-2.0
export { buildKernel, type KernelParts, kernelParts } from './build-kernel.ts'
export { type GateName, type GateRow, gateOpen, gateRows, versionOf } from './gates.ts'
export { addModule, addModuleFile, type DeclaredSet, type ModuleSource } from './module.ts'
export { bundledKernels, openKernel, type OpenKernelOptions } from './open.ts'
export * from './contexts/index.ts'
export * from './helpers/index.ts'
export type * from './types.ts'
export { kernelFromModule, type KernelFromModuleOptions, withModule } from './with-module.ts'
