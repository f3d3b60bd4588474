// SPDX-License-Identifier: Apache-2.0
// Helpers of another program type: what does the same in this one, or why nothing can.

import { helperId } from '../../uapi/index.ts'
import { callableBy, traitsOf } from '../allowed.ts'
import { callee } from '../calls.ts'
import { type Values, yes } from '../fill.ts'
import type { Case } from './case.ts'
import { withoutSleeping } from './sleeping.ts'

/** What works on a packet as an skb, and on one of XDP. */
const twins: readonly (readonly [string, string])[] = [
  ['bpf_skb_load_bytes', 'bpf_xdp_load_bytes'],
  ['bpf_skb_store_bytes', 'bpf_xdp_store_bytes'],
  ['bpf_skb_change_tail', 'bpf_xdp_adjust_tail'],
  ['bpf_skb_change_head', 'bpf_xdp_adjust_head'],
  ['bpf_skb_adjust_room', 'bpf_xdp_adjust_head'],
  ['bpf_skb_output', 'bpf_xdp_output'],
  ['bpf_clone_redirect', 'bpf_redirect'],
  ['bpf_l3_csum_replace', 'bpf_csum_diff'],
  ['bpf_l4_csum_replace', 'bpf_csum_diff'],
]

/** What a helper is not needed for, or done by otherwise, in programs of a type. */
const instead: readonly { readonly helper: RegExp; readonly types: RegExp; readonly words: string }[] = [
  {
    helper: /^bpf_skb_pull_data$/,
    types: /SOCKET_FILTER|CGROUP_SKB/,
    words:
      'Programs of this type copy bytes of the packet out, from wherever they lie, so nothing has to be pulled first: bpf_skb_load_bytes(skb, offset, &to, sizeof(to))',
  },
  {
    helper: /^bpf_skc?_lookup_(?:tcp|udp)$/,
    types: /SK_LOOKUP|SK_REUSEPORT/,
    words:
      'Here the kernel looks up a socket, and the program chooses among sockets that user space put into a map of type sockmap or sockhash: sk = bpf_map_lookup_elem(&sockets, &key), checked for NULL; bpf_sk_assign(ctx, sk, 0); bpf_sk_release(sk)',
  },
  {
    helper: /^bpf_skb_pull_data$/,
    types: /XDP/,
    words:
      'XDP sees a packet before it is an skb, and there is nothing to pull: compare with data_end, and copy what lies in other buffers with bpf_xdp_load_bytes(ctx, offset, &to, sizeof(to))',
  },
]

/** Helpers that ask who is running. */
const ofProcess = /^bpf_(?:get_current_(?!cgroup)|current_task_|get_current_cgroup|probe_write_user|send_signal)/
const ofPackets: ReadonlySet<string> = new Set([
  'BPF_PROG_TYPE_XDP',
  'BPF_PROG_TYPE_SCHED_CLS',
  'BPF_PROG_TYPE_SCHED_ACT',
  'BPF_PROG_TYPE_SOCKET_FILTER',
  'BPF_PROG_TYPE_CGROUP_SKB',
  'BPF_PROG_TYPE_LWT_IN',
  'BPF_PROG_TYPE_LWT_OUT',
  'BPF_PROG_TYPE_LWT_XMIT',
  'BPF_PROG_TYPE_SK_SKB',
  'BPF_PROG_TYPE_NETFILTER',
  'BPF_PROG_TYPE_FLOW_DISSECTOR',
])

const isCallable = (name: string, { program, kernel }: Pick<Case, 'program' | 'kernel'>): boolean => {
  const kfunc = kernel.kfuncs.get(name)
  return kfunc !== undefined && callableBy(program, kernel)(kfunc)
}

export function twinValues({ report, program, kernel }: Case): Values {
  if (report.rule !== 'helper-not-allowed') return {}
  const name = report.details.helper ?? callee(program, report.insn)?.name ?? ''
  const isOpen = (helper: string): boolean => kernel.helper(helperId(helper) ?? -1, traitsOf(program)).ok
  const copy = withoutSleeping.get(name)
  const others =
    copy !== undefined ? [copy] : twins.flatMap(([skb, xdp]) => (name === skb ? [xdp] : name === xdp ? [skb] : []))
  const attach = program.attach?.name
  return {
    helperTwin: others.filter(isOpen).map((one) => `${one}()`)[0],
    skbTwin: yes(
      /^bpf_skb_(?:load|store)_bytes/.test(name) &&
        !/SCHED_|SOCKET_FILTER|LWT_|SK_SKB|XDP|CGROUP_SKB/.test(program.type) &&
        isCallable('bpf_dynptr_from_skb', { program, kernel }),
    ),
    helperInstead: instead.find(({ helper, types }) => helper.test(name) && types.test(program.type))?.words,
    noProcess: yes(ofProcess.test(name) && ofPackets.has(program.type)),
    overrideTwin:
      name === 'bpf_override_return' && attach !== undefined && kernel.modifiable(attach)
        ? `fmod_ret/${attach}`
        : undefined,
  }
}
