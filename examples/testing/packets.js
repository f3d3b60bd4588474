// SPDX-License-Identifier: Apache-2.0
// Packets as tests write them down.

/**
 * An Ethernet frame with an IPv4 UDP datagram in it.
 * @param {{ port: number, from?: number[], payload?: number }} options
 */
export function datagram({ port, from = [10, 0, 0, 1], payload = 4 }) {
  const bytes = new Uint8Array(14 + 20 + 8 + payload)
  const view = new DataView(bytes.buffer)
  view.setUint16(12, 0x0800)
  bytes[14] = 0x45
  view.setUint16(16, 28 + payload)
  bytes[22] = 64
  bytes[23] = 17
  bytes.set(from, 26)
  view.setUint16(34, 40000)
  view.setUint16(36, port)
  view.setUint16(38, 8 + payload)
  return bytes
}
