// SPDX-License-Identifier: Apache-2.0
// Helpers of sysctl programs. Which sysctl it is, and what is read or written, is told where the program is called (`call({ sysctl })`).

import { model, type Models } from '../core/abi.ts'
import type { Core } from '../core/core.ts'
import { errno } from '../core/errno.ts'

/** What a sysctl program is asked about. */
export interface Sysctl {
  /** As below /proc/sys: 'net/ipv4/tcp_mem'. */
  readonly name: string
  /** What it holds; as it is read, so commonly with a newline at its end. */
  readonly current?: string
  /** What is to be written. */
  readonly written?: string
}

/** Notes of a run in which a sysctl is read or written. */
export const sysctlNotes = { asked: 'sysctl', replaced: 'sysctl replaced' } as const

const BPF_F_SYSCTL_BASE_NAME = 1n
const PAGE_SIZE = 4096

const askedOf = ({ current }: Core): Sysctl =>
  (current?.notes.get(sysctlNotes.asked) as Sysctl | undefined) ?? { name: '' }

/** As much as fits, with its zero; E2BIG where that is not all. */
function putText({ memory }: Core, at: number, room: number, text: string): number {
  const bytes = new TextEncoder().encode(text)
  const count = Math.min(bytes.length, room - 1)
  memory.write(at, bytes.subarray(0, count))
  memory.u8[at + count] = 0
  return count < bytes.length ? -errno.E2BIG : count
}

/** A value has no zero at its end: one as long as the room loses its last byte. */
function putValue({ memory }: Core, at: number, room: number, value: string | undefined): number {
  const bytes = new TextEncoder().encode(value ?? '')
  if (room === 0) return -errno.E2BIG
  memory.u8.fill(0, at, at + room)
  if (bytes.length === 0) return -errno.EINVAL
  memory.write(at, bytes.subarray(0, room))
  if (room > bytes.length) return bytes.length
  memory.u8[at + room - 1] = 0
  return -errno.E2BIG
}

/** What is to be written now: a program may have replaced it. */
const newValue = (core: Core): string | undefined =>
  (core.current?.notes.get(sysctlNotes.replaced) as string | undefined) ?? askedOf(core).written

export const sysctlHelpers: Models = {
  bpf_sysctl_get_name: model(['none', 'i32', 'i32', 'i64'], 's32', (core) => (at, room, flags) => {
    const { name } = askedOf(core)
    const isBase = (flags & BPF_F_SYSCTL_BASE_NAME) !== 0n
    return putText(core, at, room, isBase ? name.slice(name.lastIndexOf('/') + 1) : name)
  }),
  bpf_sysctl_get_current_value: model(
    ['none', 'i32', 'i32'],
    's32',
    (core) => (at, room) => putValue(core, at, room, askedOf(core).current),
  ),
  bpf_sysctl_get_new_value: model(['none', 'i32', 'i32'], 's32', (core) => (at, room) => {
    if (askedOf(core).written !== undefined) return putValue(core, at, room, newValue(core))
    core.memory.u8.fill(0, at, at + room)
    return -errno.EINVAL
  }),
  bpf_sysctl_set_new_value: model(['none', 'i32', 'i32'], 's32', (core) => (at, length) => {
    const before = newValue(core)
    if (before === undefined || before === '' || length === 0) return -errno.EINVAL
    if (length > PAGE_SIZE - 1) return -errno.E2BIG
    core.current?.notes.set(sysctlNotes.replaced, new TextDecoder().decode(core.memory.read(at, length)))
    return 0
  }),
}
