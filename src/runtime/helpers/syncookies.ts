// SPDX-License-Identifier: Apache-2.0
// SYN cookies (D. J. Bernstein's): a sequence number that holds a minute and an index of a segment size, hidden by hashes of the connection.
// The hashes are of this machine's seed, so cookies of another machine, or of a kernel, are none here.
//
//   cookie = hash(connection) + seq + (minute << 24) + ((hash(connection, minute) + index) & 0xffffff)

import { model, type Model, type Models } from '../core/abi.ts'
import type { Core } from '../core/core.ts'
import { errno } from '../core/errno.ts'
import { fieldNumber } from '../core/objects.ts'
import { remember } from '../core/remember.ts'
import { IPPROTO, isListening, protocolOf } from '../objects/socket.ts'

/** Segment sizes that an index stands for. */
const sizes = { ipv4: [536, 1300, 1440, 1460], ipv6: [1220, 1420, 1440, 8940] } as const
/** TCP_MSS_DEFAULT, IPV6_MIN_MTU without headers: of who told none. */
const unsaid = { ipv4: 536, ipv6: 1220 } as const
/** Where addresses begin in a header, and how long both are. */
const hosts = { ipv4: { at: 12, size: 8 }, ipv6: { at: 8, size: 32 } } as const
const MOST_AGE = 2
const MINUTE_NS = 60_000_000_000n
const TCP_HEADER = 20
const IP_HEADER = { ipv4: 20, ipv6: 40 } as const
const MSS_OPTION = 2

type Version = 'ipv4' | 'ipv6'

const secret = remember((core: Core) => core.random())

/** In network order, as headers have numbers. */
const word = ({ memory }: Core, at: number): number => memory.view.getUint32(at, false)

function hash(core: Core, version: Version, ip: number, tcp: number, count: number): number {
  let mixed = Math.imul(secret(core) ^ count, 0x9e3779b1)
  const { at, size } = hosts[version]
  const mix = (byte: number): void => {
    mixed = Math.imul(mixed ^ byte, 0x85ebca6b)
    mixed ^= mixed >>> 13
  }
  for (const byte of core.memory.read(ip + at, size)) mix(byte)
  for (const byte of core.memory.read(tcp, 4)) mix(byte)
  return Math.imul(mixed ^ (mixed >>> 16), 0xc2b2ae35) >>> 0
}

const minute = ({ clock }: Core): number => Number(clock.now / MINUTE_NS) & 0xffff_ffff

/** What the options of a SYN say; 0: nothing. */
function segmentSize({ memory }: Core, tcp: number, length: number): number {
  const options = memory.read(tcp + TCP_HEADER, length - TCP_HEADER)
  let found = 0
  for (let at = 0; at < options.length; ) {
    const kind = options[at]!
    if (kind === 0) break
    if (kind === 1) at++
    else {
      const size = options[at + 1] ?? 0
      if (size < 2 || at + size > options.length) break
      if (kind === MSS_OPTION && size === 4) found = (options[at + 2]! << 8) | options[at + 3]! || found
      at += size
    }
  }
  return found
}

const generate = (version: Version): Model =>
  model(['i32', 'i32', 'i32'], 'i64', (core) => (ip, tcp, length) => {
    if (length < TCP_HEADER || length !== (core.memory.u8[tcp + 12]! >> 4) * 4) return BigInt(-errno.EINVAL)
    const told = segmentSize(core, tcp, length) || unsaid[version]
    const table = sizes[version]
    const index = Math.max(
      0,
      table.findLastIndex((size) => size <= told),
    )
    const now = minute(core)
    const hidden = (hash(core, version, ip, tcp, now) + index) & 0xff_ffff
    const cookie = (hash(core, version, ip, tcp, 0) + word(core, tcp + 4) + ((now << 24) >>> 0) + hidden) >>> 0
    return BigInt(cookie) | (BigInt(table[index]!) << 32n)
  })

