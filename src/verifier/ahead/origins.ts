// SPDX-License-Identifier: Apache-2.0
// Where in the stack a value may point: into no frame, at up to four places of one, anywhere in one, or into any of several. What the
// flow of pointers computes with; a value is never changed.

/** So many places are told apart. */
const MOST_PLACES = 4

export interface Origin {
  /** Bit f: it may point into frame f. 0: it points to no stack. */
  readonly frames: number
  /** The one frame, or -1 where there is none or several. */
  readonly frame: number
  /** Offsets from that frame's top, ascending; empty: anywhere. */
  readonly places: readonly number[]
}

export const nowhere: Origin = { frames: 0, frame: -1, places: [] }
export const inFrames = (frames: number): Origin => ({ frames, frame: -1, places: [] })
export const anywhereIn = (frame: number): Origin => ({ frames: 1 << frame, frame, places: [] })
export const originAt = (frame: number, places: readonly number[]): Origin => ({ frames: 1 << frame, frame, places })

export const pointsToStack = (origin: Origin): boolean => origin !== nowhere
/** It may point into the frame. */
export const mayPointInto = (origin: Origin, frame: number): boolean => (origin.frames & (1 << frame)) !== 0

export function sameOrigin(a: Origin, b: Origin): boolean {
  if (a === b) return true
  if (a.frames !== b.frames || a.frame !== b.frame || a.places.length !== b.places.length) return false
  return pointsToStack(a) === pointsToStack(b) && a.places.every((place, i) => place === b.places[i])
}

function union(frame: number, a: readonly number[], b: readonly number[]): Origin {
  const places = [...new Set([...a, ...b])].sort((x, y) => x - y)
  return places.length > MOST_PLACES ? anywhereIn(frame) : originAt(frame, places)
}

/** Either of the two. A pointer to one place that may be no pointer at all counts as one to that place or the frame's top, so that
 *  what is written through it may not be written. */
export function eitherOrigin(a: Origin, b: Origin): Origin {
  if (a === b) return a
  if (a.frame >= 0 && a.frame === b.frame) {
    return a.places.length === 0 || b.places.length === 0 ? anywhereIn(a.frame) : union(a.frame, a.places, b.places)
  }
  const [pointer, other] = a.frame >= 0 ? [a, b] : [b, a]
  if (other === nowhere) {
    if (pointer === nowhere || pointer.frame < 0) return pointer === nowhere ? nowhere : inFrames(pointer.frames)
    return pointer.places.length === 1 ? union(pointer.frame, pointer.places, [0]) : pointer
  }
  return inFrames(a.frames | b.frames)
}

/** The sum, or whatever arithmetic, of the two. */
export function originOfSum(dst: Origin, src: Origin): Origin {
  if (dst === nowhere && src === nowhere) return nowhere
  if (dst.frame >= 0 && (src === nowhere || src.frame === dst.frame)) return anywhereIn(dst.frame)
  if (src.frame >= 0 && dst === nowhere) return anywhereIn(src.frame)
  return inFrames(dst.frames | src.frames)
}

/** Moved by a constant; what leaves 16 bits may be anywhere. */
export function moved(origin: Origin, by: number): Origin {
  if (by === 0 || origin.places.length === 0) return origin
  const places = origin.places.map((place) => place + by)
  return [by, ...places].every(fits16) ? originAt(origin.frame, places) : anywhereIn(origin.frame)
}
const fits16 = (value: number): boolean => value >= -32768 && value <= 32767
