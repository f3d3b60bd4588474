// SPDX-License-Identifier: Apache-2.0
// kfuncs on sockets: ended by iterators, renamed by hooks on their addresses.

import { model, type Models } from '../core/abi.ts'
import type { Core } from '../core/core.ts'
import { errno } from '../core/errno.ts'
import { fieldNumber, setFields } from '../core/objects.ts'
import { IPPROTO, isFull, protocolOf, stateOf } from '../objects/socket.ts'

const CLOSE = 7
const AF_UNIX = 1
/** UNIX_PATH_MAX; where a path begins in struct sockaddr_un. */
const [MOST_PATH, PATH] = [108, 2]
const ECONNABORTED = 103

/** As `ss --kill` ends one: whoever uses it has ECONNABORTED. */
function destroyed(core: Core, sk: number): number {
  // one that begins or has ended is of TCP
  const protocol = isFull(core, sk) ? protocolOf(core, sk) : IPPROTO.TCP
  if (protocol !== IPPROTO.TCP && protocol !== IPPROTO.UDP) return -errno.EOPNOTSUPP
  if (protocol === IPPROTO.TCP && stateOf(core, sk) === CLOSE) return -errno.ENOENT
  setFields(core, sk, 'sock', {
    ...(isFull(core, sk) ? { sk_err: ECONNABORTED } : {}),
    '__sk_common.skc_state': CLOSE,
  })
  return 0
}

export const socketKfuncs: Models = {
  bpf_sock_destroy: model(['i32'], 's32', (core) => (sk) => destroyed(core, sk)),
  bpf_sock_addr_set_sun_path: model(['i32', 'i32', 'i32'], 's32', (core) => (context, path, length) => {
    const of = (field: string): number => fieldNumber(core, context, 'bpf_sock_addr_kern', field)
    if (fieldNumber(core, of('sk'), 'sock', '__sk_common.skc_family') !== AF_UNIX) return -errno.EINVAL
    if (length <= 0 || length > MOST_PATH) return -errno.EINVAL
    core.memory.write(of('uaddr') + PATH, core.memory.read(path, length))
    setFields(core, context, 'bpf_sock_addr_kern', { uaddrlen: PATH + length })
    return 0
  }),
  // packets of test runs come in at no hook: no request can be made of one
  bpf_sk_assign_tcp_reqsk: model([], 's32', () => () => -errno.EINVAL),
}
