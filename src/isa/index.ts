// SPDX-License-Identifier: Apache-2.0
export * from './codec.ts'
export { pseudoCalls, pseudoLoads } from './families.ts'
export * from './reserved.ts'
export { addrPercpuOff, addrSpaceCastOff, invalidOp, opOf, opRows, rowOf } from './table.ts'
export type * from './types.ts'
