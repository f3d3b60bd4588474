// SPDX-License-Identifier: Apache-2.0
// Helpers of programs on infrared receivers: keys that are down, or still are, and pointers that move.

import { model, type Models } from '../core/abi.ts'
import { keepLatest, MANY } from '../core/latest.ts'
import { remoteEventsOf } from '../objects/remote.ts'

export const remoteHelpers: Models = {
  bpf_rc_keydown: model(['none', 'i32', 'i64', 'i32'], 's32', (core) => (protocol, scancode, toggle) => {
    const event = { kind: 'key', protocol, scancode: BigInt.asUintN(64, scancode), toggle: toggle >>> 0 } as const
    keepLatest(remoteEventsOf(core), event, MANY)
    return 0
  }),
  bpf_rc_repeat: model(['none'], 's32', (core) => () => {
    keepLatest(remoteEventsOf(core), { kind: 'repeat' }, MANY)
    return 0
  }),
  bpf_rc_pointer_rel: model(['none', 'i32', 'i32'], 's32', (core) => (x, y) => {
    keepLatest(remoteEventsOf(core), { kind: 'pointer', x, y }, MANY)
    return 0
  }),
}
