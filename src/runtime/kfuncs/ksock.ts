// SPDX-License-Identifier: Apache-2.0
// Sockets of the kernel's that programs send datagrams by: those of UDP. Nobody listens to them; what was sent is in `machine.sent`.

import { model, type Models } from '../core/abi.ts'
import type { Core } from '../core/core.ts'
import { errno } from '../core/errno.ts'
import { createObject } from '../core/objects.ts'
import { asyncsOf } from '../objects/async.ts'
import { kernelSocketsOf } from '../objects/ksock.ts'
import { put, tryGet } from '../objects/refcount.ts'

const [AF_INET, AF_INET6, SOCK_DGRAM, UDP] = [2, 10, 2, 17] as const
/** struct bpf_ksock_create_opts: a byte each for family, type, protocol, and one that is 0. */
const OPTIONS = 4
/** union bpf_ksock_addr: as large as struct sockaddr_in6. */
const ADDRESS = 28
/** Of UDP in IPv4: 65,535 without its header and IP's. */
const MOST_BYTES = 65_507

/** A work queue runs on behalf of no task, whose namespace a socket would be in. */
const isOfNoTask = (core: Core): boolean => asyncsOf(core).running?.kind === 'bpf_wq'

function create(core: Core, options: number, size: number): number {
  if (isOfNoTask(core)) return -errno.EOPNOTSUPP
  if (options === 0 || size !== OPTIONS) return -errno.EINVAL
  const [family, type, protocol, reserved] = core.memory.read(options, OPTIONS)
  if (reserved !== 0) return -errno.EINVAL
  if (family !== AF_INET && family !== AF_INET6) return -errno.EAFNOSUPPORT
  if (type !== SOCK_DGRAM || (protocol !== UDP && protocol !== 0)) return -errno.EPROTONOSUPPORT
  const address = createObject(core, 'bpf_ksock', { 'usage.refs.counter': 1 })
  kernelSocketsOf(core).sockets.set(address, { family, to: undefined })
  return address
}

/** struct sockaddr_in or sockaddr_in6 as text. */
function addressAt(core: Core, at: number, family: number): string {
  const bytes = core.memory.read(at, ADDRESS)
  const port = (bytes[2]! << 8) | bytes[3]!
  if (family === AF_INET) return `${[...bytes.subarray(4, 8)].join('.')}:${port}`
  const groups = Array.from({ length: 8 }, (_, i) => ((bytes[8 + 2 * i]! << 8) | bytes[9 + 2 * i]!).toString(16))
  return `[${groups.join(':')}]:${port}`
}

const release = model(['i32'], 'none', (core) => (ks) => {
  if (!put(core, ks + core.layouts.offset('bpf_ksock', 'usage'), 'a bpf_ksock')) return
  kernelSocketsOf(core).sockets.delete(ks)
  core.memory.free(ks)
})

export const kernelSocketKfuncs: Models = {
  bpf_ksock_create: model(['i32', 'i32', 'i32'], 'u32', (core) => (options, size, error) => {
    const made = create(core, options, size)
    core.memory.setU32(error, Math.min(made, 0))
    return Math.max(made, 0)
  }),
  bpf_ksock_connect: model(['i32', 'i32', 'i32'], 's32', (core) => (ks, at, size) => {
    if (isOfNoTask(core)) return -errno.EOPNOTSUPP
    if (at === 0 || size !== ADDRESS) return -errno.EINVAL
    const socket = kernelSocketsOf(core).sockets.get(ks)!
    const family = core.memory.view.getUint16(at, true)
    // what is of IPv6 reaches IPv4, too
    if ((family !== AF_INET && family !== AF_INET6) || (family === AF_INET6 && socket.family === AF_INET))
      return -errno.EAFNOSUPPORT
    socket.to = addressAt(core, at, family)
    return 0
  }),
  bpf_ksock_acquire: model(
    ['i32'],
    'u32',
    (core) => (ks) => (tryGet(core, ks + core.layouts.offset('bpf_ksock', 'usage')) ? ks : 0),
  ),
  bpf_ksock_release: release,
  bpf_ksock_release_dtor: release,
  bpf_ksock_send: model(['i32', 'i32', 'i32'], 's32', (core) => (ks, at, size) => {
    if (isOfNoTask(core)) return -errno.EOPNOTSUPP
    const sockets = kernelSocketsOf(core)
    const to = sockets.sockets.get(ks)?.to
    if (size >>> 0 > MOST_BYTES) return -errno.EMSGSIZE
    if (to === undefined) return -errno.EDESTADDRREQ
    sockets.send({ program: core.current!.program, to, data: core.memory.read(at, size) })
    return size
  }),
}
