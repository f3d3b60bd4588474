// SPDX-License-Identifier: Apache-2.0
// The kernel rewrites a verified program: what it removed, what it puts several instructions in place of. A jump that crosses them must
// still reach its target in 16 bits. How long a replacement is depends on the kernel's build, so of each instruction we know the least and
// the most: where the least is too far the program is refused, where only the most is, we cannot say.
import type { Insn } from '../../isa/index.ts'
import type { Program } from '../program/program.ts'
import type { Walk } from '../engine/walk.ts'
import { isHelperCall, isKfuncCall, jumpTarget } from '../program/flow.ts'
import { unsupported, violate } from '../violations/raise.ts'

const FARTHEST = 0x7fff
/** The kernel's INSN_BUF_SIZE, and the two that cut a narrow load out of a wide one. */
const MOST = 34
/** A program too short for any of this, however much its instructions grow. */
const SHORT = Math.floor(FARTHEST / MOST)

type Size = readonly [least: number, most: number]
const one: Size = [1, 1]
const gone: Size = [0, 0]

/** Programs whose context is what they see it as. */
const plainContext = [
  'KPROBE',
  'TRACEPOINT',
  'RAW_TRACEPOINT',
  'RAW_TRACEPOINT_WRITABLE',
  'TRACING',
  'LSM',
  'SYSCALL',
  'STRUCT_OPS',
]
const converted = new Set(['ctx', 'sock', 'sock_common', 'tcp_sock', 'xdp_sock'])

/** Does every jump that is left reach its target? */
export function checkJumpRoom(walk: Walk): void {
  const { insns } = walk.program
  if (insns.length <= SHORT) return
  const least = new Float64Array(insns.length + 1)
  const most = new Float64Array(insns.length + 1)
  for (let i = 0; i < insns.length; i++) {
    const [few, many] = sizeOf(walk, i)
    least[i + 1] = least[i]! + few
    most[i + 1] = most[i]! + many
  }
  for (let i = 0; i < insns.length; i++) {
    const target = shortJump(walk, insns[i]!, i)
    if (target === undefined) continue
    const [from, to] = target > i ? [i + 1, target] : [target, i]
    walk.insn = i
    if (least[to]! - least[from]! > FARTHEST) violate('jump-room', { insn: firstBeyond(walk.program, least, from, to) })
    if (most[to]! - most[from]! > FARTHEST)
      unsupported('whether a jump still reaches its target once the kernel has rewritten what it crosses')
  }
}

/** Where a jump of 16 bits goes, if it is still there. */
function shortJump(walk: Walk, insn: Insn, at: number): number | undefined {
  const { op } = insn
  if (walk.seen[at] !== 1 || (op.kind === 'ja' && op.width === 32)) return undefined
  const target = jumpTarget(insn, at)
  return target !== undefined && walk.seen[target] === 1 ? target : undefined
}

/** About where the kernel would be when the jump is first too long; what it rewrites first is not ours to know. */
function firstBeyond({ insns }: Program, least: Float64Array, from: number, to: number): number {
  let i = from
  while (i < to - 1 && least[i + 1]! - least[from]! + (to - i - 1) <= FARTHEST) i++
  return Math.min(i, insns.length - 1)
}

function sizeOf(walk: Walk, at: number): Size {
  const insn = walk.program.insns[at]!
  const { op } = insn
  if (op.kind === 'invalid' && at > 0 && walk.program.insns[at - 1]!.op.kind === 'ld_imm64')
    return walk.seen[at - 1] === 1 ? one : gone
  if (walk.seen[at] !== 1) return gone
  switch (op.kind) {
    case 'alu':
      return op.source === 'reg' ? divided(op.name, { wide: op.width === 64 }) : one
    case 'load':
    case 'store':
    case 'atomic':
      return converted.has(walk.pointersMet[at]?.kind ?? '') && !isPlain(walk.program) ? [1, MOST] : one
    case 'ld_abs':
    case 'ld_ind':
      return [1, MOST]
    case 'ja':
      return [0, 1]
    case 'jump':
      return walk.seen[at + 1] === 1 && walk.seen[at + insn.off + 1] === 1 ? one : [0, 1]
    case 'may_goto':
      return [4, 4]
    case 'call':
      return isHelperCall(insn)
        ? (walk.model.usualHelper(insn.imm)?.proto.insns ?? one)
        : isKfuncCall(insn)
          ? [1, 6]
          : one
    default:
      return one
  }
}

const isPlain = ({ linked: prog }: Program): boolean => plainContext.includes(prog.type.replace('BPF_PROG_TYPE_', ''))

/** A division by a register is made safe from zero, a signed one from -1 too. */
function divided(name: string, { wide }: { readonly wide: boolean }): Size {
  switch (name) {
    case 'div':
      return [4, 4]
    case 'mod':
      return wide ? [2, 2] : [4, 4]
    case 'sdiv':
      return [7, 8]
    case 'smod':
      return wide ? [6, 7] : [8, 9]
    default:
      return one
  }
}
