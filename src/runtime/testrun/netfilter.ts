// SPDX-License-Identifier: Apache-2.0
// BPF_PROG_TEST_RUN of netfilter programs: an IP packet at a hook, struct nf_hook_state as the context given.

import { fail, ok } from '../../fault/index.ts'
import type { Core } from '../core/core.ts'
import { createObject, fieldNumber, setFields } from '../core/objects.ts'
import { loopback } from '../objects/net.ts'
import { createSkb, freeSkb, setPacketEnd, UNSET } from '../objects/skb.ts'
import type { Runner } from './types.ts'

const NFPROTO_IPV4 = 2
const NFPROTO_IPV6 = 10
const LOCAL_OUT = 3
const ETH_HLEN = 14
const IP_HLEN = 20
const IPV6_HLEN = 40
/** What packets say of them. */
const protocols: ReadonlyMap<number, number> = new Map([
  [NFPROTO_IPV4, 0x0800],
  [NFPROTO_IPV6, 0x86dd],
])

export const runNetfilter: Runner = (core, program, { data, ctx, repeat = 1 }, later) => {
  const place = { program: program.name }
  if (data === undefined || data.length < IP_HLEN)
    return fail(`a packet of ${IP_HLEN} bytes at least is needed (EINVAL)`, place)
  const given = hookOf(core, ctx)
  if (typeof given === 'string') return fail(`${given} (EINVAL)`, place)
  const { family, hook } = given
  const isLocal = hook === LOCAL_OUT
  const wrong = isLocal ? undefined : frameFault(data, family)
  if (wrong !== undefined) return fail(wrong, place)
  const device = loopback(core)
  const skb = createSkb(core, { data, device: isLocal ? 0 : device })
  later(() => freeSkb(core, skb))
  setFields(core, skb, 'sk_buff', { transport_header: UNSET, protocol: turned(protocols.get(family)!) })
  if (!isLocal) {
    const start = fieldNumber(core, skb, 'sk_buff', 'data')
    const mac = start - fieldNumber(core, skb, 'sk_buff', 'head')
    setFields(core, skb, 'sk_buff', {
      data: start + ETH_HLEN,
      len: data.length - ETH_HLEN,
      mac_header: mac,
      network_header: mac + ETH_HLEN,
    })
    setPacketEnd(core, skb)
  } else setFields(core, skb, 'sk_buff', { mac_header: UNSET })
  // as the kernel's test run does: by the hook that is its default, whichever the context names
  const state = createObject(core, 'nf_hook_state', { pf: family, hook, ...(ctx === undefined ? {} : { out: device }) })
  later(() => core.memory.free(state))
  const context = createObject(core, 'bpf_nf_ctx', { state, skb })
  later(() => core.memory.free(context))
  let retval = 0
  for (let i = 0; i < repeat; i++) retval = Number(program.run(context) & 0xffff_ffffn)
  return ok({ retval, data: new Uint8Array(0) })
}

interface Hook {
  readonly family: number
  readonly hook: number
}

/** LOCAL_OUT of IPv4 unless told. */
function hookOf({ layouts }: Core, ctx: Uint8Array | undefined): Hook | string {
  if (ctx === undefined) return { family: NFPROTO_IPV4, hook: LOCAL_OUT }
  const bytes = new Uint8Array(layouts.sizeOf('nf_hook_state'))
  bytes.set(ctx.subarray(0, bytes.length))
  for (const name of ['in', 'out', 'sk', 'net', 'okfn']) {
    const { offset, size } = layouts.field('nf_hook_state', name)
    if (bytes.subarray(offset, offset + size).some((byte) => byte !== 0)) return `the context's ${name} cannot be given`
  }
  const family = bytes[layouts.offset('nf_hook_state', 'pf')]!
  return protocols.has(family)
    ? { family, hook: bytes[layouts.offset('nf_hook_state', 'hook')]! }
    : `there is no protocol family ${family}`
}

/** Hooks other than LOCAL_OUT get a frame of the family. */
function frameFault(data: Uint8Array, family: number): string | undefined {
  const protocol = data.length < ETH_HLEN ? 0 : (data[12]! << 8) | data[13]!
  if (data.length < ETH_HLEN + IP_HLEN) return 'the frame is too short for this hook (EINVAL)'
  if (protocol !== 0x0800 && protocol !== 0x86dd) return 'the frame is neither of IP nor of IPv6 (EPROTO)'
  if (protocols.get(family) !== protocol) return "the frame is not of the hook's family (EINVAL)"
  return protocol === 0x86dd && data.length < ETH_HLEN + IPV6_HLEN ? 'the frame is too short (EINVAL)' : undefined
}

const turned = (value: number): number => ((value & 0xff) << 8) | (value >> 8)
