// SPDX-License-Identifier: Apache-2.0
// Helpers that tell what a program is attached to, which namespaces it runs in, where files are.

import { model, type Models } from '../core/abi.ts'
import { errno } from '../core/errno.ts'
import { notModelled } from '../core/errors.ts'
import { writePath } from '../kfuncs/files.ts'
import { filesOf } from '../objects/file.ts'
import { tasksOf } from '../objects/task.ts'
import { addressOfKernel } from '../objects/variables.ts'

/** The first PID namespace, as stat() tells of /proc/1/ns/pid: PROC_PID_INIT_INO on nsfs. */
export const firstPidNamespace = { device: 4n, inode: 0xefff_fffcn } as const
/** The first network namespace was given the first cookie. */
const NETNS_COOKIE = 1n

export const attachHelpers: Models = {
  bpf_get_func_ip: model(['none'], 'i64', (core) => () => {
    const { type, target } = core.current!
    if (target === undefined) throw notModelled(`bpf_get_func_ip() in ${type} without a function it is attached to`)
    // beyond a function's entry a kprobe tells 0
    return target.offset === 0 ? BigInt(addressOfKernel(core, target.name)) : 0n
  }),
  bpf_get_attach_cookie: model(
    ['none'],
    'i64',
    (core) => () => BigInt.asIntN(64, (core.current!.notes.get('cookie') as bigint | undefined) ?? 0n),
  ),
  bpf_get_netns_cookie: model(['none'], 'i64', () => () => NETNS_COOKIE),
  bpf_get_ns_current_pid_tgid: model(['i64', 'i64', 'i32', 'i32'], 's32', (core) => (device, inode, to, size) => {
    const { memory } = core
    memory.u8.fill(0, to, to + size)
    const isFirst =
      BigInt.asUintN(64, device) === firstPidNamespace.device && BigInt.asUintN(64, inode) === firstPidNamespace.inode
    if (size !== 8 || !isFirst) return -errno.EINVAL
    const { pid, tgid } = tasksOf(core).current
    memory.setU32(to, pid)
    memory.setU32(to + 4, tgid)
    return 0
  }),
  bpf_kallsyms_lookup_name: model(['i32', 'i32', 'i32', 'i32'], 's32', (core) => (name, size, flags, to) => {
    const { memory, kernel } = core
    memory.setNumber(to, 8, 0)
    if (flags !== 0 || size <= 1 || memory.u8[name + size - 1] !== 0) return -errno.EINVAL
    const text = memory.text(name, size)
    // types tell functions and some variables only
    if (kernel.btf.find(text, 'func') === undefined && kernel.btf.find(text, 'var') === undefined)
      throw notModelled(`the address of ${text}`)
    memory.setNumber(to, 8, addressOfKernel(core, text))
    return 0
  }),
  bpf_d_path: model(
    ['i32', 'i32', 'i32'],
    's32',
    (core) => (path, to, size) => (size === 0 ? 0 : writePath(core, filesOf(core).at(path).path, to, size >>> 0)),
  ),
}
