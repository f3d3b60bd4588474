// SPDX-License-Identifier: Apache-2.0
// Sockets in maps, and where messages and streams are sent by them (Documentation/bpf/map_sockmap.rst).

import { model, type Models, flagsOf } from '../core/abi.ts'
import type { Core } from '../core/core.ts'
import { errno } from '../core/errno.ts'
import { fieldNumber, setFields } from '../core/objects.ts'
import { remember } from '../core/remember.ts'
import type { RuntimeMap } from '../maps/map.ts'
import { mapError } from '../maps/sockets.ts'
import { ESTABLISHED, IPPROTO, isListening, protocolOf, stateOf } from '../objects/socket.ts'

/** A note of one run: the socket that it redirects to, or chose. */
export const socketRedirect = 'socket redirect'
export interface SocketRedirect {
  /** Where its struct sock lies: `machine.socket(…).address`. */
  readonly socket: number
  /** To what the socket receives, rather than what it sends. */
  readonly ingress: boolean
}

const [SK_DROP, SK_PASS] = [0, 1]
const BPF_F_INGRESS = 1
/** BPF_SOCK_OPS_…_CB of a connection that is there, and of a socket that listens. */
const operations = new Set([4, 5, 11])

function putSocket(core: Core, context: number, map: RuntimeMap, key: number, flags: number): number {
  const sk = fieldNumber(core, context, 'bpf_sock_ops_kern', 'sk')
  if (!operations.has(fieldNumber(core, context, 'bpf_sock_ops_kern', 'op'))) return -errno.EOPNOTSUPP
  return mapError(core, sk) || map.update(key, sk, flags)
}

const update = model(
  ['i32', 'i32', 'i32', 'halves'],
  's32',
  (core) => (context, map, key, low, high) => putSocket(core, context, core.mapAt(map), key, flagsOf(low, high)),
)

/** May what comes for others be sent there? */
function takesRedirects(core: Core, sk: number): boolean {
  return isTcp(core, sk) ? !isListening(core, sk) : stateOf(core, sk) === ESTABLISHED
}
const isTcp = (core: Core, sk: number): boolean => protocolOf(core, sk) === IPPROTO.TCP

/** SK_PASS: what the program was called for goes to the socket, if the program passes it. */
function redirect(core: Core, sk: number, flags: number): number {
  if (flags > BPF_F_INGRESS || sk === 0 || !takesRedirects(core, sk)) return SK_DROP
  const ingress = flags === BPF_F_INGRESS
  if (core.current!.type === 'BPF_PROG_TYPE_SK_MSG' && !ingress && !isTcp(core, sk)) return SK_DROP
  core.current!.notes.set(socketRedirect, { socket: sk, ingress } satisfies SocketRedirect)
  return SK_PASS
}

const toIndex = model(
  ['none', 'i32', 'i32', 'halves'],
  's32',
  (core) => (map, index, low, high) =>
    redirect(core, Number(core.mapAt(map).target(index >>> 0) ?? 0n), flagsOf(low, high)),
)
const toKey = model(
  ['none', 'i32', 'i32', 'halves'],
  's32',
  (core) => (map, key, low, high) => redirect(core, core.mapAt(map).lookup(key), flagsOf(low, high)),
)

/** All of a message; what programs see of it is told by the object's data and data_end. */
interface Message {
  readonly at: number
  readonly length: number
}
const messages = remember(() => new Map<number, Message>())

/** The bytes of struct sk_msg `message`, from now on. */
export function putMessage(core: Core, message: number, bytes: Uint8Array): void {
  endMessage(core, message)
  const at = core.memory.allocate(Math.max(1, bytes.length), 'message')
  core.memory.write(at, bytes)
  const whole = { at, length: bytes.length }
  messages(core).set(message, whole)
  setFields(core, message, 'sk_msg', { 'sg.size': bytes.length })
  show(core, message, whole)
}
export function messageBytes(core: Core, message: number): Uint8Array {
  const { at, length } = wholeOf(core, message)
  return core.memory.read(at, length)
}
export function endMessage(core: Core, message: number): void {
  const known = messages(core).get(message)
  if (known === undefined) return
  messages(core).delete(message)
  core.memory.free(known.at)
}
const wholeOf = (core: Core, message: number): Message => messages(core).get(message)!

function show(core: Core, message: number, { at, length }: Message): void {
  setFields(core, message, 'sk_msg', { data: at, data_end: at + length })
}

const setCount = (field: 'apply_bytes' | 'cork_bytes') =>
  model(['i32', 'i32'], 's32', (core) => (message, bytes) => {
    setFields(core, message, 'sk_msg', { [field]: bytes >>> 0 })
    return 0
  })

export const sockmapHelpers: Models = {
  bpf_sock_map_update: update,
  bpf_sock_hash_update: update,
  bpf_sk_redirect_map: toIndex,
  bpf_msg_redirect_map: toIndex,
  bpf_sk_redirect_hash: toKey,
  bpf_msg_redirect_hash: toKey,
  bpf_msg_apply_bytes: setCount('apply_bytes'),
  bpf_msg_cork_bytes: setCount('cork_bytes'),
  bpf_msg_pull_data: model(['i32', 'i32', 'i32', 'halves'], 's32', (core) => (message, from, to, low, high) => {
    const [start, end] = [from >>> 0, to >>> 0]
    const { at, length } = wholeOf(core, message)
    if (flagsOf(low, high) !== 0 || end <= start || end > length) return -errno.EINVAL
    show(core, message, { at: at + start, length: end - start })
    return 0
  }),
  bpf_msg_push_data: model(['i32', 'i32', 'i32', 'halves'], 's32', (core) => (message, from, count, low, high) => {
    const [start, more] = [from >>> 0, count >>> 0]
    if (flagsOf(low, high) !== 0) return -errno.EINVAL
    if (more === 0) return 0
    const { at, length } = wholeOf(core, message)
    if (start > length) return -errno.EINVAL
    const bytes = new Uint8Array(length + more)
    bytes.set(core.memory.read(at, start))
    bytes.set(core.memory.read(at + start, length - start), start + more)
    putMessage(core, message, bytes)
    return 0
  }),
  bpf_msg_pop_data: model(['i32', 'i32', 'i32', 'halves'], 's32', (core) => (message, from, count, low, high) => {
    const [start, less] = [from >>> 0, count >>> 0]
    if (flagsOf(low, high) !== 0) return -errno.EINVAL
    if (less === 0) return 0
    const { at, length } = wholeOf(core, message)
    if (start >= length || start + less > length) return -errno.EINVAL
    const bytes = core.memory.read(at, length)
    const kept = new Uint8Array(length - less)
    kept.set(bytes.subarray(0, start))
    kept.set(bytes.subarray(start + less), start)
    putMessage(core, message, kept)
    return 0
  }),
  bpf_sk_select_reuseport: model(['i32', 'i32', 'i32', 'halves'], 's32', (core) => (context, map, key, low, high) => {
    if (flagsOf(low, high) !== 0) return -errno.EINVAL
    const sk = core.mapAt(map).lookup(key)
    if (sk === 0) return -errno.ENOENT
    setFields(core, context, 'sk_reuseport_kern', { selected_sk: sk })
    core.current!.notes.set(socketRedirect, { socket: sk, ingress: true } satisfies SocketRedirect)
    return 0
  }),
}
