// SPDX-License-Identifier: Apache-2.0
// System calls of syscall programs. What the kernel names by a file descriptor is here the address of the object, as everywhere: numbers that
// are no map's are no descriptors.

import { model, type Models } from '../core/abi.ts'
import type { Core } from '../core/core.ts'
import { errno } from '../core/errno.ts'
import { notModelled } from '../core/errors.ts'
import type { RuntimeMap } from '../maps/map.ts'
import { mapDelete, mapUpdate } from '../maps/users.ts'

/** enum bpf_cmd, and those that kern_sys_bpf's callers may ask for. */
const MAP_UPDATE_ELEM = 2
const MAP_DELETE_ELEM = 3
const MAP_FREEZE = 22
const unmodelled: ReadonlyMap<number, string> = new Map([
  [0, 'BPF_MAP_CREATE'],
  [5, 'BPF_PROG_LOAD'],
  [14, 'BPF_MAP_GET_FD_BY_ID'],
  [17, 'BPF_RAW_TRACEPOINT_OPEN'],
  [18, 'BPF_BTF_LOAD'],
  [28, 'BPF_LINK_CREATE'],
])
/** union bpf_attr of commands on elements. */
const KEY = 8
const VALUE = 16
const FLAGS = 24
const ATTR_SIZE = 32

interface Attr {
  readonly map: RuntimeMap
  /** The number at an offset: 0 where the program gave fewer bytes. */
  number(offset: number): number
}

const commands: ReadonlyMap<number, (core: Core, attr: Attr) => number> = new Map([
  [
    MAP_UPDATE_ELEM,
    (core: Core, { map, number }: Attr) =>
      mapUpdate(core, map, {
        key: core.memory.read(number(KEY), map.def.keySize),
        value: core.memory.read(number(VALUE), map.userSize),
        flags: number(FLAGS),
      }),
  ],
  [
    MAP_DELETE_ELEM,
    (core: Core, { map, number }: Attr) =>
      mapDelete(core, map, { key: core.memory.read(number(KEY), map.def.keySize) }),
  ],
  [
    MAP_FREEZE,
    (_: Core, { map }: Attr) => {
      if (map.frozen) return -errno.EBUSY
      map.frozen = true
      return 0
    },
  ],
])

export const syscallHelpers: Models = {
  bpf_sys_bpf: model(['i32', 'i32', 'i32'], 's32', (core) => (command, at, size) => {
    const name = unmodelled.get(command)
    if (name !== undefined) throw notModelled(`bpf_sys_bpf(${name})`)
    const run = commands.get(command)
    if (run === undefined) return -errno.EINVAL
    const attr = new Uint8Array(ATTR_SIZE)
    attr.set(core.memory.read(at, Math.min(size, ATTR_SIZE)))
    const view = new DataView(attr.buffer)
    const map = core.maps.get(view.getUint32(0, true))
    return map === undefined
      ? -errno.EBADF
      : run(core, { map, number: (offset) => Number(view.getBigUint64(offset, true)) })
  }),
  bpf_sys_close: model(['none'], 's32', () => () => -errno.EBADF),
}
