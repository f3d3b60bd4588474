// SPDX-License-Identifier: Apache-2.0
// BPF_PROG_TEST_RUN of flow dissectors: what comes back is the keys.

import { fail, ok } from '../../fault/index.ts'
import { createObject, fieldNumber, setFields } from '../core/objects.ts'
import type { Runner } from './types.ts'

const ETH_HLEN = 14
const PAGE = 4096

export const runFlowDissector: Runner = (core, program, { data, repeat = 1 }, later) => {
  if (data === undefined || data.length < ETH_HLEN)
    return fail(`a packet of ${ETH_HLEN} bytes at least is needed (EINVAL)`, { program: program.name })
  if (data.length > PAGE)
    return fail(`a packet of ${data.length} bytes is too long, ${PAGE} are the most (EINVAL)`, {
      program: program.name,
    })
  const { memory } = core
  const packet = memory.allocate(data.length, 'packet')
  later(() => memory.free(packet))
  memory.write(packet, data)
  const keys = createObject(core, 'bpf_flow_keys')
  const context = createObject(core, 'bpf_flow_dissector', {
    flow_keys: keys,
    data: packet,
    data_end: packet + data.length,
  })
  for (const address of [keys, context]) later(() => memory.free(address))
  let retval = 0
  for (let i = 0; i < repeat; i++) {
    memory.u8.fill(0, keys, keys + core.layouts.sizeOf('bpf_flow_keys'))
    setFields(core, keys, 'bpf_flow_keys', {
      nhoff: ETH_HLEN,
      thoff: ETH_HLEN,
      n_proto: (data[13]! << 8) | data[12]!,
    })
    retval = Number(program.run(context) & 0xffff_ffffn)
  }
  // offsets are kept within the packet
  const nhoff = Math.min(fieldNumber(core, keys, 'bpf_flow_keys', 'nhoff'), data.length)
  const thoff = Math.min(Math.max(fieldNumber(core, keys, 'bpf_flow_keys', 'thoff'), nhoff), data.length)
  setFields(core, keys, 'bpf_flow_keys', { nhoff, thoff })
  const out = memory.read(keys, core.layouts.sizeOf('bpf_flow_keys'))
  return ok({ retval, data: out })
}
