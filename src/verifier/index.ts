// SPDX-License-Identifier: Apache-2.0
export type { VerifyOptions } from './options.ts'
export type { Details } from './violations/raise.ts'
export type { PathStep } from './engine/path.ts'
export type { Report } from './verdict.ts'
export { regTypeText } from './state/reg.ts'
export type { RegKind, RegState } from './state/reg.ts'
export * as scalar from './scalar/index.ts'
export { verify } from './verify.ts'
