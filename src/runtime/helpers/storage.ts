// SPDX-License-Identifier: Apache-2.0
// Helpers on local storage of sockets, tasks, inodes and cgroups.

import { flagsOf, model, type Models } from '../core/abi.ts'
import type { Core } from '../core/core.ts'
import { errno } from '../core/errno.ts'
import { MachineError } from '../core/errors.ts'
import { CgroupStorageMap } from '../maps/cgroup-storage.ts'
import { StorageMap } from '../maps/storage.ts'

/** BPF_LOCAL_STORAGE_GET_F_CREATE */
const CREATE = 1

function storageAt(core: Core, map: number): StorageMap {
  const storage = core.mapAt(map)
  if (storage instanceof StorageMap) return storage
  throw new MachineError('misuse', `map ${storage.name} is not a local storage`)
}

const get = model(['i32', 'i32', 'i32', 'halves'], 'u32', (core) => (map, owner, value, low, high) => {
  const flags = flagsOf(low, high)
  if (flags > CREATE || owner === 0) return 0
  return storageAt(core, map).storage(owner, { create: flags === CREATE, value })
})
const drop = model(
  ['i32', 'i32'],
  's32',
  (core) => (map, owner) => (owner === 0 ? -errno.EINVAL : storageAt(core, map).drop(owner)),
)

export const storageHelpers: Models = {
  bpf_sk_storage_get: get,
  bpf_sk_storage_delete: drop,
  bpf_task_storage_get: get,
  bpf_task_storage_delete: drop,
  bpf_inode_storage_get: get,
  bpf_inode_storage_delete: drop,
  bpf_cgrp_storage_get: get,
  bpf_cgrp_storage_delete: drop,
  bpf_get_local_storage: model(['i32'], 'u32', (core) => (map) => {
    const storage = core.mapAt(map)
    if (storage instanceof CgroupStorageMap) return storage.storage()
    throw new MachineError('misuse', `map ${storage.name} is not a cgroup storage`)
  }),
}
