// SPDX-License-Identifier: Apache-2.0
// The verifier's log as Linux 6.12 writes it: source lines, insns, and behind each insn what it read and changed.
//
// At level 1 (what libbpf asks for after a failed load) a path that ended well is taken back from the log up to where it forked, so
// that what remains is the one path that failed; level 2 keeps every path. The backtracking of precision is not printed.
// The text is a list of chunks, a newline always one of its own: the state behind an insn replaces the newline by padding, and a
// position is a number of chunks. So a path taken up again goes on behind the insn it forked at, on the same line, as in the kernel.

import { CALLS_CALLBACK } from '../program/program.ts'
import { disassemble, type Insn } from '../../isa/index.ts'
import { helperName } from '../../uapi/index.ts'
import type { Walk } from '../engine/walk.ts'
import { Observer } from '../engine/observer.ts'
import * as scalar from '../scalar/index.ts'
import { byteType, DYNPTR, IRQ, ITER, type Slot } from '../state/stack.ts'
import type { Frame } from '../state/frame.ts'
import { frameText } from './state.ts'

const ALL_REGS = 0x7ff
const ALL_SLOTS = (1n << 64n) - 1n
const CALLER_SAVED = 0x3f
/** Characters of log that are kept: four times what libbpf gives the kernel room for. */
const MOST_LOG = 64 << 20
/** Insns take at least this many columns before the semicolon, and a multiple of eight. */
const COLUMNS = 40

export class LogPrinter extends Observer {
  private readonly walk: Walk
  private readonly keepPaths: boolean
  private readonly chunks: string[] = []
  /** Characters in `chunks`, and how many chunks were dropped before them. */
  private length = 0
  private dropped = 0
  private readonly texts: (string | undefined)[]
  private readonly lineAt: Int32Array
  private lastLine = -1
  private scratchedRegs = ALL_REGS
  private scratchedSlots = ALL_SLOTS
  private insnEnd = -1
  private insnWidth = 0
  private pathPopped = false
  private met: Frame | undefined
  private stacks: readonly (readonly Slot[])[] = []

  constructor(walk: Walk, level: 1 | 2) {
    super()
    this.walk = walk
    this.keepPaths = level === 2
    this.texts = walk.program.insns.map(() => undefined)
    this.lineAt = new Int32Array(walk.program.insns.length).fill(-1)
    // BTF that the kernel refused took the lines with it: only explanations still have them
    const { lines, btf } = walk.program.linked
    for (const [i, line] of btf === undefined ? [] : lines.entries())
      if (line.insn < this.lineAt.length) this.lineAt[line.insn] = i
    for (let i = 1; i < this.lineAt.length; i++) if (this.lineAt[i]! < 0) this.lineAt[i] = this.lineAt[i - 1]!
  }

  override mark(): number {
    return this.dropped + this.chunks.length
  }

  override said(text: string): void {
    this.line(text)
  }

  private line(text: string): void {
    this.chunks.push(text, '\n')
    this.length += text.length + 1
    if (this.length > MOST_LOG) this.dropHalf()
  }

  lines(): string[] {
    const lines = this.chunks.join('').split('\n')
    if (lines.at(-1) === '') lines.pop()
    return lines
  }

  /** A function is entered from nowhere: everything is new. */
  override started(): void {
    this.scratchAll()
    this.insnEnd = -1
    this.pathPopped = false
  }

  /** All paths of a function are done. */
  override finished(): void {
    if (!this.keepPaths) this.cut(0)
  }

  /** The path goes no further; the next one was put aside at `position`. */
  override resumed(position: number): void {
    this.scratchAll()
    if (!this.keepPaths) this.cut(Math.max(0, position - this.dropped))
    this.pathPopped = true
  }

  private cut(count: number): void {
    for (let i = count; i < this.chunks.length; i++) this.length -= this.chunks[i]!.length
    this.chunks.length = Math.min(this.chunks.length, count)
  }

  /** The log keeps its end, as the kernel's does in a buffer that is full. */
  private dropHalf(): void {
    let count = 0
    for (let left = MOST_LOG / 2; left > 0 && count < this.chunks.length; count++) left -= this.chunks[count]!.length
    for (let i = 0; i < count; i++) this.length -= this.chunks[i]!.length
    this.chunks.splice(0, count)
    this.dropped += count
    this.insnEnd -= count
  }

  override covered(): void {
    const { insn, prevInsn } = this.walk
    if (this.pathPopped) this.line(`\nfrom ${prevInsn} to ${insn}: safe`)
    else this.line(`${insn}: safe`)
  }

  /** What the insn before left behind it, the source line, the insn. */
  override beforeInsn(): void {
    const { walk } = this
    const { state } = walk
    if (this.keepPaths && this.pathPopped) {
      this.line(`\nfrom ${walk.prevInsn} to ${walk.insn}:${frameText(walk.program, state, state.cur)}`)
      this.pathPopped = false
    }
    if (this.scratchedRegs !== 0 || this.scratchedSlots !== 0n) this.printState()
    this.printSource()
    const insn = walk.program.insns[walk.insn]!
    const text = this.texts[walk.insn] ?? `${walk.insn}: ${this.insnText(insn)}`
    this.texts[walk.insn] = text
    this.line(text)
    this.insnEnd = this.chunks.length
    this.insnWidth = text.length + 1
    this.met = state.cur
    this.noteOperands(insn)
    this.stacks = insn.op.kind === 'call' ? state.frames.map((frame) => frame.stack.slice()) : []
  }

