// SPDX-License-Identifier: Apache-2.0
// Which bytes of which frame are read later, before anything writes them: known ahead of the walk by kernels since 7.1. A function is
// looked at once for each call that hands it a pointer to a stack, at the depth of frames that such calls lead to, and once by itself
// where none does. What reads where it cannot be told counts as reading everything it may reach.

import { CALLS_CALLBACK, type LiveStack, type LiveUnits, type Program, type Subprog } from '../program/program.ts'
import type { Insn } from '../../isa/index.ts'
import { type Handed, handedOn } from '../program/contract/callback.ts'
import { isHelperCall, isSubprogCall } from '../program/flow.ts'
import { violate } from '../violations/raise.ts'
import type { Frame } from '../state/frame.ts'
import type { State } from '../state/state.ts'
import { paramCount, stackBytes } from './calls.ts'
import type { Constants } from './constants.ts'
import type { FlowGraph } from './graph.ts'
import { FrameUse, UNIT_BYTES, WORDS as LIVE_WORDS } from './halves.ts'
import { moved, nowhere, type Origin, pointsToStack } from './origins.ts'
import { flowOfPointers, type Pointers } from './pointers.ts'
import { untilSettled } from './sweep.ts'

const MOST_ANALYSES = 10_000
const ARGUMENTS = 5
const noArguments: readonly Origin[] = Array.from({ length: ARGUMENTS + 1 }, () => nowhere)

/** One function, entered by one call at one depth; by itself: at depth 0. */
interface Instance {
  readonly subprog: Subprog
  readonly index: number
  readonly depth: number
  /** By frame, from the outermost that pointers led from to the function's own; made as they are needed. */
  readonly frames: (FrameUse | undefined)[]
  settled: boolean
}

const everything: LiveUnits = new Int32Array(LIVE_WORDS).fill(-1)

export class StackLiveness implements LiveStack {
  private readonly program: Program
  private readonly graph: FlowGraph
  private readonly constants: Constants
  private readonly instances = new Map<string, Instance>()
  /** Functions looked at, by whatever way into them. */
  private readonly met = new Set<number>()
  /** Slots as they were before each insn that calls, in the analysis that is under way. */
  private readonly atCall = new Map<number, readonly Origin[]>()
  private analyses = 0

  /** `order`: functions, those called before those that call them. */
  constructor(program: Program, { graph, constants, order }: Ahead) {
    this.program = program
    this.graph = graph
    this.constants = constants
    for (const index of [...order].reverse()) {
      if (this.met.has(index) && !program.subprogs[index]!.global) continue
      this.analyse(this.instanceOf(index, 0, program.subprogs[index]!.start), noArguments, [])
    }
    this.atCall.clear()
  }

  /** Units of the frame that are read after the insn; unit 2i is the upper half of slot i. */
  liveIn({ frames }: State, frame: number, insn: number): LiveUnits {
    const top = frames.length - 1
    const own = this.find(frames[top]!, top)
    if (own === undefined) return everything
    const live = new Int32Array(LIVE_WORDS)
    own.frames[frame + own.depth - top]?.addLive(insn - own.subprog.start, live)
    for (let f = frame; f < top; f++) {
      const instance = this.find(frames[f]!, f)
      if (instance === undefined || frame + instance.depth < f) return everything
      const { callsite } = frames[f + 1]!
      const after = this.program.is(callsite, CALLS_CALLBACK) ? callsite : callsite + 1
      instance.frames[frame + instance.depth - f]?.addLive(after - instance.subprog.start, live)
    }
    return live
  }

  /** How the frame's function was entered, as far as pointers to frames above were handed down to it. */
  private find({ subprog, callsite }: Frame, frame: number): Instance | undefined {
    for (let depth = frame; depth > 0; depth--) {
      const found = this.instances.get(`${depth} ${callsite}`)
      if (found !== undefined) return found
    }
    return this.instances.get(`0 ${this.program.subprogs[subprog]!.start}`)
  }

