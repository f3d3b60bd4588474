// SPDX-License-Identifier: Apache-2.0
// BPF_PROG_TEST_RUN of sk_lookup programs: who is looked for is told by struct bpf_sk_lookup; what comes back is the chosen socket's cookie.

import { fail, ok } from '../../fault/index.ts'
import { createObject, fieldNumber } from '../core/objects.ts'
import { cookieOf } from '../objects/socket.ts'
import type { Runner } from './types.ts'

const AF_INET = 2
const AF_INET6 = 10
const SK_DROP = 0
const SK_PASS = 1

export const runSkLookup: Runner = (core, program, { data, ctx, repeat = 1 }, later) => {
  const place = { program: program.name }
  if (data !== undefined && data.length > 0) return fail('sk_lookup programs take no packet (EINVAL)', place)
  if (ctx === undefined) return fail('sk_lookup programs need a context, struct bpf_sk_lookup (EINVAL)', place)
  const { layouts, memory } = core
  const shown = new Uint8Array(layouts.sizeOf('bpf_sk_lookup'))
  if (ctx.subarray(shown.length).some((byte) => byte !== 0)) return fail('the context is too long (E2BIG)', place)
  shown.set(ctx.subarray(0, shown.length))
  const view = new DataView(shown.buffer)
  const field = (name: string): number => view.getUint32(layouts.offset('bpf_sk_lookup', name), true)
  if (view.getBigUint64(layouts.offset('bpf_sk_lookup', 'sk'), true) !== 0n)
    return fail("the context's sk cannot be given (EINVAL)", place)
  if (shown.subarray(layouts.offset('bpf_sk_lookup', 'local_port') + 4).some((byte) => byte !== 0))
    return fail('what follows local_port in the context cannot be given (EINVAL)', place)
  if (field('local_port') > 0xffff) return fail("the context's local_port is not a port (ERANGE)", place)
  const family = field('family') & 0xffff
  if (family !== AF_INET && family !== AF_INET6) return fail('the context is of no known family (EAFNOSUPPORT)', place)
  // addresses of IPv6 are pointed to
  const addresses = memory.allocate(32, 'addresses of a lookup')
  later(() => memory.free(addresses))
  for (const [i, name] of ['local_ip6', 'remote_ip6'].entries()) {
    const at = layouts.offset('bpf_sk_lookup', name)
    memory.write(addresses + 16 * i, shown.subarray(at, at + 16))
  }
  const context = createObject(core, 'bpf_sk_lookup_kern', {
    family,
    protocol: field('protocol') & 0xffff,
    dport: field('local_port'),
    sport: view.getUint16(layouts.offset('bpf_sk_lookup', 'remote_port'), true),
    ...(family === AF_INET
      ? { 'v4.daddr': field('local_ip4'), 'v4.saddr': field('remote_ip4') }
      : { 'v6.daddr': addresses, 'v6.saddr': addresses + 16 }),
  })
  later(() => memory.free(context))
  let retval = SK_DROP
  for (let i = 0; i < repeat; i++) {
    memory.setPointer(context + layouts.offset('bpf_sk_lookup_kern', 'selected_sk'), 0)
    const answer = Number(program.run(context) & 0xffff_ffffn)
    // a program that passes with a socket chooses it; nothing but a drop drops
    retval = answer === SK_DROP ? SK_DROP : SK_PASS
    if (answer !== SK_PASS) memory.setPointer(context + layouts.offset('bpf_sk_lookup_kern', 'selected_sk'), 0)
  }
  const selected = fieldNumber(core, context, 'bpf_sk_lookup_kern', 'selected_sk')
  view.setBigUint64(layouts.offset('bpf_sk_lookup', 'cookie'), cookieOf(core, selected), true)
  return ok({ retval, ctx: shown.slice(0, Math.max(ctx.length, 0)) })
}