  /** After the insn's step; `next` is the insn that follows it. */
  override afterInsn(next: number): void {
    const { walk } = this
    const { state } = walk
    const insn = walk.program.insns[walk.insn]!
    const before = this.met!
    switch (insn.op.kind) {
      case 'call':
        if (state.cur.frameno > before.frameno) return this.entered(before)
        this.noteStackChanges()
        if (walk.program.is(walk.insn, CALLS_CALLBACK)) this.scratchAll()
        return
      case 'exit':
        return this.returned(before, next)
      case 'jump':
        return this.printState()
      default:
    }
  }

  private entered(caller: Frame): void {
    const { walk } = this
    const callee = walk.frame
    this.line('caller:')
    this.line(frameText(walk.program, walk.state, caller))
    this.line('callee:')
    this.line(frameText(walk.program, walk.state, callee))
    this.scratchAll()
  }

  private returned(callee: Frame, next: number): void {
    const { walk } = this
    const caller = walk.frame
    this.line('returning from callee:')
    this.line(frameText(walk.program, walk.state, callee))
    this.line(`to caller at ${next}:`)
    this.line(frameText(walk.program, walk.state, caller))
    this.pathPopped = true
  }

  /** Behind the insn if nothing was printed since, else on a line of its own. */
  private printState(): void {
    const { walk, chunks } = this
    const only = { regs: this.scratchedRegs, slots: this.scratchedSlots }
    const text = frameText(walk.program, walk.state, walk.frame, only)
    if (this.insnEnd === chunks.length) {
      const column = Math.ceil(Math.max(this.insnWidth + 4, COLUMNS) / 8) * 8
      chunks[chunks.length - 1] = ' '
      this.line(`${' '.repeat(column - this.insnWidth - 2)};${text}`)
    } else this.line(`${walk.insn}:${text}`)
    this.scratchedRegs = 0
    this.scratchedSlots = 0n
  }

  private printSource(): void {
    const { lines } = this.walk.program.linked
    const index = this.lineAt[this.walk.insn]!
    if (index < 0 || index === this.lastLine) return
    const line = lines[index]!
    const last = lines[this.lastLine]
    if (last !== undefined && last.file === line.file && last.line === line.line) return
    // A newline in somebody's BTF would be a line of the kernel's here.
    this.line(oneLine(`; ${line.text.trimStart()} @ ${line.file.slice(line.file.lastIndexOf('/') + 1)}:${line.line}`))
    this.lastLine = index
  }

  private insnText(insn: Insn): string {
    const { walk } = this
    const ref = walk.program.linked.refs.get(walk.insn)
    return disassemble(insn, walk.program.insns[walk.insn + 1], {
      helperName: (id) => helperName(id),
      kfuncName: () => (ref?.kind === 'kfunc' ? ref.name : undefined),
      hidePointers: true,
    })
  }

  /** Registers that the insn names, and the stack slot it goes to. */
  private noteOperands(insn: Insn): void {
    const { op } = insn
    let regs = 0
    if (op.kind === 'call') regs = CALLER_SAVED
    else if (op.kind === 'ld_abs' || op.kind === 'ld_ind') regs = CALLER_SAVED | (1 << 6)
    else if (op.kind !== 'ja' && op.kind !== 'exit' && op.kind !== 'may_goto') {
      regs = 1 << insn.dst
      if ((op.source === 'reg' && op.kind !== 'gotox') || op.kind === 'load' || op.kind === 'atomic')
        regs |= 1 << insn.src
      if (op.name === 'cmpxchg') regs |= 1
    }
    this.scratchedRegs |= regs
    if (op.kind !== 'load' && op.kind !== 'store' && op.kind !== 'atomic') return
    const base = this.walk.reg(op.kind === 'load' ? insn.src : insn.dst)
    if (base?.kind !== 'fp' || !scalar.isConst(base.var)) return
    const off = base.off + insn.off + scalar.constNumber(base.var)
    if (off < 0) this.scratchedSlots |= 1n << BigInt(Math.floor((-off - 1) / 8))
  }

  override slotWritten(slot: number): void {
    this.scratchedSlots |= 1n << BigInt(slot)
  }

  /** Dynptrs and iterators that a call made or moved on. Bytes it wrote are noted as they are; those it only may read do not count. */
  private noteStackChanges(): void {
    this.stacks.forEach((old, f) => {
      const { stack } = this.walk.state.frames[f]!
      stack.forEach((slot, s) => {
        const before = old[s]
        if (slot === before || !isObject(slot) || (before !== undefined && isSameObject(slot, before))) return
        this.scratchedSlots |= 1n << BigInt(s)
      })
    })
  }

  private scratchAll(): void {
    this.scratchedRegs = ALL_REGS
    this.scratchedSlots = ALL_SLOTS
  }
}

const isSameObject = (a: Slot, b: Slot): boolean =>
  a.types === b.types &&
  a.reg.aux === b.reg.aux &&
  a.reg.frame === b.reg.frame &&
  a.reg.id === b.reg.id &&
  a.reg.refObjId === b.reg.refObjId
const isObject = (slot: Slot): boolean =>
  byteType(slot, 7) === DYNPTR || byteType(slot, 7) === ITER || byteType(slot, 7) === IRQ

const oneLine = (text: string): string => text.replaceAll('\n', '\\n')
