// SPDX-License-Identifier: Apache-2.0
// What a test run answers in the packet's place: the packet, or the keys that a flow dissector found in it.
import type { LoadedProgram, Machine } from '../runtime/index.ts'
import { packetChange } from './run-packet.ts'

/** Lines that say what became of the frame; none where nothing did. */
export function returnedLines(
  machine: Machine,
  program: LoadedProgram,
  frame: Uint8Array,
  out: Uint8Array,
): readonly string[] {
  if (program.type === 'BPF_PROG_TYPE_FLOW_DISSECTOR') return keyLines(machine, frame, out)
  // of a netfilter program nothing comes back
  return program.type === 'BPF_PROG_TYPE_NETFILTER' ? [] : packetChange(program, frame, out)
}

const little = (bytes: Uint8Array): string => `${[...bytes].reduceRight((value, byte) => value * 256 + byte, 0)}`
const port = (bytes: Uint8Array): string => `${bytes[0]! * 256 + bytes[1]!}`
const digits = (bytes: Uint8Array): string => `0x${Buffer.from(bytes).toString('hex')}`
const dotted = (bytes: Uint8Array): string => bytes.join('.')
const groups = (bytes: Uint8Array): string =>
  Buffer.from(bytes)
    .toString('hex')
    .replaceAll(/(.{4})(?=.)/g, '$1:')

/** ETH_P_IPV6, as `addr_proto` has it. */
const IPV6 = 0x86dd

/** How members of struct bpf_flow_keys read. Addresses of IP and IPv6 lie in one place. */
const keys: readonly (readonly [name: string, text: (bytes: Uint8Array) => string, only?: 'ipv4' | 'ipv6'])[] = [
  ['nhoff', little],
  ['thoff', little],
  ['addr_proto', (bytes) => `0x${Number(little(bytes)).toString(16).padStart(4, '0')}`],
  ['is_frag', little],
  ['is_first_frag', little],
  ['is_encap', little],
  ['ip_proto', little],
  ['n_proto', digits],
  ['sport', port],
  ['dport', port],
  ['ipv4_src', dotted, 'ipv4'],
  ['ipv4_dst', dotted, 'ipv4'],
  ['ipv6_src', groups, 'ipv6'],
  ['ipv6_dst', groups, 'ipv6'],
  ['flags', little],
  ['flow_label', digits],
]

/** Keys that are not as the kernel had them before the program ran. */
function keyLines({ layouts }: Machine, frame: Uint8Array, out: Uint8Array): readonly string[] {
  const struct = 'bpf_flow_keys'
  const before = new Uint8Array(out.length)
  const put = (name: string, bytes: Iterable<number>): void => before.set([...bytes], layouts.offset(struct, name))
  for (const name of ['nhoff', 'thoff']) put(name, [14, 0])
  put('n_proto', frame.subarray(12, 14))
  const at = layouts.offset(struct, 'addr_proto')
  const version = out[at]! + 256 * out[at + 1]! === IPV6 ? 'ipv6' : 'ipv4'
  return keys.flatMap(([name, text, only]) => {
    if (only !== undefined && only !== version) return []
    const { offset, size } = layouts.field(struct, name)
    const [from, to] = [before, out].map((bytes) => text(bytes.subarray(offset, offset + size)))
    return from === to ? [] : [`  flow_keys->${name}: ${from} → ${to}`]
  })
}
