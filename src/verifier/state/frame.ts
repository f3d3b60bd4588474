// SPDX-License-Identifier: Apache-2.0
// One function under way: its registers and stack, what of them was written and read, and how it was entered. States are copied at every
// fork and wherever one is kept, so a frame is small: what never changes stands apart and is shared, and so are registers and stack until
// one of the copies writes.

import { notInit, type RegState } from './reg.ts'
import { References } from './references.ts'
import { emptySlot, type Slot } from './stack.ts'

export const MAX_FRAMES = 16
export const MAX_STACK = 512

export interface ReturnRange {
  readonly min: number
  readonly max: number
}

/** How a function was entered: the same in every copy of its frame. */
export interface FrameEntry {
  readonly frameno: number
  /** Subprogram index. */
  readonly subprog: number
  /** Insn of the call that made the frame; -1 in the main frame. */
  readonly callsite: number
  readonly callback: 'none' | 'sync' | 'async' | 'exception'
  /** The role of the callback that it is. */
  readonly callbackKind: string
  /** What the callback may return. */
  readonly returnRange: ReturnRange | undefined
  /** How many callbacks that run later led here, each made in the one before it. */
  readonly asyncEntries: number
}

// `bits` of a frame:
//
//   28         24    23        22        21      20    19         10 9          0
//  ┌─────────────┬────────┬──────────┬─────────┬──────┬─────────────┬────────────┐
//  │ r0From + 1  │ unread │ ownStack │ ownRegs │ born │ R9-R0 wrote │ R9-R0 read │
//  └─────────────┴────────┴──────────┴─────────┴──────┴─────────────┴────────────┘
const REGISTERS = 0x3ff
const WROTE = 10
const BORN = 1 << 20
const OWN_REGS = 1 << 21
const OWN_STACK = 1 << 22
const UNREAD_GONE = 1 << 23
const R0_FROM = 24
/** What a segment begins without. */
const OF_SEGMENT = (REGISTERS << WROTE) | BORN | (-1 << R0_FROM)

type EntrySaid = Pick<FrameEntry, 'frameno' | 'subprog' | 'callsite'> & Partial<FrameEntry>
const entryOf = ({ frameno, subprog, callsite, ...said }: EntrySaid): FrameEntry => ({
  frameno,
  subprog,
  callsite,
  callback: said.callback ?? 'none',
  callbackKind: said.callbackKind ?? '',
  returnRange: said.returnRange,
  asyncEntries: said.asyncEntries ?? 0,
})

const noRegs: readonly RegState[] = Array.from({ length: 11 }, () => notInit)
const noStack: readonly Slot[] = []

export class Frame {
  readonly entry: FrameEntry
  /** Shared with copies until one of them writes: `ownRegs`, `ownStack`. Of the stack, index 0 is fp-8. */
  regs: readonly RegState[]
  stack: readonly Slot[]
  /** The references held when it called the function under way; until 6.14 each frame has its own. */
  heldAtCall: References
  /** How often the helper or kfunc under way has called back. */
  callbackDepth: number
  private bits: number
  // liveness (engine/liveness.ts)
  /** Of a checkpoint: slots read by what comes after it, before anything wrote them; bits in two words. */
  private readLow: number
  private readHigh: number
  /** Slots written whole since the last checkpoint. */
  private writtenLow: number
  private writtenHigh: number

  constructor(said: EntrySaid, from?: Frame) {
    this.entry = from === undefined ? entryOf(said) : from.entry
    this.regs = from === undefined ? noRegs : from.regs
    this.stack = from === undefined ? noStack : from.stack
    this.heldAtCall = from === undefined ? References.none : from.heldAtCall
    this.callbackDepth = from === undefined ? 0 : from.callbackDepth
    this.bits = from === undefined ? BORN : from.bits & ~(REGISTERS | OWN_REGS | OWN_STACK | UNREAD_GONE)
    this.readLow = 0
    this.readHigh = 0
    this.writtenLow = from === undefined ? 0 : from.writtenLow
    this.writtenHigh = from === undefined ? 0 : from.writtenHigh
  }

