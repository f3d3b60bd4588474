// SPDX-License-Identifier: Apache-2.0
// kfuncs on CPU masks: cpumasks.rst. A struct bpf_cpumask begins with the mask, struct cpumask; its count of references follows.

import { model, type Models } from '../core/abi.ts'
import type { Core } from '../core/core.ts'
import { errno } from '../core/errno.ts'
import { createObject } from '../core/objects.ts'
import { remember } from '../core/remember.ts'
import { put, tryGet } from '../objects/refcount.ts'

interface Width {
  /** Bytes of a mask. */
  readonly bytes: number
  /** Bits that are looked at, and what "none" is. */
  readonly bits: number
}

/** Masks of one word are looked at whole, longer ones up to the last CPU there is. */
const widthOf = remember((core: Core): Width => {
  const bytes = core.layouts.sizeOf('cpumask')
  const possible = core.kernel.config('CONFIG_NR_CPUS')
  return { bytes, bits: bytes > 8 ? core.cpus : possible === undefined ? 64 : Number(possible) }
})

const isSet = ({ memory }: Core, mask: number, cpu: number): boolean =>
  ((memory.u8[mask + (cpu >> 3)]! >> (cpu & 7)) & 1) !== 0
function setBit({ memory }: Core, mask: number, cpu: number, to: 0 | 1): void {
  const at = mask + (cpu >> 3)
  const bit = 1 << (cpu & 7)
  memory.u8[at] = to === 1 ? memory.u8[at]! | bit : memory.u8[at]! & ~bit
}

/** Of all bits of a mask, those that are looked at. */
function first(core: Core, wanted: (cpu: number) => boolean, from = 0): number {
  const { bits } = widthOf(core)
  for (let cpu = from; cpu < bits; cpu++) if (wanted(cpu)) return cpu
  return bits
}
const every = (core: Core, holds: (cpu: number) => boolean): number =>
  first(core, (cpu) => !holds(cpu)) === widthOf(core).bits ? 1 : 0

/** The next one after the last that was answered on this CPU, and from 0 on again. */
const lastOn = remember((): Map<number, number> => new Map())
function distribute(core: Core, wanted: (cpu: number) => boolean): number {
  const { bits } = widthOf(core)
  const last = lastOn(core).get(core.cpu) ?? 0
  let next = first(core, wanted, last + 1)
  if (next === bits) next = first(core, (cpu) => cpu <= last && wanted(cpu))
  if (next < core.cpus) lastOn(core).set(core.cpu, next)
  return next
}

/** What is done with one CPU's bit: nothing where there is no such CPU. */
const one = (does: (core: Core, mask: number, cpu: number) => number) =>
  model(['i32', 'i32'], 'u32', (core) => (cpu, mask) => (cpu >>> 0 < core.cpus ? does(core, mask, cpu) : 0))

function change(to: 0 | 1) {
  return (core: Core, mask: number, cpu: number): number => {
    const before = isSet(core, mask, cpu)
    setBit(core, mask, cpu, to)
    return before ? 1 : 0
  }
}

/** Words of two masks into a third. Answers whether a bit is set that is looked at. */
const combine = (of: (a: number, b: number) => number) =>
  model(['i32', 'i32', 'i32'], 'u32', (core) => (to, a, b) => {
    const { u8 } = core.memory
    const { bits } = widthOf(core)
    const words = Math.ceil(bits / 64) * 8
    let any = 0
    for (let i = 0; i < words; i++) {
      const byte = of(u8[a + i]!, u8[b + i]!)
      u8[to + i] = byte
      const within = Math.max(0, Math.min(8, bits - 8 * i))
      any |= byte & ((1 << within) - 1)
    }
    return any === 0 ? 0 : 1
  })

const changes = (models: Models): Models =>
  Object.fromEntries(Object.entries(models).map(([name, made]) => [name, { ...made, result: 'none' as const }]))

const release = model(['i32'], 'none', (core) => (mask) => {
  if (put(core, mask + core.layouts.offset('bpf_cpumask', 'usage'), 'a bpf_cpumask')) core.memory.free(mask)
})

