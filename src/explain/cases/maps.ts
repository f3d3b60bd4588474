// SPDX-License-Identifier: Apache-2.0
// A map that the kernel does not make: what to change in its declaration.

import type { MapDef } from '../../object/index.ts'
import { type Values, yes } from '../fill.ts'
import type { Case } from './case.ts'

export function mapValues({ report, program }: Case): Values {
  const map = report.rule === 'loader-map' ? program.maps.find(({ name }) => name === report.details.seen) : undefined
  const why = report.details.why ?? ''
  if (map === undefined) return {}
  const row = advice.find(({ is }) => is.test(why))
  return {
    mapAdvice: isLargePerCpu(map)
      ? 'Spread the buffer over several elements of the map, or use an ordinary array with an element for each CPU, looked up by bpf_get_smp_processor_id(): its values may be larger.'
      : row?.says(is(row.is, why)),
    // what is 0 in the object its loader may be meant to set
    mapUnset: yes(/not 0$|cannot be 0$/.test(why)),
  }
}

const is = (pattern: RegExp, why: string): string => pattern.exec(why)?.[1] ?? ''

/** A value of a per-CPU map is smaller than others may be (PCPU_MIN_UNIT_SIZE). */
const MOST_PER_CPU = 32768
const isLargePerCpu = ({ type, valueSize }: MapDef): boolean =>
  /PERCPU_(?:ARRAY|HASH)/.test(type) && valueSize > MOST_PER_CPU

interface Advice {
  /** What the kernel has against the map, with the part that the advice repeats. */
  readonly is: RegExp
  readonly says: (part: string) => string
}

const advice: readonly Advice[] = [
  {
    is: /^key_size of an? (\w+) must be 0,/,
    says: (kind) => `Remove __type(key, …) or __uint(key_size, …): elements of a ${kind} have no keys.`,
  },
  {
    is: /^value_size of an? (\w+) must be 0,/,
    says: (kind) => `Remove __type(value, …) or __uint(value_size, …): a ${kind} has no values.`,
  },
  {
    is: /^max_entries of an? \w+ cannot be 0/,
    says: () => 'Declare the maximum number of elements: __uint(max_entries, 1024);',
  },
  {
    is: /^max_entries of an? (\w+) must be 0/,
    says: (kind) =>
      `Remove __uint(max_entries, …): a ${kind} grows with the number of objects that it stores values for.`,
  },
  {
    is: /^(?:key|value)_size of an? (?:prog_array|cgroup_array|perf_event_array|array_of_maps|hash_of_maps|xskmap) must be (4),/,
    says: () => 'Its keys and values are 4-byte numbers: __type(key, __u32); __type(value, __u32);',
  },
  {
    is: /^key_size of an? (\w+) must be 4,/,
    says: (kind) => `Keys of ${/^[aeiou]/.test(kind) ? 'an' : 'a'} ${kind} are 4-byte numbers: __type(key, __u32);`,
  },
  { is: /^map_flags of an? \w+ must have ([\w |]+)$/, says: (flags) => `Add __uint(map_flags, ${flags});` },
  { is: /^map_flags of an? \w+ cannot have ([\w |]+)$/, says: (flags) => `Remove ${flags} from map_flags.` },
  { is: /drop (BPF_F_NO_PREALLOC)$/, says: (flags) => `Remove ${flags} from map_flags.` },
  {
    is: /is its size: a power of two, and whole pages/,
    says: () => 'Its max_entries counts bytes, not records: __uint(max_entries, 256 * 1024);',
  },
  { is: /^the key of an? (\w+) must be an int/, says: () => 'Declare __type(key, int);' },
]
