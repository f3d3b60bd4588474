// SPDX-License-Identifier: Apache-2.0
// From what was joined to the facts that are told.

import { withJson } from '../../fault/index.ts'
import type { Insn } from '../../isa/index.ts'
import { isTailCall } from '../program/flow.ts'
import type { Program } from '../program/program.ts'
import { callFact } from './calls.ts'
import type { AccessFact, Facts, HeldFact, InsnFact, Proof, Span, SubprogFact } from './facts.ts'
import type { Joined } from './joined.ts'
import { FALLS, type FactsKeeper, heldKinds, JUMPS, type Operands } from './keeper.ts'

export function buildFacts(keeper: FactsKeeper, proof: Proof): Facts {
  const { walk } = keeper
  const { program } = walk
  const insns = keeper.operands.map((operands, at) =>
    operands === undefined ? undefined : insnFact(keeper, at, operands, { numbers: proof !== 'pointers-only' }),
  )
  const subprogs = program.subprogs.map(({ index, name, start, end }): SubprogFact => {
    const { stackDepth, isCallback } = walk.useOf(index)
    return {
      index,
      name,
      start,
      end,
      reached: walk.seen[start] === 1,
      stackDepth,
      callback: isCallback,
      exceptionCallback: index === program.exceptionCb,
    }
  })
  return withJson({ insns: Array.from(insns), subprogs, proof })
}

function insnFact(
  keeper: FactsKeeper,
  at: number,
  operands: Operands,
  { numbers }: { readonly numbers: boolean },
): InsnFact {
  const { program } = keeper.walk
  // a jump that was settled ahead of the walk is still the program's
  const insn = program.linked.insns[at]!
  const of = (joined: Joined | undefined): ReturnType<Joined['fact']> => joined?.fact(program, { numbers })
  const [dst, src, compared] = [of(operands.dst), of(operands.src), of(operands.compared)]
  // a program that is called in a function's place leaves it R0, and the path goes on as if it were the call's
  const result = isTailCall(insn) ? undefined : of(operands.result)
  const branch = branchOf(keeper, at, insn)
  const targets = keeper.targets.get(at)
  const access = accessFact(program, insn, operands, { numbers })
  const call = insn.op.kind === 'call' ? callFact(program, at, operands.args ?? [], { numbers }) : undefined
  const held = heldFact(keeper.held, at)
  return {
    ...(dst === undefined ? {} : { dst }),
    ...(src === undefined ? {} : { src }),
    ...(compared === undefined ? {} : { compared }),
    ...(result === undefined ? {} : { result }),
    ...(branch === undefined ? {} : { branch }),
    ...(targets === undefined ? {} : { targets: [...targets].sort((a, b) => a - b) }),
    ...(access === undefined ? {} : { access }),
    ...(call === undefined ? {} : { call }),
    ...(held === undefined ? {} : { held }),
  }
}

function branchOf(keeper: FactsKeeper, at: number, { op, off }: Insn): InsnFact['branch'] {
  if (op.kind !== 'jump') return undefined
  const settled = keeper.walk.program.insns[at]!
  if (settled.op.kind === 'ja') return settled.off === off && off !== 0 ? 'always' : 'never'
  const ways = keeper.ways[at]!
  return ways === (FALLS | JUMPS) ? 'both' : ways === JUMPS ? 'always' : 'never'
}

function accessFact(
  program: Program,
  insn: Insn,
  operands: Operands,
  { numbers }: { readonly numbers: boolean },
): AccessFact | undefined {
  const { op } = insn
  if (op.kind !== 'load' && op.kind !== 'store' && op.kind !== 'atomic') return undefined
  const reads = op.kind !== 'store' && op.name !== 'store_release'
  const writes = op.kind !== 'load' && op.name !== 'load_acquire'
  const base = op.kind === 'load' || op.name === 'load_acquire' ? operands.src : operands.dst
  const to = base?.fact(program, { plus: insn.off, numbers })
  if (base === undefined || to === undefined) return undefined
  const fault = base.inArena ? 'arena' : reads && base.guarded ? 'guarded' : 'none'
  return { reads, writes, size: op.size, to, fault }
}

function heldFact(held: Int32Array, at: number): HeldFact | undefined {
  const first = 2 * heldKinds.length * at
  if (heldKinds.every((_, kind) => held[first + 2 * kind + 1] === 0)) return undefined
  const spans = heldKinds.map((kind, i): readonly [string, Span] => [
    kind,
    { min: held[first + 2 * i]!, max: held[first + 2 * i + 1]! },
  ])
  return Object.fromEntries(spans) as unknown as HeldFact
}
