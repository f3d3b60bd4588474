// SPDX-License-Identifier: Apache-2.0
// kfuncs: know a kernel, judge BPF objects as its verifier would, explain the verdict. The parts alone: kfuncs/isa, /btf, /object …
export { type CheckOptions, type Checked, check, checkProgram, fullType, openForCheck } from './check.ts'
export type { TargetObject } from './target.ts'
export * from './explain/index.ts'
export {
  type Fault,
  formatFault,
  type Limit,
  type LimitName,
  type Limits,
  type Place,
  type Result,
  unwrap,
  UnwrapError,
} from './fault/index.ts'
export {
  addModule,
  addModuleFile,
  bundledKernels,
  type Kernel,
  kernelFromModule,
  type ModuleSource,
  openKernel,
  type OpenKernelOptions,
  withModule,
} from './kernel/index.ts'
export {
  checkModule,
  defineModule,
  describeKfunc,
  type Kfunc,
  type KfuncFlag,
  type KfuncModule,
  type ModuleDefinition,
  parseModuleJson,
  type RuleViolation,
} from './kfunc/index.ts'
export { type BpfObject, type LinkedProgram, linkProgram, openObject, type SourceReader } from './object/index.ts'
export { type Report, verify, type VerifyOptions, type Violation, type ViolationId } from './verifier/index.ts'
export type { ProgTypeName, ProgTypeWord } from './uapi/index.ts'
