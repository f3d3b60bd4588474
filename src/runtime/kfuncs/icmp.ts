// SPDX-License-Identifier: Apache-2.0
// ICMP messages in answer to a packet. Of packets that have no route yet (`_skb_refdst`, as in test runs) nobody can be told.

import { model, type Models } from '../core/abi.ts'
import { errno } from '../core/errno.ts'
import { fieldNumber } from '../core/objects.ts'

/** By the packet's protocol, as it stands in it: ICMP_DEST_UNREACH, the codes that there are, and the one that needs more than a code. */
const answers: ReadonlyMap<number, { readonly type: number; readonly codes: number; readonly not?: number }> = new Map([
  [0x0008, { type: 3, codes: 15, not: 4 }],
  [0xdd86, { type: 1, codes: 6 }],
])

export const icmpKfuncs: Models = {
  bpf_icmp_send: model(['i32', 'i32', 'i32'], 's32', (core) => (skb, type, code) => {
    if (fieldNumber(core, skb, 'sk_buff', '_skb_refdst') === 0) return -errno.ENETUNREACH
    const answer = answers.get(fieldNumber(core, skb, 'sk_buff', 'protocol'))
    if (answer === undefined) return -errno.EPROTONOSUPPORT
    if (type !== answer.type) return -errno.EOPNOTSUPP
    return code < 0 || code > answer.codes || code === answer.not ? -errno.EINVAL : 0
  }),
}
