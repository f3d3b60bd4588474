// SPDX-License-Identifier: Apache-2.0
// Where programs sent packets. bpf_redirect() and its kin say where to; a program that then answers so has it done.

import type { Core } from '../core/core.ts'
import { keepLatest, SOME } from '../core/latest.ts'
import { remember } from '../core/remember.ts'

export interface Redirect {
  /** The program's name. */
  readonly program: string
  /** device: to be sent; ingress: as if it had come in there; peer, neigh: as the helpers of these names; map: to what a map has; clone: a copy. */
  readonly kind: 'device' | 'ingress' | 'peer' | 'neigh' | 'map' | 'clone'
  /** Number of the device; undefined: the map says. */
  readonly ifindex?: number
  /** Name of the map, and the key of what the packet goes to; a broadcast has none. */
  readonly map?: string
  readonly index?: number
  readonly data: Uint8Array
}

class Redirects {
  readonly done: Redirect[] = []
  /** What the program that runs asked for last. */
  asked: Omit<Redirect, 'program' | 'data'> | undefined

  /** Around a program's runs: where one answers `value`, what it asked for is done with the packet that is there then. */
  around(program: string, value: number, packet: () => Uint8Array): { before(): void; after(retval: number): void } {
    return {
      before: () => {
        this.asked = undefined
      },
      after: (retval) => {
        if (retval !== value) return
        if (this.asked !== undefined) keepLatest(this.done, { program, ...this.asked, data: packet() }, SOME)
        this.asked = undefined
      },
    }
  }
}

export const redirectsOf = remember((_core: Core): Redirects => new Redirects())
