// SPDX-License-Identifier: Apache-2.0
// kfuncs on files: where they are, their extended attributes, who runs them.

import { model, type Model, type Models } from '../core/abi.ts'
import type { Core } from '../core/core.ts'
import { errno } from '../core/errno.ts'
import { MachineError } from '../core/errors.ts'
import { type Dynptr, dynptrAt, dynptrTypes, openDynptr, setNullDynptr } from '../objects/dynptr.ts'
import { dynptrSlice } from '../objects/dynptr-bytes.ts'
import { cgroupsOf } from '../objects/cgroup.ts'
import { filesOf, verityAlgorithms } from '../objects/file.ts'
import { tasksOf } from '../objects/task.ts'

/** The path with its zero; how many bytes. */
export function writePath({ memory }: Core, path: string, to: number, size: number): number {
  const text = new TextEncoder().encode(`${path}\0`)
  if (text.length > size) return -errno.ENAMETOOLONG
  memory.write(to, text)
  return text.length
}

/** Attributes that programs may read: users', and since 6.15 those made for them. */
const readable = ({ kernel }: Core, name: string): boolean =>
  name.startsWith('user.') || (kernel.kfuncs.has('bpf_set_dentry_xattr') && name.startsWith('security.bpf.'))

/** Those that were made for programs. */
const isWritable = (name: string): boolean => name.startsWith('security.bpf.')
const XATTR_CREATE = 1
const XATTR_REPLACE = 2

/** struct fsverity_digest: its algorithm's number and its size, 16 bits each, before the digest. */
const VERITY_HEADER = 4

type Attributes = ReadonlyMap<string, Uint8Array>

/** `of`: the attributes of what is at an address; `may`: those that programs may read. */
const reads = (of: (core: Core, at: number) => Attributes, may: (core: Core, name: string) => boolean): Model =>
  model(['i32', 'i32', 'i32'], 's32', (core) => (at, nameAt, valueAt) => {
    const name = core.memory.text(nameAt, 256)
    if (!may(core, name)) return -errno.EPERM
    const value: Dynptr = dynptrAt(core, valueAt)
    const to = value.readOnly ? 0 : dynptrSlice(core, value, { offset: 0, length: value.size })
    if (to === 0) return -errno.EINVAL
    const found = of(core, at).get(name)
    if (found === undefined) return -errno.ENODATA
    // without room only the length is asked for
    if (value.size === 0) return found.length
    if (found.length > value.size) return -errno.ERANGE
    core.memory.write(to, found)
    return found.length
  })

const xattr = reads((core, at) => filesOf(core).at(at).xattrs, readable)
const isUsers = (_: Core, name: string): boolean => name.startsWith('user.')

export const fileKfuncs: Models = {
  bpf_get_file_xattr: xattr,
  bpf_get_dentry_xattr: xattr,
  bpf_cgroup_read_xattr: reads((core, at) => cgroupsOf(core).at(at)?.xattrs ?? new Map(), isUsers),
  bpf_sock_read_xattr: reads((core, at) => filesOf(core).find(at)?.xattrs ?? new Map(), isUsers),
  bpf_set_dentry_xattr: model(['i32', 'i32', 'i32', 'i32'], 's32', (core) => (at, nameAt, valueAt, flags) => {
    const name = core.memory.text(nameAt, 256)
    const value = dynptrAt(core, valueAt)
    const from = dynptrSlice(core, value, { offset: 0, length: value.size })
    if (from === 0) return -errno.EINVAL
    if (!isWritable(name)) return -errno.EPERM
    const { xattrs } = filesOf(core).at(at)
    if ((flags & XATTR_CREATE) !== 0 && xattrs.has(name)) return -errno.EEXIST
    if ((flags & XATTR_REPLACE) !== 0 && !xattrs.has(name)) return -errno.ENODATA
    xattrs.set(name, core.memory.read(from, value.size))
    return 0
  }),
  bpf_remove_dentry_xattr: model(['i32', 'i32'], 's32', (core) => (at, nameAt) => {
    const name = core.memory.text(nameAt, 256)
    if (!isWritable(name)) return -errno.EPERM
    return filesOf(core).at(at).xattrs.delete(name) ? 0 : -errno.ENODATA
  }),
  bpf_dynptr_from_file: model(['i32', 'i32', 'i32'], 's32', (core) => (at, flags, to) => {
    const { contents, path } = filesOf(core).at(at)
    if (contents === undefined)
      throw new MachineError('not-modelled', `what is in ${path} is not told: machine.file({ path, contents })`)
    const data = core.memory.allocate(Math.max(contents.length, 1), `contents of ${path}`)
    core.memory.write(data, contents)
    const opened = { data, type: dynptrTypes.file, size: contents.length, readOnly: true }
    const error = openDynptr(core, to, BigInt(flags >>> 0), opened)
    if (error !== 0) core.memory.free(data)
    return error
  }),
  bpf_dynptr_file_discard: model(['i32'], 's32', (core) => (at) => {
    const { data } = dynptrAt(core, at)
    if (data !== 0) core.memory.free(data)
    setNullDynptr(core, at)
    return 0
  }),
  // no file of ours lies over another
  bpf_real_data_inode: model(['i32'], 'u32', (core) => (at) => filesOf(core).at(at).inodeAddress),
  bpf_get_fsverity_digest: model(['i32', 'i32'], 's32', (core) => (at, digestAt) => {
    const { memory } = core
    const room = dynptrAt(core, digestAt)
    const to = room.readOnly ? 0 : dynptrSlice(core, room, { offset: 0, length: room.size })
    if (room.size < VERITY_HEADER || to === 0 || to % 2 !== 0) return -errno.EINVAL
    const { verity } = filesOf(core).at(at)
    if (verity === undefined) return -errno.ENODATA
    const { number, size } = verityAlgorithms[verity.algorithm]
    if (room.size - VERITY_HEADER < size) return -errno.EOVERFLOW
    memory.setNumber(to, 2, number)
    memory.setNumber(to + 2, 2, size)
    memory.write(to + VERITY_HEADER, verity.digest)
    memory.clear(to + VERITY_HEADER + size, room.size - VERITY_HEADER - size)
    return 0
  }),
  bpf_path_d_path: model(['i32', 'i32', 'i32'], 's32', (core) => (path, to, size) => {
    if (size === 0) return -errno.EINVAL
    return writePath(core, filesOf(core).at(path).path, to, size >>> 0)
  }),
  bpf_get_task_exe_file: model(['i32'], 'u32', (core) => (task) => {
    const file = tasksOf(core).executableOf(task)
    if (file === undefined) return 0
    file.references++
    return file.address
  }),
  bpf_put_file: model(['i32'], 'none', (core) => (at) => {
    const file = filesOf(core).at(at)
    if (file.references === 0) throw new MachineError('misuse', `${file.path} is put more often than it was got`)
    file.references--
  }),
}
