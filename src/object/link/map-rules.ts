// SPDX-License-Identifier: Apache-2.0
// Which maps a kernel makes: sizes, entries and flags by type, as BPF_MAP_CREATE takes them (Documentation/bpf/map_*.rst;
// the limits are the behaviour of the real kernel). libbpf refuses an object with a map that is not made, unless told to leave it out.
import { type Btf, resolveType } from '../../btf/index.ts'
import { mapFlags, releaseIn } from '../../uapi/index.ts'
import type { MapDef } from '../types.ts'

/** Why the kernel makes no such map: what libbpf prints of the error, and what to change. */
export interface MapFault {
  readonly error: 'Invalid argument(-22)' | 'Argument list too long(-7)' | 'unknown error (-524)(-524)'
  readonly why: string
}

/** A size that must be one of these, lie between two, or be there at all. */
type Size = readonly number[] | { readonly least: number; readonly most: number; readonly unit?: number }

interface MapRule {
  /** After 'BPF_MAP_TYPE_'. */
  readonly types: string
  readonly key: Size
  readonly value: Size
  /** max_entries: there must be some, none, or it is no matter. */
  readonly entries: 'some' | 'none' | 'any'
  readonly flags: number
  readonly needs?: number
  /** Entries, or bytes of a value, beyond which the kernel says E2BIG instead of EINVAL. */
  readonly mostEntries?: number
  readonly mostValue?: number
  /** Values have one copy a CPU: no NUMA node can be asked for. */
  readonly perCpu?: boolean
  /** Key and value types must be given as BTF, the key an int. */
  readonly typed?: boolean
  /** Bits that map_extra may have. */
  readonly extra?: bigint
  /** The first kernel that has the type, where 6.12 does not. */
  readonly since?: string
}

const f = mapFlags
const access = f.BPF_F_RDONLY | f.BPF_F_WRONLY | f.BPF_F_RDONLY_PROG | f.BPF_F_WRONLY_PROG
const userAccess = f.BPF_F_RDONLY | f.BPF_F_WRONLY
const numa = f.BPF_F_NUMA_NODE
const htab = f.BPF_F_NO_PREALLOC | numa | access | f.BPF_F_ZERO_SEED
const storage = f.BPF_F_NO_PREALLOC | f.BPF_F_CLONE
const fourGiB = 2 ** 32
/** KMALLOC_MAX_SIZE with 4 KiB pages. */
const KMALLOC = 4 << 20
/** PCPU_MIN_UNIT_SIZE */
const PER_CPU = 32 << 10
/** What is left of 64 KiB beside an element of local storage. */
const STORAGE = 65_407
/** perf_event_max_stack */
const STACK_DEPTH = 127
/** CONFIG_NR_CPUS of distributions' kernels */
const NR_CPUS = 8192
/** MAX_BPF_STACK */
const BPF_STACK = 512
const some: Size = { least: 1, most: fourGiB }

/** Buckets are a power of two, of 16 bytes each, and all of them less than 4 GB. */
const MOST_BUCKETS = 2 ** 27

