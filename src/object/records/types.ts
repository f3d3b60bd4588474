// SPDX-License-Identifier: Apache-2.0
// Special fields as the verifier knows them, and what it takes to find them.
import type { Btf, BtfId } from '../../btf/index.ts'
import type { Destructor } from '../../kfunc/index.ts'

export type FieldKind =
  | 'bpf_spin_lock'
  | 'bpf_timer'
  | 'bpf_wq'
  | 'kptr'
  | 'kptr_ref'
  | 'kptr_percpu'
  | 'bpf_list_head'
  | 'bpf_list_node'
  | 'bpf_rb_root'
  | 'bpf_rb_node'
  | 'bpf_refcount'
  | 'bpf_res_spin_lock'
  | 'bpf_task_work'
  | 'uptr'

export interface SpecialField {
  readonly kind: FieldKind
  readonly off: number
  readonly size: number
  /** kptr: what is pointed at. In the kernel's BTF, or the program's own for allocated objects (`local`). */
  readonly btf: Btf | undefined
  readonly btfId: BtfId
  readonly local: boolean
  /** list head, tree root: struct of the node's container, and where in it the node lies. */
  readonly valueId: BtfId
  readonly nodeOff: number
  readonly nodeName: string
}

/** What kptr fields may point at, and which of those can be owned by a map. kfuncs.rst "destructor kfuncs". */
export interface KernelTypes {
  readonly btfs: readonly Btf[]
  readonly destructors: readonly Destructor[]
  /** Kinds that came after 6.12 and this kernel has. */
  readonly later: ReadonlySet<FieldKind>
  /** Tags of a pointer's target stand anywhere among its modifiers, beside others; before, one tag alone and first. */
  readonly tagsAnywhere: boolean
}

export interface BtfRecord {
  readonly fields: readonly SpecialField[]
  /** bpf_spin_lock, -1 where there is none. */
  readonly lockOff: number
  readonly resLockOff: number
  /** Either of them: what holds it is told apart by its id. */
  readonly hasLock: boolean
  readonly refcountOff: number
  at(off: number): SpecialField | undefined
  has(kind: FieldKind): boolean
}

/** Why a type's special fields make no record: what the kernel answers, and what is wrong. */
export interface RecordFault {
  readonly errno: number
  readonly why: string
}

/** Whose fields: a map's value, or an object of a program's own. Each may hold what the other does not look for. */
export type RecordUse = 'map' | 'object'

export interface FoundRecord {
  readonly record: BtfRecord
  readonly fault?: RecordFault
}
