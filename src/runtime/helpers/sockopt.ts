// SPDX-License-Identifier: Apache-2.0
// Options of sockets, as programs set and read them: those that struct sock has a field for lie there, of others what was set is kept. bpf_bind().
// Which there are: bpf-helpers(7), bpf_setsockopt().

import { model, type Models } from '../core/abi.ts'
import type { Core } from '../core/core.ts'
import { errno } from '../core/errno.ts'
import { fieldNumber, setFields } from '../core/objects.ts'
import { remember } from '../core/remember.ts'
import { IPPROTO, isFull, protocolOf, socketOfContext } from '../objects/socket.ts'

const levels = { IP: 0, SOCKET: 1, TCP: 6, IPV6: 41 } as const
const AF_INET = 2
const AF_INET6 = 10
const TCP_CONGESTION = 13
/** sysctl net.core.wmem_max and rmem_max. */
const MOST_BUFFER = 212_992

/** An option that is an int. */
interface Option {
  /** Of struct sock, where it lies. */
  readonly field?: string
  /** Until it is set. */
  readonly initially?: number
  /** What is kept of what is set; undefined: it is refused. */
  readonly kept?: (value: number) => number | undefined
}

/** The kernel counts what it takes itself, too. */
const buffer = (field: string, least: number): Option => ({
  field,
  kept: (value) => Math.max(2 * Math.min(value >>> 0, MOST_BUFFER), least),
})
const from = (least: number, most: number): Pick<Option, 'kept'> => ({
  kept: (value) => (value < least || value > most ? undefined : value),
})
const truth: Pick<Option, 'kept'> = { kept: (value) => Number(value !== 0) }

const options: ReadonlyMap<string, Option> = new Map<string, Option>([
  [`${levels.SOCKET}:2`, truth], // SO_REUSEADDR
  [`${levels.SOCKET}:7`, buffer('sk_sndbuf', 4608)],
  [`${levels.SOCKET}:8`, buffer('sk_rcvbuf', 2304)],
  [`${levels.SOCKET}:9`, truth], // SO_KEEPALIVE
  [`${levels.SOCKET}:12`, { field: 'sk_priority' }],
  [`${levels.SOCKET}:15`, truth], // SO_REUSEPORT
  [
    `${levels.SOCKET}:18`,
    { field: 'sk_rcvlowat', initially: 1, kept: (value) => (value < 0 ? 0x7fff_ffff : value || 1) },
  ],
  [`${levels.SOCKET}:36`, { field: 'sk_mark' }],
  [`${levels.SOCKET}:47`, { initially: -1 }], // SO_MAX_PACING_RATE
  [`${levels.SOCKET}:62`, { field: '__sk_common.skc_bound_dev_if' }],
  [`${levels.SOCKET}:74`, { initially: 1, ...from(-1, 1) }], // SO_TXREHASH
  [`${levels.IP}:1`, {}], // IP_TOS
  [`${levels.IPV6}:67`, from(-1, 255)], // IPV6_TCLASS
  [`${levels.IPV6}:70`, truth], // IPV6_AUTOFLOWLABEL
  [`${levels.TCP}:1`, truth], // TCP_NODELAY
  [`${levels.TCP}:2`, { initially: 536, ...from(88, 32_767) }], // TCP_MAXSEG
  [`${levels.TCP}:4`, { initially: 7200, ...from(1, 32_767) }], // TCP_KEEPIDLE
  [`${levels.TCP}:5`, { initially: 75, ...from(1, 32_767) }], // TCP_KEEPINTVL
  [`${levels.TCP}:6`, { initially: 9, ...from(1, 127) }], // TCP_KEEPCNT
  [`${levels.TCP}:7`, { initially: 6, ...from(1, 127) }], // TCP_SYNCNT
  [`${levels.TCP}:10`, {}], // TCP_WINDOW_CLAMP
  [`${levels.TCP}:16`, from(0, 1)], // TCP_THIN_LINEAR_TIMEOUTS
  [`${levels.TCP}:18`, from(0, 0x7fff_ffff)], // TCP_USER_TIMEOUT
  [`${levels.TCP}:25`, {}], // TCP_NOTSENT_LOWAT
  [`${levels.TCP}:27`, from(0, 2)], // TCP_SAVE_SYN
  [`${levels.TCP}:1001`, from(1, 0x7fff_ffff)], // TCP_BPF_IW
  [`${levels.TCP}:1002`, from(1, 0x7fff_ffff)], // TCP_BPF_SNDCWND_CLAMP
  [`${levels.TCP}:1003`, from(1, 0x7fff_ffff)], // TCP_BPF_DELACK_MAX
  [`${levels.TCP}:1004`, from(1, 0x7fff_ffff)], // TCP_BPF_RTO_MIN
])

/** By socket and option. */
const kept = remember(() => new Map<string, number | string>())

