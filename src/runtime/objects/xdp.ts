// SPDX-License-Identifier: Apache-2.0
// struct xdp_buff: a packet in a page.
//
//   hard_start      data_meta  data           data_end
//   | 256 bytes     | metadata | packet       | room, then skb_shared_info

import type { Core } from '../core/core.ts'
import { createObject, fieldNumber, setFields } from '../core/objects.ts'
import { remember } from '../core/remember.ts'
import { loopback } from './net.ts'

const FRAME = 4096
/** XDP_PACKET_HEADROOM. */
export const XDP_HEADROOM = 256

export interface XdpOptions {
  readonly data: Uint8Array
  /** Bytes of it that are metadata. */
  readonly meta: number
}

const rxQueue = remember((core: Core): number => createObject(core, 'xdp_rxq_info', { dev: loopback(core) }))
const txQueue = remember((core: Core): number => createObject(core, 'xdp_txq_info'))

/** skb_shared_info at the end of a page, at a multiple of a cache line. */
export const xdpTailroom = (core: Core): number => (core.layouts.sizeOf('skb_shared_info') + 63) & ~63

export function createXdp(core: Core, { data, meta }: XdpOptions): number {
  const frame = core.memory.allocate(FRAME, 'page of an xdp_buff', { align: 4096 })
  const start = frame + XDP_HEADROOM
  core.memory.write(start, data)
  return createObject(core, 'xdp_buff', {
    data: start + meta,
    data_end: start + data.length,
    data_meta: start,
    data_hard_start: frame,
    rxq: rxQueue(core),
    txq: txQueue(core),
    frame_sz: FRAME,
  })
}

export interface XdpPacket {
  readonly start: number
  readonly meta: number
  readonly data: number
  readonly end: number
  /** Where the packet cannot reach. */
  readonly limit: number
}

export function xdpPacket(core: Core, xdp: number): XdpPacket {
  const at = (field: string): number => fieldNumber(core, xdp, 'xdp_buff', field)
  const start = at('data_hard_start')
  return {
    start,
    meta: at('data_meta'),
    data: at('data'),
    end: at('data_end'),
    limit: start + FRAME - xdpTailroom(core),
  }
}

export const setXdpPacket = (
  core: Core,
  xdp: number,
  fields: { data?: number; data_end?: number; data_meta?: number },
): void => setFields(core, xdp, 'xdp_buff', fields)

export function freeXdp(core: Core, xdp: number): void {
  core.memory.free(fieldNumber(core, xdp, 'xdp_buff', 'data_hard_start'))
  core.memory.free(xdp)
}
