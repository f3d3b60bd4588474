// SPDX-License-Identifier: Apache-2.0
// kfuncs on files: where they are, their extended attributes, who runs them.

import { model, type Models } from '../core/abi.ts'
import type { Core } from '../core/core.ts'
import { errno } from '../core/errno.ts'
import { MachineError } from '../core/errors.ts'
import { type Dynptr, dynptrAt } from '../objects/dynptr.ts'
import { dynptrSlice } from '../objects/dynptr-bytes.ts'
import { filesOf } from '../objects/file.ts'
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

const xattr = model(['i32', 'i32', 'i32'], 's32', (core) => (at, nameAt, valueAt) => {
  const name = core.memory.text(nameAt, 256)
  if (!readable(core, name)) return -errno.EPERM
  const value: Dynptr = dynptrAt(core, valueAt)
  const to = value.readOnly ? 0 : dynptrSlice(core, value, { offset: 0, length: value.size })
  if (to === 0) return -errno.EINVAL
  const found = filesOf(core).at(at).xattrs.get(name)
  if (found === undefined) return -errno.ENODATA
  // without room only the length is asked for
  if (value.size === 0) return found.length
  if (found.length > value.size) return -errno.ERANGE
  core.memory.write(to, found)
  return found.length
})

export const fileKfuncs: Models = {
  bpf_get_file_xattr: xattr,
  bpf_get_dentry_xattr: xattr,
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
