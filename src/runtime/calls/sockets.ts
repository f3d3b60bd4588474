// SPDX-License-Identifier: Apache-2.0
// Contexts of programs on sockets: of cgroup hooks, sockets' operations, messages, streams and shared ports. What the user API shows of one is
// given as its bytes; the kernel's object is made of them, over a socket.

import type { LinkedProgram } from '../../object/index.ts'
import { contextViews } from '../contexts/index.ts'
import { putShown, readShown } from '../contexts/shown.ts'
import type { View } from '../contexts/views.ts'
import type { Core } from '../core/core.ts'
import { createObject, fieldNumber, setFields } from '../core/objects.ts'
import { endMessage, messageBytes, putMessage } from '../helpers/sockmap.ts'
import { loopback } from '../objects/net.ts'
import { createSkb, freeSkb, skbBytes, skbData, skbLength } from '../objects/skb.ts'
import { createSocket, freeSocket, IPPROTO } from '../objects/socket.ts'
import { tasksOf } from '../objects/task.ts'
import type { CallOptions, Context } from './contexts.ts'

interface Making {
  readonly core: Core
  readonly sk: number
  readonly options: CallOptions
  /** Done when the call is over. */
  later(free: () => void): void
  /** Freed then. */
  own(address: number): number
  /** A packet of the socket's. */
  packet(data: Uint8Array): number
}
interface Made {
  readonly address: number
  /** The bytes that it is about: a message, a packet, an option's value. */
  readonly data?: () => Uint8Array
}

/** Of a TCP header without options, and with all that there is room for. */
const [LEAST_TCP_HEADER, MOST_TCP_HEADER] = [20, 60]
/** sizeof(struct sockaddr_storage); an address of IPv6. */
const [SOCKADDR, IN6] = [128, 16]

const kinds: ReadonlyMap<string, (making: Making) => Made> = new Map([
  ['BPF_PROG_TYPE_CGROUP_SOCK', ({ sk }: Making) => ({ address: sk })],
  ['BPF_PROG_TYPE_CGROUP_SOCK_ADDR', addressContext],
  ['BPF_PROG_TYPE_CGROUP_SOCKOPT', optionContext],
  ['BPF_PROG_TYPE_SOCK_OPS', operationContext],
  ['BPF_PROG_TYPE_SK_MSG', messageContext],
  ['BPF_PROG_TYPE_SK_SKB', streamContext],
  ['BPF_PROG_TYPE_SK_REUSEPORT', portContext],
])

/** undefined: programs of the type are not on sockets. */
export function socketContext(core: Core, { type }: LinkedProgram, options: CallOptions): Context | undefined {
  const make = kinds.get(type)
  if (make === undefined) return undefined
  const { socket, ctx = new Uint8Array(0) } = options
  const owned: (() => void)[] = []
  const later = (free: () => void): void => void owned.unshift(free)
  const own = (address: number): number => {
    later(() => core.memory.free(address))
    return address
  }
  const usual = type === 'BPF_PROG_TYPE_SK_REUSEPORT' ? IPPROTO.UDP : IPPROTO.TCP
  const sk = socket?.address ?? createSocket(core, { sk_protocol: usual })
  if (socket === undefined) later(() => freeSocket(core, sk))
  const packet = (bytes: Uint8Array): number => {
    const skb = createSkb(core, { data: bytes, device: loopback(core) })
    setFields(core, skb, 'sk_buff', { sk })
    later(() => freeSkb(core, skb))
    return skb
  }
  const { address, data } = make({ core, sk, options, later, own, packet })
  const view: View = contextViews.get(type)!
  putShown(core, view, address, ctx)
  const retval = retvalIn(core, view, ctx)
  return {
    address,
    ...(retval === 0 ? {} : { retval }),
    shown: (length) => readShown(core, view, address, length),
    ...(data === undefined ? {} : { data }),
    free: () => {
      for (const free of owned) free()
    },
  }
}

/** What the system call answers so far, where the context has that. */
function retvalIn({ layouts }: Core, { shown }: View, ctx: Uint8Array): number {
  const field = layouts.find(shown, 'retval')
  if (field === undefined || ctx.length < field.offset + field.size) return 0
  return new DataView(ctx.buffer, ctx.byteOffset).getInt32(field.offset, true)
}

function addressContext({ core, sk, own }: Making): Made {
  const address = createObject(core, 'bpf_sock_addr_kern', {
    sk,
    uaddr: own(core.memory.allocate(SOCKADDR, 'sockaddr')),
    t_ctx: own(core.memory.allocate(IN6, 'source of a message')),
  })
  return { address: own(address) }
}

function optionContext({ core, sk, options, own }: Making): Made {
  const { data = new Uint8Array(0) } = options
  const at = own(core.memory.allocate(Math.max(1, data.length), 'value of a socket option'))
  core.memory.write(at, data)
  const address = createObject(core, 'bpf_sockopt_kern', {
    sk,
    optval: at,
    optval_end: at + data.length,
    optlen: data.length,
    current_task: tasksOf(core).current.address,
  })
  const length = (): number => fieldNumber(core, address, 'bpf_sockopt_kern', 'optlen') | 0
  return {
    address: own(address),
    data: () => core.memory.read(at, Math.max(0, Math.min(data.length, length()))),
  }
}

function operationContext({ core, sk, options, own, packet }: Making): Made {
  const skb = options.data === undefined ? 0 : packet(options.data)
  const end = skb === 0 ? 0 : endOf(core, skb)
  const address = createObject(core, 'bpf_sock_ops_kern', {
    sk,
    is_fullsock: 1,
    skb,
    skb_data_end: end,
    remaining_opt_len: Math.max(0, MOST_TCP_HEADER - Math.max(LEAST_TCP_HEADER, options.data?.length ?? 0)),
  })
  // with the options that the program has written
  const grown = (): number => Math.max(0, fieldNumber(core, address, 'bpf_sock_ops_kern', 'skb_data_end') - end)
  const data = (): Uint8Array => core.memory.read(skbData(core, skb), skbLength(core, skb) + grown())
  return { address: own(address), ...(skb === 0 ? {} : { data }) }
}

function messageContext({ core, sk, options, later, own }: Making): Made {
  const address = own(createObject(core, 'sk_msg', { sk }))
  putMessage(core, address, options.data ?? new Uint8Array(0))
  later(() => endMessage(core, address))
  return { address, data: () => messageBytes(core, address) }
}

function streamContext({ core, options, packet }: Making): Made {
  const skb = packet(options.data ?? new Uint8Array(0))
  return { address: skb, data: () => skbBytes(core, skb) }
}

function portContext({ core, sk, options, own, packet }: Making): Made {
  const skb = packet(options.data ?? new Uint8Array(0))
  const address = createObject(core, 'sk_reuseport_kern', { skb, sk, data_end: endOf(core, skb) })
  return { address: own(address) }
}

const endOf = (core: Core, skb: number): number => skbData(core, skb) + skbLength(core, skb)