export const mapRules: readonly MapRule[] = [
  { types: 'HASH', key: some, value: some, entries: 'some', flags: htab, mostEntries: MOST_BUCKETS },
  {
    types: 'PERCPU_HASH',
    key: some,
    value: some,
    entries: 'some',
    flags: htab,
    mostValue: PER_CPU,
    perCpu: true,
    mostEntries: MOST_BUCKETS,
  },
  {
    types: 'LRU_HASH',
    key: some,
    value: some,
    entries: 'some',
    flags: htab | f.BPF_F_NO_COMMON_LRU,
    mostEntries: MOST_BUCKETS,
  },
  {
    types: 'LRU_PERCPU_HASH',
    key: some,
    value: some,
    entries: 'some',
    flags: htab | f.BPF_F_NO_COMMON_LRU,
    mostValue: PER_CPU,
    perCpu: true,
    mostEntries: MOST_BUCKETS,
  },
  {
    types: 'ARRAY',
    key: [4],
    value: some,
    entries: 'some',
    flags: numa | access | f.BPF_F_MMAPABLE | f.BPF_F_INNER_MAP,
    mostValue: 2 ** 31 - 1,
  },
  {
    types: 'PERCPU_ARRAY',
    key: [4],
    value: some,
    entries: 'some',
    flags: numa | access,
    mostValue: PER_CPU,
    perCpu: true,
  },
  { types: 'PROG_ARRAY CGROUP_ARRAY ARRAY_OF_MAPS', key: [4], value: [4], entries: 'some', flags: numa | userAccess },
  {
    types: 'PERF_EVENT_ARRAY',
    key: [4],
    value: [4],
    entries: 'any',
    flags: numa | userAccess | f.BPF_F_PRESERVE_ELEMS,
  },
  { types: 'HASH_OF_MAPS', key: some, value: [4], entries: 'some', flags: htab, mostEntries: MOST_BUCKETS },
  {
    types: 'STACK_TRACE',
    key: [4],
    value: { least: 8, most: 32 * STACK_DEPTH, unit: 8 },
    entries: 'some',
    flags: numa | userAccess | f.BPF_F_STACK_BUILD_ID,
    mostEntries: 2 ** 31,
  },
  {
    types: 'LPM_TRIE',
    key: { least: 5, most: 260 },
    value: { least: 1, most: KMALLOC - 1 - 256 - 40 },
    entries: 'some',
    flags: f.BPF_F_NO_PREALLOC | numa | access,
    needs: f.BPF_F_NO_PREALLOC,
  },
  { types: 'QUEUE STACK', key: [0], value: some, entries: 'some', flags: numa | access, mostValue: KMALLOC },
  { types: 'RINGBUF USER_RINGBUF', key: [0], value: [0], entries: 'some', flags: numa },
  {
    types: 'BLOOM_FILTER',
    key: [0],
    value: some,
    entries: 'some',
    flags: numa | access | f.BPF_F_ZERO_SEED,
    mostValue: KMALLOC,
    extra: 0xfn,
  },
  {
    types: 'ARENA',
    key: [0],
    value: [0],
    entries: 'some',
    flags: f.BPF_F_MMAPABLE | f.BPF_F_SEGV_ON_FAULT | f.BPF_F_NO_USER_CONV,
    needs: f.BPF_F_MMAPABLE,
    mostEntries: 2 ** 20,
    extra: 0xffff_ffff_ffff_f000n,
  },
  { types: 'DEVMAP DEVMAP_HASH', key: [4], value: [4, 8], entries: 'some', flags: numa | userAccess },
  { types: 'CPUMAP', key: [4], value: [4, 8], entries: 'some', flags: numa, mostEntries: NR_CPUS },
  { types: 'XSKMAP', key: [4], value: [4], entries: 'some', flags: numa | userAccess },
  { types: 'SOCKMAP', key: [4], value: [4, 8], entries: 'some', flags: numa | userAccess },
  { types: 'SOCKHASH', key: some, value: [4, 8], entries: 'some', flags: numa | userAccess },
  { types: 'REUSEPORT_SOCKARRAY', key: [4], value: [4, 8], entries: 'some', flags: numa | access },
  { types: 'CGROUP_STORAGE', key: [8, 16], value: some, entries: 'none', flags: numa | access, mostValue: STORAGE },
  {
    types: 'PERCPU_CGROUP_STORAGE',
    key: [8, 16],
    value: some,
    entries: 'none',
    flags: numa | access,
    mostValue: PER_CPU,
  },
  {
    types: 'SK_STORAGE INODE_STORAGE TASK_STORAGE CGRP_STORAGE',
    key: [4],
    value: some,
    entries: 'none',
    flags: storage,
    needs: f.BPF_F_NO_PREALLOC,
    mostValue: STORAGE,
    typed: true,
  },
  { types: 'INSN_ARRAY', key: [4], value: [16], entries: 'some', flags: 0, since: '6.19' },
  {
    types: 'RHASH',
    key: { least: 1, most: 0xffff },
    value: some,
    entries: 'some',
    flags: f.BPF_F_NO_PREALLOC | numa | access,
    needs: f.BPF_F_NO_PREALLOC,
    extra: 0xffffn,
    since: '7.2',
  },
]

const knownFlags = Object.values(mapFlags).reduce((all, bit) => all | bit, 0)
const byType = new Map(mapRules.flatMap((rule) => rule.types.split(' ').map((type) => [`BPF_MAP_TYPE_${type}`, rule])))

export interface MapFaultOptions {
  /** The kernel. What it takes beyond that of 6.12 and beyond these rules is let pass. Default 6.12. */
  readonly release?: string
  /** What the types of keys and values stand in. */
  readonly btf?: Btf | undefined
}

