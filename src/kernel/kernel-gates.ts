// SPDX-License-Identifier: Apache-2.0
// Gates that the kernel itself asks: for who may call what, what is in a context, what a kfunc is. The verifier's are its own
// (verifier/program/rules.ts). A gate is asked through a table or stands on a row of one, so the tables tell what is asked.

import type { GateName } from './gates.ts'

/** Each question and the gate that answers it. */
export const kernelGates = {
  trustedByDefault: 'kfunc-trusted-by-default',
  declTags: 'kfunc-decl-tags',
  helperMemoryFlags: 'helper-memory-flags',
  loopCountNumber: 'loop-count-number',
  syscallsSleepable: 'syscalls-sleepable',
  moreTracepointNulls: 'raw-tp-null-args-more',
  unionArguments: 'union-arguments',
  structArgumentsOnly: 'struct-arguments-only',
  kprobeContextWrites: 'kprobe-context-writes',
} as const satisfies Record<string, GateName>
