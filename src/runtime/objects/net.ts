// SPDX-License-Identifier: Apache-2.0
// Network devices and sockets that packets belong to.

import type { Core } from '../core/core.ts'
import { createObject } from '../core/objects.ts'
import { remember } from '../core/remember.ts'

/** The device that BPF_PROG_TEST_RUN's packets come in on: lo, number 1. */
export const loopback = remember((core: Core): number => device(core, { ifindex: 1, name: 'lo' }))

/** init_net, the namespace that all devices and sockets are in; its number is the first that is given. */
export const network = remember((core: Core): number => {
  const net = createObject(core, 'net', { 'ns.inum': 0xf000_0000 })
  core.variables.set('init_net', net)
  return net
})

export interface DeviceOptions {
  readonly ifindex: number
  readonly name: string
}

export const device = (core: Core, { ifindex, name }: DeviceOptions): number =>
  createObject(core, 'net_device', {
    'nd_net.net': network(core),
    ifindex,
    name: new TextEncoder().encode(name.slice(0, 15)),
    mtu: 65536,
    hard_header_len: 14,
  })
