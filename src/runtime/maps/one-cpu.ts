// SPDX-License-Identifier: Apache-2.0
// Per-CPU maps as users see them: the values of all CPUs at once, or (since 7.0) that of one CPU, or one for all.

import { releaseIn } from '../../uapi/index.ts'
import type { Core } from '../core/core.ts'
import { errno } from '../core/errno.ts'
import { remember } from '../core/remember.ts'
import type { RuntimeMap } from './map.ts'

const BPF_F_LOCK = 4
/** The CPU stands in the high half of the flags. */
const BPF_F_CPU = 8
const BPF_F_ALL_CPUS = 16

/** Whether this kernel has these flags. It no longer keeps what users put behind a value that is no multiple of 8, then. */
export const hasCpuFlags = remember(({ kernel }): boolean => releaseIn(kernel.release, '7.0'))

const low = (flags: number): number => flags % 2 ** 32
const high = (flags: number): number => Math.floor(flags / 2 ** 32)
const namesOne = (flags: number): boolean => (low(flags) & BPF_F_CPU) !== 0
const isSingle = (flags: number): boolean => (low(flags) & (BPF_F_CPU | BPF_F_ALL_CPUS)) !== 0

/** What a user asks of a map with flags, of which the command knows those in `known`: 0 or a negative error. */
export function flagsError(core: Core, map: RuntimeMap, flags: number, known: number): number {
  if ((low(flags) & ~known) !== 0) return -errno.EINVAL
  if ((low(flags) & BPF_F_LOCK) !== 0 && !map.fields.hasLock) return -errno.EINVAL
  if (!namesOne(flags) && high(flags) !== 0) return -errno.EINVAL
  if (!isSingle(flags)) return 0
  const both = BPF_F_CPU | BPF_F_ALL_CPUS
  if (!map.def.type.includes('PERCPU') || (low(flags) & both) === both) return -errno.EINVAL
  return namesOne(flags) && high(flags) >= core.cpus ? -errno.ERANGE : 0
}
/** Flags that look-ups know. */
export const LOOKUP_FLAGS: number = BPF_F_LOCK | BPF_F_CPU

/** Bytes of a value that come with the flags. */
export const sizeWith = (core: Core, map: RuntimeMap, flags: number): number =>
  hasCpuFlags(core) && isSingle(flags) ? map.def.valueSize : map.userSize

/** The CPU that a look-up is of; undefined: all. */
export const cpuIn = (core: Core, flags: number): number | undefined =>
  hasCpuFlags(core) && namesOne(flags) ? high(flags) : undefined

/** More than the flags of an update of a per-CPU map, by a user. */
export const isTooMuch = (core: Core, flags: number): boolean =>
  hasCpuFlags(core) ? low(flags) > BPF_F_ALL_CPUS : flags > 2

/** Which CPUs' values an update is of, and how far apart they are given. */
export function updatedCpus(core: Core, flags: number, stride: number): { from: number; to: number; step: number } {
  const cpu = cpuIn(core, flags)
  if (cpu !== undefined) return { from: cpu, to: cpu + 1, step: 0 }
  return { from: 0, to: core.cpus, step: hasCpuFlags(core) && isSingle(flags) ? 0 : stride }
}
