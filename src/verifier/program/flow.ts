// SPDX-License-Identifier: Apache-2.0
// Before any path is walked: subprograms, the control-flow graph, where states are worth keeping.

import {
  CALLS_CALLBACK,
  FORCE_CHECKPOINT,
  ITER_NEXT,
  JUMP_POINT,
  JUMP_TARGET,
  PRUNE,
  type Program,
  type ProgramDraft,
  type Subprog,
} from './program.ts'
import { type BtfId, resolveType } from '../../btf/index.ts'
import type { Insn } from '../../isa/index.ts'
import type { Kfunc } from '../../kfunc/index.ts'
import type { KfuncContract } from './contract/contract.ts'
import { KfuncUse } from './kfunc-use.ts'
import { violate } from '../violations/raise.ts'
import { findTargets } from './jump-tables.ts'

/** Where a jump goes; undefined for what does not jump. */
export function jumpTarget(insn: Insn, at: number): number | undefined {
  const { op } = insn
  if (op.kind === 'ja') return op.width === 32 ? at + insn.imm + 1 : at + insn.off + 1
  if (op.kind === 'jump' || op.kind === 'may_goto') return at + insn.off + 1
  // no instruction at all, but among the jumps: the kernel looks where it would go before it looks what it is
  const jumps = (insn.code & 7) === JMP || (insn.code & 7) === JMP32
  if (op.kind === 'invalid' && jumps && insn.code >> 4 !== CALL && insn.code >> 4 !== EXIT) return at + insn.off + 1
  return undefined
}

const [JMP, JMP32] = [5, 6]
const [CALL, EXIT] = [8, 9]

export const isSubprogCall = (insn: Insn): boolean => insn.op.kind === 'call' && insn.src === 1
export const isKfuncCall = (insn: Insn): boolean => insn.op.kind === 'call' && insn.src === 2
export const isHelperCall = (insn: Insn): boolean => insn.op.kind === 'call' && insn.src === 0
/** The helper's number. */
const TAIL_CALL = 12
export const isTailCall = (insn: Insn): boolean => isHelperCall(insn) && insn.imm === TAIL_CALL

/** Subprograms start at call targets and at functions whose address is taken. Kfuncs are looked at on the way, called or not. */
export function findSubprogs(draft: ProgramDraft): void {
  const starts = calledStarts(draft)
  const exceptionCb = exceptionCallback(draft)
  if (exceptionCb !== undefined) addStart(draft, starts, exceptionCb)
  const sorted = [...starts].sort((a, b) => a - b)
  const byInsn = new Map(draft.linked.funcs.map((func) => [func.insn, func.typeId]))
  draft.subprogs = sorted.map((start, index): Subprog => {
    const typeId = byInsn.get(start) ?? (0 as BtfId)
    const type = typeId === 0 || draft.linked.btf === undefined ? undefined : draft.linked.btf.type(typeId)
    return {
      index,
      start,
      end: sorted[index + 1] ?? draft.insns.length,
      name: type?.name ?? '',
      typeId,
      global: type?.kind === 'func' && type.linkage === 'global',
      isExceptionCb: start === exceptionCb,
      hasTailCall: false,
      hasLdAbs: false,
      fastcall: { off: 0, dropped: false, kept: false },
      mightSleep: false,
      mightThrow: false,
      changesPktData: false,
    }
  })
  if (exceptionCb !== undefined) draft.exceptionCb = draft.subprogs.findIndex((s) => s.start === exceptionCb)
  draft.subprogs.forEach((subprog, index) => {
    for (let i = subprog.start; i < subprog.end; i++) draft.subprogAt[i] = index
  })
}

function calledStarts(draft: ProgramDraft): Set<number> {
  const starts = new Set<number>([0])
  const kfuncs = new KfuncUse(draft)
  for (const [insn, ref] of [...draft.linked.refs].sort(([a], [b]) => a - b)) {
    draft.insn = insn
    if (ref.kind === 'kfunc') kfuncs.add(ref)
    else if (ref.kind === 'subprog' || ref.kind === 'func') addStart(draft, starts, ref.insn)
  }
  draft.insn = 0
  return starts
}

const MAX_SUBPROGS = 256

function addStart(program: Program, starts: Set<number>, insn: number): void {
  if (insn < 0 || insn >= program.insns.length) violate('call-target')
  if (!starts.has(insn) && starts.size >= MAX_SUBPROGS) violate('subprog-count')
  starts.add(insn)
}