  private instanceOf(index: number, depth: number, key: number): Instance {
    const name = `${depth} ${key}`
    let instance = this.instances.get(name)
    if (instance === undefined) {
      instance = { subprog: this.program.subprogs[index]!, index, depth, frames: [], settled: false }
      this.instances.set(name, instance)
    }
    return instance
  }

  private analyse(entered: Instance, args: readonly Origin[], callsites: readonly number[]): void {
    const { program, graph } = this
    if (++this.analyses > MOST_ANALYSES) {
      violate('too-large', { form: 'liveness', analyses: this.analyses })
    }
    // entered once more: what it does this time is set beside what it did before
    const again: Instance = { ...entered, frames: [] }
    const instance = entered.settled ? again : entered
    const postorder = graph.postorder[instance.index]!
    const outer = (depth: number): readonly Origin[] | undefined => this.atCall.get(callsites[depth]!)
    const { subprog, depth } = instance
    const flow = flowOfPointers({ program: program, subprog, postorder, next: graph.next, depth, args, outer })
    this.met.add(instance.index)
    for (const insn of postorder) {
      const pointers = flow[insn - subprog.start]
      if (pointers === undefined) continue
      this.noteAccess(instance, insn, pointers)
      if (isSubprogCall(program.insns[insn]!) || program.is(insn, CALLS_CALLBACK)) this.atCall.set(insn, pointers.stack)
    }
    for (const insn of postorder) {
      const pointers = flow[insn - subprog.start]
      if (pointers !== undefined) this.enterCallee(instance, insn, pointers, callsites)
    }
    if (instance !== entered) merge(entered, instance)
    entered.settled = true
    this.settle(entered)
  }

  /** The function that is called here, or called back, if it gets a pointer to a stack. */
  private enterCallee(instance: Instance, insn: number, { regs }: Pointers, callsites: readonly number[]): void {
    const { program } = this
    const callee = this.calleeAt(insn, regs)
    if (callee === 'several') {
      for (let f = 0; f <= instance.depth; f++) this.useOf(instance, f).readAll(insn - instance.subprog.start)
      return
    }
    if (callee === undefined || !callee.args.some(pointsToStack)) return
    if (instance.depth === program.model.maxFrames - 1)
      violate('call-depth', { form: 'ahead', frames: program.model.maxFrames + 1 })
    const inner = this.instanceOf(program.subprogAt[callee.start]!, instance.depth + 1, insn)
    this.analyse(inner, callee.args, [...callsites.slice(0, instance.depth), insn])
    for (let f = 0; f < inner.depth; f++) {
      const use = inner.frames[f]
      if (use !== undefined) this.useOf(instance, f).readLiveOf(insn - instance.subprog.start, use, 0)
    }
  }

  private calleeAt(
    at: number,
    regs: readonly Origin[],
  ): { readonly start: number; readonly args: readonly Origin[] } | 'several' | undefined {
    const { program } = this
    const insn = program.insns[at]!
    if (isSubprogCall(insn)) {
      const ref = program.linked.refs.get(at)
      const args = [nowhere, ...regs.slice(1, ARGUMENTS + 1)]
      return { start: ref?.kind === 'subprog' ? ref.insn : at + insn.imm + 1, args }
    }
    const back = isHelperCall(insn) ? handedBy(program, insn.imm) : undefined
    if (back === undefined) return undefined
    const start = this.constants.functionAt(at, back.func)
    if (start === undefined) return regs[back.from] === nowhere ? undefined : 'several'
    const args = [...noArguments]
    args[back.to] = regs[back.from]!
    return { start, args }
  }

  private useOf(instance: Instance, frame: number): FrameUse {
    let use = instance.frames[frame]
    if (use === undefined) {
      use = new FrameUse(instance.subprog.end - instance.subprog.start)
      this.program.budget.hold(use.bytes)
      instance.frames[frame] = use
    }
    return use
  }

