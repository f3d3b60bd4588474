// SPDX-License-Identifier: Apache-2.0
// BPF_PROG_TEST_RUN of XDP programs: a frame in a page, and further ones where it does not fit or the context says so, come in on lo.

import { fail, ok, type Result } from '../../fault/index.ts'
import type { Core } from '../core/core.ts'
import { redirectsOf } from '../objects/redirects.ts'
import {
  createXdp,
  freeXdp,
  mostBytes,
  mostLinear,
  XDP_HEADROOM,
  xdpBytes,
  type XdpOptions,
  xdpPacket,
} from '../objects/xdp.ts'
import type { LoadedProgram } from '../program.ts'
import type { Runner, TestRun, TestRunOptions } from './types.ts'

const ETH_HLEN = 14
/** Of struct xdp_md. */
const fields = { data: 0, dataEnd: 4, dataMeta: 8, rxQueue: 16, egress: 20 } as const
const XDP_REDIRECT = 4

export const runXdp: Runner = (core, program, options, later) => {
  const { data, ctx, repeat = 1, liveFrames = false } = options
  const frame = frameOf(core, program, options)
  if (!frame.ok) return frame
  if (liveFrames) return runLive(core, program, frame.value, repeat)
  const xdp = createXdp(core, frame.value)
  later(() => freeXdp(core, xdp))
  const packet = (): Uint8Array => xdpBytes(core, xdp, { withMeta: false })
  const retval = program.repeat(xdp, repeat, redirectsOf(core).around(program.name, XDP_REDIRECT, packet))
  const out = xdpBytes(core, xdp, { withMeta: true })
  if (ctx === undefined || data === undefined) return ok({ retval, data: out })
  const shown = new Uint8Array(ctx)
  const view = new DataView(shown.buffer)
  const after = xdpPacket(core, xdp)
  if (shown.length >= fields.dataMeta) {
    view.setUint32(fields.data, after.data - after.meta, true)
    view.setUint32(fields.dataEnd, after.end - after.meta, true)
  }
  return ok({ retval, data: out, ctx: shown })
}

/** The packet as it comes in, by the rules of the test run. */
function frameOf(core: Core, { name, linked }: LoadedProgram, options: TestRunOptions): Result<XdpOptions> {
  const { data, ctx, liveFrames = false } = options
  const place = { program: name }
  // those run on packets that a map redirected
  if (linked.attachType === 'BPF_XDP_DEVMAP' || linked.attachType === 'BPF_XDP_CPUMAP')
    return fail(`programs of ${linked.attachType} have no test run (EINVAL)`, place)
  if (data === undefined || data.length === 0) return fail('a packet is needed (EINVAL)', place)
  const given = ctx === undefined ? undefined : new DataView(ctx.buffer, ctx.byteOffset, ctx.byteLength)
  const at = (offset: number): number =>
    given !== undefined && offset + 4 <= given.byteLength ? given.getUint32(offset, true) : 0
  const [meta, end] = given === undefined ? [0, data.length] : [at(fields.data), at(fields.dataEnd)]
  const unfit = [fields.dataMeta, fields.rxQueue, fields.egress].some((field) => at(field) !== 0)
  const mostMeta = XDP_HEADROOM - core.layouts.sizeOf('xdp_frame')
  if (unfit || end > data.length || meta > end || meta % 4 !== 0 || meta > mostMeta)
    return fail('the context does not say where metadata and packet begin and end: data, data_end (EINVAL)', place)
  if (data.length - meta < ETH_HLEN) return fail(`a packet of ${ETH_HLEN} bytes at least is needed (EINVAL)`, place)
  const linear = Math.min(end, mostLinear(core, meta) - (liveFrames ? core.layouts.sizeOf('xdp_page_head') : 0))
  if (liveFrames && data.length > linear)
    return fail(`live frames have no fragments: ${linear} bytes at most (EINVAL)`, place)
  if (data.length > mostBytes(linear))
    return fail(`a packet of ${data.length} bytes is more than there may be in fragments (ENOMEM)`, place)
  return ok({ data, meta, linear })
}

/** Each run is on a frame of its own, with which what the program says is done; of the run itself nothing comes back but how often it said what. */
function runLive(core: Core, program: LoadedProgram, options: XdpOptions, repeat: number): Result<TestRun> {
  const actions = new Map<number, number>()
  for (let i = 0; i < repeat; i++) {
    const xdp = createXdp(core, options)
    try {
      const packet = (): Uint8Array => xdpBytes(core, xdp, { withMeta: false })
      const action = program.repeat(xdp, 1, redirectsOf(core).around(program.name, XDP_REDIRECT, packet))
      actions.set(action, (actions.get(action) ?? 0) + 1)
    } finally {
      freeXdp(core, xdp)
    }
  }
  return ok({ retval: 0, actions })
}
