// SPDX-License-Identifier: Apache-2.0
// Connections looked up, made and changed by programs, and the flow table of a device: a machine's devices have none.

import { model, type Model, type Models } from '../core/abi.ts'
import type { Core } from '../core/core.ts'
import { errno } from '../core/errno.ts'
import { ticksOf } from '../core/jiffies.ts'
import { BOTH_WAYS, conntrackOf, status, type Tuple, type Zone } from '../objects/conntrack.ts'

/** struct bpf_ct_opts: its sizes, and where its fields lie. */
const OPTS_SIZE = 16
const OLD_SIZE = 12
const place = { netns: 0, error: 4, protocol: 8, direction: 9, zone: 10, zoneDirections: 12, reserved: 13 } as const
const protocols: ReadonlySet<number> = new Set([6, 17])
const AF_INET = 2
const AF_INET6 = 10
/** What a connection is made with, in ms. */
const TIMEOUT_MS = 10_000

interface Wanted {
  readonly tuple: Tuple
  readonly zone: Zone
}
interface Asked {
  readonly tuple: number
  readonly tupleSize: number
  readonly opts: number
  readonly size: number
}

/** What is asked for, or the error that says why nothing is. `first`: what of protocol and namespace is looked at first. */
function wanted(core: Core, { tuple, tupleSize, opts, size }: Asked, first: 'protocol' | 'netns'): Wanted | number {
  if (tuple === 0 || opts === 0 || (size !== OPTS_SIZE && size !== OLD_SIZE)) return errno.EINVAL
  const { view, u8 } = core.memory
  const isOld = size === OLD_SIZE
  const zone = view.getUint16(opts + place.zone, true)
  if (isOld ? zone !== 0 : u8.subarray(opts + place.reserved, opts + OPTS_SIZE).some((byte) => byte !== 0))
    return errno.EINVAL
  const protocol = u8[opts + place.protocol]!
  const netns = view.getInt32(opts + place.netns, true)
  if (first === 'netns' && netns < -1) return errno.EINVAL
  if (!protocols.has(protocol)) return errno.EPROTO
  if (netns < -1) return errno.EINVAL
  const parsed = tupleAt(core, tuple, tupleSize, protocol)
  if (parsed === undefined) return errno.EAFNOSUPPORT
  // there is one namespace, and it has given no other a number
  if (netns >= 0) return errno.ENONET
  if (isOld) return { tuple: parsed, zone: { id: 0, directions: BOTH_WAYS } }
  if (u8[opts + place.zoneDirections] === 0) u8[opts + place.zoneDirections] = BOTH_WAYS
  return { tuple: parsed, zone: { id: zone, directions: u8[opts + place.zoneDirections]! } }
}

/** struct bpf_sock_tuple: two addresses, two ports. */
function tupleAt({ memory }: Core, at: number, size: number, protocol: number): Tuple | undefined {
  const host = size === 12 ? 4 : size === 36 ? 16 : undefined
  if (host === undefined) return undefined
  const address = (from: number): Uint8Array => {
    const bytes = new Uint8Array(16)
    bytes.set(memory.read(from, host))
    return bytes
  }
  return {
    family: host === 4 ? AF_INET : AF_INET6,
    protocol,
    from: address(at),
    to: address(at + host),
    fromPort: memory.view.getUint16(at + 2 * host, true),
    toPort: memory.view.getUint16(at + 2 * host + 2, true),
  }
}

/** NULL, and why, where there is room for it. */
function refuse({ memory }: Core, { opts, size }: Asked, error: number): number {
  if (opts !== 0 && size >= place.error + 4) memory.setU32(opts + place.error, -error)
  return 0
}

const lookup: Model = model(['none', 'i32', 'i32', 'i32', 'i32'], 'u32', (core) => (tuple, tupleSize, opts, size) => {
  const asked = { tuple, tupleSize, opts, size }
  const what = wanted(core, asked, 'protocol')
  if (typeof what === 'number') return refuse(core, asked, what)
  const found = conntrackOf(core).find(what.tuple, what.zone)
  if (found === undefined) return refuse(core, asked, errno.ENOENT)
  core.memory.u8[opts + place.direction] = found.direction
  return found.address
})

const alloc: Model = model(['none', 'i32', 'i32', 'i32', 'i32'], 'u32', (core) => (tuple, tupleSize, opts, size) => {
  const asked = { tuple, tupleSize, opts, size }
  const what = wanted(core, asked, 'netns')
  if (typeof what === 'number') return refuse(core, asked, what)
  const connections = conntrackOf(core)
  const made = connections.create(what.tuple, what.zone)
  connections.setTimeout(made, ticksOf(core, TIMEOUT_MS))
  return made
})

const changeStatus = model(['i32', 'i32'], 's32', (core) => (connection, value) => {
  const connections = conntrackOf(core)
  const changed = connections.status(connection) ^ value
  if ((changed & (status.EXPECTED | status.CONFIRMED | status.DYING)) !== 0) return -errno.EBUSY
  // these are only ever set
  if ((changed & ~value & (status.SEEN_REPLY | status.ASSURED)) !== 0) return -errno.EBUSY
  connections.setStatus(connection, connections.status(connection) | (value & 0xffff & ~status.unchangeable))
  return 0
})

/** struct bpf_flowtable_opts is an error. */
const FLOWTABLE_OPTS = 4

export const conntrackKfuncs: Models = {
  bpf_skb_ct_lookup: lookup,
  bpf_xdp_ct_lookup: lookup,
  bpf_skb_ct_alloc: alloc,
  bpf_xdp_ct_alloc: alloc,
  bpf_ct_insert_entry: model(
    ['i32'],
    'u32',
    (core) => (connection) => (conntrackOf(core).insert(connection) ? connection : 0),
  ),
  bpf_ct_release: model(['i32'], 'none', (core) => (connection) => conntrackOf(core).release(connection)),
  bpf_ct_set_timeout: model(
    ['i32', 'i32'],
    'none',
    (core) => (connection, ms) => conntrackOf(core).setTimeout(connection, ticksOf(core, ms >>> 0)),
  ),
  bpf_ct_change_timeout: model(['i32', 'i32'], 's32', (core) => (connection, ms) => {
    const connections = conntrackOf(core)
    if ((connections.status(connection) & status.FIXED_TIMEOUT) !== 0) return -errno.EPERM
    connections.setTimeout(connection, ticksOf(core, ms >>> 0))
    return 0
  }),
  bpf_ct_set_status: changeStatus,
  bpf_ct_change_status: changeStatus,
  bpf_ct_set_nat_info: model(['i32', 'i32', 'i32', 'i32'], 's32', (core) => (connection, host, port, which) => {
    if (which !== 0 && which !== 1) return -errno.EINVAL
    const connections = conntrackOf(core)
    const done = which === 0 ? status.SRC_NAT_DONE : status.DST_NAT_DONE
    if ((connections.status(connection) & done) !== 0) return -errno.ENOMEM
    connections.translate(connection, which === 0 ? 'source' : 'destination', {
      host: core.memory.read(host, 16),
      port: port > 0 ? port & 0xffff : 0,
    })
    return 0
  }),

  // no flow is offloaded
  bpf_xdp_flow_lookup: model(['none', 'i32', 'i32', 'i32'], 'u32', (core) => (tuple, opts, size) => {
    const { u8 } = core.memory
    const family = u8[tuple]
    const error =
      size !== FLOWTABLE_OPTS
        ? errno.EINVAL
        : family === AF_INET || family === AF_INET6
          ? errno.ENOENT
          : errno.EAFNOSUPPORT
    core.memory.setU32(opts, -error)
    return 0
  }),
}