/** Jumps stay within their subprogram, and none falls through into the next. */
export function checkSubprogs(program: Program): void {
  for (const subprog of program.subprogs) {
    for (let i = subprog.start; i < subprog.end; i++) {
      const insn = program.insns[i]!
      if (insn.op.kind === 'ld_abs' || insn.op.kind === 'ld_ind') subprog.hasLdAbs = true
      if (isTailCall(insn)) subprog.hasTailCall = true
      // older kernels know no jump through a register, and take it for a plain one
      const plain = insn.op.kind === 'gotox' && !program.model.rules.indirectJumps
      const target = plain ? i + insn.off + 1 : jumpTarget(insn, i)
      if (target !== undefined && (target < subprog.start || target >= subprog.end)) {
        violate('jump-range', { insn: i, target })
      }
    }
    // bpf_throw does not return, but counts as a call that may
    const kind = program.insns[subprog.end - 1]?.op.kind
    const leaves = kind === 'exit' || kind === 'ja' || (kind === 'gotox' && program.model.rules.indirectJumps)
    if (!leaves) violate('last-insn')
  }
  checkFuncInfo(program)
  findEffects(program)
}

/** btf.rst "func_info": one entry for each subprogram, in their order. */
function checkFuncInfo(program: Program): void {
  const { funcs } = program.linked
  if (funcs.length > 0) {
    if (funcs.length !== program.subprogs.length) violate('func-info', { form: 'count' })
    if (funcs.some(({ insn }, i) => insn !== program.subprogs[i]!.start)) violate('func-info', { form: 'layout' })
  }
  program.subprogs.forEach((subprog, index) => {
    if (index === 0) return
    if (funcs.length === 0) {
      if (subprog.hasLdAbs) violate('ld-abs-return', { form: 'without-btf' })
      if (subprog.hasTailCall) violate('tail-call-return', { form: 'without-btf' })
      return
    }
    if (returnsInt(program, subprog)) return
    if (subprog.hasLdAbs) violate('ld-abs-return', { form: 'not-int' })
    if (subprog.hasTailCall) violate('tail-call-return', { form: 'not-int' })
  })
}

function returnsInt(program: Program, subprog: Subprog): boolean {
  const btf = program.linked.btf!
  const func = btf.type(subprog.typeId)
  const proto = func.kind === 'func' ? btf.type(func.type) : undefined
  if (proto?.kind !== 'func_proto') return true
  const ret = resolveType(btf, proto.ret)
  return ret.kind === 'int' || ret.kind === 'enum' || ret.kind === 'enum64'
}

/** Which functions move packet data, may sleep or throw, themselves or through those they call or hand out. */
function findEffects(program: Program): void {
  const callees = program.subprogs.map((subprog) => ownEffects(program, subprog))
  for (let changed = true; changed; ) {
    changed = false
    program.subprogs.forEach((caller, i) => {
      for (const callee of callees[i]!) {
        for (const effect of ['changesPktData', 'mightSleep', 'mightThrow'] as const) {
          if (!callee[effect] || caller[effect]) continue
          caller[effect] = changed = true
        }
      }
    })
  }
}

/** Notes what the function does itself; answers the functions whose effects are its own too. */
function ownEffects(program: Program, subprog: Subprog): Set<Subprog> {
  const callees = new Set<Subprog>()
  for (let i = subprog.start; i < subprog.end; i++) {
    const insn = program.insns[i]!
    const ref = program.linked.refs.get(i)
    if (ref?.kind === 'subprog' || ref?.kind === 'func') callees.add(program.subprogs[program.subprogAt[ref.insn]!]!)
    if (isHelperCall(insn)) {
      if (program.model.usualHelper(insn.imm)?.effects.movesPacket) subprog.changesPktData = true
      // which helpers an extension may call is not known before it is looked at where it attaches
      const asked = program.model.rules.sleepableGlobals && !program.isExtension
      const helper = asked ? program.helper(insn.imm) : undefined
      if (helper?.ok && helper.proto.mightSleep) subprog.mightSleep = true
    }
    const effects = kfuncContractAt(program, i)?.effects
    if (effects?.sleeps) subprog.mightSleep = true
    if (effects?.throws) subprog.mightThrow = true
    if (effects?.movesPacket) subprog.changesPktData = true
  }
  return callees
}

