// SPDX-License-Identifier: Apache-2.0
// What a kfunc of each role does that neither flags nor annotations say: the lists that the verifier of each kernel keeps of them.

import type { SpecialRole } from './special.ts'

/** Sections that a call opens or closes; locks are told apart by how they are taken. */
export type SectionKind = 'rcu' | 'preempt' | 'irq' | 'lock' | 'res_lock' | 'res_lock_irq'

export interface RoleRow {
  /** May be called while a lock is held: always, since locks nest (6.15), since arena pages may be (6.19). Since 7.3 a flag says it. */
  readonly underLock?: 'always' | 'resilient' | 'arena'
  readonly opens?: SectionKind
  readonly closes?: SectionKind
  /** What calls the function that it is given. */
  readonly calls?: 'rbtree' | 'wq' | 'task_work'
  /** The argument, counted from 1, that goes into a list or tree, and is borrowed from then on. */
  readonly lends?: number
  /** What it returns is borrowed. */
  readonly borrows?: true
  /** What lies behind the dynptr that it makes. */
  readonly makesDynptr?: 'skb' | 'xdp' | 'skb_meta' | 'file'
  /** What lies behind the dynptr that it gives back. */
  readonly endsDynptr?: 'file'
  /** Packet data may lie elsewhere afterwards. */
  readonly movesPacket?: true
  /** It does not return. */
  readonly throws?: true
  /** The path goes on twice: as it went well, and as it did not, with an errno. */
  readonly mayFail?: true
  /** Its pointer argument is the program's context: whatever its type says, or since there are sessions (7.0). */
  readonly context?: 'always' | 'sessions'
  /** The kernel puts instructions in its place that leave r1 to r5 alone. */
  readonly inlined?: true
  /** Only in programs that are loaded for one device. */
  readonly deviceBound?: true
  /** What it returns is not trusted. */
  readonly untrusted?: true
  /** It returns memory of so many bytes. */
  readonly resultSize?: number
}

/** A role that is no row here does nothing of the kind. */
export const roleRows: Readonly<Partial<Record<SpecialRole, RoleRow>>> = {
  refcount_acquire: { underLock: 'always' },
  list_push: { underLock: 'always', lends: 2 },
  list_pop: { underLock: 'always' },
  list_del: { underLock: 'always' },
  list_peek: { underLock: 'always', borrows: true },
  list_test: { underLock: 'always' },
  rbtree_add: { underLock: 'always', lends: 2, calls: 'rbtree' },
  rbtree_remove: { underLock: 'always' },
  rbtree_walk: { underLock: 'always', borrows: true },
  cast_to_kern_ctx: { context: 'always', inlined: true },
  rdonly_cast: { inlined: true },
  rcu_lock: { opens: 'rcu' },
  rcu_unlock: { closes: 'rcu' },
  preempt_disable: { opens: 'preempt' },
  preempt_enable: { closes: 'preempt' },
  irq_save: { opens: 'irq' },
  irq_restore: { closes: 'irq' },
  res_lock: { opens: 'res_lock', underLock: 'resilient', mayFail: true },
  res_unlock: { closes: 'res_lock', underLock: 'resilient' },
  res_lock_irq: { opens: 'res_lock_irq', underLock: 'resilient', mayFail: true },
  res_unlock_irq: { closes: 'res_lock_irq', underLock: 'resilient' },
  dynptr_from_skb: { makesDynptr: 'skb' },
  dynptr_from_xdp: { makesDynptr: 'xdp' },
  dynptr_from_skb_meta: { makesDynptr: 'skb_meta' },
  dynptr_from_file: { makesDynptr: 'file' },
  dynptr_file_discard: { endsDynptr: 'file' },
  xdp_pull_data: { movesPacket: true },
  throw: { throws: true },
  wq_callback: { calls: 'wq' },
  task_work: { calls: 'task_work' },
  session: { context: 'sessions' },
  session_cookie: { context: 'sessions', resultSize: 8 },
  kmem_cache: { untrusted: true },
  iter_num: { underLock: 'resilient' },
  stream: { underLock: 'arena' },
  arena_pages: { underLock: 'arena' },
  xdp_metadata: { deviceBound: true },
}

const plain: RoleRow = {}

/** What a kfunc of this role does besides; of none, nothing. */
export const roleRow = (role: SpecialRole | undefined): RoleRow =>
  (role === undefined ? undefined : roleRows[role]) ?? plain
