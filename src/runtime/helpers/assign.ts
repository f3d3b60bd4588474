// SPDX-License-Identifier: Apache-2.0
// bpf_sk_assign() of programs that look sockets up, and of tc programs.

import { model, type Models } from '../core/abi.ts'
import type { Core } from '../core/core.ts'
import { errno } from '../core/errno.ts'
import { fieldNumber, setFields } from '../core/objects.ts'
import { remember } from '../core/remember.ts'
import { isFull } from '../objects/socket.ts'

const REPLACE = 1
const NO_REUSEPORT = 2
const AF_INET = 2
const protocols = { tcp: 6, udp: 17 } as const
const states = { close: 7, listen: 10 } as const
/** A bit of sk_flags: nobody counts who has the socket. */
const rcuFree = remember(({ kernel: { btf } }: Core): number => {
  const flags = btf.find('sock_flags', 'enum')
  const type = flags === undefined ? undefined : btf.type(flags)
  const found = type?.kind === 'enum' ? type.values.find(({ name }) => name === 'SOCK_RCU_FREE') : undefined
  return found === undefined ? 0 : 1 << Number(found.value)
})

/** A socket that packets can be given to: 0, or the error. */
function refused(core: Core, context: number, sk: number): number {
  const of = (path: string): number => fieldNumber(core, sk, 'sock', path)
  const wanted = (path: string): number => fieldNumber(core, context, 'bpf_sk_lookup_kern', path)
  if (!isFull(core, sk) || (of('__sk_common.skc_flags') & rcuFree(core)) === 0) return -errno.ESOCKTNOSUPPORT
  const [protocol, state] = [of('sk_protocol'), of('__sk_common.skc_state')]
  if (protocol === protocols.tcp && state !== states.listen) return -errno.ESOCKTNOSUPPORT
  if (protocol === protocols.udp && state !== states.close) return -errno.ESOCKTNOSUPPORT
  if (protocol !== wanted('protocol')) return -errno.EPROTOTYPE
  const family = of('__sk_common.skc_family')
  const isOne = family !== wanted('family') && (family === AF_INET || of('__sk_common.skc_ipv6only') !== 0)
  return isOne ? -errno.EAFNOSUPPORT : 0
}

/** The packet of a test run came in at no hook, so that no socket can be given it. */
const ofPacket = (sk: number, flags: bigint): number => (sk === 0 || flags !== 0n ? -errno.EINVAL : -errno.EOPNOTSUPP)

export const assignHelpers: Models = {
  bpf_sk_assign: model(['i32', 'i32', 'i64'], 's32', (core) => (context, sk, flags) => {
    if (core.current?.type !== 'BPF_PROG_TYPE_SK_LOOKUP') return ofPacket(sk, flags)
    if ((flags & ~BigInt(REPLACE | NO_REUSEPORT)) !== 0n) return -errno.EINVAL
    const error = sk === 0 ? 0 : refused(core, context, sk)
    if (error !== 0) return error
    const isTaken = fieldNumber(core, context, 'bpf_sk_lookup_kern', 'selected_sk') !== 0
    if (isTaken && (Number(flags) & REPLACE) === 0) return -errno.EEXIST
    setFields(core, context, 'bpf_sk_lookup_kern', {
      selected_sk: sk,
      no_reuseport: (Number(flags) & NO_REUSEPORT) === 0 ? 0 : 1,
    })
    return 0
  }),
}
