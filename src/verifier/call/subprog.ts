// SPDX-License-Identifier: Apache-2.0
// Calls between the program's own functions: static ones are walked into, global ones are verified on their own and trusted to
// their types.

import {
  type Btf,
  type BtfId,
  resolveType,
  skipModifiers,
  skipModifiersAndTypedefs,
  sizeOf,
  structIdsMatch,
} from '../../btf/index.ts'
import { ctxTypeName } from '../../kernel/index.ts'
import { isRcuPointer, isTrusted, structName } from '../access/btf-pointer.ts'
import { requireUnmodified } from '../access/regions.ts'
import type { Env, Subprog } from '../env.ts'
import { reject } from '../report.ts'
import {
  isNull,
  MAYBE_NULL,
  mayBeNull,
  pointer,
  type RegState,
  regTypeText,
  scalarReg,
  TRUSTED,
  UNTRUSTED,
  unknownScalar,
} from '../state/reg.ts'
import { Frame, MAX_FRAMES } from '../state/state.ts'
import { requireDynptr } from './dynptr.ts'
import { type Pending, requireMemory } from './memory-args.ts'
import { invalidatePacketPointers } from './references.ts'

export type ArgType =
  | { readonly kind: 'scalar' }
  | { readonly kind: 'ctx' }
  | { readonly kind: 'mem'; readonly size: number; readonly nullable: boolean }
  | { readonly kind: 'dynptr' }
  | { readonly kind: 'arena' }
  | {
      readonly kind: 'btf'
      readonly btf: Btf
      readonly btfId: BtfId
      readonly nullable: boolean
      readonly trusted: boolean
      readonly untrusted: boolean
    }

/** `arg:ctx`, `arg:nonnull`, `arg:trusted`, `arg:nullable`, `arg:arena` decl tags and the types of a global function's parameters. */
export function argTypes(env: Env, subprog: Subprog): ArgType[] {
  const btf = env.prog.btf
  if (btf === undefined || subprog.typeId === 0) return []
  const func = btf.type(subprog.typeId)
  const proto = func.kind === 'func' ? btf.type(func.type) : undefined
  if (proto?.kind !== 'func_proto') return reject('subprog-btf', 'Invalid BTF of func')
  const name = subprog.name
  if (proto.params.length > 5)
    reject('subprog-args', `Global function ${name}() with ${proto.params.length} > 5 args. Buggy compiler.`)
  const ret = resolveType(btf, proto.ret)
  if (ret.kind !== 'int' && ret.kind !== 'enum' && ret.kind !== 'enum64') {
    reject('subprog-return', `Global function ${name}() doesn't return scalar. Only those are supported.`)
  }
  const tags = btf.declTags(subprog.typeId)
  return proto.params.map((param, i): ArgType => {
    const mine = tags
      .filter((tag) => tag.component === i && tag.name.startsWith('arg:'))
      .map((tag) => tag.name.slice(4))
    const type = btf.type(skipModifiers(btf, param.type))
    const bare = resolveType(btf, param.type)
    if (bare.kind === 'int' || bare.kind === 'enum' || bare.kind === 'enum64') return { kind: 'scalar' }
    if (bare.kind !== 'ptr')
      return reject('subprog-arg', `Arg#${i} type ${type.kind.toUpperCase()} in ${name}() is not supported yet.`)
    if (mine.includes('ctx')) return { kind: 'ctx' }
    if (mine.includes('arena')) return { kind: 'arena' }
    const target = btf.type(skipModifiersAndTypedefs(btf, bare.type))
    const nonnull = mine.includes('nonnull')
    const nullable = mine.includes('nullable')
    if (mine.includes('trusted') || mine.includes('untrusted')) {
      const found =
        target.kind === 'struct' || target.kind === 'union' || target.kind === 'fwd'
          ? findKernel(env, essential(target.name))
          : undefined
      if (found === undefined)
        return reject(
          'subprog-arg',
          `arg#${i} reference type('${target.kind.toUpperCase()} ${target.name}') size cannot be determined: -22`,
        )
      return {
        kind: 'btf',
        btf: found[0],
        btfId: found[1],
        nullable,
        trusted: mine.includes('trusted'),
        untrusted: mine.includes('untrusted'),
      }
    }
    const ctx = ctxTypeName(env.prog.type)
    if (
      target.name !== '' &&
      (target.name === ctx?.user ||
        isUserRegs(btf, bare.type) ||
        (env.prog.type === 'BPF_PROG_TYPE_KPROBE' && target.name === 'pt_regs'))
    )
      return { kind: 'ctx' }
    if (target.name === 'bpf_dynptr') return { kind: 'dynptr' }
    const size = sizeOf(btf, bare.type)
    if (size === undefined || target.kind === 'void' || target.kind === 'fwd') {
      return reject(
        'subprog-arg',
        `arg#${i} reference type('${target.kind.toUpperCase()} ${target.name}') size cannot be determined: -22`,
      )
    }
    return { kind: 'mem', size, nullable: !nonnull }
  })
}
/** kprobes' context goes by a typedef. */
const isUserRegs = (btf: Btf, id: BtfId): boolean => {
  const type = btf.type(skipModifiers(btf, id))
  return type.kind === 'typedef' && type.name === 'bpf_user_pt_regs_t'
}
const essential = (name: string): string => name.replace(/___.*$/, '')
function findKernel(env: Env, name: string): [Btf, BtfId] | undefined {
  for (const btf of env.kernelBtfs) {
    const id = btf.find(name, 'struct')
    if (id !== undefined) return [btf, id]
  }
  return undefined
}

