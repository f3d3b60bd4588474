// SPDX-License-Identifier: Apache-2.0
// What programs send by sockets of the kernel's (bpf_ksock_send): datagrams to addresses where nobody listens.

import type { Core } from '../core/core.ts'
import { keepLatest, SOME } from '../core/latest.ts'
import { remember } from '../core/remember.ts'

export interface Sent {
  /** The program's name. */
  readonly program: string
  /** '10.0.0.1:53', '[2001:db8::1]:53' */
  readonly to: string
  readonly data: Uint8Array
}

class KernelSockets {
  readonly sent: Sent[] = []
  /** Their families, and where those that are connected are connected to. */
  readonly sockets = new Map<number, { readonly family: number; to: string | undefined }>()

  send(sent: Sent): void {
    keepLatest(this.sent, sent, SOME)
  }
}

export const kernelSocketsOf = remember((_core: Core): KernelSockets => new KernelSockets())