/** `__exception_cb(name)`: a decl tag on the main program. At most one; static functions will not do. */
function exceptionCallback(program: Program): number | undefined {
  const { btf, funcs } = program.linked
  const main = funcs[0]
  if (main === undefined || btf === undefined) return undefined
  const tags = btf.declTags(main.typeId).filter((tag) => tag.component === -1 && tag.name.startsWith(EXCEPTION_TAG))
  if (tags.length === 0) return undefined
  if (tags.length > 1) violate('exception-cb-many')
  const name = tags[0]!.name.slice(EXCEPTION_TAG.length)
  const id = btf.find(name, 'func')
  const type = id === undefined ? undefined : btf.type(id)
  if (type?.kind !== 'func') return violate('exception-cb', { form: 'not-found', name })
  if (type.linkage !== 'global') return violate('exception-cb', { form: 'static', name })
  const func = funcs.findLast(({ typeId }) => typeId === id)
  if (func === undefined) return violate('exception-cb', { form: 'no-func-info' })
  if (func.insn === 0) return violate('exception-cb', { form: 'at-start' })
  return func.insn
}

const EXCEPTION_TAG = 'exception_callback:'

/** The kfunc called at an insn. */
export function kfuncAt(program: Program, insn: number): Kfunc | undefined {
  const ref = program.linked.refs.get(insn)
  return ref?.kind === 'kfunc' ? program.model.kernel.kfuncById(ref.btf, ref.btfId) : undefined
}
/** And what it asks and does. */
export function kfuncContractAt(program: Program, insn: number): KfuncContract | undefined {
  const kfunc = kfuncAt(program, insn)
  return kfunc === undefined ? undefined : program.model.kfunc(kfunc)
}

/** The graph of each subprogram: reachable throughout, and where exploration keeps states. */
export function checkFlow(draft: ProgramDraft): void {
  const count = draft.insns.length
  const seen = new Uint8Array(count)
  const work: number[] = []
  const enter = (target: number, from: number): void => {
    if (target < 0 || target >= count) violate('jump-range', { insn: from, target })
    if (seen[target] === 0) {
      seen[target] = 1
      work.push(target)
    }
  }
  const jumpTo = (target: number, from: number): void => {
    enter(target, from)
    draft.mark(target, PRUNE | JUMP_POINT | JUMP_TARGET)
  }
  const starts = draft.subprogs.filter((subprog, i) => i === 0 || subprog.isExceptionCb).map((s) => s.start)
  for (const start of starts) {
    enter(start, start)
    while (work.length > 0) {
      const at = work.pop()!
      const insn = draft.insns[at]!
      switch (insn.op.kind) {
        case 'exit':
          break
        case 'ja': {
          const target = jumpTarget(insn, at)!
          jumpTo(target, at)
          break
        }
        case 'gotox':
          draft.mark(at, PRUNE)
          for (const target of findTargets(draft, at)) {
            draft.mark(target, JUMP_POINT | JUMP_TARGET)
            enter(target, at)
          }
          break
        case 'jump':
        case 'may_goto':
          draft.mark(at, PRUNE)
          if (insn.op.kind === 'may_goto') draft.mark(at, FORCE_CHECKPOINT)
          enter(at + 1, at)
          jumpTo(jumpTarget(insn, at)!, at)
          break
        case 'call': {
          const callee = kfuncContractAt(draft, at) ?? (insn.src === 0 ? draft.model.usualHelper(insn.imm) : undefined)
          if (callee?.effects.iterator === 'next') draft.mark(at, ITER_NEXT | PRUNE | FORCE_CHECKPOINT)
          const when = callee?.effects.calls?.when
          if (when !== undefined) draft.mark(at, PRUNE)
          if (when === 'now') draft.mark(at, CALLS_CALLBACK | FORCE_CHECKPOINT | JUMP_POINT)
          // what follows a call may be met from elsewhere, and much has happened: states are kept there
          if (at + 1 < count) draft.mark(at + 1, PRUNE | JUMP_POINT)
          if (insn.src === 1) {
            draft.mark(at, PRUNE)
            const ref = draft.linked.refs.get(at)
            const target = ref?.kind === 'subprog' ? ref.insn : at + insn.imm + 1
            jumpTo(target, at)
          }
          enter(at + 1, at)
          break
        }
        case 'ld_imm64': {
          const ref = draft.linked.refs.get(at)
          if (ref?.kind === 'func') {
            jumpTo(ref.insn, at)
            draft.mark(at, PRUNE)
            if (at + 2 < count) draft.mark(at + 2, PRUNE | JUMP_POINT)
          }
          enter(at + 2, at)
          break
        }
        default:
          enter(at + 1, at)
      }
    }
  }
  for (let i = 0; i < count; i++) {
    if (seen[i] === 0) violate('unreachable', { insn: i })
    if (draft.insns[i]!.op.kind !== 'ld_imm64') continue
    i++
    if (seen[i] !== 0) violate('jump-ld-imm64', { insn: i - 1 })
  }
}
