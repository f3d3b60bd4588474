// SPDX-License-Identifier: Apache-2.0
// Tracepoints whose arguments are not always valid pointers, by argument number: raw_tp_null_args of kernel/bpf/btf.c, Linux 6.12, and
// what kernels with the gate `raw-tp-null-args-more` have beside it, Linux 7.3.

import { kernelGates } from '../kernel-gates.ts'
import type { ContextFacts } from './facts.ts'

const names = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/))

type ByArgument = Readonly<Record<number, ReadonlySet<string>>>

/** The argument may be NULL. */
const nullable: ByArgument = {
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

const nullableLater: ByArgument = {
  0: names(`
    rxrpc_client amdgpu_vm_bo_map amdgpu_vm_bo_unmap netfs_folioq xfs_defer_create_intent xfs_defer_cancel_list
    xfs_defer_pending_finish xfs_defer_pending_abort xfs_defer_relog_intent xfs_defer_isolate_paused
    xfs_defer_item_pause xfs_defer_item_unpause xfs_defer_add_item xfs_defer_cancel_item xfs_defer_finish_item
    xfs_inodegc_flush xfs_inodegc_push xfs_inodegc_start xfs_inodegc_stop xfs_inodegc_queue xfs_inodegc_throttle
    xfs_fs_sync_fs xfs_blockgc_start xfs_blockgc_stop xfs_blockgc_worker xfs_blockgc_flush_all nfsd_dirent
    nfsd_file_acquire nfsd_file_insert_err nfsd_file_cons_err nfs4_setup_sequence cfg80211_scan_done`),
  1: names(`
    rxrpc_tq xfs_ioc_free_eofblocks xfs_blockgc_free_space xchk_nlinks_live_update coda_dec_pic_run coda_dec_pic_done
    cfg80211_scan_done rdev_set_coalesce wiphy_work_queue wiphy_work_run wiphy_work_cancel wiphy_work_flush
    hugetlbfs_alloc_inode spufs_context neigh_update`),
  2: names(`
    tcp_sendmsg_locked xfs_btree_updkeys xfs_btree_overlapped_query_range xchk_metapath_lookup
    cfg80211_report_wowlan_wakeup cfg80211_inform_bss_frame kvm_page_fault_enter dpu_crtc_setup_mixer
    binder_transaction btree_path_free amdtp_packet`),
  3: names(`
    xfs_iomap_alloc xfs_iomap_found nfsd_file_acquire hfi1_sdma_progress iptfs_ingress_postq_event`),
  4: names(`
    xfs_map_blocks_found xfs_map_blocks_alloc pnfs_update_layout pnfs_mds_fallback_pg_init_read
    pnfs_mds_fallback_pg_init_write pnfs_mds_fallback_pg_get_mirror_count pnfs_mds_fallback_read_done
    pnfs_mds_fallback_write_done pnfs_mds_fallback_read_pagelist pnfs_mds_fallback_write_pagelist
    cfg80211_michael_mic_failure`),
}

/** The argument may be an error code: programs see it as a number. */
const errors: ByArgument = {
  1: names(`
    signal_generate signal_deliver`),
  2: names(`
    cachefiles_lookup`),
  3: names(`
    mr_integ_alloc`),
}
const errorsLater: ByArgument = {
  2: names(`
    nfs4_inode_callback_event nfs4_inode_stateid_callback_event`),
}

/** Tracepoints of modules whose arguments are known never to be NULL; of others of theirs nothing is known, so all may be. */
const soundModuleTracepoints: ReadonlySet<string> = names('bpf_testmod_test_read')

/** Tracepoints whose programs may fault and so sleep: those of TRACE_EVENT_SYSCALL, include/trace/events/syscalls.h. */
const faultable: ReadonlySet<string> = names('sys_enter sys_exit')
export const isFaultable = (name: string): boolean => faultable.has(name)

/** What the tables say of tracepoints. */
interface TracepointArgs {
  readonly nullable: (name: string, index: number) => boolean
  readonly error: (name: string, index: number) => boolean
  /** Does any of them speak of it? */
  readonly known: (name: string) => boolean
}

function read(nullables: readonly ByArgument[], errorCodes: readonly ByArgument[]): TracepointArgs {
  const says = (tables: readonly ByArgument[], name: string, index: number): boolean =>
    tables.some((table) => table[index]?.has(name))
  const all = new Set([...nullables, ...errorCodes].flatMap((table) => Object.values(table).flatMap((set) => [...set])))
  return {
    nullable: (name, index) => says(nullables, name, index),
    error: (name, index) => says(errorCodes, name, index),
    known: (name) => soundModuleTracepoints.has(name) || all.has(name),
  }
}
const first = read([nullable], [errors])
const all = read([nullable, nullableLater], [errors, errorsLater])

/** As this kernel's tables have it. */
export const tracepointArgs = ({ gate }: Pick<ContextFacts, 'gate'>): TracepointArgs =>
  gate(kernelGates.moreTracepointNulls) ? all : first
