// SPDX-License-Identifier: Apache-2.0
// BPF_PROG_TEST_RUN of programs on socket buffers: an Ethernet frame comes in on lo.

import { fail, ok } from '../../fault/index.ts'
import type { Core } from '../core/core.ts'
import { fieldValue, setFields } from '../core/objects.ts'
import {
  createSkb,
  forgetPacketEnd,
  freeSkb,
  receiveFrame,
  setPacket,
  sharedInfo,
  skbBytes,
  skbLength,
} from '../objects/skb.ts'
import { loopback } from '../objects/net.ts'
import { redirectsOf } from '../objects/redirects.ts'
import { createSocket, freeSocket } from '../objects/socket.ts'
import type { Runner } from './types.ts'

const ETH_HLEN = 14
const ETH_P_IP = 0x0800
const ETH_P_IPV6 = 0x86dd
const AF_INET = 2
const AF_INET6 = 10
const PAGE = 4096
const HEADROOM = 64
/** TC_ACT_REDIRECT, BPF_REDIRECT. */
const REDIRECT = 7

export const runSkb: Runner = (core, program, { data, ctx, repeat = 1 }, later) => {
  const place = { program: program.name }
  if (data === undefined || data.length < ETH_HLEN)
    return fail(`a packet of ${ETH_HLEN} bytes at least is needed (EINVAL)`, place)
  // what fits into a page beside the room before it and skb_shared_info
  const most = PAGE - HEADROOM - ((core.layouts.sizeOf('skb_shared_info') + 63) & ~63)
  if (data.length > most)
    return fail(`a packet of ${data.length} bytes is too long, ${most} are the most (EINVAL)`, place)
  const keepsEthernet = /_SCHED_(CLS|ACT)$/.test(program.type)
  const header = networkHeader.get((data[12]! << 8) | data[13]!)
  if (header !== undefined && data.length < ETH_HLEN + header)
    return fail(`the packet's network header has ${header} bytes (EINVAL)`, place)
  const sk = socketOf(core, data)
  later(() => freeSocket(core, sk))
  const skb = createSkb(core, { data, device: loopback(core), initial: { sk } })
  later(() => freeSkb(core, skb))
  const shown = shownContext(core, ctx)
  receiveFrame(core, skb, data, { keepsEthernet })
  // of other types the packet's end is not known before a helper finds it
  if (!packetAccess.has(program.type)) forgetPacketEnd(core, skb)
  const wrong = shown === undefined ? undefined : takeContext(core, skb, shown, skbLength(core, skb))
  if (wrong !== undefined) return fail(`the context's ${wrong}`, place)
  const around = redirectsOf(core).around(program.name, REDIRECT, () => skbBytes(core, skb))
  const retval = program.repeat(skb, repeat, around)
  // programs that see no Ethernet header leave an empty one
  if (!keepsEthernet) {
    const bytes = skbBytes(core, skb)
    const whole = new Uint8Array(ETH_HLEN + bytes.length)
    whole.set(bytes, ETH_HLEN)
    setPacket(core, skb, whole)
  }
  const ctxOut = shown === undefined ? undefined : giveContext(core, skb, ctx!)
  return ok({ retval, data: skbBytes(core, skb), ...(ctxOut === undefined ? {} : { ctx: ctxOut }) })
}

/** Bytes of the header that a packet of the protocol has. */
const networkHeader: ReadonlyMap<number, number> = new Map([
  [ETH_P_IP, 20],
  [ETH_P_IPV6, 40],
])
/** Program types whose test runs know the packet's begin and end from the start. */
const packetAccess: ReadonlySet<string> = new Set(
  ['SCHED_CLS', 'SCHED_ACT', 'LWT_IN', 'LWT_OUT', 'LWT_XMIT'].map((type) => `BPF_PROG_TYPE_${type}`),
)

/** The socket that the kernel gives such packets, with the packet's addresses where it has some. */
function socketOf(core: Core, data: Uint8Array): number {
  const proto = (data[12]! << 8) | data[13]!
  const ip = data.subarray(ETH_HLEN)
  const common = '__sk_common'
  if (proto === ETH_P_IP)
    return createSocket(core, {
      [`${common}.skc_family`]: AF_INET,
      ...(ip.length < 20 ? {} : { [`${common}.skc_rcv_saddr`]: word(ip, 12), [`${common}.skc_daddr`]: word(ip, 16) }),
    })
  if (proto === ETH_P_IPV6)
    return createSocket(core, {
      [`${common}.skc_family`]: AF_INET6,
      ...(ip.length < 40
        ? {}
        : { [`${common}.skc_v6_rcv_saddr`]: ip.subarray(8, 24), [`${common}.skc_v6_daddr`]: ip.subarray(24, 40) }),
    })
  return createSocket(core, {})
}

const word = (bytes: Uint8Array, at: number): number => new DataView(bytes.buffer, bytes.byteOffset).getUint32(at, true)