  private noteAccess(instance: Instance, at: number, { regs }: Pointers): void {
    const insn = this.program.insns[at]!
    const { op } = insn
    switch (op.kind) {
      case 'load':
        return this.noteRead(instance, at, moved(regs[insn.src]!, insn.off), op.size)
      case 'store':
        return this.noteWrite(instance, at, moved(regs[insn.dst]!, insn.off), op.size)
      case 'atomic': {
        const base = moved(regs[op.name === 'load_acquire' ? insn.src : insn.dst]!, insn.off)
        return op.name === 'store_release'
          ? this.noteWrite(instance, at, base, op.size)
          : this.noteRead(instance, at, base, op.size)
      }
      case 'call':
        return this.noteCall(instance, at, insn, regs)
      default:
    }
  }

  private noteCall(instance: Instance, at: number, insn: Insn, regs: readonly Origin[]): void {
    if (isSubprogCall(insn)) return
    const count = Math.min(paramCount(this.program, at) ?? ARGUMENTS, ARGUMENTS)
    for (let r = 1; r <= count; r++) {
      const origin = regs[r]!
      if (!pointsToStack(origin)) continue
      const use = stackBytes(this.program, this.constants, at, r - 1)
      if (use.kind === 'none') continue
      if (origin.frame < 0) this.noteRead(instance, at, origin, 0)
      else if (use.kind === 'write') this.noteWrite(instance, at, origin, use.bytes)
      else this.noteRead(instance, at, origin, use.kind === 'read' ? use.bytes : Number.POSITIVE_INFINITY)
    }
  }

  /** `bytes`: infinite, up to the frame's top. */
  private noteRead(instance: Instance, at: number, origin: Origin, bytes: number): void {
    const insn = at - instance.subprog.start
    for (let f = 0; f <= instance.depth; f++) {
      if ((origin.frames & (1 << f)) === 0) continue
      if (origin.places.length === 0) this.useOf(instance, f).readAll(insn)
      for (const place of origin.places) {
        if (place >= 0) continue
        const low = Math.max(Math.trunc((-place - bytes) / UNIT_BYTES), 0)
        this.useOf(instance, f).readRange(insn, low, Math.trunc((-place - 1) / UNIT_BYTES))
      }
    }
  }

  /** Only what is surely written, all four bytes of it. Where the frame is not known, the write counts as a read. */
  private noteWrite(instance: Instance, at: number, origin: Origin, bytes: number): void {
    if (origin.frame < 0) return this.noteRead(instance, at, origin, bytes)
    const [place, ...others] = origin.places
    if (place === undefined || others.length > 0 || place >= 0) return
    const low = Math.max(Math.trunc((-place - bytes + UNIT_BYTES - 1) / UNIT_BYTES), 0)
    const high = Math.trunc(-place / UNIT_BYTES) - 1
    if (low <= high) this.useOf(instance, origin.frame).writeRange(at - instance.subprog.start, low, high)
  }

  private settle({ subprog, index, frames }: Instance): void {
    const { next, before, postorder } = this.graph
    for (const use of frames) {
      if (use === undefined) continue
      untilSettled({
        order: postorder[index]!,
        visit: (insn, again) => {
          this.program.budget.spend()
          if (next[insn]!.length === 0 || !use.settle(insn - subprog.start, next[insn]!, subprog.start)) return
          for (const from of before[insn]!) again(from)
        },
      })
    }
  }
}

export interface Ahead {
  readonly graph: FlowGraph
  readonly constants: Constants
  readonly order: readonly number[]
}

/** A function entered again at the same place: what it does to each frame, whichever way it is entered. */
function merge(into: Instance, from: Instance): void {
  for (let f = 0; f <= into.depth; f++) {
    const [old, use] = [into.frames[f], from.frames[f]]
    if (old !== undefined) old.merge(use)
    else if (use !== undefined) {
      use.written.fill(0)
      into.frames[f] = use
    }
  }
}

/** What a helper that calls back hands on of its caller's stack. */
function handedBy({ model }: Program, helper: number): Handed | undefined {
  const contract = model.usualHelper(helper)
  return contract === undefined ? undefined : handedOn(contract.args, contract.effects.calls)
}
