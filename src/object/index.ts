// SPDX-License-Identifier: Apache-2.0
export { type Expectation, expectationOf, type LogPattern, retvalOf } from './expectations.ts'
export { linkProgram } from './link/link.ts'
export { MULTI_TARGET } from './link/attach.ts'
export { versionCode } from './link/kconfig.ts'
export { markers, missingMessage } from './link/refs.ts'
export { openObject } from './open.ts'
export { parseGlobal, withGlobals, type WithGlobals } from './set-globals.ts'
export type * from './types.ts'
