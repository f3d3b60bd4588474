// SPDX-License-Identifier: Apache-2.0
export * from './lookup.ts'
export * from './lsm-hooks.ts'
export * from './map-compat.ts'
export { usualConfig } from './config-needs.ts'
