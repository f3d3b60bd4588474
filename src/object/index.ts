// SPDX-License-Identifier: Apache-2.0
export { type Expectation, expectationOf, type LogPattern, retvalOf } from './expectations.ts'
export { linkProgram } from './link/link.ts'
export { MULTI_TARGET } from './link/attach.ts'
export { type StructOpsValue, type StructOpsVariable, structOpsVariable } from './link/struct-ops.ts'
export { versionCode } from './link/kconfig.ts'
export { markers, missingMessage } from './link/refs.ts'
export {
  type BtfRecord,
  type FieldKind,
  type KernelTypes,
  kernelTypes,
  mapRecord,
  noRecord,
  recordOf,
  type SpecialField,
} from './records/record.ts'
export { linkGates } from './link-gates.ts'
export { type LoaderName, loaderNames } from './loaders.ts'
export { openObject } from './open.ts'
export { parseSetting } from './set-globals.ts'
export { asReplaced } from './replaced.ts'
export { type Settings, type Unknown, withSettings, type WithSettings } from './settings.ts'
export type * from './types.ts'
export { hasWildcard, matches } from './wildcard.ts'
