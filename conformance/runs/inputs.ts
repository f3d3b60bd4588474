// SPDX-License-Identifier: Apache-2.0
// What programs are run on, by the real kernel and by us: written here once, read by the oracle as lines (oracle/runs.h).
import { packets, randomBytes } from './packets.ts'

/** What takes the same inputs: the program types that the kernel runs in one way. */
export type InputClass =
  | 'xdp'
  | 'skb'
  | 'flow_dissector'
  | 'sk_lookup'
  | 'raw_tp'
  | 'syscall'
  | 'netfilter'
  | 'tracing'
  | 'struct_ops'

export interface Input {
  readonly name: string
  /** The packet; of struct_ops what the first argument leads to. */
  readonly data?: Uint8Array
  readonly ctx?: Uint8Array
}

/** By name as the oracle's rows have it; of tracing programs the oracle takes those on the kernel's functions for tests. */
export const classes: ReadonlyMap<string, InputClass> = new Map([
  ['xdp', 'xdp'],
  ['sched_cls', 'skb'],
  ['sched_act', 'skb'],
  ['cgroup_skb', 'skb'],
  ['socket_filter', 'skb'],
  ['lwt_in', 'skb'],
  ['lwt_out', 'skb'],
  ['lwt_xmit', 'skb'],
  ['lwt_seg6local', 'skb'],
  ['flow_dissector', 'flow_dissector'],
  ['sk_lookup', 'sk_lookup'],
  ['raw_tracepoint', 'raw_tp'],
  ['raw_tracepoint_writable', 'raw_tp'],
  ['syscall', 'syscall'],
  ['netfilter', 'netfilter'],
  ['tracing', 'tracing'],
  ['struct_ops', 'struct_ops'],
])

/** The first input of each: what the selftests' own loader gives a program that has a `__retval`. */
const retval: Input = { name: 'retval', data: new Uint8Array(64) }

const withoutPacket: ReadonlySet<InputClass> = new Set(['syscall', 'struct_ops'])

/** The inputs of a class, in the order they are run in. */
export function inputsOf(kind: InputClass): readonly Input[] {
  return [withoutPacket.has(kind) ? { name: retval.name } : retval, ...inputs[kind]()]
}

const inputs: Readonly<Record<InputClass, () => Input[]>> = {
  xdp: () => [
    ...[...packets()].map(([name, data]) => ({ name, data, ctx: xdpContext(data.length, 0) })),
    { name: 'meta', data: metaPacket(), ctx: xdpContext(metaPacket().length, 8) },
  ],
  skb: () => [
    ...[...packets()].map(([name, data]) => ({ name, data, ctx: new Uint8Array(skbSize) })),
    { name: 'marked', data: packets().get('tcp4')!, ctx: markedSkb() },
  ],
  flow_dissector: () => [...packets()].map(([name, data]) => ({ name, data })),
  sk_lookup: () => [
    { name: 'tcp4', ctx: lookup({ family: inet, protocol: 6, port: 80 }) },
    { name: 'udp4', ctx: lookup({ family: inet, protocol: 17, port: 7007 }) },
    { name: 'tcp6', ctx: lookup({ family: inet6, protocol: 6, port: 80 }) },
    { name: 'udp6', ctx: lookup({ family: inet6, protocol: 17, port: 7007 }) },
  ],
  raw_tp: () => [
    { name: 'zeros', ctx: new Uint8Array(rawArguments * 8) },
    { name: 'small', ctx: Uint8Array.from({ length: rawArguments * 8 }, (_, i) => (i % 8 === 0 ? i / 8 + 1 : 0)) },
    { name: 'random', ctx: Uint8Array.from(randomBytes('raw arguments', rawArguments * 8)) },
  ],
  syscall: () => [{ name: 'zeros', ctx: new Uint8Array(64) }],
  // run as on the way out: what is given begins with the IP header
  netfilter: () =>
    [...packets()].flatMap(([name, data]) => (name === 'short' ? [] : [{ name, data: data.subarray(14) }])),
  tracing: () => [{ name: 'again' }],
  struct_ops: () => [
    { name: 'null', ctx: operands([0n]) },
    { name: 'state', data: operands([5n]).subarray(0, 4), ctx: operands([0n]) },
    { name: 'nulls', ctx: operands([0n, 1n, 2n, 3n, 4n]) },
    { name: 'operands', data: operands([7n]).subarray(0, 4), ctx: operands([0n, -100n, 0xffffn, 97n, 1n << 63n]) },
    { name: 'wide', data: operands([1n]).subarray(0, 4), ctx: operands([0n, 1n << 40n, 1n << 20n, 0x161n, -1n]) },
  ],
}

/** The lines that the oracle reads; `skips`: programs not to be run, as `OBJ PROG`. */
export function inputLines(skips: readonly string[]): string {
  const lines = [...new Set(classes.values())].flatMap((kind) =>
    inputsOf(kind).map(({ name, data, ctx }) => `input ${kind} ${name} ${hexOrNone(data)} ${hexOrNone(ctx)}`),
  )
  return `${[...lines, ...skips.map((skip) => `skip ${skip}`)].join('\n')}\n`
}

const hexOrNone = (bytes: Uint8Array | undefined): string =>
  bytes === undefined ? '-' : Buffer.from(bytes).toString('hex')

/** Of struct __sk_buff in 6.12 to 7.3. */
const skbSize = 192
/** The most arguments of a raw tracepoint. */
const rawArguments = 12
const inet = 2
const inet6 = 10

function xdpContext(length: number, meta: number): Uint8Array {
  return words(24, [
    [0, meta],
    [4, length],
  ])
}

const metaPacket = (): Uint8Array => Uint8Array.from([...randomBytes('meta', 8), ...packets().get('udp4')!])

function markedSkb(): Uint8Array {
  const [mark, priority, cb, gsoSegments, gsoSize] = [8, 32, 48, 164, 176]
  return words(skbSize, [
    [mark, 0x1234],
    [priority, 7],
    ...[1, 2, 3, 4, 5].map((value, i): [number, number] => [cb + 4 * i, value]),
    [gsoSegments, 2],
    [gsoSize, 100],
  ])
}

/** struct bpf_sk_lookup */
function lookup({ family, protocol, port }: { family: number; protocol: number; port: number }): Uint8Array {
  const remotePort = 40000
  const four = family === inet
  return words(72, [
    [8, family],
    [12, protocol],
    [16, four ? 0x0100000a : 0],
    [20, four ? 0 : 0xfd],
    [32, four ? 0 : 0x01000000],
    [36, ((remotePort & 255) << 8) | (remotePort >> 8)],
    [40, four ? 0x0200000a : 0],
    [44, four ? 0 : 0xfd],
    [56, four ? 0 : 0x02000000],
    [60, port],
  ])
}

/** Arguments of an operation. */
const operands = (values: readonly bigint[]): Uint8Array =>
  new Uint8Array(BigUint64Array.from(values, (value) => BigInt.asUintN(64, value)).buffer)

/** Little-endian, at these offsets. */
function words(size: number, values: readonly (readonly [offset: number, value: number])[]): Uint8Array {
  const bytes = new Uint8Array(size)
  const view = new DataView(bytes.buffer)
  for (const [offset, value] of values) view.setUint32(offset, value, true)
  return bytes
}