/** Registers that a global function starts with, by its types. */
export function startRegs(env: Env, subprog: Subprog): RegState[] {
  return argTypes(env, subprog).map((arg): RegState => {
    switch (arg.kind) {
      case 'scalar':
        return unknownScalar
      case 'ctx':
        return pointer('ctx')
      case 'arena':
        return pointer('arena')
      case 'dynptr':
        return pointer('dynptr', { dynptr: 'local', id: env.newId() })
      case 'mem':
        return pointer('mem', {
          size: arg.size,
          flags: arg.nullable ? MAYBE_NULL : 0,
          id: arg.nullable ? env.newId() : 0,
        })
      case 'btf': {
        const flags = (arg.trusted ? TRUSTED : 0) | (arg.untrusted ? UNTRUSTED : 0) | (arg.nullable ? MAYBE_NULL : 0)
        return pointer('btf', { btf: arg.btf, btfId: arg.btfId, flags, id: arg.nullable ? env.newId() : 0 })
      }
    }
  })
}

/** Executes the call; answers the next insn. */
export function callSubprog(env: Env, target: number): number {
  const index = env.subprogAt[target]!
  const subprog = env.subprogs[index]!
  if (subprog.global) return callGlobal(env, subprog, index)
  if (env.state.frames.length >= MAX_FRAMES)
    reject('call-depth', `the call stack of ${env.state.frames.length} frames is too deep`)
  const caller = env.frame
  const frame = new Frame(env.state.frames.length, index, env.insn)
  for (let i = 1; i <= 5; i++) frame.regs[i] = caller.regs[i]!
  frame.regs[10] = pointer('fp', { frame: frame.frameno })
  frame.wroteRegs = caller.wroteRegs & 0x3e
  env.clobberCallerSaved()
  env.pushStep()
  env.state.frames.push(frame)
  return subprog.start
}

