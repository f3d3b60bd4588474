// SPDX-License-Identifier: Apache-2.0
// Facts of the kernel's user API: no logic beyond looking a row up.
export * from './attach-types.ts'
export * from './helpers.ts'
export * from './map-types.ts'
export * from './prog-types.ts'
export { returnValueName } from './return-values.ts'
export { releaseIn, versionOf } from './release.ts'
export * from './sections.ts'
