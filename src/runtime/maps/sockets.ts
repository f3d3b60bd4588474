// SPDX-License-Identifier: Apache-2.0
// BPF_MAP_TYPE_SOCKMAP, SOCKHASH and REUSEPORT_SOCKARRAY: sockets. Users put them in by descriptor and read their cookies, where values
// have room for one; programs get the struct sock.

import type { MapDef } from '../../object/index.ts'
import type { Core } from '../core/core.ts'
import { errno } from '../core/errno.ts'
import { fieldNumber } from '../core/objects.ts'
import { remember } from '../core/remember.ts'
import { Elements } from './elements.ts'
import { nextKey } from './hash.ts'
import { IndexedMap } from './indexed.ts'
import { RuntimeMap, updateFlags } from './map.ts'
import { socketError } from './objects.ts'

const IPPROTO_TCP = 6
const IPPROTO_UDP = 17
const TCP_ESTABLISHED = 1
const TCP_LISTEN = 10

/** By socket: numbers as they are asked for, from 1. */
const cookies = remember(() => new Map<number, number>())
export function socketCookie(core: Core, socket: number): bigint {
  const known = cookies(core)
  let cookie = known.get(socket)
  if (cookie === undefined) {
    cookie = known.size + 1
    known.set(socket, cookie)
  }
  return BigInt(cookie)
}

function cookieBytes(core: Core, socket: number): Uint8Array {
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setBigUint64(0, socketCookie(core, socket), true)
  return bytes
}

/** 0: the socket can be in a sockmap. */
function sockmapError(core: Core, socket: number): number {
  const error = socketError(core, socket)
  if (error !== 0) return error
  const state = fieldNumber(core, socket, 'sock', '__sk_common.skc_state')
  const isTcp = fieldNumber(core, socket, 'sock', 'sk_protocol') === IPPROTO_TCP
  return !isTcp || state === TCP_ESTABLISHED || state === TCP_LISTEN ? 0 : -errno.EOPNOTSUPP
}

const COOKIE = 8

export class SockMap extends IndexedMap {
  private readonly sockets: Uint32Array

  constructor(core: Core, def: MapDef) {
    super(core, def)
    this.sockets = new Uint32Array(def.maxEntries)
  }

  override lookup(key: number): number {
    return this.sockets[this.indexAt(key)] ?? 0
  }
  /** A program gives the socket itself. */
  override update(key: number, socket: number, flags: number): number {
    if (flags > updateFlags.BPF_EXIST) return -errno.EINVAL
    const index = this.indexAt(key)
    if (index >= this.def.maxEntries) return -errno.E2BIG
    const isThere = this.sockets[index] !== 0
    if (isThere && flags === updateFlags.BPF_NOEXIST) return -errno.EEXIST
    if (!isThere && flags === updateFlags.BPF_EXIST) return -errno.ENOENT
    this.sockets[index] = socket
    return 0
  }
  override delete(key: number): number {
    const index = this.indexAt(key)
    if ((this.sockets[index] ?? 0) === 0) return -errno.EINVAL
    this.sockets[index] = 0
    return 0
  }

  override userLookup(key: number): number {
    return this.def.valueSize === COOKIE ? this.lookup(key) : -errno.ENOSPC
  }
  override userValue(socket: number): Uint8Array {
    return cookieBytes(this.core, socket)
  }
  override userUpdate(key: number, value: number, flags: number): number {
    const socket = this.core.memory.u32(value)
    const error = sockmapError(this.core, socket)
    return error === 0 ? this.update(key, socket, flags) : error
  }
  override target(index: number): bigint | undefined {
    const socket = this.sockets[index] ?? 0
    return socket === 0 ? undefined : BigInt(socket)
  }
}

export class SockHash extends RuntimeMap {
  private readonly elements: Elements

  constructor(core: Core, def: MapDef) {
    super(core, def)
    const { name, keySize, maxEntries } = def
    this.elements = new Elements(core, { name, keySize, maxEntries, valueSize: 8 })
  }

  override lookup(key: number): number {
    const element = this.elements.find(key)
    return element === 0 ? 0 : this.core.memory.pointer(this.elements.valueOf(element))
  }
  override update(key: number, socket: number, flags: number): number {
    if (flags > updateFlags.BPF_EXIST) return -errno.EINVAL
    const old = this.elements.find(key)
    if (old !== 0 && flags === updateFlags.BPF_NOEXIST) return -errno.EEXIST
    if (old === 0 && flags === updateFlags.BPF_EXIST) return -errno.ENOENT
    if (old === 0 && this.elements.count >= this.def.maxEntries) return -errno.E2BIG
    const element = old === 0 ? this.elements.insert(key) : old
    this.core.memory.setPointer(this.elements.valueOf(element), socket)
    return 0
  }
  override delete(key: number): number {
    const element = this.elements.find(key)
    if (element === 0) return -errno.ENOENT
    this.elements.remove(element)
    return 0
  }

  override userLookup(key: number): number {
    return this.def.valueSize === COOKIE ? this.lookup(key) : -errno.ENOSPC
  }
  override userValue(socket: number): Uint8Array {
    return cookieBytes(this.core, socket)
  }
  override userUpdate(key: number, value: number, flags: number): number {
    const socket = this.core.memory.u32(value)
    const error = sockmapError(this.core, socket)
    return error === 0 ? this.update(key, socket, flags) : error
  }
  override userNext(key: number, next: number): number {
    return nextKey(this.core, this.elements, key, next)
  }
}

/** Sockets that share a port, for bpf_sk_select_reuseport(). */
export class ReuseportArray extends IndexedMap {
  private readonly sockets: Uint32Array

  constructor(core: Core, def: MapDef) {
    super(core, def)
    this.sockets = new Uint32Array(def.maxEntries)
  }

  override lookup(key: number): number {
    return this.sockets[this.indexAt(key)] ?? 0
  }
  override delete(key: number): number {
    const index = this.indexAt(key)
    if (index >= this.def.maxEntries) return -errno.E2BIG
    if (this.sockets[index] === 0) return -errno.ENOENT
    this.sockets[index] = 0
    return 0
  }

  override userLookup(key: number): number {
    return this.def.valueSize === COOKIE ? this.lookup(key) : -errno.ENOSPC
  }
  override userValue(socket: number): Uint8Array {
    return cookieBytes(this.core, socket)
  }
  override userUpdate(key: number, value: number, flags: number): number {
    if (flags > updateFlags.BPF_EXIST) return -errno.EINVAL
    const index = this.indexAt(key)
    if (index >= this.def.maxEntries) return -errno.E2BIG
    const socket = this.core.memory.u32(value)
    const error = socketError(this.core, socket)
    if (error !== 0) return error
    const isThere = this.sockets[index] !== 0
    if (isThere && flags === updateFlags.BPF_NOEXIST) return -errno.EEXIST
    if (!isThere && flags === updateFlags.BPF_EXIST) return -errno.ENOENT
    const protocol = fieldNumber(this.core, socket, 'sock', 'sk_protocol')
    if (protocol !== IPPROTO_TCP && protocol !== IPPROTO_UDP) return -errno.ENOTSUPP
    if (fieldNumber(this.core, socket, 'sock', '__sk_common.skc_reuseport') === 0) return -errno.EINVAL
    this.sockets[index] = socket
    return 0
  }
}
