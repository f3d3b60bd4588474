// SPDX-License-Identifier: Apache-2.0
// Functions that helpers and kfuncs call back: explored as if called here (sync) or on their own (async).

import type { BtfId } from '../../../btf/index.ts'
import type { Walk } from '../../engine/walk.ts'
import { pushState } from '../../engine/pending.ts'
import { markPrecise } from '../../engine/precision.ts'
import { violate } from '../../violations/raise.ts'
import * as scalar from '../../scalar/index.ts'
import { ALLOC, NON_OWN, pointer, RCU, type RegState, unknownScalar } from '../../state/reg.ts'
import { Frame, type ReturnRange, type State } from '../../state/state.ts'
import { References } from '../../state/references.ts'
import type { Meta } from '../helper/meta.ts'
import { requireStaticArgs } from './many-args.ts'

const BPF_LOOP = 181

export function callHelperCallback(walk: Walk, meta: Meta, id: number): void {
  switch (id) {
    case 164: // for_each_map_elem
      return sync(walk, meta.callback, 'for_each_map_elem', { min: 0, max: 1 }, () => [
        walk.reg(1),
        ...keyValue(walk, meta),
        walk.reg(3),
      ])
    case 170: // timer_set_callback
      return async(walk, meta.callback, 'timer', { min: 0, max: 0 }, () => [
        pointer('map_ptr', { map: meta.map, mapUid: meta.mapUid }),
        ...keyValue(walk, meta),
      ])
    case 180: // find_vma
      return sync(walk, meta.callback, 'find_vma', { min: 0, max: 1 }, () => {
        const btf = walk.model.kernel.btf
        return [
          walk.reg(1),
          pointer('btf', { btf, btfId: btf.find('vm_area_struct', 'struct') ?? (0 as BtfId), flags: 0 }),
          walk.reg(4),
        ]
      })
    case BPF_LOOP: {
      // the bound decides how many rounds there are: it must be known as exactly as it was
      markPrecise(walk, 1)
      const loops = scalar.umaxN(walk.reg(1).var)
      if (walk.frame.callbackDepth < loops)
        return sync(walk, meta.callback, 'loop', { min: 0, max: 1 }, () => [unknownScalar, walk.reg(3)])
      walk.frame.callbackDepth = 0
      return
    }
    case 209: // user_ringbuf_drain
      return sync(walk, meta.callback, 'user_ringbuf', { min: 0, max: 1 }, () => [
        pointer('dynptr', { dynptr: 'local' }),
        walk.reg(3),
      ])
    default:
  }
}

/**
 * An element as its map's callbacks get it. Up to 7.2 which one is not told apart, so that a lock in one passes for that in another.
 */
const keyValue = (walk: Walk, { map, mapUid }: Pick<Meta, 'map' | 'mapUid'>): RegState[] => [
  pointer('map_key', { map, mapUid }),
  pointer('map_value', { map, mapUid, id: walk.model.rules.elementIds ? walk.newId() : 0 }),
]

/** rbtree less(): two borrowed nodes. */
export function rbtreeCallback(
  walk: Walk,
  subprog: number,
  btf: RegState['btf'],
  valueId: BtfId,
  nodeOff: number,
  counted: boolean,
): void {
  const node = pointer('btf', { btf, btfId: valueId, off: nodeOff, flags: ALLOC | NON_OWN | (counted ? RCU : 0) })
  sync(walk, subprog, 'rbtree', { min: 0, max: 1 }, () => [node, node])
}

export function workqueueCallback(walk: Walk, subprog: number, map: number, mapUid: number): void {
  async(walk, subprog, 'wq', { min: 0, max: 0 }, () => [
    pointer('map_ptr', { map, mapUid }),
    ...keyValue(walk, { map, mapUid }),
  ])
}

/** Since 6.18: runs later, in the task's own context, where it may sleep. */
export function taskWorkCallback(walk: Walk, subprog: number, map: number, mapUid: number): void {
  const anyInt = { min: -(2 ** 31), max: 2 ** 31 - 1 }
  async(walk, subprog, 'task_work', anyInt, () => [
    pointer('map_ptr', { map, mapUid }),
    ...keyValue(walk, { map, mapUid }),
  ])
}

function requireFrames(walk: Walk): void {
  const { length } = walk.state.frames
  if (length >= walk.model.maxFrames) violate('call-depth', { form: 'walked', frames: length + 1 })
}

function sync(walk: Walk, subprog: number, kind: string, range: ReturnRange, args: () => readonly RegState[]): void {
  const target = walk.program.subprogs.findIndex((s) => s.start === subprog)
  if (target < 0) violate('callback', { form: 'not-found' })
  requireStaticArgs(walk, walk.program.subprogs[target]!)
  walk.useOf(target).isCallback = true
  walk.noteCalled(target)
  const regs = args()
  requireFrames(walk)
  walk.pushStep()
  const state = pushState(walk, walk.program.subprogs[target]!.start, walk.insn)
  enter(state, target, walk.insn, regs, kind, range)
  state.cur.callback = 'sync'
  state.callbackUnrollDepth++
  state.frames[state.frames.length - 2]!.callbackDepth++
  walk.frame.callbackDepth = 0
}

function async(walk: Walk, subprog: number, kind: string, range: ReturnRange, args: () => readonly RegState[]): void {
  const target = walk.program.subprogs.findIndex((s) => s.start === subprog)
  if (target < 0) violate('callback', { form: 'not-found' })
  const info = walk.program.subprogs[target]!
  requireStaticArgs(walk, info)
  const use = walk.useOf(target)
  use.isCallback = true
  use.isAsyncCallback = true
  walk.noteCalled(target)
  const regs = args()
  walk.pushStep()
  const state = pushState(walk, info.start, walk.insn)
  // it runs later, from nowhere, holding nothing
  const frame = new Frame(0, target, 0)
  frame.callback = 'async'
  frame.callbackKind = kind
  frame.returnRange = range
  frame.asyncEntries = walk.frame.asyncEntries + 1
  regs.forEach((reg, i) => {
    frame.ownRegs()[i + 1] = reg
  })
  frame.ownRegs()[10] = pointer('fp', { frame: 0 })
  state.frames = [frame]
  state.refs = References.none
  state.activeLocks = 0
  state.activeRcu = 0
  state.activePreempt = 0
  state.activeIrq = 0
  state.inSleepable = kind === 'wq' || kind === 'task_work'
  // nothing of the path to here leads there
  if (state.parent !== undefined) state.parent.branches--
  state.parent = undefined
  state.last = undefined
}

/** A new frame on top, entered at the callback's start. */
function enter(
  state: State,
  subprog: number,
  callsite: number,
  args: readonly RegState[],
  kind: string,
  range: ReturnRange,
): void {
  const frameno = state.frames.length
  const frame = new Frame(frameno, subprog, callsite)
  args.forEach((reg, i) => {
    frame.ownRegs()[i + 1] = reg
  })
  frame.ownRegs()[10] = pointer('fp', { frame: frameno })
  frame.callbackKind = kind
  frame.returnRange = range
  state.cur.heldAtCall = state.refs
  state.frames.push(frame)
}
