// SPDX-License-Identifier: Apache-2.0

/** What copies from user space and waits, and what does the same without waiting. */
export const withoutSleeping: ReadonlyMap<string, string> = new Map([
  ['bpf_copy_from_user', 'bpf_probe_read_user'],
  ['bpf_copy_from_user_str', 'bpf_probe_read_user_str'],
  ['bpf_copy_from_user_dynptr', 'bpf_probe_read_user_dynptr'],
  ['bpf_copy_from_user_str_dynptr', 'bpf_probe_read_user_str_dynptr'],
])