function callGlobal(env: Env, subprog: Subprog, index: number): number {
  const name = subprog.name
  if (env.state.activeLocks > 0) {
    env.verbose('global function calls are not allowed while holding a lock,')
    reject('lock-global-call', 'use static function instead', { seen: 'lock' })
  }
  if (env.state.activePreempt > 0) {
    env.verbose('global function calls are not allowed with preemption disabled,')
    reject('preempt-global-call', 'use static function instead', { seen: 'preempt' })
  }
  if (env.state.activeRcu && subprog.mightSleep)
    reject('rcu-global-call', `global functions that may sleep are not allowed in RCU section`)
  const pending: Pending[] = []
  try {
    argTypes(env, subprog).forEach((arg, i) => {
      checkGlobalArg(env, arg, i, pending)
    })
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'Error' || !('rule' in error)) throw error
    env.verbose(error.message)
    reject('global-args', `Caller passes invalid args into func#${index} ('${name}')`, {
      seen: error.message,
      ...(error as { details?: object }).details,
    })
  }
  for (const apply of pending) apply()
  subprog.called = true
  env.clobberCallerSaved()
  env.setReg(0, unknownScalar)
  if (subprog.changesPktData) invalidatePacketPointers(env)
  return env.insn + 1
}

function checkGlobalArg(env: Env, arg: ArgType, i: number, pending: Pending[]): void {
  const number = i + 1
  const reg = env.reg(number)
  if (reg.kind === 'not_init') reject('uninitialized', `R${number} !read_ok`, { reg: number })
  switch (arg.kind) {
    case 'scalar':
      if (reg.kind !== 'scalar') reject('global-arg', `R${number} is not a scalar`, { reg: number })
      return
    case 'ctx':
      if (reg.kind !== 'ctx') reject('global-arg', `arg#${i} expects pointer to ctx`, { reg: number })
      return requireUnmodified(number, reg, false)
    case 'arena':
      if (reg.kind !== 'arena' && reg.kind !== 'scalar')
        reject('global-arg', `R${number} is not a pointer to arena or scalar.`, { reg: number })
      return
    case 'dynptr':
      if (reg.kind === 'dynptr') requireUnmodified(number, reg, false)
      requireDynptr(env, number, undefined, false)
      return
    case 'mem':
      if (arg.nullable && isNull(reg)) return
      if (!arg.nullable && mayBeNull(reg)) reject('global-arg', `arg#${i} is expected to be non-NULL`, { reg: number })
      if (mayBeNull(reg)) {
        env.setReg(number, { ...reg, flags: reg.flags & ~MAYBE_NULL })
        requireMemory(env, number, arg.size, { write: true, zeroOk: false, uninit: false }, pending)
        env.setReg(number, reg)
        return
      }
      return requireMemory(env, number, arg.size, { write: true, zeroOk: false, uninit: false }, pending)
    case 'btf': {
      if (arg.nullable && isNull(reg)) return
      if (reg.kind !== 'btf') {
        reject('global-arg', `R${number} type=${regTypeText(reg)} expected=ptr_, trusted_ptr_, rcu_ptr_`, {
          reg: number,
        })
      }
      if (
        arg.trusted &&
        !isTrusted({ ...reg, flags: arg.nullable ? reg.flags & ~MAYBE_NULL : reg.flags }) &&
        !isRcuPointer(reg)
      ) {
        if (reg.flags & UNTRUSTED)
          reject('global-arg', `R${number} type=${regTypeText(reg)} expected=ptr_, trusted_ptr_, rcu_ptr_`, {
            reg: number,
          })
      }
      if (mayBeNull(reg) && !arg.nullable)
        reject('null-to-helper', `Possibly NULL pointer passed to helper arg${number}`, { reg: number, arg: i })
      if (reg.flags & UNTRUSTED && !arg.untrusted)
        reject('global-arg', `R${number} type=${regTypeText(reg)} expected=ptr_, trusted_ptr_, rcu_ptr_`, {
          reg: number,
        })
      if (!structIdsMatch(reg.btf!, reg.btfId, reg.off, arg.btf, arg.btfId)) {
        reject(
          'struct-mismatch',
          `R${number} is of type ${structName(reg)} but ${arg.btf.type(arg.btfId).name} is expected`,
          { reg: number },
        )
      }
    }
  }
}
export const scalarResult = scalarReg
