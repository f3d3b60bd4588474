// SPDX-License-Identifier: Apache-2.0
// Who may call which helper in Linux 6.12, where it is built in (config-needs.ts). A set is a list of rows asked in order; the first row that names the helper answers,
// then the set in `next`. A row under a condition that does not hold is passed over; `deny` ends the search.
// Source: the get_func_proto callback of each program type's bpf_verifier_ops.
import { structOpsAvailability } from './availability-struct-ops.ts'
import {
  type AvailabilitySet,
  attached,
  connect,
  hooked,
  iterates,
  iterator,
  kprobeMulti,
  noRetval,
  not,
  sleepable,
  sockAddrSockopt,
  trampoline,
  typedTracepoint,
} from './availability-rows.ts'

const sets: Readonly<Record<string, AvailabilitySet>> = {
  base: {
    rows: [
      {
        helpers: `
      map_lookup_elem map_update_elem map_delete_elem map_push_elem map_pop_elem map_peek_elem
      map_lookup_percpu_elem get_prandom_u32 get_smp_processor_id:get_raw_smp_processor_id get_numa_node_id
      tail_call ktime_get_ns ktime_get_boot_ns ktime_get_tai_ns ringbuf_output ringbuf_reserve
      ringbuf_submit ringbuf_discard ringbuf_query strncmp strtol strtoul get_current_pid_tgid
      get_ns_current_pid_tgid`,
      },
      {
        helpers: `
      spin_lock spin_unlock jiffies64 per_cpu_ptr this_cpu_ptr timer_init timer_set_callback timer_start
      timer_cancel kptr_xchg for_each_map_elem loop user_ringbuf_drain ringbuf_reserve_dynptr
      ringbuf_submit_dynptr ringbuf_discard_dynptr dynptr_from_mem dynptr_read dynptr_write dynptr_data
      cgrp_storage_get cgrp_storage_delete get_current_cgroup_id get_current_ancestor_cgroup_id`,
        needs: 'bpf',
      },
      {
        helpers: `
      trace_printk get_current_task get_current_task_btf probe_read_user probe_read_kernel
      probe_read_user_str probe_read_kernel_str snprintf_btf snprintf task_pt_regs trace_vprintk`,
        needs: 'perfmon',
      },
      { helpers: 'get_current_uid_gid', gate: 'base-helpers-for-all' },
      {
        helpers: 'current_task_under_cgroup get_cgroup_classid:curr task_storage_get task_storage_delete',
        needs: 'bpf',
        gate: 'base-helpers-for-all',
      },
      {
        helpers: `
      get_current_comm copy_from_user copy_from_user_task perf_event_read_value perf_event_read send_signal
      send_signal_thread get_branch_snapshot find_vma`,
        needs: 'perfmon',
        gate: 'base-helpers-for-all',
      },
      { helpers: 'get_task_stack:sleepable', needs: 'perfmon', gate: 'base-helpers-for-all', when: sleepable },
      { helpers: 'get_task_stack', needs: 'perfmon', gate: 'base-helpers-for-all' },
    ],
  },
  skBase: {
    rows: [
      {
        helpers: `
      skc_to_tcp6_sock skc_to_tcp_sock skc_to_tcp_timewait_sock skc_to_tcp_request_sock skc_to_udp6_sock
      skc_to_unix_sock skc_to_mptcp_sock`,
        needs: 'perfmon',
      },
      { helpers: 'ktime_get_coarse_ns' },
    ],
    next: 'base',
  },
  cgroupCommon: {
    rows: [{ helpers: 'get_local_storage' }, { helpers: 'get_retval set_retval', when: not(noRetval) }],
  },
  cgroupCurrent: {
    rows: [
      {
        helpers: `
      get_current_uid_gid get_current_comm get_cgroup_classid:curr current_task_under_cgroup`,
      },
    ],
  },
  tracingBase: {
    rows: [
      {
        helpers: `
      map_lookup_elem map_update_elem map_delete_elem map_push_elem map_pop_elem map_peek_elem
      map_lookup_percpu_elem ktime_get_ns ktime_get_boot_ns tail_call get_current_task get_current_task_btf
      task_pt_regs get_current_uid_gid get_current_comm trace_printk get_smp_processor_id get_numa_node_id
      perf_event_read get_prandom_u32 probe_read_user probe_read_kernel probe_read_user_str
      probe_read_kernel_str probe_read probe_read_str cgrp_storage_get cgrp_storage_delete
      current_task_under_cgroup send_signal send_signal_thread perf_event_read_value ringbuf_output
      ringbuf_reserve ringbuf_submit ringbuf_discard ringbuf_query jiffies64 copy_from_user
      copy_from_user_task snprintf_btf per_cpu_ptr this_cpu_ptr task_storage_get task_storage_delete
      for_each_map_elem snprintf get_func_ip:tracing get_branch_snapshot find_vma trace_vprintk`,
      },
      { helpers: 'get_task_stack:sleepable', when: sleepable },
      { helpers: 'get_task_stack' },
      { helpers: 'probe_write_user', needs: 'admin' },
    ],
    next: 'base',
  },
  kprobe: {
    rows: [
      { helpers: 'perf_event_output get_stackid get_attach_cookie override_return' },
      { helpers: 'get_stack:sleepable', when: sleepable },
      { helpers: 'get_stack' },
      { helpers: 'get_func_ip:kprobe_multi', when: kprobeMulti },
      { helpers: 'get_func_ip:tracing' },
    ],
    next: 'tracingBase',
  },
  tracepoint: {
    rows: [
      {
        helpers: `
      perf_event_output get_stackid get_stack get_attach_cookie`,
      },
    ],
    next: 'tracingBase',
  },
  perfEvent: {
    rows: [
      {
        helpers: `
      perf_event_output get_stackid:pe get_stack perf_prog_read_value read_branch_records get_attach_cookie`,
      },
    ],
    next: 'tracingBase',
  },
  rawTracepoint: {
    rows: [
      {
        helpers: `
      perf_event_output get_stackid get_stack:raw_tp get_attach_cookie`,
      },
    ],
    next: 'tracingBase',
  },
  tracing: {
    rows: [
      {
        helpers: `
      skb_output xdp_output skc_to_tcp6_sock skc_to_tcp_sock skc_to_tcp_timewait_sock skc_to_tcp_request_sock skc_to_udp6_sock
      skc_to_unix_sock skc_to_mptcp_sock sk_storage_get:tracing sk_storage_delete:tracing sock_from_file
      get_socket_cookie:get_socket_ptr_cookie xdp_get_buff_len:trace d_path`,
      },
      { helpers: 'seq_printf seq_write seq_printf_btf', when: iterator },
      { helpers: 'get_func_arg get_func_ret get_func_arg_cnt get_attach_cookie', when: trampoline },
      { helpers: 'get_func_arg get_func_arg_cnt', when: typedTracepoint, gate: 'typed-tracepoint-arguments' },
      {
        helpers: 'get_attach_cookie',
        when: typedTracepoint,
      },
      { helpers: 'get_attach_cookie', deny: true },
      { helpers: 'setsockopt:sk getsockopt:sk', when: iterates('tcp', 'unix') },
    ],
    next: 'rawTracepoint',
  },
  lsmCgroup: {
    rows: [{ helpers: 'get_local_storage get_retval set_retval', when: attached('BPF_LSM_CGROUP') }],
  },
  lsm: {
    first: ['lsmCgroup'],
    rows: [
      {
        helpers: `
      inode_storage_get inode_storage_delete sk_storage_get sk_storage_delete spin_lock spin_unlock bprm_opts_set ima_inode_hash
      ima_file_hash`,
      },
      { helpers: 'get_attach_cookie', when: trampoline },
      { helpers: 'get_attach_cookie', deny: true },
      {
        helpers: 'setsockopt:sk getsockopt:sk',
        when: hooked(
          'sock_graft',
          'inet_csk_clone',
          'inet_conn_established',
          'socket_post_create',
          'socket_socketpair',
        ),
      },
      { helpers: 'setsockopt getsockopt', deny: true },
    ],
    next: 'tracing',
  },
  syscall: {
    rows: [
      { helpers: 'sys_bpf', needs: 'perfmon' },
      { helpers: 'btf_find_by_name_kind sys_close kallsyms_lookup_name' },
    ],
    next: 'tracing',
  },
  cgroupSock: {
    first: ['cgroupCommon', 'cgroupCurrent'],
    rows: [
      {
        helpers: `
      get_socket_cookie:sock get_netns_cookie perf_event_output sk_storage_get:cg_sock ktime_get_coarse_ns`,
      },
      {
        helpers: 'setsockopt:sock_addr getsockopt:sock_addr',
        when: attached('BPF_CGROUP_INET_SOCK_CREATE'),
        gate: 'sock-create-options',
      },
    ],
    next: 'base',
  },
  cgroupSockAddr: {
    first: ['cgroupCommon', 'cgroupCurrent'],
    rows: [
      { helpers: 'bind', when: connect },
      { helpers: 'setsockopt:sock_addr getsockopt:sock_addr', when: sockAddrSockopt },
      {
        helpers: `
      get_socket_cookie:sock get_netns_cookie perf_event_output sk_lookup_tcp:sock_addr
      sk_lookup_udp:sock_addr sk_release skc_lookup_tcp:sock_addr sk_storage_get sk_storage_delete`,
      },
    ],
    next: 'skBase',
  },
  socketFilter: {
    rows: [
      {
        helpers: `
      skb_load_bytes skb_load_bytes_relative get_socket_cookie:sock get_socket_uid perf_event_output`,
      },
      { helpers: 'get_netns_cookie', gate: 'base-helpers-for-all' },
    ],
    next: 'skBase',
  },
  cgroupSkb: {
    first: ['cgroupCommon'],
    rows: [
      {
        helpers: `
      sk_fullsock sk_storage_get sk_storage_delete perf_event_output skb_cgroup_id skb_ancestor_cgroup_id
      sk_cgroup_id sk_ancestor_cgroup_id sk_lookup_tcp sk_lookup_udp sk_release skc_lookup_tcp tcp_sock
      get_listener_sock skb_ecn_set_ce`,
      },
    ],
    next: 'socketFilter',
  },
  tc: {
    rows: [
      { helpers: 'get_netns_cookie', gate: 'base-helpers-for-all' },
      {
        helpers: `
      skb_store_bytes skb_load_bytes skb_load_bytes_relative skb_pull_data csum_diff csum_update csum_level
      l3_csum_replace l4_csum_replace clone_redirect get_cgroup_classid skb_vlan_push skb_vlan_pop
      skb_change_proto skb_change_type skb_adjust_room skb_change_tail skb_change_head skb_get_tunnel_key
      skb_set_tunnel_key skb_get_tunnel_opt skb_set_tunnel_opt redirect redirect_neigh redirect_peer
      get_route_realm get_hash_recalc set_hash_invalid set_hash perf_event_output get_smp_processor_id
      skb_under_cgroup get_socket_cookie:sock get_socket_uid fib_lookup check_mtu sk_fullsock sk_storage_get
      sk_storage_delete skb_get_xfrm_state skb_cgroup_classid skb_cgroup_id skb_ancestor_cgroup_id
      sk_lookup_tcp sk_lookup_udp sk_release tcp_sock get_listener_sock skc_lookup_tcp tcp_check_syncookie
      skb_ecn_set_ce tcp_gen_syncookie sk_assign skb_set_tstamp tcp_raw_gen_syncookie_ipv4
      tcp_raw_gen_syncookie_ipv6 tcp_raw_check_syncookie_ipv4 tcp_raw_check_syncookie_ipv6`,
      },
    ],
    next: 'skBase',
  },
  xdp: {
    rows: [
      {
        helpers: `
      perf_event_output get_smp_processor_id csum_diff xdp_adjust_head xdp_adjust_meta redirect redirect_map
      xdp_adjust_tail xdp_get_buff_len xdp_load_bytes xdp_store_bytes fib_lookup check_mtu sk_lookup_udp
      sk_lookup_tcp sk_release skc_lookup_tcp tcp_check_syncookie tcp_gen_syncookie
      tcp_raw_gen_syncookie_ipv4 tcp_raw_gen_syncookie_ipv6 tcp_raw_check_syncookie_ipv4
      tcp_raw_check_syncookie_ipv6`,
      },
    ],
    next: 'skBase',
  },
  sockOps: {
    first: ['cgroupCommon'],
    rows: [
      {
        helpers: `
      setsockopt:sock_addr getsockopt:sock_addr sock_ops_cb_flags_set sock_map_update sock_hash_update
      get_socket_cookie:sock perf_event_output sk_storage_get sk_storage_delete get_netns_cookie
      load_hdr_opt store_hdr_opt reserve_hdr_opt tcp_sock`,
      },
    ],
    next: 'skBase',
  },
  skMsg: {
    rows: [
      {
        helpers: `
      msg_redirect_map msg_redirect_hash msg_apply_bytes msg_cork_bytes msg_pull_data msg_push_data
      msg_pop_data perf_event_output get_current_uid_gid sk_storage_get sk_storage_delete get_netns_cookie
      get_cgroup_classid:curr`,
      },
    ],
    next: 'skBase',
  },
  skSkb: {
    rows: [
      {
        helpers: `
      skb_store_bytes skb_load_bytes skb_pull_data skb_change_tail skb_change_head skb_adjust_room
      get_socket_cookie:sock get_socket_uid sk_redirect_map sk_redirect_hash perf_event_output sk_lookup_tcp
      sk_lookup_udp sk_release skc_lookup_tcp`,
      },
    ],
    next: 'skBase',
  },
  flowDissector: {
    rows: [{ helpers: 'skb_load_bytes' }],
    next: 'skBase',
  },
  lwtOut: {
    rows: [
      {
        helpers: `
      skb_load_bytes skb_pull_data csum_diff get_cgroup_classid get_route_realm get_hash_recalc
      perf_event_output get_smp_processor_id skb_under_cgroup`,
      },
    ],
    next: 'skBase',
  },
  lwtIn: {
    rows: [{ helpers: 'lwt_push_encap' }],
    next: 'lwtOut',
  },
  lwtXmit: {
    rows: [
      {
        helpers: `
      skb_get_tunnel_key skb_set_tunnel_key skb_get_tunnel_opt skb_set_tunnel_opt redirect clone_redirect
      skb_change_tail skb_change_head skb_store_bytes csum_update csum_level l3_csum_replace l4_csum_replace
      set_hash_invalid lwt_push_encap`,
      },
    ],
    next: 'lwtOut',
  },
  lwtSeg6Local: {
    rows: [
      { helpers: 'skb_pull_data', deny: true, gate: 'seg6-pulls-nothing' },
      {
        helpers: `
      lwt_seg6_store_bytes lwt_seg6_action lwt_seg6_adjust_srh`,
      },
    ],
    next: 'lwtOut',
  },
  skReuseport: {
    rows: [
      {
        helpers: `
      sk_select_reuseport skb_load_bytes skb_load_bytes_relative get_socket_cookie:get_socket_ptr_cookie
      ktime_get_coarse_ns`,
      },
    ],
    next: 'base',
  },
  skLookup: {
    rows: [
      {
        helpers: `
      perf_event_output sk_assign:sk_lookup_assign sk_release`,
      },
    ],
    next: 'skBase',
  },
  cgroupDevice: {
    first: ['cgroupCommon', 'cgroupCurrent'],
    rows: [{ helpers: 'perf_event_output' }],
    next: 'base',
  },
  cgroupSysctl: {
    first: ['cgroupCommon', 'cgroupCurrent'],
    rows: [
      {
        helpers: `
      sysctl_get_name sysctl_get_current_value sysctl_get_new_value sysctl_set_new_value ktime_get_coarse_ns
      perf_event_output`,
      },
    ],
    next: 'base',
  },
  cgroupSockopt: {
    first: ['cgroupCommon', 'cgroupCurrent'],
    rows: [
      { helpers: 'setsockopt:sk getsockopt:sk', when: attached('BPF_CGROUP_SETSOCKOPT') },
      {
        helpers: `
      get_netns_cookie sk_storage_get sk_storage_delete tcp_sock perf_event_output`,
      },
    ],
    next: 'base',
  },
  lirc: {
    rows: [
      {
        helpers: `
      rc_repeat rc_keydown rc_pointer_rel map_lookup_elem map_update_elem map_delete_elem map_push_elem
      map_pop_elem map_peek_elem ktime_get_ns ktime_get_boot_ns tail_call get_prandom_u32`,
      },
      { helpers: 'trace_printk', needs: 'perfmon' },
    ],
  },
  none: {
    rows: [],
  },
  ...structOpsAvailability,
}

