// SPDX-License-Identifier: Apache-2.0
// What the kernel's own congestion control (RFC 5681) does, for programs that are one and fall back to it: numbers of struct tcp_sock.

import { model, type Models } from '../core/abi.ts'
import type { Core } from '../core/core.ts'
import { fieldNumber, setFields } from '../core/objects.ts'

type Field =
  | 'snd_cwnd'
  | 'snd_ssthresh'
  | 'snd_cwnd_clamp'
  | 'snd_cwnd_cnt'
  | 'prior_cwnd'
  | 'max_packets_out'
  | 'is_cwnd_limited'
const of = (core: Core, sk: number, field: Field): number => fieldNumber(core, sk, 'tcp_sock', field)
const set = (core: Core, sk: number, fields: Partial<Record<Field, number>>): void =>
  setFields(core, sk, 'tcp_sock', fields)

const isInSlowStart = (core: Core, sk: number): boolean => of(core, sk, 'snd_cwnd') < of(core, sk, 'snd_ssthresh')

/** Up to the threshold a segment more for each that was acknowledged; those that are left. */
function slowStart(core: Core, sk: number, acked: number): number {
  const window = of(core, sk, 'snd_cwnd')
  const grown = Math.min(window + acked, of(core, sk, 'snd_ssthresh'))
  set(core, sk, { snd_cwnd: Math.min(grown, of(core, sk, 'snd_cwnd_clamp')) })
  return acked - (grown - window)
}

/** Beyond it a segment more for so many as the window has; what is over is counted. */
function avoid(core: Core, sk: number, window: number, acked: number): void {
  let cwnd = of(core, sk, 'snd_cwnd')
  let count = of(core, sk, 'snd_cwnd_cnt')
  // credits of a smaller window that was exceeded before
  if (count >= window) {
    count = 0
    cwnd++
  }
  count += acked
  if (count >= window) {
    const more = window === 0 ? 0 : Math.floor(count / window)
    count -= more * window
    cwnd += more
  }
  set(core, sk, { snd_cwnd: Math.min(cwnd, of(core, sk, 'snd_cwnd_clamp')), snd_cwnd_cnt: count })
}

/** Was the window, rather than the application, what held data back? */
const isLimited = (core: Core, sk: number): boolean =>
  of(core, sk, 'is_cwnd_limited') !== 0 ||
  (isInSlowStart(core, sk) && of(core, sk, 'snd_cwnd') < 2 * of(core, sk, 'max_packets_out'))

export const congestionKfuncs: Models = {
  tcp_reno_ssthresh: model(['i32'], 'u32', (core) => (sk) => Math.max(of(core, sk, 'snd_cwnd') >>> 1, 2)),
  tcp_reno_undo_cwnd: model(
    ['i32'],
    'u32',
    (core) => (sk) => Math.max(of(core, sk, 'snd_cwnd'), of(core, sk, 'prior_cwnd')),
  ),
  tcp_slow_start: model(['i32', 'i32'], 'u32', (core) => (sk, acked) => slowStart(core, sk, acked >>> 0)),
  tcp_cong_avoid_ai: model(['i32', 'i32', 'i32'], 'none', (core) => (sk, window, acked) => {
    avoid(core, sk, window >>> 0, acked >>> 0)
  }),
  tcp_reno_cong_avoid: model(['i32', 'none', 'i32'], 'none', (core) => (sk, acked) => {
    if (!isLimited(core, sk)) return
    const left = isInSlowStart(core, sk) ? slowStart(core, sk, acked >>> 0) : acked >>> 0
    if (left > 0) avoid(core, sk, of(core, sk, 'snd_cwnd'), left)
  }),
}
