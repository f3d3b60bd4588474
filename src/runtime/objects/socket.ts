// SPDX-License-Identifier: Apache-2.0
// What all sockets have: struct sock.

import type { Core } from '../core/core.ts'
import { createObject, fieldNumber, fieldValue, type Fields, setFields, setKnownFields } from '../core/objects.ts'
import { remember } from '../core/remember.ts'
import { network } from './net.ts'
import { cgroupOfTask, tasksOf } from './task.ts'

/** TCP_CLOSE: what a socket begins as. */
const CLOSE = 7
export const ESTABLISHED = 1
const LISTEN = 10
export const TIME_WAIT = 6
export const NEW_SYN_RECV = 12
const NO_QUEUE = 0xffff

export const IPPROTO = { TCP: 6, UDP: 17 } as const

/** As the kernel makes one: in the current task's cgroup. TCP's is a struct tcp_sock, which begins as any. */
export function createSocket(core: Core, fields: Fields): number {
  const sk = createObject(core, fields['sk_protocol'] === IPPROTO.TCP ? 'tcp_sock' : 'sock')
  setFields(core, sk, 'sock', {
    '__sk_common.skc_refcnt.refs.counter': 1,
    '__sk_common.skc_state': CLOSE,
    '__sk_common.skc_net.net': network(core),
    ...fields,
  })
  setKnownFields(core, sk, 'sock', {
    '__sk_common.skc_tx_queue_mapping': NO_QUEUE,
    '__sk_common.skc_rx_queue_mapping': NO_QUEUE,
    'sk_cgrp_data.cgroup': cgroupOfTask(core, tasksOf(core).current.address),
  })
  return sk
}

export function freeSocket(core: Core, sk: number): void {
  core.ownerGone(sk)
  core.memory.free(sk)
}

export const stateOf = (core: Core, sk: number): number => fieldNumber(core, sk, 'sock', '__sk_common.skc_state')
export const protocolOf = (core: Core, sk: number): number => fieldNumber(core, sk, 'sock', 'sk_protocol')

/** The socket of a context that has one for a member, as the kernel's object; undefined: the program's type has another context. */
export function socketOfContext(core: Core, context: number): number | undefined {
  switch (core.current?.type) {
    case 'BPF_PROG_TYPE_CGROUP_SOCK_ADDR':
      return fieldNumber(core, context, 'bpf_sock_addr_kern', 'sk')
    case 'BPF_PROG_TYPE_SOCK_OPS':
      return fieldNumber(core, context, 'bpf_sock_ops_kern', 'sk')
    default:
      return undefined
  }
}

/** Is it more than what stands for a connection that begins or has ended? */
export const isFull = (core: Core, sk: number): boolean => {
  const state = stateOf(core, sk)
  return sk !== 0 && state !== TIME_WAIT && state !== NEW_SYN_RECV
}
export const isListening = (core: Core, sk: number): boolean => stateOf(core, sk) === LISTEN

const cookies = remember(() => ({ next: 1n }))
/** A number of its own, given when it is asked for first. */
export function cookieOf(core: Core, sk: number): bigint {
  if (sk === 0) return 0n
  const path = '__sk_common.skc_cookie.counter'
  const known = fieldValue(core, sk, 'sock', path)
  if (known !== 0n) return known
  const cookie = cookies(core).next++
  setFields(core, sk, 'sock', { [path]: cookie })
  return cookie
}

export const cgroupOfSocket = (core: Core, sk: number): number => fieldNumber(core, sk, 'sock', 'sk_cgrp_data.cgroup')
