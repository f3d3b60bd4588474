// SPDX-License-Identifier: Apache-2.0
// How libbpf prints a path of objects: the base name without its directory.
import { FaultError, type Place } from '../fault/index.ts'

/** Throws with libbpf's own sentence, so that people find it where they search for it. */
export function refuse(what: string, place: Place = {}, hint?: string): never {
  throw new FaultError(what, place, hint)
}

/** errno as libbpf prints it at the end of many of its lines. */
export const errno = { ENOENT: -2, ESRCH: -3, EINVAL: -22, ERANGE: -34, ENOTSUP: -95 } as const
