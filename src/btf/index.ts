// SPDX-License-Identifier: Apache-2.0
export { type ParseBtfOptions, parseBtf } from './parse.ts'
export * from './resolve.ts'
export type * from './types.ts'
