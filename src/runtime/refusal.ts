// SPDX-License-Identifier: Apache-2.0
import type { Fault } from '../fault/index.ts'
import type { LinkedProgram } from '../object/index.ts'
import type { Report } from '../verifier/index.ts'

/** Why a program was not loaded. */
export type Refusal =
  | { readonly kind: 'fault'; readonly fault: Fault }
  | { readonly kind: 'report'; readonly linked: LinkedProgram; readonly report: Report }

export function whyRefused(name: string, refusal: Refusal): string {
  if (refusal.kind === 'fault') return `program ${name} cannot be loaded: ${refusal.fault.what}`
  return `program ${name} is not accepted: ${reportWords(refusal.report)}`
}

/** What was said of a program that is not accepted. */
export const reportWords = (report: Report): string =>
  'message' in report ? report.message : 'what' in report ? report.what : report.verdict
