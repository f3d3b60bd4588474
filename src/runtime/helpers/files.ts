// SPDX-License-Identifier: Apache-2.0
// Helpers on files that hooks are called with.

import { model, type Models } from '../core/abi.ts'
import { errno } from '../core/errno.ts'
import { filesOf } from '../objects/file.ts'

export const fileHelpers: Models = {
  bpf_sock_from_file: model(['i32'], 'u32', (core) => (file) => filesOf(core).find(file)?.socketAddress ?? 0),
  // no file was measured: the kernel has no policy of IMA until it is given one
  bpf_ima_inode_hash: model(['none', 'none', 'none'], 's32', () => () => -errno.EOPNOTSUPP),
}
