// SPDX-License-Identifier: Apache-2.0
// Control groups: one hierarchy, the kernel's second. Programs meet struct cgroup, its css (struct cgroup_subsys_state self) and kernfs node.

import type { Core } from '../core/core.ts'
import { createObject, fieldNumber, fieldValue, setFields } from '../core/objects.ts'
import { remember } from '../core/remember.ts'
import { attributesOf } from './attributes.ts'
import { addToList, initList, listNodes, removeFromList } from './lists.ts'
import { put, tryGet } from './refcount.ts'

/** What a control group uses. */
export interface CgroupMemory {
  /** Bytes: a multiple of 4,096, as pages are. 0 unless told. */
  readonly usage?: number
  /** Counters by their names in the kernel's enums: `{ NR_ANON_MAPPED: 8192, PGFAULT: 3, MEMCG_OOM: 1 }`; 0 for those left out. */
  readonly counters?: Readonly<Record<string, number | bigint>>
}

export interface CgroupOptions {
  /** The root where none is given. */
  readonly parent?: Cgroup
  /** As bpf_get_current_cgroup_id() has it: numbers that follow the root's 1 unless told. */
  readonly id?: bigint
  /** Extended attributes, by name: 'user.tier'. */
  readonly xattrs?: Readonly<Record<string, Uint8Array | string>>
  /** What it uses, for programs that ask its memory cgroup. */
  readonly memory?: CgroupMemory
}

/** CSS_ONLINE. */
const ONLINE = 2
/** __PERCPU_REF_ATOMIC: the count is in one place. */
const ATOMIC = 1

export class Cgroup {
  /** Of its struct cgroup. */
  readonly address: number
  readonly name: string
  readonly xattrs: ReadonlyMap<string, Uint8Array>
  readonly memory: CgroupMemory
  private readonly core: Core
  constructor(core: Core, address: number, name: string, { xattrs = {}, memory = {} }: CgroupOptions) {
    this.core = core
    this.address = address
    this.name = name
    this.xattrs = attributesOf(xattrs)
    this.memory = memory
  }

  get id(): bigint {
    return fieldValue(this.core, fieldNumber(this.core, this.address, 'cgroup', 'kn'), 'kernfs_node', 'id')
  }
  /** How many cgroups are above it. */
  get level(): number {
    return fieldNumber(this.core, this.address, 'cgroup', 'level')
  }
  /** References to it, one of them its own while it is there. */
  get references(): number {
    return this.core.memory.u32(countOf(this.core, this.address))
  }

  /** It is removed, as rmdir does: whoever holds it may keep it, nobody finds it. */
  remove(): void {
    cgroupsOf(this.core).remove(this)
  }
}

export class Cgroups {
  readonly root: Cgroup
  private readonly core: Core
  private readonly byId = new Map<bigint, Cgroup>()
  private nextId = 2n
  private nextSerial = 1

  constructor(core: Core) {
    this.core = core
    const whole = createObject(core, 'cgroup_root', { hierarchy_id: 0, 'nr_cgrps.counter': 1 })
    core.variables.set('cgrp_dfl_root', whole)
    this.root = this.init(whole + core.layouts.offset('cgroup_root', 'cgrp'), '', { id: 1n })
  }

  create(name: string, options: CgroupOptions): Cgroup {
    const { core } = this
    const { parent = this.root } = options
    // an ancestor for each level above, and itself
    const size = core.layouts.sizeOf('cgroup') + 8 * (parent.level + 2)
    return this.init(core.memory.allocate(size, 'cgroup'), name, { ...options, parent })
  }

  find(id: bigint): Cgroup | undefined {
    return this.byId.get(id)
  }

  /** The one whose struct is there; undefined: none that anybody finds. */
  at(address: number): Cgroup | undefined {
    for (const cgroup of this.byId.values()) if (cgroup.address === address) return cgroup
    return undefined
  }

  remove(cgroup: Cgroup): void {
    const { core } = this
    this.byId.delete(cgroup.id)
    core.ownerGone(cgroup.address)
    removeFromList(core, selfOf(core, cgroup.address) + core.layouts.offset('cgroup_subsys_state', 'sibling'))
    setFields(core, cgroup.address, 'cgroup', { 'self.flags': 0 })
    releaseCgroup(core, cgroup.address)
  }

