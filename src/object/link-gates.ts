// SPDX-License-Identifier: Apache-2.0

/** What linking asks of a kernel's rules. */
export const linkGates = {
  tagsAnywhere: 'kptr-tags-anywhere',
  resilientLocks: 'resilient-spin-lock',
  taskWork: 'task-work',
  userPointers: 'user-pointers',
} as const
export type LinkGate = (typeof linkGates)[keyof typeof linkGates]
