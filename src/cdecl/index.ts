// SPDX-License-Identifier: Apache-2.0
export { impliedTypedefs } from './base-types.ts'
export { parseKernelDoc } from './kernel-doc.ts'
export { type CReader, hasAttribute, loadC, type ParseCOptions, parseC } from './parse.ts'
export { argumentsFrom } from './split.ts'
export { type CdeclToBtfOptions, cdeclToBtf } from './to-btf.ts'
export type * from './types.ts'
