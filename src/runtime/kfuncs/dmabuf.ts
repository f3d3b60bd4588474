// SPDX-License-Identifier: Apache-2.0
// The open-coded iterator over buffers that devices share: a machine has none.

import { model, type Models } from '../core/abi.ts'

/** struct bpf_iter_dmabuf_kern: where it is. */
const SIZE = 8

export const dmabufKfuncs: Models = {
  bpf_iter_dmabuf_new: model(['i32'], 's32', ({ memory }) => (it) => {
    memory.clear(it, SIZE)
    return 0
  }),
  bpf_iter_dmabuf_next: model(['none'], 'u32', () => () => 0),
  bpf_iter_dmabuf_destroy: model(['none'], 'none', () => () => {}),
}
