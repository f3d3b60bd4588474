// SPDX-License-Identifier: Apache-2.0
// What iterators write: bpf_seq_printf, bpf_seq_write.

import { model, type Models } from '../core/abi.ts'
import type { Core, Invocation } from '../core/core.ts'
import { errno } from '../core/errno.ts'
import { format } from '../core/format.ts'

/** Of bpf_seq_read(), 8 pages: one call of a program writes less than that. */
const ROOM = 8 * 4096

/** What one run of an iterator wrote. */
class Written {
  private readonly buffer = new Uint8Array(ROOM)
  private length = 0

  /** 0, or -EOVERFLOW: then nothing more is taken. */
  add(bytes: Uint8Array): number {
    if (this.length + bytes.length >= ROOM) {
      this.length = ROOM
      return -errno.EOVERFLOW
    }
    this.buffer.set(bytes, this.length)
    this.length += bytes.length
    return 0
  }
  /** Nothing where it was too much. */
  get bytes(): Uint8Array {
    return this.length === ROOM ? new Uint8Array(0) : this.buffer.slice(0, this.length)
  }
}

const NOTE = 'written'

export function writtenOf({ current }: Core): Written {
  let written = current!.notes.get(NOTE)
  if (!(written instanceof Written)) {
    written = new Written()
    current!.notes.set(NOTE, written)
  }
  return written as Written
}

/** What the run that left these notes wrote. */
export function writtenIn(notes: Invocation['notes']): Uint8Array {
  const written = notes.get(NOTE)
  return written instanceof Written ? written.bytes : new Uint8Array(0)
}

export const seqHelpers: Models = {
  bpf_seq_printf: model(['none', 'i32', 'i32', 'i32', 'i32'], 's32', (core) => (at, size, data, length) => {
    if ((length & 7) !== 0 || length > 12 * 8 || (length > 0 && data === 0)) return -errno.EINVAL
    const args = Array.from({ length: length >> 3 }, (_, i) => core.memory.number(data + 8 * i, 8))
    const text = format(core, core.memory.text(at, size), args)
    if (text === undefined) return -errno.EINVAL
    return writtenOf(core).add(new TextEncoder().encode(text))
  }),
  bpf_seq_write: model(['none', 'i32', 'i32'], 's32', (core) => (at, size) => {
    return writtenOf(core).add(core.memory.read(at, size))
  }),
}
