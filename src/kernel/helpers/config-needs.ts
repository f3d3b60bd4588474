// SPDX-License-Identifier: Apache-2.0
// Helpers that a kernel has only where it is built with an option: what stands under #ifdef in the get_func_proto callbacks of
// net/core/filter.c, kernel/trace/bpf_trace.c, kernel/bpf/helpers.c and cgroup.c (6.12, 7.3). Prototypes by 'name' or 'name:variant'.

const rows: readonly { readonly config: string; readonly helpers: string }[] = [
  { config: 'CONFIG_CGROUP_NET_CLASSID', helpers: 'skb_cgroup_classid get_cgroup_classid:curr' },
  {
    config: 'CONFIG_SOCK_CGROUP_DATA',
    helpers: 'skb_cgroup_id skb_ancestor_cgroup_id sk_cgroup_id sk_ancestor_cgroup_id',
  },
  { config: 'CONFIG_XFRM', helpers: 'skb_get_xfrm_state' },
  {
    config: 'CONFIG_SYN_COOKIES',
    helpers: `
      tcp_raw_gen_syncookie_ipv4 tcp_raw_gen_syncookie_ipv6 tcp_raw_check_syncookie_ipv4 tcp_raw_check_syncookie_ipv6`,
  },
  {
    config: 'CONFIG_INET',
    helpers: `
      sk_lookup_tcp sk_lookup_udp skc_lookup_tcp sk_lookup_tcp:sock_addr sk_lookup_udp:sock_addr skc_lookup_tcp:sock_addr
      sk_release tcp_sock get_listener_sock skb_ecn_set_ce tcp_check_syncookie tcp_gen_syncookie sk_assign skb_set_tstamp
      load_hdr_opt store_hdr_opt reserve_hdr_opt sk_select_reuseport`,
  },
  { config: 'CONFIG_IPV6_SEG6_BPF', helpers: 'lwt_seg6_store_bytes lwt_seg6_action lwt_seg6_adjust_srh' },
  {
    config: 'CONFIG_CGROUPS',
    helpers: `
      cgrp_storage_get cgrp_storage_delete get_current_cgroup_id get_current_ancestor_cgroup_id current_task_under_cgroup`,
  },
  { config: 'CONFIG_NET', helpers: 'skb_output xdp_output sock_from_file xdp_get_buff_len:trace' },
  { config: 'CONFIG_BPF_KPROBE_OVERRIDE', helpers: 'override_return' },
]

const needs: ReadonlyMap<string, string> = new Map(
  rows.flatMap(({ config, helpers }) =>
    helpers
      .trim()
      .split(/\s+/)
      .map((key): [string, string] => [key, config]),
  ),
)

/** An option's value, as `Kernel.config` answers. */
export type Config = (name: string) => string | undefined

/** Where nothing is known of a kernel's options, those that distributions set: all but the overriding of functions. */
export const usualConfig: Config = (name) => (name === 'CONFIG_BPF_KPROBE_OVERRIDE' ? undefined : 'y')

/** Is the helper of this key compiled in? */
export function isBuilt(key: string, config: Config): boolean {
  const option = needs.get(key)
  return option === undefined || config(option) === 'y'
}
