// SPDX-License-Identifier: Apache-2.0
// Every diagnostic code, in order; and which one a broken rule gets.

import { accessCodes } from './access.ts'
import { argumentCodes } from './arguments.ts'
import { callerCodes } from './callers.ts'
import { loadingCodes } from './loading.ts'
import { objectCodes } from './objects.ts'
import { pointerCodes } from './pointers.ts'
import { programCodes } from './program.ts'
import { referenceCodes } from './references.ts'
import type { CodeText } from './row.ts'
import { sectionCodes } from './sections.ts'
import { stackObjectCodes } from './stack-objects.ts'

const rows = [
  ...callerCodes,
  ...argumentCodes,
  ...referenceCodes,
  ...sectionCodes,
  ...stackObjectCodes,
  ...objectCodes,
  ...accessCodes,
  ...pointerCodes,
  ...programCodes,
  ...loadingCodes,
] as const

/** 'KF001' …: every code there is. */
export type DiagnosticCode = (typeof rows)[number]['code']

/** A code and what is said of it. */
export interface CodeRow extends CodeText {
  readonly code: DiagnosticCode
}

/** Every diagnostic code, in order. */
export const codes: readonly CodeRow[] = rows

const byRule = new Map(codes.flatMap((row) => row.rules.map((rule) => [rule, row] as const)))
const byCode = new Map<string, CodeRow>(codes.map((row) => [row.code, row]))

/** The row of a code: 'KF012', 'kf012', '12'. */
export function codeRow(code: string): CodeRow | undefined {
  const digits = /^(?:kf)?(\d{1,3})$/i.exec(code.trim())?.[1]
  return digits === undefined ? undefined : byCode.get(`KF${digits.padStart(3, '0')}`)
}

/** The code that explains a broken rule; `cause` picks a narrower row where there is one. */
export const codeOfRule = (rule: string, cause?: string): CodeRow =>
  (cause === undefined ? undefined : byRule.get(`${rule}@${cause}`)) ?? byRule.get(rule) ?? byCode.get('KF199')!

/** The rules that these codes explain. */
export const rulesOf = (...named: readonly DiagnosticCode[]): ReadonlySet<string> =>
  new Set(named.flatMap((code) => byCode.get(code)!.rules))

/** Does some row name this rule? For the test that every rule of the verifier is explained. */
export const isExplained = (rule: string): boolean => byRule.has(rule)

/** Verdicts that are ours, not the kernel's: what we cannot judge yet. */
export const unsupportedRow = (): CodeRow => byCode.get('KF198')!
