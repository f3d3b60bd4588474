// SPDX-License-Identifier: Apache-2.0
// Functions that helpers and kfuncs call back: explored as if called here, or, where they run later, on their own.

import type { BtfId } from '../../../btf/index.ts'
import type { Argument, CallbackContract } from '../../program/contract/contract.ts'
import type { Walk } from '../../engine/walk.ts'
import { pushState } from '../../engine/pending.ts'
import { markPrecise } from '../../engine/precision.ts'
import { violate } from '../../violations/raise.ts'
import * as scalar from '../../scalar/index.ts'
import { framePointer, notInit, pointer, type RegState, regTypeText, unknownScalar } from '../../state/reg.ts'
import { Frame, type FrameEntry } from '../../state/frame.ts'
import { References } from '../../state/references.ts'
import { requireStaticArgs } from './many-args.ts'

/** What the call that hands the function over tells of its arguments. */
export interface CalledWith {
  /** The insn that the function starts at. */
  readonly callback: number
  readonly map: number
  readonly mapUid: number
  /** A node as the function is given it. */
  readonly node?: RegState
}

/** A helper's callback: bpf_loop's is called as often as its first argument says. */
export function callHelperCallback(walk: Walk, callback: CallbackContract, called: CalledWith): void {
  if (callback.role === 'loop') {
    // the bound decides how many rounds there are: it must be known as exactly as it was
    const count = walk.reg(1)
    if (count.kind !== 'scalar') violate('size-type', { form: 'traced', reg: 1, type: regTypeText(count) })
    markPrecise(walk, 1)
    const loops = scalar.umaxN(count.var)
    if (walk.frame.callbackDepth >= loops) {
      walk.frame.callbackDepth = 0
      return
    }
  }
  callBack(walk, callback, called)
}

/** The function is called, with what its contract says. */
export function callBack(walk: Walk, callback: CallbackContract, called: CalledWith): void {
  const target = walk.program.subprogs.findIndex((s) => s.start === called.callback)
  if (target < 0) violate('callback', { form: 'not-found' })
  requireStaticArgs(walk, walk.program.subprogs[target]!)
  const use = walk.useOf(target)
  use.isCallback = true
  if (callback.when === 'later') use.isAsyncCallback = true
  walk.noteCalled(target)
  const regs = callback.args.map((arg) => given(walk, arg, called))
  if (callback.when === 'later') callLater(walk, target, callback, regs)
  else callNow(walk, target, callback, regs)
}

/** What the function finds in a register. */
function given(walk: Walk, { kind, from, type }: Argument, { map, mapUid, node }: CalledWith): RegState {
  switch (kind) {
    case 'passed':
      return walk.reg(from)
    case 'map':
      return pointer('map_ptr', { map, mapUid })
    case 'map_key':
      return pointer('map_key', { map, mapUid })
    case 'map_value':
      // up to 7.2 which element is not told apart, so that a lock in one passes for that in another
      return pointer('map_value', { map, mapUid, id: walk.model.rules.elementIds ? walk.newId() : 0 })
    case 'btf':
      return pointer('btf', { btf: walk.model.kernel.btf, btfId: type?.id ?? (0 as BtfId), flags: 0 })
    case 'dynptr':
      return pointer('dynptr', { dynptr: 'local' })
    case 'rb_node':
      return node ?? notInit
    default:
      return unknownScalar
  }
}

function requireFrames(walk: Walk): void {
  const { length } = walk.state.frames
  if (length >= walk.model.maxFrames) violate('call-depth', { form: 'walked', frames: length + 1 })
}

function callNow(walk: Walk, target: number, callback: CallbackContract, regs: readonly RegState[]): void {
  requireFrames(walk)
  walk.pushStep()
  const state = pushState(walk, walk.program.subprogs[target]!.start, walk.insn)
  const frame = new Frame({
    frameno: state.frames.length,
    subprog: target,
    callsite: walk.insn,
    callback: 'sync',
    ...saidOf(callback),
  })
  setArguments(frame, regs)
  state.cur.heldAtCall = state.refs
  state.frames.push(frame)
  state.callbackUnrollDepth++
  state.frames[state.frames.length - 2]!.callbackDepth++
  walk.frame.callbackDepth = 0
}

function callLater(walk: Walk, target: number, callback: CallbackContract, regs: readonly RegState[]): void {
  walk.pushStep()
  const state = pushState(walk, walk.program.subprogs[target]!.start, walk.insn)
  // it runs later, from nowhere, holding nothing
  const frame = new Frame({
    frameno: 0,
    subprog: target,
    callsite: 0,
    callback: 'async',
    asyncEntries: walk.frame.asyncEntries + 1,
    ...saidOf(callback),
  })
  setArguments(frame, regs)
  state.frames = [frame]
  state.refs = References.none
  state.setSections({ locks: 0, rcu: 0, preempt: 0, irq: 0, sleepable: callback.effects.sleeps })
  // nothing of the path to here leads there
  if (state.parent !== undefined) state.parent.branches--
  state.parent = undefined
  state.last = undefined
}

const saidOf = ({ role, result }: CallbackContract): Pick<FrameEntry, 'callbackKind' | 'returnRange'> => ({
  callbackKind: role,
  returnRange: result.range,
})

function setArguments(frame: Frame, regs: readonly RegState[]): void {
  const own = frame.ownRegs()
  regs.forEach((reg, i) => {
    own[i + 1] = reg
  })
  own[10] = framePointer(frame.frameno)
}