  /** Shares registers and stack. Of what was read it begins anew. */
  copy(): Frame {
    this.bits &= ~(OWN_REGS | OWN_STACK)
    return new Frame(this.entry, this)
  }
  /** The same with registers of its own: where both go on, both will write some. */
  fork(): Frame {
    const own = this.bits & OWN_REGS
    const frame = this.copy()
    frame.ownRegs()
    this.bits |= own
    return frame
  }
  /** To be kept: the registers stay with what is kept, where they are marked; what goes on writes others. */
  keep(): Frame {
    const own = this.bits & OWN_REGS
    const kept = this.copy()
    this.ownRegs()
    kept.bits |= own
    return kept
  }

  get frameno(): number {
    return this.entry.frameno
  }
  get subprog(): number {
    return this.entry.subprog
  }
  get callsite(): number {
    return this.entry.callsite
  }
  get callback(): FrameEntry['callback'] {
    return this.entry.callback
  }
  get callbackKind(): string {
    return this.entry.callbackKind
  }
  get returnRange(): ReturnRange | undefined {
    return this.entry.returnRange
  }
  get asyncEntries(): number {
    return this.entry.asyncEntries
  }

  /** Of a checkpoint: registers read by what comes after it, before anything wrote them; a bit each. */
  get readRegs(): number {
    return this.bits & REGISTERS
  }
  noteRegsRead(regs: number): void {
    this.bits |= regs
  }
  /** Registers written since the last checkpoint, a bit each. */
  get wroteRegs(): number {
    return (this.bits >> WROTE) & REGISTERS
  }
  set wroteRegs(regs: number) {
    this.bits = (this.bits & ~(REGISTERS << WROTE)) | (regs << WROTE)
  }
  noteRegsWritten(regs: number): void {
    this.bits |= regs << WROTE
  }
  /** Made since the last checkpoint: its registers and slots lie in no earlier state. */
  get born(): boolean {
    return (this.bits & BORN) !== 0
  }
  /** Frame whose R0 this frame's R0 is, unchanged since the last checkpoint; -1: its own. */
  get r0From(): number {
    return (this.bits >>> R0_FROM) - 1
  }
  set r0From(frame: number) {
    this.bits = (this.bits & ~(-1 << R0_FROM)) | ((frame + 1) << R0_FROM)
  }

  /** A checkpoint was made of this frame: what is written from now on screens it from later reads. */
  startSegment(): void {
    this.bits &= ~OF_SEGMENT
    this.writtenLow = 0
    this.writtenHigh = 0
  }

  /** Of a checkpoint whose paths are all done: what none of them read is gone. */
  dropUnread(): void {
    this.bits |= UNREAD_GONE
  }
  /** What is left of a register. */
  keptReg(number: number): RegState {
    const gone = (this.bits & UNREAD_GONE) !== 0 && number < 10 && (this.bits & (1 << number)) === 0
    return gone ? notInit : this.regs[number]!
  }
  keptSlot(index: number): Slot {
    return (this.bits & UNREAD_GONE) !== 0 && !this.wasRead(index) ? emptySlot : this.slot(index)
  }

  wasRead(slot: number): boolean {
    return ((slot < 32 ? this.readLow : this.readHigh) & (1 << slot)) !== 0
  }
  noteRead(slot: number): void {
    if (slot < 32) this.readLow |= 1 << slot
    else this.readHigh |= 1 << slot
  }
  get readsStack(): boolean {
    return (this.readLow | this.readHigh) !== 0
  }
  wrote(slot: number): boolean {
    return ((slot < 32 ? this.writtenLow : this.writtenHigh) & (1 << slot)) !== 0
  }
  noteWritten(slot: number): void {
    if (slot < 32) this.writtenLow |= 1 << slot
    else this.writtenHigh |= 1 << slot
  }

  /** The registers, to be written. */
  ownRegs(): RegState[] {
    if ((this.bits & OWN_REGS) === 0) {
      this.regs = this.regs.slice()
      this.bits |= OWN_REGS
    }
    return this.regs as RegState[]
  }
  /** The stack, to be written. */
  ownStack(): Slot[] {
    if ((this.bits & OWN_STACK) === 0) {
      this.stack = this.stack.slice()
      this.bits |= OWN_STACK
    }
    return this.stack as Slot[]
  }
  slot(index: number): Slot {
    return this.stack[index] ?? emptySlot
  }
  setSlot(index: number, slot: Slot): void {
    this.reach(index)
    this.ownStack()[index] = slot
  }
  /** The stack grows with every access, read or write, to the lowest slot touched. */
  reach(index: number): void {
    if (this.stack.length > index) return
    const stack = this.ownStack()
    while (stack.length <= index) stack.push(emptySlot)
  }
}