/** What keeps the kernel from making this map; undefined: it makes it, memory allowing. */
export function mapFault(map: MapDef, { release = '6.12', btf }: MapFaultOptions = {}): MapFault | undefined {
  const newer = releaseIn(release, '6.13')
  const named = nameFault(map.kernelName)
  if (named !== undefined) return named
  const rule = byType.get(map.type)
  const kind = map.type.replace('BPF_MAP_TYPE_', '').toLowerCase()
  // what has no name here is in no kernel that is known
  if (rule === undefined && newer && map.type.startsWith('BPF_MAP_TYPE_')) return undefined
  if (rule === undefined || (rule.since !== undefined && !releaseIn(release, rule.since)))
    return map.type === 'BPF_MAP_TYPE_STRUCT_OPS' ? undefined : invalid(`no such map type: ${kind}`)
  return (
    flagFault(newer ? { ...map, flags: map.flags & knownFlags } : map, rule, kind) ??
    sizeFault(map, rule, kind) ??
    typeFault(map, rule, kind, btf) ??
    tooBig(map, rule, kind)
  )
}

/** No map of maps can have these: programs get at what is in them by other ways than a look-up. */
const neverWithin: ReadonlySet<string> = new Set(
  ['PROG_ARRAY', 'CGROUP_STORAGE', 'PERCPU_CGROUP_STORAGE', 'STRUCT_OPS', 'INSN_ARRAY'].map(
    (type) => `BPF_MAP_TYPE_${type}`,
  ),
)
export const isMapOfMaps = (type: string): boolean => /^BPF_MAP_TYPE_(ARRAY|HASH)_OF_MAPS$/.test(type)

/** What keeps a map, which the kernel makes by itself, from being one of those in a map of maps. */
export function withinFault({ type }: MapDef): MapFault | undefined {
  if (isMapOfMaps(type)) return invalid('maps of maps are not within one another')
  if (!neverWithin.has(type)) return undefined
  const kind = type.replace('BPF_MAP_TYPE_', '').toLowerCase()
  return { error: 'unknown error (-524)(-524)', why: `${a(kind)} cannot be in a map of maps` }
}

function nameFault(name: string): MapFault | undefined {
  const wrong = alienIn(name)
  return wrong === undefined ? undefined : invalid(`a map's name cannot have '${wrong}' in it: '${name}'`)
}

/** What the kernel does not take in a name: it takes letters and digits (Latin-1's are among them), '_' and '.'. */
export const alienIn = (name: string): string | undefined =>
  /[^A-Za-z0-9_.\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u00ff]/.exec(name)?.[0]

const a = (kind: string): string => `${/^[aeiou]/.test(kind) ? 'an' : 'a'} ${kind}`
const invalid = (why: string): MapFault => ({ error: 'Invalid argument(-22)', why })
const big = (why: string): MapFault => ({ error: 'Argument list too long(-7)', why })

function flagFault({ flags, mapExtra }: MapDef, rule: MapRule, kind: string): MapFault | undefined {
  if ((mapExtra & ~(rule.extra ?? 0n)) !== 0n)
    return invalid(`map_extra of ${a(kind)} cannot be 0x${mapExtra.toString(16)}`)
  const isHash = kind.endsWith('hash') && !kind.startsWith('dev') && !kind.startsWith('sock')
  const alien = (flags & ~rule.flags) >>> 0
  if (alien !== 0) return invalid(`map_flags of ${a(kind)} cannot have ${flagNames(alien)}`)
  if ((flags & userAccess) === userAccess) return invalid('BPF_F_RDONLY and BPF_F_WRONLY exclude each other')
  const forPrograms = f.BPF_F_RDONLY_PROG | f.BPF_F_WRONLY_PROG
  if ((flags & forPrograms) === forPrograms)
    return invalid('BPF_F_RDONLY_PROG and BPF_F_WRONLY_PROG exclude each other')
  if (isHash && kind.startsWith('lru') && (flags & f.BPF_F_NO_PREALLOC) !== 0)
    return { error: 'unknown error (-524)(-524)', why: `${a(kind)} is always preallocated: drop BPF_F_NO_PREALLOC` }
  const needed = ((rule.needs ?? 0) & ~flags) >>> 0
  if (needed !== 0) return invalid(`map_flags of ${a(kind)} must have ${flagNames(needed)}`)
  if ((flags & numa) !== 0 && (rule.perCpu === true || (flags & f.BPF_F_NO_COMMON_LRU) !== 0))
    return invalid(`${a(kind)} has values on every CPU: BPF_F_NUMA_NODE cannot be asked for`)
  return undefined
}

