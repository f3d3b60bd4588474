// SPDX-License-Identifier: Apache-2.0
export { SanitizerError, type SanitizerReport } from './report.ts'
export { smallestInput } from './smallest.ts'
export { type Sanitized, sanitized } from './watch.ts'
