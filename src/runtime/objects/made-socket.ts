// SPDX-License-Identifier: Apache-2.0
// Sockets that a test makes, by the ends of their connections.

import type { Core } from '../core/core.ts'
import { MachineError } from '../core/errors.ts'
import type { Fields } from '../core/objects.ts'
import { MadeStruct } from './made-struct.ts'
import { createSocket, IPPROTO } from './socket.ts'

/** TCP_ESTABLISHED and so on, by their names in lower case. */
const states =
  'established syn_sent syn_recv fin_wait1 fin_wait2 time_wait close close_wait last_ack listen closing'.split(' ')
export interface SocketOptions {
  /** tcp unless told. */
  readonly protocol?: 'tcp' | 'udp'
  /** 'established', 'listen' …; established where it has a remote end, else closed. */
  readonly state?: string
  /** '10.0.0.1:80', '[::1]:80'; IPv4 where neither end is told. */
  readonly local?: string
  readonly remote?: string
  /** More fields of struct sock, by their paths. */
  readonly fields?: Fields
}

/** A socket as programs are called about it. */
export class Socket extends MadeStruct {}

const AF_INET = 2
const AF_INET6 = 10

export function socketOf(core: Core, { protocol = 'tcp', state, local, remote, fields = {} }: SocketOptions): Socket {
  const [own, other] = [local, remote].map((end) => (end === undefined ? undefined : endOf(end)))
  const number = states.indexOf(state ?? (remote === undefined ? 'close' : 'established')) + 1
  if (number === 0) throw new MachineError('misuse', `no state ${state} of a socket: there are ${states.join(', ')}`)
  const isSix = own?.address.length === 16 || other?.address.length === 16
  const at = (six: string, four: string): string => `__sk_common.${isSix ? six : four}`
  return new Socket(
    core,
    'sock',
    createSocket(core, {
      '__sk_common.skc_family': isSix ? AF_INET6 : AF_INET,
      '__sk_common.skc_state': number,
      sk_protocol: protocol === 'tcp' ? IPPROTO.TCP : IPPROTO.UDP,
      sk_type: protocol === 'tcp' ? 1 : 2,
      [at('skc_v6_rcv_saddr', 'skc_rcv_saddr')]: own?.address,
      '__sk_common.skc_num': own?.port,
      [at('skc_v6_daddr', 'skc_daddr')]: other?.address,
      '__sk_common.skc_dport': other === undefined ? undefined : ((other.port & 0xff) << 8) | (other.port >> 8),
      ...fields,
    }),
  )
}

interface End {
  readonly address: Uint8Array
  readonly port: number
}

function endOf(text: string): End {
  const [, six, four, port] = /^(?:\[([0-9a-fA-F:]+)\]|([0-9.]+)):([0-9]+)$/.exec(text) ?? []
  const address = four === undefined ? sixOf(six ?? '') : four.split('.').map(Number)
  const wanted = four === undefined ? 16 : 4
  if (address.length !== wanted || !address.every((byte) => byte <= 255) || Number(port) > 65_535)
    throw new MachineError('misuse', `'${text}' is not an end of a connection: expected '10.0.0.1:80' or '[::1]:80'`)
  return { address: Uint8Array.from(address), port: Number(port) }
}

/** Bytes of an address of IPv6 (RFC 4291 §2.2); others than 16 where it is none. */
function sixOf(text: string): readonly number[] {
  const [head = [], tail, ...more] = text.split('::').map((part) => (part === '' ? [] : part.split(':')))
  const words = [...head, ...(tail ?? [])].map((word) => Number.parseInt(word, 16))
  const zeros = tail === undefined ? 0 : 8 - words.length
  if (more.length > 0 || zeros < 0 || words.some((word) => !(word <= 0xffff))) return []
  const all = [...words.slice(0, head.length), ...Array<number>(zeros).fill(0), ...words.slice(head.length)]
  return all.flatMap((word) => [word >> 8, word & 0xff])
}
