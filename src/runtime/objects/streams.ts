// SPDX-License-Identifier: Apache-2.0
// A program's streams, since 6.17: what it wrote to its standard output and error, until somebody reads it.

import { errno } from '../core/errno.ts'
import { remember } from '../core/remember.ts'

/** BPF_STREAM_MAX_CAPACITY */
const CAPACITY = 100_000
/** enum bpf_stream_id */
const ids: ReadonlyMap<number, StreamName> = new Map([
  [1, 'stdout'],
  [2, 'stderr'],
])

export type StreamName = 'stdout' | 'stderr'

class Streams {
  private readonly written = new Map<string, { readonly texts: string[]; bytes: number }>()

  /** 0 or an error. */
  write(program: string, stream: number, text: string): number {
    const name = ids.get(stream)
    if (name === undefined) return -errno.ENOENT
    const held = this.of(program, name)
    const bytes = new TextEncoder().encode(text).length
    if (held.bytes + bytes >= CAPACITY) return -errno.ENOSPC
    held.texts.push(text)
    held.bytes += bytes
    return 0
  }

  /** All that was written since; then there is room again. */
  read(program: string, name: StreamName): string {
    const held = this.of(program, name)
    held.bytes = 0
    return held.texts.splice(0).join('')
  }

  private of(program: string, name: StreamName): { readonly texts: string[]; bytes: number } {
    const key = `${program} ${name}`
    let held = this.written.get(key)
    if (held === undefined) {
      held = { texts: [], bytes: 0 }
      this.written.set(key, held)
    }
    return held
  }
}

export const isStream = (stream: number): boolean => ids.has(stream)
export const streamsOf = remember(() => new Streams())
