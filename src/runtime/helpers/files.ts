// SPDX-License-Identifier: Apache-2.0
// Helpers on files that hooks are called with.

import { sha256 } from '@noble/hashes/sha2.js'
import { model, type Models } from '../core/abi.ts'
import { errno } from '../core/errno.ts'
import { MachineError } from '../core/errors.ts'
import { filesOf } from '../objects/file.ts'

/** enum hash_algo of the user API; what Debian's kernels measure with (CONFIG_IMA_DEFAULT_HASH). */
const HASH_ALGO_SHA256 = 4

export const fileHelpers: Models = {
  bpf_sock_from_file: model(['i32'], 'u32', (core) => (file) => filesOf(core).find(file)?.socketAddress ?? 0),
  // no file was measured: the kernel has no policy of IMA until it is given one
  bpf_ima_inode_hash: model(['none', 'none', 'none'], 's32', () => () => -errno.EOPNOTSUPP),
  bpf_ima_file_hash: model(['i32', 'i32', 'i32'], 's32', (core) => (file, to, size) => {
    const { path, contents } = filesOf(core).at(file)
    if (contents === undefined)
      throw new MachineError(
        'misuse',
        `bpf_ima_file_hash(): of ${path} no contents were told: machine.file({ contents })`,
      )
    core.memory.write(to, sha256(contents).subarray(0, size))
    return HASH_ALGO_SHA256
  }),
}
