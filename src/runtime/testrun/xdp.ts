// SPDX-License-Identifier: Apache-2.0
// BPF_PROG_TEST_RUN of XDP programs: a frame in a page, come in on lo.

import { fail, ok } from '../../fault/index.ts'
import { redirectsOf } from '../objects/redirects.ts'
import { createXdp, freeXdp, XDP_HEADROOM, xdpPacket, xdpTailroom } from '../objects/xdp.ts'
import type { Runner } from './types.ts'

const ETH_HLEN = 14
const XDP_REDIRECT = 4

export const runXdp: Runner = (core, program, { data, ctx, repeat = 1 }, later) => {
  const place = { program: program.name }
  // those run on packets that a map redirected
  if (program.linked.attachType === 'BPF_XDP_DEVMAP' || program.linked.attachType === 'BPF_XDP_CPUMAP')
    return fail(`programs of ${program.linked.attachType} have no test run (EINVAL)`, place)
  const most = 4096 - XDP_HEADROOM - xdpTailroom(core)
  if (data === undefined || data.length < ETH_HLEN)
    return fail(`a packet of ${ETH_HLEN} bytes at least is needed (EINVAL)`, place)
  if (data.length > most) return fail(`a packet of ${data.length} bytes is in fragments, which are not modelled`, place)
  const given = ctx === undefined ? undefined : new DataView(ctx.buffer, ctx.byteOffset, ctx.byteLength)
  const at = (offset: number): number =>
    given !== undefined && offset + 4 <= given.byteLength ? given.getUint32(offset, true) : 0
  const meta = at(0)
  if (
    given !== undefined &&
    (at(4) !== data.length || at(8) !== 0 || meta > data.length || meta % 4 !== 0 || at(20) !== 0)
  )
    return fail('the context does not say where metadata and packet begin and end: data, data_end (EINVAL)', place)
  const xdp = createXdp(core, { data, meta })
  later(() => freeXdp(core, xdp))
  const packet = (): Uint8Array => {
    const { data, end } = xdpPacket(core, xdp)
    return core.memory.read(data, end - data)
  }
  const retval = program.repeat(xdp, repeat, redirectsOf(core).around(program.name, XDP_REDIRECT, packet))
  const { meta: start, data: begin, end } = xdpPacket(core, xdp)
  const out = core.memory.read(start, end - start)
  if (ctx === undefined) return ok({ retval, data: out })
  const shown = new Uint8Array(ctx)
  const view = new DataView(shown.buffer)
  if (shown.length >= 8) {
    view.setUint32(0, begin - start, true)
    view.setUint32(4, end - start, true)
  }
  return ok({ retval, data: out, ctx: shown })
}