/** One set per get_func_proto callback. */
export const availability: ReadonlyMap<string, AvailabilitySet> = new Map(Object.entries(sets))

const startingSets: Readonly<Record<string, string>> = {
  BPF_PROG_TYPE_SOCKET_FILTER: 'socketFilter',
  BPF_PROG_TYPE_KPROBE: 'kprobe',
  BPF_PROG_TYPE_SCHED_CLS: 'tc',
  BPF_PROG_TYPE_SCHED_ACT: 'tc',
  BPF_PROG_TYPE_TRACEPOINT: 'tracepoint',
  BPF_PROG_TYPE_XDP: 'xdp',
  BPF_PROG_TYPE_PERF_EVENT: 'perfEvent',
  BPF_PROG_TYPE_CGROUP_SKB: 'cgroupSkb',
  BPF_PROG_TYPE_CGROUP_SOCK: 'cgroupSock',
  BPF_PROG_TYPE_LWT_IN: 'lwtIn',
  BPF_PROG_TYPE_LWT_OUT: 'lwtOut',
  BPF_PROG_TYPE_LWT_XMIT: 'lwtXmit',
  BPF_PROG_TYPE_SOCK_OPS: 'sockOps',
  BPF_PROG_TYPE_SK_SKB: 'skSkb',
  BPF_PROG_TYPE_CGROUP_DEVICE: 'cgroupDevice',
  BPF_PROG_TYPE_SK_MSG: 'skMsg',
  BPF_PROG_TYPE_RAW_TRACEPOINT: 'rawTracepoint',
  BPF_PROG_TYPE_CGROUP_SOCK_ADDR: 'cgroupSockAddr',
  BPF_PROG_TYPE_LWT_SEG6LOCAL: 'lwtSeg6Local',
  BPF_PROG_TYPE_LIRC_MODE2: 'lirc',
  BPF_PROG_TYPE_SK_REUSEPORT: 'skReuseport',
  BPF_PROG_TYPE_FLOW_DISSECTOR: 'flowDissector',
  BPF_PROG_TYPE_CGROUP_SYSCTL: 'cgroupSysctl',
  BPF_PROG_TYPE_RAW_TRACEPOINT_WRITABLE: 'rawTracepoint',
  BPF_PROG_TYPE_CGROUP_SOCKOPT: 'cgroupSockopt',
  BPF_PROG_TYPE_TRACING: 'tracing',
  BPF_PROG_TYPE_LSM: 'lsm',
  BPF_PROG_TYPE_SK_LOOKUP: 'skLookup',
  BPF_PROG_TYPE_SYSCALL: 'syscall',
  BPF_PROG_TYPE_NETFILTER: 'base',
}

/** The set a program type starts from. */
export const setOfType: ReadonlyMap<string, string> = new Map(Object.entries(startingSets))
