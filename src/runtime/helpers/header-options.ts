// SPDX-License-Identifier: Apache-2.0
// Helpers on options of TCP headers (sock_ops programs). The context's packet is the header: of a segment that came, or that is being written.
//
//     kind, length of both and value, value…      1: a blank, 0: the end, of one byte each      253, 254: experiments, by 2 or 4 bytes of value

import { model, type Models } from '../core/abi.ts'
import type { Core } from '../core/core.ts'
import { errno } from '../core/errno.ts'
import { fieldNumber, setFields } from '../core/objects.ts'

const KERN = 'bpf_sock_ops_kern'
/** BPF_SOCK_OPS_…: the lengths of options are asked for, and they themselves. */
const op = { HDR_OPT_LEN_CB: 14, WRITE_HDR_OPT_CB: 15 } as const
const [END, BLANK] = [0, 1]
const experiments: ReadonlySet<number> = new Set([253, 254])
/** Of struct tcphdr. */
const HEADER = 20
/** BPF_LOAD_HDR_OPT_TCP_SYN */
const OF_SYN = 1n

interface Wanted {
  readonly kind: number
  /** What the value begins with. */
  readonly magic: Uint8Array
}
/** `ended`: behind the last option stands the end. */
type Found = { readonly at: number; readonly length: number } | { readonly error: number; readonly ended: boolean }

function find(core: Core, context: number, { kind, magic }: Wanted): Found {
  const { u8 } = core.memory
  const end = fieldNumber(core, context, KERN, 'skb_data_end')
  for (let at = headerOf(core, context) + HEADER; at < end; ) {
    if (u8[at] === END) return { error: errno.ENOMSG, ended: true }
    if (u8[at] === BLANK) at++
    else {
      const length = u8[at + 1]!
      if (end - at < 2 || length < 2 || length > end - at) return { error: errno.EFAULT, ended: false }
      const isIt = length >= 2 + magic.length && magic.every((byte, i) => u8[at + 2 + i] === byte)
      if (u8[at] === kind && isIt) return { at, length }
      at += length
    }
  }
  return { error: errno.ENOMSG, ended: false }
}

const opOf = (core: Core, context: number): number => fieldNumber(core, context, KERN, 'op')
const packetOf = (core: Core, context: number): number => fieldNumber(core, context, KERN, 'skb')
const headerOf = (core: Core, context: number): number => fieldNumber(core, packetOf(core, context), 'sk_buff', 'data')
const roomOf = (core: Core, context: number): number => fieldNumber(core, context, KERN, 'remaining_opt_len')

/** What the first bytes of an option ask for; undefined: nothing that can be found. */
function wantedBy([kind = END, length = 0, ...value]: readonly number[]): Wanted | undefined {
  if (kind === END || kind === BLANK) return undefined
  if (!experiments.has(kind)) return length === 0 ? { kind, magic: new Uint8Array(0) } : undefined
  return length === 4 || length === 6 ? { kind, magic: Uint8Array.from(value.slice(0, length - 2)) } : undefined
}

function load(core: Core, context: number, { at, size, flags }: { at: number; size: number; flags: bigint }): number {
  const { memory } = core
  if (size < 2 || (flags & ~OF_SYN) !== 0n) return -errno.EINVAL
  const wanted = wantedBy([...memory.read(at, Math.min(size, 6))])
  if (wanted === undefined || wanted.magic.length > size - 2) return -errno.EINVAL
  // no socket was told to keep the SYN that it began with
  if (flags === OF_SYN) return -errno.ENOENT
  if (packetOf(core, context) === 0 || opOf(core, context) === op.HDR_OPT_LEN_CB) return -errno.EPERM
  const found = find(core, context, wanted)
  if ('error' in found) return -found.error
  memory.write(at, memory.read(found.at, Math.min(found.length, size)))
  return found.length > size ? -errno.ENOSPC : found.length
}

function store(core: Core, context: number, option: Uint8Array, flags: bigint): number {
  if (opOf(core, context) !== op.WRITE_HDR_OPT_CB) return -errno.EPERM
  if (option.length < 2 || flags !== 0n) return -errno.EINVAL
  const [kind, length] = [option[0]!, option[1]!]
  if (length > option.length || kind === END || kind === BLANK) return -errno.EINVAL
  const room = roomOf(core, context)
  if (length > room) return -errno.ENOSPC
  if (experiments.has(kind) && length < 4) return -errno.EINVAL
  const before = find(core, context, { kind, magic: experiments.has(kind) ? option.subarray(2, 4) : new Uint8Array(0) })
  if (!('error' in before)) return -errno.EEXIST
  if (before.error !== errno.ENOMSG) return -before.error
  if (before.ended) return -errno.ENOSPC
  const end = fieldNumber(core, context, KERN, 'skb_data_end')
  core.memory.write(end, option.subarray(0, length))
  setFields(core, context, KERN, { skb_data_end: end + length, remaining_opt_len: room - length })
  return 0
}

function reserve(core: Core, context: number, length: number, flags: bigint): number {
  if (opOf(core, context) !== op.HDR_OPT_LEN_CB) return -errno.EPERM
  if (flags !== 0n || length < 2) return -errno.EINVAL
  const room = roomOf(core, context)
  if (length > room) return -errno.ENOSPC
  setFields(core, context, KERN, { remaining_opt_len: room - length })
  return 0
}

export const headerOptionHelpers: Models = {
  bpf_load_hdr_opt: model(['i32', 'i32', 'i32', 'i64'], 's32', (core) => (context, at, size, flags) => {
    return load(core, context, { at, size: size >>> 0, flags })
  }),
  bpf_store_hdr_opt: model(['i32', 'i32', 'i32', 'i64'], 's32', (core) => (context, at, size, flags) => {
    return store(core, context, core.memory.read(at, size >>> 0), flags)
  }),
  bpf_reserve_hdr_opt: model(['i32', 'i32', 'i64'], 's32', (core) => (context, length, flags) => {
    return reserve(core, context, length >>> 0, flags)
  }),
}
