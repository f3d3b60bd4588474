// SPDX-License-Identifier: Apache-2.0
// Kernels that explain a rejection (since 7.3) explain it where it is found. Of an argument that is wrong they print more than one line;
// what they explain is the message, whatever they say of the call after it.

import type { Model } from '../program/model.ts'
import type { ViolationId } from '../violations/table.ts'

/** Rules whose violation comes with an explanation. */
const explained: ReadonlySet<ViolationId> = new Set<ViolationId>([
  'argument-type',
  'modified-pointer',
  'dynptr-pointer',
  'dynptr-uninitialized',
  'min-bound',
  'min-outside',
  'max-bound',
  'max-outside',
])

/** Is what broke this rule the kernel's message, rather than the call that it makes impossible? */
export const isExplained = ({ rules }: Model, rule: ViolationId): boolean => rules.reportsFirst && explained.has(rule)