function sizeFault(map: MapDef, rule: MapRule, kind: string): MapFault | undefined {
  const { keySize, valueSize, maxEntries } = map
  if (rule.entries === 'some' && maxEntries === 0) return invalid(`max_entries of ${a(kind)} cannot be 0`)
  if (rule.entries === 'none' && maxEntries !== 0) return invalid(`max_entries of ${a(kind)} must be 0`)
  if (!fits(keySize, rule.key)) return invalid(`key_size of ${a(kind)} must be ${sizeText(rule.key)}, not ${keySize}`)
  if (!fits(valueSize, rule.value))
    return invalid(`value_size of ${a(kind)} must be ${sizeText(rule.value)}, not ${valueSize}`)
  if (kind === 'rhash' && map.mapExtra > BigInt(maxEntries))
    return invalid('map_extra of a rhash, its first size, is at most max_entries')
  if (kind.endsWith('ringbuf') && (maxEntries % 4096 !== 0 || (maxEntries & (maxEntries - 1)) !== 0))
    return invalid(`max_entries of ${a(kind)} is its size: a power of two, and whole pages`)
  if (kind === 'stack_trace') {
    const byBuildId = (map.flags & f.BPF_F_STACK_BUILD_ID) !== 0
    if (byBuildId && valueSize % 32 !== 0)
      return invalid('value_size of a stack_trace with BPF_F_STACK_BUILD_ID must be a multiple of 32')
    if (valueSize / (byBuildId ? 32 : 8) > STACK_DEPTH)
      return invalid(`a stack_trace has at most ${STACK_DEPTH} frames of ${byBuildId ? 32 : 8} bytes`)
  }
  return undefined
}

function typeFault(map: MapDef, rule: MapRule, kind: string, btf: Btf | undefined): MapFault | undefined {
  if (rule.typed !== true) return undefined
  if (map.keyTypeId === 0 || map.valueTypeId === 0)
    return invalid(
      btf === undefined
        ? 'it cannot be made without BTF'
        : `${a(kind)} needs the types of key and value: __type(key, int), __type(value, …)`,
    )
  const key = btf === undefined ? undefined : resolveType(btf, map.keyTypeId)
  if (key !== undefined && (key.kind !== 'int' || key.bits !== 32))
    return invalid(`the key of ${a(kind)} must be an int`)
  return undefined
}

function tooBig(
  { keySize, valueSize, maxEntries, mapExtra }: MapDef,
  rule: MapRule,
  kind: string,
): MapFault | undefined {
  if (rule.mostEntries !== undefined && maxEntries > rule.mostEntries)
    return big(`max_entries of ${a(kind)} is at most ${rule.mostEntries}, and this is ${maxEntries}`)
  if (rule.mostValue !== undefined && valueSize > rule.mostValue) {
    const why = `value_size of ${a(kind)} is at most ${rule.mostValue}, and this is ${valueSize}`
    // what libbpf prints is the answer to its second try, without types, which these maps cannot do without
    return rule.typed === true ? invalid(why) : big(why)
  }
  if ((kind.endsWith('hash') || kind === 'hash_of_maps') && keySize + valueSize >= KMALLOC)
    return big(`key and value of ${a(kind)} have at most 4 MiB`)
  if (kind === 'sockhash' && keySize > BPF_STACK) return big(`key_size of a sockhash is at most ${BPF_STACK}`)
  if ((kind === 'queue' || kind === 'stack') && maxEntries * valueSize >= fourGiB)
    return big(`${a(kind)} has at most 4 GiB`)
  if (kind === 'arena' && mapExtra >> 32n !== (mapExtra + BigInt(maxEntries) * 4096n - 1n) >> 32n)
    return invalid('an arena cannot cross a 4 GiB boundary of user space')
  return undefined
}

const fits = (size: number, wanted: Size): boolean =>
  'least' in wanted
    ? size >= wanted.least && size <= wanted.most && size % (wanted.unit ?? 1) === 0
    : wanted.includes(size)

function sizeText(wanted: Size): string {
  if (!('least' in wanted)) return wanted.join(' or ')
  if (wanted.most === fourGiB) return `at least ${wanted.least}`
  return `${wanted.unit === undefined ? '' : `a multiple of ${wanted.unit}, `}${wanted.least} to ${wanted.most}`
}

function flagNames(flags: number): string {
  const names = Object.entries(mapFlags).flatMap(([name, bit]) => ((flags & bit) !== 0 ? [name] : []))
  const unknown = Object.values(mapFlags).reduce((rest, bit) => rest & ~bit, flags) >>> 0
  return [...names, ...(unknown === 0 ? [] : [`0x${unknown.toString(16)}`])].join(' | ')
}
