// SPDX-License-Identifier: Apache-2.0
// Answers "may this program call helper N, and with which prototype".
import { asReplaced } from '../extension.ts'
import { helperName as uapiName } from '../../uapi/index.ts'
import type { HelperAnswer, HelperArg, HelperProto, ProgramTraits } from '../types.ts'
import { availability, setOfType } from './availability.ts'
import type { AvailabilityRow, AvailabilitySet } from './availability-rows.ts'
import { type Config, isBuilt, usualConfig } from './config-needs.ts'
import { allowedInProbe } from './probe-allow.ts'
import { type GateName, gateOpen } from '../gates.ts'
import { type StructOpsKind, structOpsKind } from '../struct-ops-kinds.ts'
import { withLaterArguments } from './later-arguments.ts'
import { helperRows } from './protos.ts'

/** 'bpf_map_lookup_elem' for 1. */
export const helperName = (id: number): string | undefined => uapiName(id)

/** Which rules of later kernels hold. */
type Gate = (name: GateName) => boolean

/** What is asked of the kernel: its rules, and the options it is built with. */
export interface HelperRules {
  readonly gate: Gate
  readonly config: Config
  /** Kinds of struct_ops; without it those that every kernel has. */
  readonly structOps?: KindOf
}
type KindOf = (name: string) => StructOpsKind | undefined
const gatesOf =
  (release: string): Gate =>
  (name) =>
    gateOpen(name, release)

interface Row {
  readonly proto: HelperProto
  /** Only at the attach points that probe-allow.ts lists. */
  readonly probe: boolean
}

let parsed: ReadonlyMap<string, Row> | undefined
/** Every prototype by 'name' or 'name:variant'. */
export function helperPrototypes(): ReadonlyMap<string, Row> {
  parsed ??= new Map(helperRows.trim().split('\n').map(readRow))
  return parsed
}

let usual: ReadonlyMap<number, HelperProto> | undefined
/** The helper of that number as most programs have it, whoever may call it; what no other variant of it differs in. */
export function usualHelper(id: number): HelperProto | undefined {
  if (usual === undefined) {
    const found = new Map<number, HelperProto>()
    for (const [key, { proto }] of helperPrototypes())
      if (!found.has(proto.id) || !key.includes(':')) found.set(proto.id, proto)
    usual = found
  }
  return usual.get(id)
}

/**
 * The prototype of helper `id` as this program sees it. Unknown numbers, helpers that the program's type does not offer, and
 * GPL-only ones from programs of another licence are refused, in the order the kernel checks them; `message` is its log line.
 */
export function lookupHelper(
  id: number,
  program: ProgramTraits,
  rules: HelperRules = { gate: gatesOf('6.12'), config: usualConfig },
): HelperAnswer {
  const { gate, structOps = structOpsKind } = rules
  const name = helperName(id)
  if (name === undefined) return { ok: false, why: 'unknown', message: `invalid func unknown#${id}` }
  const set = setOf(program, gate, structOps)
  if (set === undefined) return { ok: false, why: 'unsupported' }
  const key = search(set, name.slice(4), { ...rules, program })
  const row = key === undefined ? undefined : helperPrototypes().get(key)
  if (row === undefined)
    return { ok: false, why: 'not_allowed', message: `program of this type cannot use helper ${name}#${id}` }
  if (row.proto.gplOnly && !program.gpl)
    return { ok: false, why: 'gpl', message: 'cannot call GPL-restricted function from non-GPL compatible program' }
  if (row.probe && !allowedInProbe(row.proto.name, program))
    return { ok: false, why: 'hook', message: 'helper call is not allowed in probe' }
  return { ok: true, proto: withLaterArguments(key ?? '', row.proto, gate) }
}

/** freplace programs count as what they replace (check_attach_btf_id takes over the target's verifier_ops). */
function setOf(program: ProgramTraits, gate: Gate, structOps: KindOf): string | undefined {
  if (program.type === 'BPF_PROG_TYPE_STRUCT_OPS') {
    const kind = structOps(program.structOps?.typeName ?? '')
    return kind?.laterHelpers !== undefined && gate(kind.laterHelpers.gate) ? kind.laterHelpers.set : kind?.helpers
  }
  return setOfType.get(program.type === 'BPF_PROG_TYPE_EXT' ? (program.target?.type ?? '') : program.type)
}

interface Asker extends HelperRules {
  readonly program: ProgramTraits
}

function search(setName: string, helper: string, { program, ...rules }: Asker): string | undefined {
  const seen = { program: asReplaced(program), ...rules }
  for (let name: string | undefined = setName; name !== undefined; ) {
    const set: AvailabilitySet | undefined = availability.get(name)
    if (set === undefined) return undefined
    for (const first of set.first ?? []) {
      const found = inRows(availability.get(first)?.rows ?? [], helper, seen)
      if (found !== undefined) return found || undefined
    }
    const found = inRows(set.rows, helper, seen)
    if (found !== undefined) return found || undefined
    name = set.next
  }
  return undefined
}

/** The prototype's key; '' where a row denies it; undefined where no row speaks of it. */
function inRows(
  rows: readonly AvailabilityRow[],
  helper: string,
  { program, gate, config }: Asker,
): string | undefined {
  for (const row of rows) {
    const key = namesOf(row).get(helper)
    if (key === undefined) continue
    if (row.needs !== undefined && program.unprivileged) continue
    if (row.gate !== undefined && !gate(row.gate)) continue
    if (row.when !== undefined && !row.when(program)) continue
    if (!isBuilt(key, config)) continue
    return row.deny ? '' : key
  }
  return undefined
}

const names = new WeakMap<AvailabilityRow, ReadonlyMap<string, string>>()
function namesOf(row: AvailabilityRow): ReadonlyMap<string, string> {
  let map = names.get(row)
  if (map === undefined) {
    const words = row.helpers.trim().split(/\s+/)
    map = new Map(words.map((word) => [word.split(':')[0] ?? word, word]))
    names.set(row, map)
  }
  return map
}

function readRow(line: string): [string, Row] {
  const [id = '', key = '', flags = '', ret = '', ...args] = line.split(' ')
  const words = flags.split(',')
  const has = (flag: string) => words.includes(flag)
  const [, least = '1', most = '1'] = /^as(\d+)-(\d+)$/.exec(words.find((word) => word.startsWith('as')) ?? '') ?? []
  const { type, btf } = readType(ret)
  const proto: HelperProto = {
    id: Number(id),
    name: `bpf_${key.split(':')[0]}`,
    gplOnly: has('gpl'),
    pktAccess: has('pkt'),
    mightSleep: has('sleep'),
    fastcall: has('fast'),
    movesPacket: has('moves'),
    acquires: has('acquires'),
    casts: has('casts'),
    changesMap: has('changes'),
    underLock: has('locked'),
    bounded: has('bounded'),
    insns: [Number(least), Number(most)],
    ret: type,
    ...(btf === undefined ? {} : { retBtf: btf }),
    args: args.map(readType),
  }
  return [key, { proto, probe: has('probe') }]
}

function readType(text: string): HelperArg {
  const match = /^([A-Z0-9_|]+)(?:\[(\w+|\*)\])?(?:\{(\d+)\})?$/.exec(text)
  const [, type = text, btf, size] = match ?? []
  return {
    type,
    ...(btf === undefined || btf === '*' ? {} : { btf }),
    ...(size === undefined ? {} : { size: Number(size) }),
  }
}