const questions: Models = {
  bpf_cpumask_first: model(['i32'], 'u32', (core) => (mask) => first(core, (cpu) => isSet(core, mask, cpu))),
  bpf_cpumask_first_zero: model(['i32'], 'u32', (core) => (mask) => first(core, (cpu) => !isSet(core, mask, cpu))),
  bpf_cpumask_first_and: model(
    ['i32', 'i32'],
    'u32',
    (core) => (a, b) => first(core, (cpu) => isSet(core, a, cpu) && isSet(core, b, cpu)),
  ),
  bpf_cpumask_any_distribute: model(
    ['i32'],
    'u32',
    (core) => (mask) => distribute(core, (cpu) => isSet(core, mask, cpu)),
  ),
  bpf_cpumask_any_and_distribute: model(
    ['i32', 'i32'],
    'u32',
    (core) => (a, b) => distribute(core, (cpu) => isSet(core, a, cpu) && isSet(core, b, cpu)),
  ),
  bpf_cpumask_equal: model(
    ['i32', 'i32'],
    'u32',
    (core) => (a, b) => every(core, (cpu) => isSet(core, a, cpu) === isSet(core, b, cpu)),
  ),
  bpf_cpumask_intersects: model(
    ['i32', 'i32'],
    'u32',
    (core) => (a, b) => 1 - every(core, (cpu) => !(isSet(core, a, cpu) && isSet(core, b, cpu))),
  ),
  bpf_cpumask_subset: model(
    ['i32', 'i32'],
    'u32',
    (core) => (a, b) => every(core, (cpu) => !isSet(core, a, cpu) || isSet(core, b, cpu)),
  ),
  bpf_cpumask_empty: model(['i32'], 'u32', (core) => (mask) => every(core, (cpu) => !isSet(core, mask, cpu))),
  bpf_cpumask_full: model(
    ['i32'],
    'u32',
    (core) => (mask) =>
      first(core, (cpu) => cpu < core.cpus && !isSet(core, mask, cpu)) === widthOf(core).bits ? 1 : 0,
  ),
  bpf_cpumask_weight: model(['i32'], 'u32', (core) => (mask) => {
    let weight = 0
    for (let cpu = 0; cpu < widthOf(core).bits; cpu++) if (isSet(core, mask, cpu)) weight++
    return weight
  }),
}

export const cpumaskKfuncs: Models = {
  bpf_cpumask_create: model([], 'u32', (core) => () => createObject(core, 'bpf_cpumask', { 'usage.refs.counter': 1 })),
  bpf_cpumask_acquire: model(['i32'], 'u32', (core) => (mask) => {
    tryGet(core, mask + core.layouts.offset('bpf_cpumask', 'usage'))
    return mask
  }),
  bpf_cpumask_release: release,
  bpf_cpumask_release_dtor: release,
  bpf_cpumask_test_cpu: one((core, mask, cpu) => (isSet(core, mask, cpu) ? 1 : 0)),
  bpf_cpumask_test_and_set_cpu: one(change(1)),
  bpf_cpumask_test_and_clear_cpu: one(change(0)),
  bpf_cpumask_and: combine((a, b) => a & b),
  ...changes({
    bpf_cpumask_set_cpu: one(change(1)),
    bpf_cpumask_clear_cpu: one(change(0)),
    bpf_cpumask_or: combine((a, b) => a | b),
    bpf_cpumask_xor: combine((a, b) => a ^ b),
  }),
  bpf_cpumask_setall: model(['i32'], 'none', (core) => (mask) => {
    const { bytes } = widthOf(core)
    // words are filled whole, but where a mask is one word
    if (bytes > 8) core.memory.u8.fill(0xff, mask, mask + Math.ceil(core.cpus / 64) * 8)
    else for (let cpu = 0; cpu < 64; cpu++) setBit(core, mask, cpu, cpu < core.cpus ? 1 : 0)
  }),
  bpf_cpumask_clear: model(['i32'], 'none', (core) => (mask) => {
    const { bytes, bits } = widthOf(core)
    core.memory.u8.fill(0, mask, mask + Math.min(bytes, Math.ceil(bits / 64) * 8))
  }),
  bpf_cpumask_copy: model(['i32', 'i32'], 'none', (core) => (to, from) => {
    const { bytes, bits } = widthOf(core)
    core.memory.u8.copyWithin(to, from, from + Math.min(bytes, Math.ceil(bits / 64) * 8))
  }),
  bpf_cpumask_populate: model(['i32', 'i32', 'i32'], 's32', (core) => (mask, from, size) => {
    const words = Math.ceil(core.cpus / 64) * 8
    if (size >>> 0 < words) return -errno.EACCES
    core.memory.u8.copyWithin(mask, from, from + words)
    return 0
  }),
  ...questions,
}
