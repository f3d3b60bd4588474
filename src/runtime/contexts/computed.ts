// SPDX-License-Identifier: Apache-2.0
// Fields of contexts that are at no one place of the kernel's object.

import type { Core } from '../core/core.ts'
import { fieldNumber, fieldValue, setFields } from '../core/objects.ts'
import { sharedInfo } from '../objects/skb.ts'

type Load = (core: Core) => (object: number) => bigint
type Store = (core: Core) => (object: number, value: bigint) => void

const skb =
  (path: string): Load =>
  (core) =>
  (at) =>
    fieldValue(core, at, 'sk_buff', path)
const shared =
  (path: string): Load =>
  (core) =>
  (at) =>
    fieldValue(core, sharedInfo(core, at), 'skb_shared_info', path)

/** In network order, in the upper half. */
const remotePort =
  (object: string): Load =>
  (core) => {
    const sk = core.layouts.offset(object, 'sk')
    return (at) => fieldValue(core, core.memory.pointer(at + sk), 'sock', '__sk_common.skc_dport') << 16n
  }

const putRemotePort =
  (object: string): Store =>
  (core) => {
    const sk = core.layouts.offset(object, 'sk')
    return (at, value) =>
      setFields(core, core.memory.pointer(at + sk), 'sock', { '__sk_common.skc_dport': (value >> 16n) & 0xffffn })
  }

/** What the system call answers, as of now. */
const retvalOf = (core: Core): number => Number(core.current?.notes.get('retval') ?? 0)

/** NO_QUEUE_MAPPING: a queue that is not stored. */
const NO_QUEUE = 0xffffn

export const computedFields: ReadonlyMap<string, Load | Store> = new Map<string, Load | Store>([
  ['ctx:__sk_buff.queue_mapping:load', skb('queue_mapping')],
  [
    'ctx:__sk_buff.queue_mapping:store',
    (core) => (at, value) => {
      if (BigInt.asUintN(32, value) < NO_QUEUE) setFields(core, at, 'sk_buff', { queue_mapping: value })
    },
  ],
  ['ctx:__sk_buff.vlan_present:load', (core) => (at) => (fieldValue(core, at, 'sk_buff', 'vlan_all') === 0n ? 0n : 1n)],
  ['ctx:__sk_buff.remote_port:load', remotePort('sk_buff')],
  ['ctx:bpf_sock_ops.remote_port:load', remotePort('bpf_sock_ops_kern')],
  ['ctx:sk_msg_md.remote_port:load', remotePort('sk_msg')],
  ['ctx:bpf_sock_ops.remote_port:store', putRemotePort('bpf_sock_ops_kern')],
  ['ctx:sk_msg_md.remote_port:store', putRemotePort('sk_msg')],
  ['ctx:bpf_sockopt.retval:load', (core) => () => BigInt.asUintN(32, BigInt(retvalOf(core)))],
  [
    'ctx:bpf_sockopt.retval:store',
    (core) => (_, value) => void core.current!.notes.set('retval', Number(BigInt.asIntN(32, value))),
  ],
  ['ctx:__sk_buff.tstamp:load', skb('tstamp')],
  ['ctx:__sk_buff.tstamp:store', (core) => (at, value) => setFields(core, at, 'sk_buff', { tstamp: value })],
  ['ctx:__sk_buff.tstamp_type:load', skb('tstamp_type')],
  ['ctx:__sk_buff.gso_segs:load', shared('gso_segs')],
  ['ctx:__sk_buff.gso_size:load', shared('gso_size')],
  ['ctx:__sk_buff.hwtstamp:load', shared('hwtstamps.hwtstamp')],
  [
    'ctx:bpf_sock.rx_queue_mapping:load',
    (core) => (at) => {
      const queue = fieldNumber(core, at, 'sock', '__sk_common.skc_rx_queue_mapping')
      return queue === 0xffff ? 0xffff_ffffn : BigInt(queue)
    },
  ],
])
