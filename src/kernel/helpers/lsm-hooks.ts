// SPDX-License-Identifier: Apache-2.0
// What LSM hooks allow in Linux 6.12, by name without 'bpf_lsm_': the BTF sets of kernel/bpf/bpf_lsm.c.

import type { Kernel } from '../types.ts'

const names = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/))

/** Called where sleeping is allowed: sleepable programs, bpf_d_path and the ima helpers. */
export const sleepableLsmHooks: ReadonlySet<string> = names(`
  bpf bpf_map bpf_map_create bpf_map_free bpf_prog bpf_prog_load bpf_token_capable bpf_token_cmd
  bpf_token_create bpf_token_free bprm_check_security bprm_committed_creds bprm_committing_creds
  bprm_creds_for_exec bprm_creds_from_file capget capset cred_prepare current_getsecid_subj file_ioctl file_lock
  file_open file_post_open file_receive inode_create inode_free_security inode_getattr inode_getxattr
  inode_mknod inode_need_killpriv inode_post_setxattr inode_readlink inode_rename inode_rmdir inode_setattr
  inode_setxattr inode_symlink inode_unlink kernel_module_request kernel_read_file kernfs_init_security
  mmap_file netlink_send path_chmod path_chown path_link path_mkdir path_notify path_rename path_rmdir
  path_symlink path_truncate path_unlink release_secctx sb_alloc_security sb_eat_lsm_opts sb_kern_mount sb_mount
  sb_remount sb_set_mnt_opts sb_show_options sb_statfs sb_umount settime socket_accept socket_bind
  socket_connect socket_create socket_getpeername socket_getpeersec_dgram socket_getsockname socket_getsockopt
  socket_listen socket_post_create socket_recvmsg socket_sendmsg socket_shutdown socket_socketpair syslog
  task_alloc task_getsecid_obj task_prctl task_setscheduler userns_create
`)

/** Their arguments are about to be freed or not yet set up: not trusted. */
export const untrustedLsmHooks: ReadonlySet<string> = names(`
  bpf_map_free bpf_prog_free file_alloc_security file_free_security sk_alloc_security sk_free_security task_free
`)

/** Return 0 or 1 instead of 0 or an error. */
export const boolLsmHooks: ReadonlySet<string> = names(`
  audit_rule_known inode_xattr_skipcap xfrm_state_pol_flow_match
`)

/** Programs are refused here. */
export const disabledLsmHooks: ReadonlySet<string> = names(`
  audit_rule_match getprocattr getselfattr inode_copy_up_xattr inode_getsecurity inode_listsecurity
  inode_need_killpriv ismaclabel key_getsecurity setprocattr vm_enough_memory xfrm_decode_session
`)

/** Whether programs are refused at this hook ('bpf_lsm_NAME'): as the kernel's own set has it, or 6.12's where it is not known. */
export function isDisabledHook(kernel: Kernel, name: string): boolean {
  const own = kernel.functionSet('bpf_lsm_disabled_hooks')
  return own.size > 0 ? own.has(name) : disabledLsmHooks.has(name.slice(PREFIX.length))
}

/** Is the function a hook? Several more begin with 'bpf_lsm_'. The kernel's union of hooks has a member for each. */
export function isLsmHook(kernel: Kernel, name: string): boolean {
  const own = kernel.functionSet('bpf_lsm_hooks')
  if (own.size > 0) return own.has(name)
  const id = kernel.btf.find('security_list_options', 'union')
  const hooks = id === undefined ? undefined : kernel.btf.type(id)
  return hooks?.kind === 'union' && hooks.members.some((member) => `${PREFIX}${member.name}` === name)
}

const PREFIX = 'bpf_lsm_'
