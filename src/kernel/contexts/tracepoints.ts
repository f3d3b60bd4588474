// SPDX-License-Identifier: Apache-2.0
// Tracepoints whose arguments are not always valid pointers, by argument number: raw_tp_null_args of kernel/bpf/btf.c, Linux 6.12.

const names = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/))

/** The argument may be NULL. */
export const nullableTracepointArgs: Readonly<Record<number, ReadonlySet<string>>> = {
  0: names(`
    sched_process_wait afs_protocol_error cachefiles_lookup cachefiles_unlink cachefiles_rename
    cachefiles_prep_read cachefiles_mark_active cachefiles_mark_failed cachefiles_mark_inactive
    cachefiles_vfs_error cachefiles_io_error cachefiles_ondemand_open cachefiles_ondemand_copen
    cachefiles_ondemand_close cachefiles_ondemand_read cachefiles_ondemand_cread
    cachefiles_ondemand_fd_write cachefiles_ondemand_fd_release mm_collapse_huge_page_isolate mm_page_alloc
    mm_page_pcpu_drain mm_page_alloc_zone_locked rxrpc_recvdata xs_stream_read_data tcp_send_reset
    tmigr_update_events`),
  1: names(`
    sched_pi_setprio afs_make_fs_call afs_make_fs_calli afs_make_fs_call1 afs_make_fs_call2 afs_flock_ev
    ext4_mballoc_discard ext4_mballoc_free posix_lock_inode fcntl_setlk locks_remove_posix flock_lock_inode
    break_lease_noblock break_lease_block break_lease_unblock generic_delete_lease time_out_leases
    mm_khugepaged_scan_pmd mm_khugepaged_scan_file mm_khugepaged_collapse_file netfs_failure
    device_pm_callback_start rxrpc_resend xprt_reserve_cong xprt_release_cong xprt_get_cong xprt_put_cong
    tcp_send_reset writeback_dirty_folio folio_wait_writeback`),
  2: names(`
    sched_stick_numa sched_swap_numa fib_table_lookup tegra_dma_tx_status`),
  3: names(`
    qdisc_dequeue kfree_skb`),
  4: names(`
    host1x_cdma_push_gather`),
}

/** The argument may be an error code: programs see it as a number. */
export const errorTracepointArgs: Readonly<Record<number, ReadonlySet<string>>> = {
  1: names(`
    signal_generate signal_deliver`),
  2: names(`
    cachefiles_lookup`),
  3: names(`
    mr_integ_alloc`),
}

/** Tracepoints of modules whose arguments are known never to be NULL; of others of theirs nothing is known, so all may be. */
export const soundModuleTracepoints: ReadonlySet<string> = names('bpf_testmod_test_read')

/** Tracepoints whose programs may fault and so sleep: those of TRACE_EVENT_SYSCALL, include/trace/events/syscalls.h. */
const faultable: ReadonlySet<string> = names('sys_enter sys_exit')
export const isFaultable = (name: string): boolean => faultable.has(name)

/** Does any table above speak of it? */
export const isKnownTracepoint = (name: string): boolean =>
  soundModuleTracepoints.has(name) ||
  [nullableTracepointArgs, errorTracepointArgs].some((table) => Object.values(table).some((set) => set.has(name)))