  private init(address: number, name: string, options: CgroupOptions): Cgroup {
    const { core } = this
    const { parent, id = this.freeId() } = options
    const { layouts, memory } = core
    const text = new TextEncoder().encode(name)
    const nameAt = memory.allocate(text.length + 1, 'name of a cgroup')
    memory.write(nameAt, text)
    const parentNode = parent === undefined ? 0 : fieldNumber(core, parent.address, 'cgroup', 'kn')
    const node = createObject(core, 'kernfs_node', { id, name: nameAt, 'count.counter': 1, mode: 0o40755 })
    const above = layouts.find('kernfs_node', '__parent') ?? layouts.find('kernfs_node', 'parent')
    if (above !== undefined) memory.setPointer(node + above.offset, parentNode)
    const level = parent === undefined ? 0 : parent.level + 1
    const count = createObject(core, 'percpu_ref_data', { 'count.counter': 1 })
    setFields(core, address, 'cgroup', {
      'self.cgroup': address,
      'self.refcnt.percpu_count_ptr': ATOMIC,
      'self.refcnt.data': count,
      'self.flags': ONLINE,
      'self.serial_nr': this.nextSerial++,
      'self.online_cnt.counter': 1,
      'self.parent': parent === undefined ? 0 : selfOf(core, parent.address),
      level,
      kn: node,
      root:
        parent === undefined
          ? address - layouts.offset('cgroup_root', 'cgrp')
          : fieldNumber(core, parent.address, 'cgroup', 'root'),
      dom_cgrp: address,
      old_dom_cgrp: address,
      max_depth: 0x7fff_ffff,
      max_descendants: 0x7fff_ffff,
    })
    const ancestors = layouts.offset('cgroup', 'ancestors')
    for (let i = 0; i < level; i++)
      memory.setPointer(address + ancestors + 8 * i, memory.pointer(parent!.address + ancestors + 8 * i))
    memory.setPointer(address + ancestors + 8 * level, address)
    const self = selfOf(core, address)
    for (const list of ['children', 'sibling']) initList(core, self + layouts.offset('cgroup_subsys_state', list))
    if (parent !== undefined) {
      const siblings = selfOf(core, parent.address) + layouts.offset('cgroup_subsys_state', 'children')
      addToList(core, self + layouts.offset('cgroup_subsys_state', 'sibling'), siblings)
    }
    const cgroup = new Cgroup(core, address, name, options)
    this.byId.set(id, cgroup)
    return cgroup
  }

  private freeId(): bigint {
    while (this.byId.has(this.nextId)) this.nextId++
    return this.nextId++
  }
}

export const cgroupsOf = remember((core: Core): Cgroups => new Cgroups(core))

export const selfOf = ({ layouts }: Core, cgroup: number): number => cgroup + layouts.offset('cgroup', 'self')
/** Where a css's cgroup lies. */
export const cgroupOfCss = (core: Core, css: number): number => fieldNumber(core, css, 'cgroup_subsys_state', 'cgroup')

const countOf = (core: Core, cgroup: number): number =>
  fieldNumber(core, cgroup, 'cgroup', 'self.refcnt.data') + core.layouts.offset('percpu_ref_data', 'count')

/** The cgroup, or 0 where it is gone. */
export const acquireCgroup = (core: Core, cgroup: number): number => (tryGet(core, countOf(core, cgroup)) ? cgroup : 0)

export function releaseCgroup(core: Core, cgroup: number): void {
  const count = countOf(core, cgroup)
  if (!put(core, count, 'a cgroup')) return
  const node = fieldNumber(core, cgroup, 'cgroup', 'kn')
  core.memory.free(fieldNumber(core, node, 'kernfs_node', 'name'))
  core.memory.free(node)
  core.memory.free(count - core.layouts.offset('percpu_ref_data', 'count'))
  core.memory.free(cgroup)
}

/** 0: it has none at that level. */
export function cgroupAncestor(core: Core, cgroup: number, level: number): number {
  if (level < 0 || level > fieldNumber(core, cgroup, 'cgroup', 'level')) return 0
  return core.memory.pointer(cgroup + core.layouts.offset('cgroup', 'ancestors') + 8 * level)
}

export const isUnder = (core: Core, cgroup: number, ancestor: number): boolean =>
  cgroupAncestor(core, cgroup, fieldNumber(core, ancestor, 'cgroup', 'level')) === ancestor

export const cgroupId = (core: Core, cgroup: number): bigint =>
  cgroup === 0 ? 0n : fieldValue(core, fieldNumber(core, cgroup, 'cgroup', 'kn'), 'kernfs_node', 'id')

/** Its own children, in the order they were made. */
export function childrenOf(core: Core, css: number): readonly number[] {
  const sibling = core.layouts.offset('cgroup_subsys_state', 'sibling')
  const children = css + core.layouts.offset('cgroup_subsys_state', 'children')
  return listNodes(core, children).map((node) => node - sibling)
}
