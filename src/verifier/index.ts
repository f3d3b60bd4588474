// SPDX-License-Identifier: Apache-2.0
export { helperContractOf, kfuncContractOf } from './contracts.ts'
export type {
  Argument,
  ArgumentKind,
  CallbackContract,
  Contract,
  Effects,
  GlobalContract,
  HelperContract,
  KfuncContract,
  Result,
  ResultKind,
} from './program/contract/contract.ts'
export { gatesFollowed, gatesNotFollowed, rulesNote } from './gates-followed.ts'
export type { VerifyOptions } from './options.ts'
export type {
  AccessFact,
  ArgFact,
  CallFact,
  Facts,
  HeldFact,
  InsnFact,
  MixedFact,
  NumberFact,
  PointerFact,
  Proof,
  Span,
  SubprogFact,
  ValueFact,
} from './facts/facts.ts'
export type {
  Coming,
  RecordedFrame,
  RecordedHeld,
  RecordedMark,
  RecordedState,
  RecordedStates,
} from './facts/recorded.ts'
export { writtenBy } from './facts/keeper.ts'
export type { Details } from './violations/details.ts'
export { leadInsOf } from './violations/lead-ins.ts'
export type { Params, Violation, ViolationId } from './violations/table.ts'
export type { Effort, KeptThere } from './engine/effort.ts'
export type { PathStep } from './engine/path.ts'
export type { Report } from './verdict.ts'
export { regTypeText } from './state/reg.ts'
export type { RegKind, RegState } from './state/reg.ts'
export * as scalar from './scalar/index.ts'
export { programTraits } from './program/traits.ts'
export { verify } from './verify.ts'
