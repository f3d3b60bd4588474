// SPDX-License-Identifier: Apache-2.0
// kfuncs of queueing disciplines (struct Qdisc_ops): packets that are dropped now or later, when to ask again, what was sent.

import { model, type Models } from '../core/abi.ts'
import { fieldNumber } from '../core/objects.ts'
import { hashOf } from '../helpers/network.ts'
import { watchdogsOf } from '../objects/qdisc.ts'
import { put } from '../objects/refcount.ts'
import { freeSkb, sharedInfo } from '../objects/skb.ts'

const free = model(['i32'], 'none', (core) => (skb) => {
  if (put(core, skb + core.layouts.offset('sk_buff', 'users'), 'a sk_buff')) freeSkb(core, skb)
})

export const qdiscKfuncs: Models = {
  bpf_kfree_skb: free,
  bpf_kfree_skb_dtor: free,
  // before those that are dropped already: whoever called the operation frees them
  bpf_qdisc_skb_drop: model(['i32', 'i32'], 'none', (core) => (skb, list) => {
    core.memory.setPointer(skb + core.layouts.offset('sk_buff', 'next'), core.memory.pointer(list))
    core.memory.setPointer(list, skb)
  }),
  bpf_skb_get_hash: model(['i32'], 'u32', (core) => (skb) => hashOf(core, skb)),
  bpf_qdisc_watchdog_schedule: model(['i32', 'i64', 'i64'], 'none', (core) => (qdisc, at) => {
    watchdogsOf(core).set(qdisc, BigInt.asUintN(64, at))
  }),
  bpf_qdisc_init_prologue: model(['i32', 'i32'], 's32', () => () => 0),
  bpf_qdisc_reset_destroy_epilogue: model(['i32'], 'none', (core) => (qdisc) => {
    watchdogsOf(core).delete(qdisc)
  }),
  bpf_qdisc_bstats_update: model(['i32', 'i32'], 'none', (core) => {
    const { layouts, memory } = core
    const add = (at: number, count: number): void => memory.setNumber(at, 8, memory.number(at, 8) + BigInt(count))
    const length = layouts.follow('sk_buff', 'cb(qdisc_skb_cb).pkt_len')!.field.offset
    return (qdisc, skb) => {
      const info = sharedInfo(core, skb)
      const isSegmented = fieldNumber(core, info, 'skb_shared_info', 'gso_size') !== 0
      add(qdisc + layouts.offset('Qdisc', 'bstats.bytes'), memory.u32(skb + length))
      const packets = isSegmented ? fieldNumber(core, info, 'skb_shared_info', 'gso_segs') : 1
      add(qdisc + layouts.offset('Qdisc', 'bstats.packets'), packets)
    }
  }),
}
