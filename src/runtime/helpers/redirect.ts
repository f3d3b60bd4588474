// SPDX-License-Identifier: Apache-2.0
// Helpers that send packets elsewhere: the machine notes where to.

import { model, type Models } from '../core/abi.ts'
import type { Core } from '../core/core.ts'
import { errno } from '../core/errno.ts'
import { keepLatest, SOME } from '../core/latest.ts'
import { fieldNumber } from '../core/objects.ts'
import { type Redirect, redirectsOf } from '../objects/redirects.ts'
import { sharedInfo, skbBytes } from '../objects/skb.ts'

const BPF_F_INGRESS = 1n
const BPF_F_BROADCAST = 8n
const BPF_F_EXCLUDE_INGRESS = 16n
const TC_ACT_SHOT = 2
const TC_ACT_REDIRECT = 7
const XDP_ABORTED = 0
const XDP_REDIRECT = 4
/** XDP actions that bpf_redirect_map() may be told to answer where nothing is at the key. */
const ACTIONS = 3n
/** sizeof(struct bpf_redir_neigh) */
const NEIGH_SIZE = 20

function ask(core: Core, asked: Omit<Redirect, 'program' | 'data'>, answer: number): number {
  redirectsOf(core).asked = asked
  return answer
}

const asking: Models = {
  bpf_redirect: model(['i32', 'i64'], 's32', (core) => (ifindex, flags) => {
    if (core.current?.type === 'BPF_PROG_TYPE_XDP')
      return flags === 0n ? ask(core, { kind: 'device', ifindex }, XDP_REDIRECT) : XDP_ABORTED
    if ((flags & ~BPF_F_INGRESS) !== 0n) return TC_ACT_SHOT
    return ask(core, { kind: flags === 0n ? 'device' : 'ingress', ifindex }, TC_ACT_REDIRECT)
  }),
  bpf_redirect_peer: model(
    ['i32', 'i64'],
    's32',
    (core) => (ifindex, flags) => (flags === 0n ? ask(core, { kind: 'peer', ifindex }, TC_ACT_REDIRECT) : TC_ACT_SHOT),
  ),
  bpf_redirect_neigh: model(
    ['i32', 'none', 'i32', 'i64'],
    's32',
    (core) => (ifindex, size, flags) =>
      flags !== 0n || (size !== 0 && size < NEIGH_SIZE)
        ? TC_ACT_SHOT
        : ask(core, { kind: 'neigh', ifindex }, TC_ACT_REDIRECT),
  ),
  bpf_redirect_map: model(['i32', 'i32', 'i64'], 's32', (core) => (at, index, flags) => {
    const map = core.mapAt(at)
    const known = map.def.type.startsWith('BPF_MAP_TYPE_DEVMAP') ? BPF_F_BROADCAST | BPF_F_EXCLUDE_INGRESS : 0n
    if ((flags & ~(ACTIONS | known)) !== 0n) return XDP_ABORTED
    const broadcast = (flags & BPF_F_BROADCAST) !== 0n
    if (map.target(index >>> 0) === undefined && !broadcast) {
      redirectsOf(core).asked = undefined
      return Number(flags & ACTIONS)
    }
    return ask(core, { kind: 'map', map: map.name, ...(broadcast ? {} : { index: index >>> 0 }) }, XDP_REDIRECT)
  }),
}

export const redirectHelpers: Models = {
  // what they ask for is done when the run ends
  ...Object.fromEntries(Object.entries(asking).map(([name, one]) => [name, { ...one, ofOneRun: true }])),
  bpf_clone_redirect: model(['i32', 'i32', 'i64'], 's32', (core) => (skb, ifindex, flags) => {
    if ((flags & ~BPF_F_INGRESS) !== 0n) return -errno.EINVAL
    const info = sharedInfo(core, skb)
    // segments that say not of what
    if (
      fieldNumber(core, info, 'skb_shared_info', 'gso_size') !== 0 &&
      fieldNumber(core, info, 'skb_shared_info', 'gso_type') === 0
    )
      return -errno.EBADMSG
    if (ifindex <= 0 || core.devices?.has(ifindex) === false) return -errno.EINVAL
    const data = skbBytes(core, skb)
    keepLatest(redirectsOf(core).done, { program: core.current?.program ?? '', kind: 'clone', ifindex, data }, SOME)
    return 0
  }),
}
