// SPDX-License-Identifier: Apache-2.0
// The program as a whole, and what is ours to say rather than the kernel's.
import type { CodeRow } from './row.ts'

export const programCodes: readonly CodeRow[] = [
  {
    code: 'KF198', title: 'kfuncs cannot judge this yet', rules: ['unsupported'], section: 'kfuncs, docs/contract.md',
    rule: 'What the verifier model does not cover is never accepted and never rejected on a guess.',
    label: ['what stands here is not modelled'],
    help: ['Ask the kernel itself: bpftool prog load, or veristat.'],
    text: 'The program may be fine and it may not: it uses something that this version of kfuncs has no rule for.',
  },
  {
    code: 'KF199', title: 'the verifier rejects the program', rules: [], section: 'Documentation/bpf/verifier.rst',
    rule: 'Every path through a program must be proven safe.',
    label: ['the verifier stops here'],
    help: [],
    text: 'A rule of the verifier that has no page of its own; the message of the kernel says which.',
  },
]
