// SPDX-License-Identifier: Apache-2.0
export * from './builder.ts'
export * from './equal.ts'
export * from './ext.ts'
export { type ParseBtfOptions, parseBtf } from './parse.ts'
export * from './resolve.ts'
export type * from './types.ts'
export * from './walk.ts'
