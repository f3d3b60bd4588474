// SPDX-License-Identifier: Apache-2.0
// What several gates decide together, decided once for a kernel: whoever goes by it asks the policy, not the gates.

import type { Gap } from '../state/references.ts'
import type { Rules } from './rules.ts'

/** Sections that a program opens and closes: bpf_rcu_read_lock, spin locks, preemption off, interrupts off. */
export type Section = 'rcu' | 'lock' | 'preempt' | 'irq'

export interface SectionPolicy {
  /** RCU pointers live in sections of these kinds; and throughout a program that does not sleep. */
  readonly keepRcu: { readonly [S in Section]: boolean }
  /** Where one of these is left, RCU pointers are lost, unless another section still keeps them. */
  readonly loseRcu: { readonly [S in Section]: boolean }
  /** Leaving the outermost RCU section loses them, whatever other section is under way. */
  readonly rcuEndsAlone: boolean
  /** bpf_rcu_read_lock may be called within its own section; its pointers live until the outermost is left. */
  readonly rcuNests: boolean
  /** What is open where a program ends is looked for in one order, and told in the same words, however it ends. */
  readonly closedInOrder: boolean
}

export interface ReferencePolicy {
  /** Each frame has its own, by which states are compared, too; otherwise the state has them. */
  readonly perFrame: boolean
  /** A callback may give back what its caller holds, and leave open what it acquired. */
  readonly sharedWithCallbacks: boolean
  /** Where one was given back among others. */
  readonly gap: Gap
}

export interface Policies {
  readonly sections: SectionPolicy
  readonly references: ReferencePolicy
}

export const policiesOf = (rules: Rules): Policies => ({
  sections: {
    keepRcu: { rcu: true, lock: true, preempt: rules.rcuBySections, irq: rules.rcuBySections },
    loseRcu: { rcu: true, lock: rules.unlockEndsRcu, preempt: rules.rcuBySections, irq: rules.rcuBySections },
    rcuEndsAlone: !rules.rcuBySections,
    rcuNests: rules.rcuNests,
    closedInOrder: rules.resilientLocks,
  },
  references: {
    perFrame: !rules.refsByState,
    sharedWithCallbacks: rules.callbackRefsShared,
    gap: rules.refsByState ? 'closed' : 'filled by the last',
  },
})
