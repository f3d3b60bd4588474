// SPDX-License-Identifier: Apache-2.0
// Helpers on events of perf: records to users, and what is known of the event that runs a program. Flags: an index in the low half, all of it set for the CPU that runs; for packets, how many
// of their bytes are to follow the data in bits 32 to 51.

import { skbProgramTypes } from '../contexts/skb-types.ts'
import { flagsOf, model, type Models } from '../core/abi.ts'
import type { Core } from '../core/core.ts'
import { errno } from '../core/errno.ts'
import { MachineError, notModelled } from '../core/errors.ts'
import { sampleNote, type Sample } from '../objects/sample.ts'
import { PerfEventArrayMap } from '../maps/perf-events.ts'
import { skbData, skbLength } from '../objects/skb.ts'
import { xdpBytes, xdpLength } from '../objects/xdp.ts'

const CURRENT_CPU = 0xffff_ffff
const CONTEXT_BITS = 0xf_ffff

/** A packet's bytes. */
interface Packet {
  readonly length: number
  /** The first so many. */
  readonly bytes: (size: number) => Uint8Array
}

interface Output {
  readonly map: number
  readonly low: number
  readonly high: number
  readonly data: number
  readonly size: number
  readonly packet?: Packet
}

function output(core: Core, { map, low, high, data, size, packet }: Output): number {
  const wanted = high & CONTEXT_BITS
  if ((high & ~(packet === undefined ? 0 : CONTEXT_BITS)) !== 0) return -errno.EINVAL
  if (packet !== undefined && wanted > packet.length) return -errno.EFAULT
  const events = eventsAt(core, map)
  const error = events.ready(indexIn(low))
  if (error !== 0) return error
  const record = new Uint8Array(size + (packet === undefined ? 0 : wanted))
  record.set(core.memory.read(data, size))
  if (packet !== undefined) record.set(packet.bytes(wanted), size)
  return events.output(record)
}

/** undefined: that of the CPU which runs. */
const indexIn = (low: number): number | undefined => (low >>> 0 === CURRENT_CPU ? undefined : low >>> 0)

function eventsAt(core: Core, map: number): PerfEventArrayMap {
  const events = core.mapAt(map)
  if (events instanceof PerfEventArrayMap) return events
  throw new MachineError('misuse', `map ${events.name} has no events`)
}

function skbPacket(core: Core, skb: number): Packet {
  return { length: skbLength(core, skb), bytes: (size) => core.memory.read(skbData(core, skb), size) }
}
function xdpPacket(core: Core, xdp: number): Packet {
  return { length: xdpLength(core, xdp), bytes: (size) => xdpBytes(core, xdp, { withMeta: false }).subarray(0, size) }
}

/** Of which bpf_perf_event_output() may take bytes, by program type; others have none. */
const packets: ReadonlyMap<string, (core: Core, context: number) => Packet> = new Map([
  ['BPF_PROG_TYPE_XDP', xdpPacket],
  ...skbProgramTypes.map((type) => [type, skbPacket] as const),
])

const packetOutput = (of: (core: Core, context: number) => Packet) =>
  model(
    ['i32', 'i32', 'halves', 'i32', 'i32'],
    's32',
    (core) =>
      (...[context, map, low, high, data, size]) =>
        output(core, { map, low, high, data, size, packet: of(core, context) }),
  )

/** struct bpf_perf_event_value */
const COUNTS = 24

/** Counters of events: here there are none that count. */
function counterError(core: Core, { map, low, high }: Pick<Output, 'map' | 'low' | 'high'>): number {
  if (high !== 0) return -errno.EINVAL
  const error = eventsAt(core, map).ready(indexIn(low))
  if (error === -errno.E2BIG || error === -errno.ENOENT) return error
  throw notModelled('a counter of perf')
}

/** BPF_F_GET_BRANCH_RECORDS_SIZE */
const ASK_SIZE = 1
/** struct perf_branch_entry: from, to, flags */
const BRANCH = 24

/** Of the event that runs the program, as the test tells it. */
const sampleOf = ({ current }: Core): Sample => (current!.notes.get(sampleNote) ?? {}) as Sample

function branchBytes({ branches = [] }: Sample): Uint8Array {
  const bytes = new Uint8Array(BRANCH * branches.length)
  const view = new DataView(bytes.buffer)
  for (const [i, { from, to, flags = 0 }] of branches.entries())
    for (const [word, value] of [from, to, flags].entries())
      view.setBigUint64(BRANCH * i + 8 * word, BigInt.asUintN(64, BigInt(value)), true)
  return bytes
}

export const perfHelpers: Models = {
  bpf_perf_prog_read_value: model(['none', 'i32', 'i32'], 's32', (core) => (to, size) => {
    core.memory.clear(to, size)
    if (size !== COUNTS) return -errno.EINVAL
    const { count = 0, enabled = 0, running = 0 } = sampleOf(core)
    for (const [word, value] of [count, enabled, running].entries()) core.memory.setNumber(to + 8 * word, 8, value)
    return 0
  }),
  bpf_read_branch_records: model(['none', 'i32', 'i32', 'halves'], 's32', (core) => (...[to, size, low, high]) => {
    if (flagsOf(low, high) > ASK_SIZE) return -errno.EINVAL
    const sample = sampleOf(core)
    if (sample.branches === undefined) return -errno.ENOENT
    const records = branchBytes(sample)
    if (low === ASK_SIZE) return records.length
    if (to === 0 || size % BRANCH !== 0) return -errno.EINVAL
    const taken = records.subarray(0, size)
    core.memory.write(to, taken)
    return taken.length
  }),
  bpf_perf_event_read: model(
    ['i32', 'halves'],
    's32',
    (core) => (map, low, high) => counterError(core, { map, low, high }),
  ),
  bpf_perf_event_read_value: model(
    ['i32', 'halves', 'i32', 'i32'],
    's32',
    (core) =>
      (...[map, low, high, to, size]) => {
        core.memory.clear(to, size)
        return size === COUNTS ? counterError(core, { map, low, high }) : -errno.EINVAL
      },
  ),
  bpf_perf_event_output: model(
    ['i32', 'i32', 'halves', 'i32', 'i32'],
    's32',
    (core) =>
      (...[context, map, low, high, data, size]) => {
        const packet = packets.get(core.current?.type ?? '')?.(core, context)
        return output(core, { map, low, high, data, size, ...(packet === undefined ? {} : { packet }) })
      },
  ),
  bpf_skb_output: packetOutput(skbPacket),
  bpf_xdp_output: packetOutput(xdpPacket),
}
