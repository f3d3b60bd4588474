// SPDX-License-Identifier: Apache-2.0
// kfuncs of XDP: a device's hints, which no device of ours gives, and fragments put into one piece.

import { model, type Models } from '../core/abi.ts'
import { errno } from '../core/errno.ts'
import { pullXdp } from '../objects/xdp.ts'

const noHint = model([], 's32', () => () => -errno.EOPNOTSUPP)

export const xdpKfuncs: Models = {
  bpf_xdp_metadata_rx_timestamp: noHint,
  bpf_xdp_metadata_rx_hash: noHint,
  bpf_xdp_metadata_rx_vlan_tag: noHint,
  bpf_xdp_pull_data: model(['i32', 'i32'], 's32', (core) => (xdp, length) => pullXdp(core, xdp, length >>> 0)),
}
