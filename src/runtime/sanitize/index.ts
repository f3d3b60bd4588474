// SPDX-License-Identifier: Apache-2.0
export {
  type Contradiction,
  type ContradictionKind,
  reportText,
  SanitizerError,
  type SanitizerReport,
} from './report.ts'
export { smallestInput } from './smallest.ts'
export { type Sanitized, sanitized } from './watch.ts'
