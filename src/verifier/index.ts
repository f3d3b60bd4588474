// SPDX-License-Identifier: Apache-2.0
export type { VerifyOptions } from './options.ts'
export type { Details, PathStep, Report } from './report.ts'
export { regTypeText } from './state/reg.ts'
export type { RegKind, RegState } from './state/reg.ts'
export * as scalar from './scalar/index.ts'
export { verify } from './verify.ts'