/** The socket that the helper is called for: that of its context, or the first argument itself. */
const socketFor = (core: Core, first: number): number => socketOfContext(core, first) ?? first

/** Is there such an option of the socket at all? */
function isAsked(core: Core, sk: number, level: number): boolean {
  if (sk === 0 || !isFull(core, sk)) return false
  if (level === levels.TCP) return protocolOf(core, sk) === IPPROTO.TCP
  const family = fieldNumber(core, sk, 'sock', '__sk_common.skc_family')
  // a socket that no family was told of is an IPv4 one
  if (level === levels.IP) return family === AF_INET || family === 0
  return level === levels.IPV6 ? family === AF_INET6 : level === levels.SOCKET
}

function setOption(core: Core, sk: number, name: string, value: number): number {
  const option = options.get(name)
  if (option === undefined) return -errno.EINVAL
  const now = option.kept === undefined ? value : option.kept(value)
  if (now === undefined) return -errno.EINVAL
  if (option.field === undefined) kept(core).set(`${sk}:${name}`, now)
  else setFields(core, sk, 'sock', { [option.field]: now })
  return 0
}

function readOption(core: Core, sk: number, name: string): number | undefined {
  const option = options.get(name)
  if (option === undefined) return undefined
  if (option.field !== undefined) return fieldNumber(core, sk, 'sock', option.field)
  return Number(kept(core).get(`${sk}:${name}`) ?? option.initially ?? 0)
}

const congestionOf = (core: Core, sk: number): string => String(kept(core).get(`${sk}:congestion`) ?? 'cubic')

const INT = 4
const CA_NAME = 16

export const sockoptHelpers: Models = {
  bpf_setsockopt: model(['i32', 'i32', 'i32', 'i32', 'i32'], 's32', (core) => (first, level, option, value, length) => {
    const sk = socketFor(core, first)
    if (!isAsked(core, sk, level)) return -errno.EINVAL
    if (level === levels.TCP && option === TCP_CONGESTION) {
      if (length < 2) return -errno.EINVAL
      kept(core).set(`${sk}:congestion`, core.memory.text(value, Math.min(length, CA_NAME - 1)))
      return 0
    }
    return length === INT ? setOption(core, sk, `${level}:${option}`, core.memory.u32(value) | 0) : -errno.EINVAL
  }),
  bpf_getsockopt: model(['i32', 'i32', 'i32', 'i32', 'i32'], 's32', (core) => (first, level, option, value, length) => {
    const { memory } = core
    const sk = socketFor(core, first)
    const fail = (): number => {
      memory.u8.fill(0, value, value + length)
      return -errno.EINVAL
    }
    if (!isAsked(core, sk, level)) return fail()
    if (level === levels.TCP && option === TCP_CONGESTION) {
      if (length < 2) return fail()
      const name = new TextEncoder().encode(congestionOf(core, sk)).subarray(0, length - 1)
      memory.u8.fill(0, value, value + length)
      memory.write(value, name)
      return 0
    }
    const number = length === INT ? readOption(core, sk, `${level}:${option}`) : undefined
    if (number === undefined) return fail()
    memory.setU32(value, number)
    return 0
  }),
  bpf_bind: model(['i32', 'i32', 'i32'], 's32', (core) => (context, address, length) => {
    const { memory } = core
    const sk = socketFor(core, context)
    const family = length < 2 ? 0 : memory.number(address, 2)
    const port = Number(memory.number(address + 2, 2))
    const set = (fields: Readonly<Record<string, number | Uint8Array>>): number => {
      const number = ((port & 0xff) << 8) | (port >> 8)
      setFields(core, sk, 'sock', { ...fields, ...(port === 0 ? {} : { '__sk_common.skc_num': number }) })
      return 0
    }
    if (length < 2) return -errno.EINVAL
    if (family === BigInt(AF_INET)) {
      if (length < 16) return -errno.EINVAL
      return set({ '__sk_common.skc_rcv_saddr': memory.u32(address + 4) })
    }
    if (family !== BigInt(AF_INET6)) return -errno.EAFNOSUPPORT
    return length < 24 ? -errno.EINVAL : set({ '__sk_common.skc_v6_rcv_saddr': memory.read(address + 8, 16) })
  }),
  bpf_sock_ops_cb_flags_set: model(['i32', 'i32'], 's32', (core) => (context, flags) => {
    const sk = fieldNumber(core, context, 'bpf_sock_ops_kern', 'sk')
    if (fieldNumber(core, context, 'bpf_sock_ops_kern', 'is_fullsock') === 0) return -errno.EINVAL
    setFields(core, sk, 'tcp_sock', { bpf_sock_ops_cb_flags: flags & ALL_CB_FLAGS })
    return flags & ~ALL_CB_FLAGS
  }),
}
/** BPF_SOCK_OPS_ALL_CB_FLAGS */
const ALL_CB_FLAGS = 0x7f
