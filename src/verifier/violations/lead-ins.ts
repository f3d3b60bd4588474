// SPDX-License-Identifier: Apache-2.0
// Messages that the kernel begins a line or two before the last one, which is what counts as the message.

import type { Violation, ViolationId } from './table.ts'

const lines: ReadonlyMap<ViolationId, readonly string[]> = new Map<ViolationId, readonly string[]>([
  ['lock-global-call', ['global function calls are not allowed while holding a lock,']],
  ['preempt-global-call', ['global function calls are not allowed with preemption disabled,']],
  [
    'sleep-global-call',
    [
      'global functions that may sleep are not allowed in non-sleepable context,',
      'i.e., in a RCU/IRQ/preempt-disabled section, or in',
    ],
  ],
])

/** The lines before a violation's last; none for most. */
export function leadInsOf({ id, params }: Pick<Violation, 'id' | 'params'>): readonly string[] {
  if (id === 'sleep-global-call' && 'form' in params && params.form !== 'context') return []
  return lines.get(id) ?? []
}
