// SPDX-License-Identifier: Apache-2.0

/** What linking asks of a kernel's rules. */
export const linkGates = ['kptr-tags-anywhere', 'resilient-spin-lock', 'task-work', 'user-pointers'] as const
export type LinkGate = (typeof linkGates)[number]
