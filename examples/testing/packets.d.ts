// SPDX-License-Identifier: Apache-2.0
/** An Ethernet frame with an IPv4 UDP datagram in it. */
export declare function datagram(options: {
  readonly port: number
  readonly from?: readonly number[]
  readonly payload?: number
}): Uint8Array
