// SPDX-License-Identifier: Apache-2.0
// Packets that a test makes, for programs that are called with a struct sk_buff: tracepoints, fentry, LSM hooks.

import type { Core } from '../core/core.ts'
import { MachineError } from '../core/errors.ts'
import { type Fields, setFields } from '../core/objects.ts'
import { MadeStruct } from './made-struct.ts'
import { loopback } from './net.ts'
import { createSkb, freeSkb, receiveFrame, skbData } from './skb.ts'

const ETH_HLEN = 14

/** A struct sk_buff. */
export class Skb extends MadeStruct {
  /** The frame as it is now, with its Ethernet header. */
  get frame(): Uint8Array {
    const begin = this.get('head') + this.get('mac_header')
    return this.core.memory.read(begin, skbData(this.core, this.address) + this.get('len') - begin)
  }
  /** Its memory is given back: who reads it afterwards finds what is freed. */
  free(): void {
    freeSkb(this.core, this.address)
  }
}

export function skbOf(core: Core, frame: Uint8Array, fields: Fields): Skb {
  if (!(frame instanceof Uint8Array) || frame.length < ETH_HLEN)
    throw new MachineError('misuse', `a packet is a Uint8Array of an Ethernet frame: ${ETH_HLEN} bytes at least`)
  const skb = createSkb(core, { data: frame, device: loopback(core) })
  receiveFrame(core, skb, frame, { keepsEthernet: false })
  setFields(core, skb, 'sk_buff', fields)
  return new Skb(core, 'sk_buff', skb)
}
