// SPDX-License-Identifier: Apache-2.0
// bpf_fastcall: calls that leave r1-r5 alone but for their arguments. Compilers that do not rely on it spill such registers to the
// lowest slots of the stack before the call and fill them after it; the kernel drops those pairs where nothing else touches the slots,
// and the stack they took with them. Selftests verifier_bpf_fastcall.c.

import { resolveType } from '../../btf/index.ts'
import type { Insn } from '../../isa/index.ts'
import type { Env, Subprog } from '../env.ts'
import { isHelperCall, kfuncAt } from './flow.ts'

/** Below every offset: nothing of this function is dropped. */
const NEVER = -32768
const CALLER_SAVED = 0x3f

interface Fastcall {
  /** Registers that such a call may change. */
  readonly clobbered: number
  /** The kernel replaces the call by instructions that keep to it. */
  readonly inlined: boolean
}

/** Marks the pairs around calls, before exploration. */
export function findFastcalls(env: Env): void {
  for (const subprog of env.subprogs) {
    let lowest = 0
    for (let i = subprog.start; i < subprog.end; i++) {
      const insn = env.insns[i]!
      if (isSpill(insn)) lowest = Math.min(lowest, insn.off)
    }
    subprog.fastcallOff = NEVER
    // with nothing spilled there are no pairs
    if (lowest < 0) for (let i = subprog.start; i < subprog.end; i++) markPairs(env, subprog, i, lowest)
  }
}

function markPairs(env: Env, subprog: Subprog, at: number, lowest: number): void {
  if (env.insns[at]!.op.kind !== 'call') return
  const call = fastcallAt(env, at)
  if (call === undefined || call.clobbered === CALLER_SAVED) return
  let kept = CALLER_SAVED & ~call.clobbered
  let pairs = 0
  for (let off = lowest; pairs < 6; off += 8) {
    const i = pairs + 1
    const [spill, fill] = [env.insns[at - i], env.insns[at + i]]
    if (spill === undefined || fill === undefined) break
    if (env.note(at - i + 1).jumpTarget || env.note(at + i).jumpTarget) break
    if (!isSpill(spill) || !isFill(fill) || spill.src !== fill.dst) break
    if ((kept & (1 << spill.src)) === 0 || spill.off !== off || fill.off !== off) break
    kept &= ~(1 << spill.src)
    env.note(at - i).fastcall = env.note(at + i).fastcall = true
    pairs++
  }
  if (pairs === 0) return
  if (call.inlined) subprog.fastcallDropped = true
  else subprog.fastcallKept = true
  const off = lowest + 8 * pairs
  subprog.fastcallOff = subprog.fastcallOff === NEVER ? off : Math.min(subprog.fastcallOff, off)
}

function fastcallAt(env: Env, at: number): Fastcall | undefined {
  const insn = env.insns[at]!
  if (isHelperCall(insn)) {
    const helper = env.kernel.helper(insn.imm, env.traits)
    if (!helper.ok) return undefined
    const { proto } = helper
    const inlined = proto.fastcall && (insn.imm === SMP_PROCESSOR_ID || env.rules.currentTaskInlined)
    return { clobbered: maskOf(proto.ret !== 'RET_VOID', proto.args.length), inlined }
  }
  const kfunc = kfuncAt(env, at)
  if (kfunc === undefined) return undefined
  const inlined =
    kfunc.flags.has('KF_FASTCALL') || kfunc.name === 'bpf_cast_to_kern_ctx' || kfunc.name === 'bpf_rdonly_cast'
  return { clobbered: maskOf(resolveType(kfunc.btf, kfunc.ret).kind !== 'void', kfunc.params.length), inlined }
}
const SMP_PROCESSOR_ID = 8

const maskOf = (returns: boolean, args: number): number => (returns ? 1 : 0) | (((1 << args) - 1) << 1)

const isSpill = ({ op, dst }: Insn): boolean =>
  op.kind === 'store' && op.source === 'reg' && op.size === 8 && dst === 10
const isFill = ({ op, src }: Insn): boolean => op.kind === 'load' && !op.signed && op.size === 8 && src === 10

/** Something reads or writes the stack from `off` up: if it is no part of a pair and reaches their slots, none is dropped. */
export function touchesFastcallStack(env: Env, subprog: Subprog, off: number): void {
  if (subprog.fastcallOff <= off || env.note(env.insn).fastcall) return
  subprog.fastcallOff = NEVER
  subprog.fastcallDropped = false
}

/** After exploration: the stack that is left. */
export function dropFastcallStack(env: Env): void {
  for (const subprog of env.subprogs) {
    if (subprog.fastcallDropped && !subprog.fastcallKept) subprog.stackDepth = -subprog.fastcallOff
  }
}
