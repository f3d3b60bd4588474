// SPDX-License-Identifier: Apache-2.0
// States of IPsec that XDP programs look for. A machine has none.

import { model, type Models } from '../core/abi.ts'
import type { Core } from '../core/core.ts'
import { errno } from '../core/errno.ts'
import { MachineError } from '../core/errors.ts'

/** BPF_F_CURRENT_NETNS: the one namespace there is. */
const CURRENT = -1

/** struct bpf_xfrm_state_opts begins with what went wrong, and the namespace's number. */
function why({ memory, layouts }: Core, options: number, size: number): number {
  const namespace = memory.view.getInt32(options + 4, true)
  if (size !== layouts.sizeOf('bpf_xfrm_state_opts') || namespace < CURRENT) return -errno.EINVAL
  return namespace === CURRENT ? -errno.ENOENT : -errno.ENONET
}

export const xfrmKfuncs: Models = {
  bpf_xdp_get_xfrm_state: model(['none', 'i32', 'i32'], 'u32', (core) => (options, size) => {
    if (size >>> 0 >= 4) core.memory.setU32(options, why(core, options, size >>> 0))
    return 0
  }),
  bpf_xdp_xfrm_state_release: model(['i32'], 'none', () => () => {
    throw new MachineError('misuse', 'a state of IPsec is released, and there is none')
  }),
}
