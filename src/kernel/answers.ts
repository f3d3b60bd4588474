// SPDX-License-Identifier: Apache-2.0
// Where a kernel's answers about helpers and contexts come from.

export { ctxAccess } from './contexts/index.ts'
export { helperName as helperNameOf, lookupHelper as helperAnswer, usualConfig } from './helpers/index.ts'
