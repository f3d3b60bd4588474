// SPDX-License-Identifier: Apache-2.0
// BTF_TYPE_SAFE_*: fields that stay valid as long as the pointer to their struct is. kfuncs.rst "KF_TRUSTED_ARGS flag".
// A kernel emits each table as `struct NAME__safe_…` into its own BTF, which is what a kernel with BTF is asked;
// these rows (6.12) serve kernels without one and the documentation.

export type SafeTable = 'trusted' | 'rcu' | 'rcu_or_null' | 'trusted_or_null'

export interface SafeRow {
  readonly table: SafeTable
  readonly struct: string
  readonly fields: readonly string[]
  readonly source: string
}

const source = 'kernel/bpf/verifier.c of 6.12, BTF_TYPE_SAFE_*'

export const safeRows = [
  { table: 'rcu', struct: 'task_struct', fields: ['cpus_ptr', 'cgroups', 'real_parent', 'group_leader'], source },
  { table: 'rcu', struct: 'cgroup', fields: ['kn'], source },
  { table: 'rcu', struct: 'css_set', fields: ['dfl_cgrp'], source },
  { table: 'rcu_or_null', struct: 'mm_struct', fields: ['exe_file'], source },
  { table: 'rcu_or_null', struct: 'sk_buff', fields: ['sk'], source },
  { table: 'rcu_or_null', struct: 'request_sock', fields: ['sk'], source },
  { table: 'trusted', struct: 'bpf_iter_meta', fields: ['seq'], source },
  { table: 'trusted', struct: 'bpf_iter__task', fields: ['meta', 'task'], source },
  { table: 'trusted', struct: 'linux_binprm', fields: ['file'], source },
  { table: 'trusted', struct: 'file', fields: ['f_inode'], source },
  { table: 'trusted', struct: 'dentry', fields: ['d_inode'], source },
  { table: 'trusted_or_null', struct: 'socket', fields: ['sk'], source },
] as const satisfies readonly SafeRow[]

/** The suffix of the struct a kernel emits for a table. */
export const safeSuffix = (table: SafeTable): string => `__safe_${table}`

/** Do the rows above name this field? For kernels whose BTF does not hold the tables. */
export const isListedSafe = (table: SafeTable, struct: string, field: string): boolean =>
  safeRows.some((row: SafeRow) => row.table === table && row.struct === struct && row.fields.includes(field))
