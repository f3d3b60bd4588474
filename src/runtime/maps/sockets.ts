// SPDX-License-Identifier: Apache-2.0
// BPF_MAP_TYPE_SOCKMAP, SOCKHASH and REUSEPORT_SOCKARRAY: sockets. Users put them in by descriptor and read their cookies, where values
// have room for one; programs get the struct sock.

import type { Core } from '../core/core.ts'
import { errno } from '../core/errno.ts'
import { fieldNumber } from '../core/objects.ts'
import { cookieOf, ESTABLISHED, IPPROTO, isListening, protocolOf, stateOf } from '../objects/socket.ts'
import { type RuntimeMap, updateFlags } from './map.ts'
import { socketError } from './objects.ts'
import { IndexedWordsMap, KeyedWordsMap } from './words.ts'

function cookieBytes(core: Core, socket: number): Uint8Array {
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setBigUint64(0, cookieOf(core, socket), true)
  return bytes
}

/** 0: the socket can be in a sockmap. */
function sockmapError(core: Core, socket: number): number {
  return socketError(core, socket) || mapError(core, socket)
}
/** The same of what is known to be a socket. */
export function mapError(core: Core, socket: number): number {
  const takes =
    protocolOf(core, socket) !== IPPROTO.TCP || stateOf(core, socket) === ESTABLISHED || isListening(core, socket)
  return takes ? 0 : -errno.EOPNOTSUPP
}

const COOKIE = 8

/** What users see of a socket: its cookie, where values have room for one. */
const cookieLookup = ({ def }: RuntimeMap, found: number): number => (def.valueSize === COOKIE ? found : -errno.ENOSPC)

export class SockMap extends IndexedWordsMap {
  /** A program gives the socket itself. */
  override update(key: number, socket: number, flags: number): number {
    return this.put(this.indexAt(key), socket, flags)
  }
  override delete(key: number): number {
    const index = this.indexAt(key)
    if ((this.words[index] ?? 0) === 0) return -errno.EINVAL
    this.words[index] = 0
    return 0
  }

  override userLookup(key: number): number {
    return cookieLookup(this, this.lookup(key))
  }
  override userValue(socket: number): Uint8Array {
    return cookieBytes(this.core, socket)
  }
  override userUpdate(key: number, value: number, flags: number): number {
    const socket = this.core.memory.u32(value)
    return sockmapError(this.core, socket) || this.update(key, socket, flags)
  }
}

export class SockHash extends KeyedWordsMap {
  override update(key: number, socket: number, flags: number): number {
    return this.put(key, socket, flags)
  }
  override delete(key: number): number {
    return this.take(key)
  }

  override userLookup(key: number): number {
    return cookieLookup(this, this.lookup(key))
  }
  override userValue(socket: number): Uint8Array {
    return cookieBytes(this.core, socket)
  }
  override userUpdate(key: number, value: number, flags: number): number {
    const socket = this.core.memory.u32(value)
    return sockmapError(this.core, socket) || this.update(key, socket, flags)
  }
}

/** Sockets that share a port, for bpf_sk_select_reuseport(). */
export class ReuseportArray extends IndexedWordsMap {
  override delete(key: number): number {
    const index = this.indexAt(key)
    if (index >= this.def.maxEntries) return -errno.E2BIG
    if (this.words[index] === 0) return -errno.ENOENT
    this.words[index] = 0
    return 0
  }

  override userLookup(key: number): number {
    return cookieLookup(this, this.lookup(key))
  }
  override userValue(socket: number): Uint8Array {
    return cookieBytes(this.core, socket)
  }
  override userUpdate(key: number, value: number, flags: number): number {
    if (flags > updateFlags.BPF_EXIST) return -errno.EINVAL
    const index = this.indexAt(key)
    if (index >= this.def.maxEntries) return -errno.E2BIG
    const socket = this.core.memory.u32(value)
    return socketError(this.core, socket) || this.put(index, socket, flags, () => reuseportError(this.core, socket))
  }
}

/** 0: the socket shares its port. */
function reuseportError(core: Core, socket: number): number {
  const protocol = protocolOf(core, socket)
  if (protocol !== IPPROTO.TCP && protocol !== IPPROTO.UDP) return -errno.ENOTSUPP
  return fieldNumber(core, socket, 'sock', '__sk_common.skc_reuseport') === 0 ? -errno.EINVAL : 0
}
