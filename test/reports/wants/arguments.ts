// SPDX-License-Identifier: Apache-2.0
// What an argument of a kfunc, helper, callback or global function is.

import type { Want } from '../want.ts'

export const argumentWants: readonly Want[] = [
  {
    object: '35-ctx-to-global',
    code: 'KF024',
    says: [/__arg_ctx/],
    never: [/__arg_nonnull|__arg_trusted|__arg_nullable|__arg_arena/],
  },
  { object: '38-unbounded-probe-read', code: 'KF019', says: [/unsigned/, /if \(bytes|if \(size/] },
  { object: '48-dynptr-netfilter', code: 'KF018', says: [/constant/, /literal/] },
  { object: 'p32-task-storage', program: 'f', says: [/bpf_get_current_task_btf/], never: [/trusted_ptr_,/] },
  {
    object: '60-zero-load-bytes',
    code: 'KF019',
    says: [/may be 0/, /bpf_skb_load_bytes/, /0 to 1023/],
    never: [/negative/],
  },
  { object: '73-signed-length', code: 'KF019', says: [/negative/, /unsigned/] },
  {
    object: '82-reserve-variable',
    code: 'KF018',
    says: [/bpf_ringbuf_output/, /bpf_ringbuf_reserve_dynptr/, /reserve the most/],
  },
  { object: '94-strncmp-variable', code: 'KF020', says: [/constant string/, /\.rodata/] },
  {
    object: '95-void-global',
    code: 'KF024',
    says: [/note\(\) is a global function that returns nothing/, /return int/, /static/],
  },
  {
    object: 'c6-map-in-variable',
    code: 'KF021',
    says: [/must be a map/, /by its name/, /HASH_OF_MAPS/],
    never: [/bpf_probe_read/, /arithmetic/],
  },
  {
    object: 'e1-task-to-global',
    says: [/__arg_trusted/, /nice_of/],
    never: [/__arg_ctx|__arg_arena/],
  },
  {
    object: 'g3-arena-to-helper',
    code: 'KF026',
    says: [/pointer into the arena/, /variable on the stack/],
    never: [/if \(!page\)/, /probe_read_user/],
  },
  {
    object: 'h5-lookup-of-ringbuf',
    says: [/events is of type ringbuf/, /no keys/, /bpf_ringbuf_reserve/],
    never: [/Pass the address/],
  },
  {
    object: 'k5-number-as-pointer',
    says: [/chosen/, /void \*/, /static|a type of known size|integer|number/],
    never: [/__arg_ctx/],
  },
  {
    object: 'l1-length-of-write',
    code: 'KF019',
    says: [/negative/, /make len unsigned/, /line 27/],
    never: [/sizeof\(buf\)/],
  },
  {
    object: 'm14-timer-on-stack',
    says: [/map value|value of a map/, /stack/, /struct bpf_timer/],
    never: [/manual page/],
  },
  {
    object: 'm21-output-from-callback',
    says: [/context/, /first argument/, /bpf_perf_event_output/, /struct|pass ctx|pointer to ctx|bpf_ringbuf_output/],
    never: [/manual page/, /ringbuf_submit/],
  },
  {
    object: 'n1-checksum-of-payload',
    // of what is wanted of the packet the kernel speaks once the size is bounded
    code: 'KF019',
    says: [/barrier_var\(len\)/, /swap/, /line 16/],
    never: [/sizeof\(buf\)/],
  },
  {
    object: 'n2-path-copied',
    says: [/&file->f_path/, /bpf_d_path/, /copy/],
    never: [/manual page/],
  },
  {
    object: 'n4-cookie-of-context',
    says: [/Pass sk, which the hook gives/, /struct sock_common/],
    never: [/manual page/],
  },
  { object: 'n5-callback-not-static', code: 'KF022', says: [/add/, /static/, /global/], never: [/parentheses/] },
  {
    object: 'o1-slice-into-small-buffer',
    code: 'KF019',
    says: [/buf/, /14 bytes/, /20/],
    never: [/skb/],
  },
  { object: 'q2-global-returns-pointer', says: [/find_ip/, /pointer/, /static/], never: [/return 0 at its end/] },
  { object: 'q3-packet-to-global', says: [/is_tcp/, /void \*/, /static/, /ctx/], never: [/__arg_trusted/] },
  { object: 'q8-number-as-value', says: [/third argument/, /&now/, /address/], never: [/acquire/] },
  {
    object: 'r1-string-of-variable-length',
    says: [/4096/, /num|r->len/, /if \((?:num|r->len) > /],
    never: [/sizeof\(buf\)/],
  },
  {
    object: 's7-two-bounds-in-one',
    code: 'KF019',
    says: [/if \(len > 128\)/],
    never: [/sizeof\(buf\)/],
  },
  {
    object: 's34-submitted-from-middle',
    code: 'KF023',
    says: [/bpf_ringbuf_submit\(e, 0\)|Pass e\b|pass e\b/, /offset 8/],
    never: [/Check for NULL/],
  },
  {
    object: 'u09-record-by-value',
    code: 'KF024',
    says: [/add_span/, /by value/, /struct span \*/, /static/],
    never: [/what that points to/, /__arg_/],
  },
  {
    object: 'v04-cgroup-storage-sleepable',
    code: 'KF026',
    says: [/struct cgroup/, /may sleep/, /bpf_rcu_read_lock\(\) before line 19/, /bpf_rcu_read_unlock\(\)/],
    never: [/manual page/],
  },
  {
    object: 'v17-header-and-length',
    code: 'KF019',
    says: [/Make len unsigned/, /if \(len < 0\)/, /line 34/],
    never: [/sizeof\(buf\)/],
  },
  {
    object: 'v34-format-on-stack',
    code: 'KF020',
    says: [/fmt is a local array/, /static const char fmt\[\]/, /BPF_SNPRINTF/],
    never: [/manual page/],
  },
  {
    object: 'w29-context-of-another',
    code: 'KF024',
    says: [/classify/, /struct __sk_buff \*/, /struct xdp_md \*/, /__arg_ctx/],
    never: [/knows no size/, /char \(\*\)\[16\]/],
  },
  {
    object: 'w33-field-as-key',
    code: 'KF026',
    says: [/skb->ifindex/, /on the stack/, /copy = skb->ifindex/],
    never: [/manual page/],
  },
  {
    object: 'x03-name-of-parent',
    code: 'KF026',
    says: [/parent->comm/, /bpf_probe_read_kernel_str\(copy, sizeof\(copy\), parent->comm\)/],
    never: [/manual page/],
  },
  {
    object: 'y05-length-in-record',
    code: 'KF019',
    says: [/e->len is read from memory anew/, /local variable/, /len = e->len/],
    never: [/if \(e->len > 256\) …/],
  },
  {
    object: 'y18-callback-of-three',
    code: 'KF095',
    says: [/third parameter of add\(\)/, /bpf_loop\(\)/, /__u32 index, void \*ctx/],
    never: [/where it is declared/],
  },
  {
    object: 'y19-callback-of-one',
    code: 'KF095',
    says: [/first parameter of expire\(\) is the map/, /void \*map, KEY \*key, VALUE \*value/],
    never: [/Bound the number/],
  },
  {
    object: 'y22-record-kept',
    code: 'KF026',
    says: [/record belongs to the run/, /bpf_ringbuf_output/],
    never: [/submit_dynptr/],
  },
  {
    object: 'z48-path-compared-in-place',
    code: 'KF026',
    says: [/name is an address of user space/, /bpf_probe_read_user_str\(buf, sizeof\(buf\), name\)/],
    never: [/&name/],
  },
  {
    object: 'z49-looked-up-by-path',
    code: 'KF026',
    says: [/filename is an address/, /bpf_probe_read_user_str/, /as large as the map says/],
    never: [/&filename/],
  },
  {
    object: 'b1-sent-with-header',
    code: 'KF026',
    says: [/\(__u64\)len << 32/, /bpf_skb_load_bytes/],
    never: [/probe_read_kernel/],
  },
  { object: 'c19-pid-by-address', code: 'KF017', says: [/must be a number/, /not its address/] },
  { object: 'u2-never-set', sources: true, code: 'KF026', says: [/seq, declared on line 10, is never given a value/] },
]