/** Fields of the context, and where the packet has them. */
const given: readonly (readonly [shown: string, field: string])[] = [
  ['mark', 'mark'],
  ['priority', 'priority'],
  ['ingress_ifindex', 'skb_iif'],
  ['tstamp', 'tstamp'],
]

interface Shown {
  readonly bytes: Uint8Array
  number(field: string): bigint
}

function shownContext(core: Core, ctx: Uint8Array | undefined): Shown | undefined {
  if (ctx === undefined) return undefined
  const bytes = new Uint8Array(core.layouts.sizeOf('__sk_buff'))
  bytes.set(ctx.subarray(0, bytes.length))
  const view = new DataView(bytes.buffer)
  return {
    bytes,
    number(field) {
      const { offset, size } = core.layouts.field('__sk_buff', field)
      return size === 8 ? view.getBigUint64(offset, true) : BigInt(view.getUint32(offset, true))
    },
  }
}

/** Fields that may be given; all other bytes are zero. */
const taken = [
  'mark',
  'priority',
  'ingress_ifindex',
  'ifindex',
  'cb',
  'tstamp',
  'wire_len',
  'gso_segs',
  'gso_size',
  'hwtstamp',
]
/** GSO_LEGACY_MAX_SIZE, GSO_MAX_SEGS. */
const MOST_WIRE = 65536
const MOST_SEGMENTS = 65535n

/** What the kernel does not take, and its error. */
function takeContext(core: Core, skb: number, shown: Shown, length: number): string | undefined {
  const rest = new Uint8Array(shown.bytes)
  for (const field of taken) {
    const { offset, size } = core.layouts.field('__sk_buff', field)
    rest.fill(0, offset, offset + size)
  }
  const stray = rest.findIndex((byte) => byte !== 0)
  if (stray !== -1) return `${shownFieldAt(core, stray)} cannot be given (EINVAL)`
  if (shown.number('ifindex') > 1n) return 'ifindex cannot be given (ENODEV)'
  for (const [name, field] of given) setFields(core, skb, 'sk_buff', { [field]: shown.number(name) })
  const cb = core.layouts.field('__sk_buff', 'cb')
  const own = core.layouts.follow('sk_buff', 'cb(qdisc_skb_cb).data')
  if (own !== undefined) core.memory.write(skb + own.field.offset, shown.bytes.subarray(cb.offset, cb.offset + cb.size))
  const wire = Number(shown.number('wire_len'))
  if (wire !== 0 && (wire < length || wire > MOST_WIRE)) return 'wire_len cannot be given (EINVAL)'
  const segments = shown.number('gso_segs')
  if (segments > MOST_SEGMENTS) return 'gso_segs cannot be given (EINVAL)'
  setFields(core, sharedInfo(core, skb), 'skb_shared_info', {
    gso_segs: segments,
    gso_size: shown.number('gso_size'),
    'hwtstamps.hwtstamp': shown.number('hwtstamp'),
  })
  setWireLength(core, skb, wire === 0 ? length : wire)
  return undefined
}

/** The field of struct __sk_buff that has the byte. */
function shownFieldAt({ layouts }: Core, byte: number): string {
  const holds = ({ name }: { readonly name: string }): boolean => {
    const field = layouts.find('__sk_buff', name)
    return field !== undefined && byte >= field.offset && byte < field.offset + field.size
  }
  const found = layouts.struct('__sk_buff')?.members.find((member) => member.name !== '' && holds(member))
  return found?.name ?? `byte ${byte}`
}

function setWireLength(core: Core, skb: number, length: number): void {
  const own = core.layouts.follow('sk_buff', 'cb(qdisc_skb_cb).pkt_len')
  if (own !== undefined) core.memory.setU32(skb + own.field.offset, length)
}

function giveContext(core: Core, skb: number, ctx: Uint8Array): Uint8Array {
  // what the kernel does not write stays as it was given
  const out = new Uint8Array(ctx)
  const put = (name: string, value: bigint): void => {
    const { offset, size } = core.layouts.field('__sk_buff', name)
    for (let i = 0; i < size && offset + i < out.length; i++) out[offset + i] = Number((value >> BigInt(8 * i)) & 0xffn)
  }
  for (const [name, field] of given) put(name, fieldValue(core, skb, 'sk_buff', field))
  put('ifindex', 1n)
  const cb = core.layouts.field('__sk_buff', 'cb')
  const own = core.layouts.follow('sk_buff', 'cb(qdisc_skb_cb).data')
  if (own !== undefined && cb.offset + cb.size <= out.length)
    out.set(core.memory.read(skb + own.field.offset, cb.size), cb.offset)
  const wire = core.layouts.follow('sk_buff', 'cb(qdisc_skb_cb).pkt_len')
  if (wire !== undefined) put('wire_len', BigInt(core.memory.u32(skb + wire.field.offset)))
  put('gso_segs', fieldValue(core, sharedInfo(core, skb), 'skb_shared_info', 'gso_segs'))
  put('hwtstamp', fieldValue(core, sharedInfo(core, skb), 'skb_shared_info', 'hwtstamps.hwtstamp'))
  return out
}