const check = (version: Version): Model =>
  model(['i32', 'i32'], 's32', (core) => (ip, tcp) => {
    const cookie = (word(core, tcp + 8) - 1) >>> 0
    const rest = (cookie - hash(core, version, ip, tcp, 0) - ((word(core, tcp + 4) - 1) >>> 0)) >>> 0
    const age = (minute(core) - (rest >>> 24)) & 0xff
    if (age >= MOST_AGE) return -errno.EACCES
    const index = (rest - hash(core, version, ip, tcp, minute(core) - age)) & 0xff_ffff
    return index < sizes[version].length ? 0 : -errno.EACCES
  })

const AF_INET6 = 10
/** Their bits in the fourteenth byte of a TCP header. */
const flags = { FIN: 1, SYN: 2, RST: 4, ACK: 16 } as const
/** Headers of IP, with where they begin. */
interface Headers {
  readonly sk: number
  readonly ip: number
  readonly ipLength: number
  readonly tcp: number
  readonly tcpLength: number
}

const has = ({ memory }: Core, { tcp }: Headers, ...some: readonly number[]): boolean =>
  some.some((flag) => (memory.u8[tcp + 13]! & flag) !== 0)
const isListener = (core: Core, { sk }: Headers): boolean =>
  protocolOf(core, sk) === IPPROTO.TCP && isListening(core, sk)

/**
 * Those that ask the socket. A kernel, as it is installed, makes cookies when the socket's queue of connections that begin has run over.
 * Here none does: after all else was looked at, there is no cookie to be made, and none that could be right.
 */
function made(core: Core, headers: Headers): number {
  const { ip, ipLength, tcp, tcpLength, sk } = headers
  const { u8 } = core.memory
  if (tcpLength < TCP_HEADER || tcpLength !== (u8[tcp + 12]! >> 4) * 4) return -errno.EINVAL
  if (!isListener(core, headers)) return -errno.EINVAL
  if (!has(core, headers, flags.SYN) || has(core, headers, flags.ACK, flags.FIN, flags.RST)) return -errno.EINVAL
  if (ipLength < IP_HEADER.ipv4) return -errno.EINVAL
  const isSix = fieldNumber(core, sk, 'sock', '__sk_common.skc_family') === AF_INET6
  switch (u8[ip]! >> 4) {
    case 4:
      return isSix && fieldNumber(core, sk, 'sock', '__sk_common.skc_ipv6only') !== 0 ? -errno.EINVAL : -errno.ENOENT
    case 6:
      return ipLength < IP_HEADER.ipv6 || !isSix ? -errno.EINVAL : -errno.ENOENT
    default:
      return -errno.EPROTONOSUPPORT
  }
}

function checked(core: Core, headers: Headers): number {
  if (headers.tcpLength < TCP_HEADER || !isListener(core, headers)) return -errno.EINVAL
  if (!has(core, headers, flags.ACK) || has(core, headers, flags.RST, flags.SYN)) return -errno.ENOENT
  return headers.ipLength < IP_HEADER.ipv4 ? -errno.EINVAL : -errno.ENOENT
}

const ofSocket = (ask: (core: Core, headers: Headers) => number): Model =>
  model(
    ['i32', 'i32', 'i32', 'i32', 'i32'],
    's32',
    (core) =>
      (...[sk, ip, ipLength, tcp, tcpLength]) =>
        ask(core, { sk, ip, ipLength: ipLength >>> 0, tcp, tcpLength: tcpLength >>> 0 }),
  )

export const syncookieHelpers: Models = {
  bpf_tcp_gen_syncookie: ofSocket(made),
  bpf_tcp_check_syncookie: ofSocket(checked),
  bpf_tcp_raw_gen_syncookie_ipv4: generate('ipv4'),
  bpf_tcp_raw_gen_syncookie_ipv6: generate('ipv6'),
  bpf_tcp_raw_check_syncookie_ipv4: check('ipv4'),
  bpf_tcp_raw_check_syncookie_ipv6: check('ipv6'),
}
