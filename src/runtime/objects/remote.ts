// SPDX-License-Identifier: Apache-2.0
import { remember } from '../core/remember.ts'

/** What a program of an infrared receiver (lirc_mode2) made of what it received. */
export type RemoteEvent =
  | { readonly kind: 'key'; readonly protocol: number; readonly scancode: bigint; readonly toggle: number }
  | { readonly kind: 'repeat' }
  | { readonly kind: 'pointer'; readonly x: number; readonly y: number }

/** First to last. */
export const remoteEventsOf = remember((): RemoteEvent[] => [])
