// SPDX-License-Identifier: Apache-2.0
// bpf_fastcall: calls that leave r1-r5 alone but for their arguments. Compilers that do not rely on it spill such registers to the
// lowest slots of the stack before the call and fill them after it; the kernel drops those pairs where nothing else touches the slots,
// and the stack they took with them. Selftests verifier_bpf_fastcall.c.

import { FASTCALL, JUMP_TARGET, NO_FASTCALL_STACK, type Program, type ProgramDraft, type Subprog } from './program.ts'
import type { Contract } from './contract/contract.ts'
import type { Insn } from '../../isa/index.ts'
import { isHelperCall, kfuncContractAt } from './flow.ts'

const CALLER_SAVED = 0x3f

interface Fastcall {
  /** Registers that such a call may change. */
  readonly clobbered: number
  /** The kernel replaces the call by instructions that keep to it. */
  readonly inlined: boolean
}

/** Marks the pairs around calls, before exploration. */
export function findFastcalls(draft: ProgramDraft): void {
  for (const subprog of draft.subprogs) {
    let lowest = 0
    for (let i = subprog.start; i < subprog.end; i++) {
      const insn = draft.insns[i]!
      if (isSpill(insn)) lowest = Math.min(lowest, insn.off)
    }
    subprog.fastcall.off = NO_FASTCALL_STACK
    // with nothing spilled there are no pairs
    if (lowest < 0) for (let i = subprog.start; i < subprog.end; i++) markPairs(draft, subprog, i, lowest)
  }
}

function markPairs(draft: ProgramDraft, subprog: Subprog, at: number, lowest: number): void {
  if (draft.insns[at]!.op.kind !== 'call') return
  const call = fastcallAt(draft, at)
  if (call === undefined || call.clobbered === CALLER_SAVED) return
  let kept = CALLER_SAVED & ~call.clobbered
  let pairs = 0
  for (let off = lowest; pairs < 6; off += 8) {
    const i = pairs + 1
    const [spill, fill] = [draft.insns[at - i], draft.insns[at + i]]
    if (spill === undefined || fill === undefined) break
    if (draft.is(at - i + 1, JUMP_TARGET) || draft.is(at + i, JUMP_TARGET)) break
    if (!isSpill(spill) || !isFill(fill) || spill.src !== fill.dst) break
    if ((kept & (1 << spill.src)) === 0 || spill.off !== off || fill.off !== off) break
    kept &= ~(1 << spill.src)
    draft.mark(at - i, FASTCALL)
    draft.mark(at + i, FASTCALL)
    pairs++
  }
  if (pairs === 0) return
  if (call.inlined) subprog.fastcall.dropped = true
  else subprog.fastcall.kept = true
  const off = lowest + 8 * pairs
  const { fastcall } = subprog
  fastcall.off = fastcall.off === NO_FASTCALL_STACK ? off : Math.min(fastcall.off, off)
}

function fastcallAt(program: Program, at: number): Fastcall | undefined {
  const insn = program.insns[at]!
  const callee: Contract | undefined = isHelperCall(insn)
    ? program.helperContract(insn.imm)
    : kfuncContractAt(program, at)
  if (callee === undefined) return undefined
  const { args, result, effects } = callee
  const given = ((1 << args.length) - 1) << 1
  return { clobbered: (result.kind === 'none' ? 0 : 1) | given, inlined: effects.fastcall }
}

const isSpill = ({ op, dst }: Insn): boolean =>
  op.kind === 'store' && op.source === 'reg' && op.size === 8 && dst === 10
const isFill = ({ op, src }: Insn): boolean => op.kind === 'load' && !op.signed && op.size === 8 && src === 10
