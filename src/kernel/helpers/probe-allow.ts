// SPDX-License-Identifier: Apache-2.0
// Helpers that only some attach points may use: struct bpf_func_proto's `allowed`. Refused with 'helper call is not allowed in probe'.
import type { ProgramTraits } from '../types.ts'
import { sleepableLsmHooks } from './lsm-hooks.ts'

/** Functions at whose entry or exit a path is safe to print: btf_allowlist_d_path of kernel/trace/bpf_trace.c. */
const pathFunctions = new Set([
  'security_file_permission',
  'security_inode_getattr',
  'security_file_open',
  'security_path_truncate',
  'vfs_truncate',
  'vfs_fallocate',
  'dentry_open',
  'vfs_getattr',
  'filp_close',
])

/** True where the program's attach point lets it call `helper`. */
export function allowedInProbe(helper: string, program: ProgramTraits): boolean {
  const name = program.attachName ?? ''
  switch (helper) {
    case 'bpf_d_path':
      if (program.type === 'BPF_PROG_TYPE_TRACING' && program.attachType === 'BPF_TRACE_ITER') return true
      if (program.type === 'BPF_PROG_TYPE_LSM') return isSleepableHook(name)
      return pathFunctions.has(name)
    case 'bpf_ima_inode_hash':
    case 'bpf_ima_file_hash':
      return isSleepableHook(name)
    case 'bpf_sk_storage_get':
    case 'bpf_sk_storage_delete':
      return storageTraceable(program, name)
    default:
      return true
  }
}

/** A program must not trace the functions it uses (net/core/bpf_sk_storage.c). */
function storageTraceable(program: ProgramTraits, name: string): boolean {
  if (program.target !== undefined) return false
  switch (program.attachType) {
    case 'BPF_TRACE_ITER':
    case 'BPF_TRACE_RAW_TP':
      return true
    case 'BPF_TRACE_FENTRY':
    case 'BPF_TRACE_FEXIT':
      return !name.startsWith('bpf_sk_storage')
    default:
      return false
  }
}

const isSleepableHook = (name: string): boolean => sleepableLsmHooks.has(name.replace(/^bpf_lsm_/, ''))
