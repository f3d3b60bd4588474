// SPDX-License-Identifier: Apache-2.0
// Test runs of programs whose context is bytes: raw tracepoints' arguments, a system call's buffer.

import { fail, ok } from '../../fault/index.ts'
import type { ArgFact, CallFact, ValueFact } from '../../verifier/index.ts'
import type { Core } from '../core/core.ts'
import { structOfPointer } from '../host/arguments.ts'
import type { LoadedProgram } from '../program.ts'
import { type RunSteps, settled } from '../steps.ts'
import type { Later, Runner, SteppedRunner } from './types.ts'

/** Bytes of its context that a program may touch, also by what it calls. */
function contextSize(core: Core, { facts }: LoadedProgram): number {
  let size = 0
  const touch = (to: ValueFact, bytes: number): void => {
    if (to.kind === 'ctx' && to.off !== undefined) size = Math.max(size, to.off.max + bytes)
  }
  for (const fact of facts.insns) {
    if (fact?.access !== undefined) touch(fact.access.to, fact.access.size)
    if (fact?.call === undefined || fact.call.kind === 'subprog') continue
    for (const arg of fact.call.args) {
      const bytes = arg.bytes?.max ?? structSize(core, fact.call, arg)
      // what is only handed on, as an address or a number, is not read
      if (bytes > 0) touch(arg.value, bytes)
    }
  }
  return size
}

/** Of a kfunc that takes what it points to for a struct in memory. */
function structSize({ kernel }: Core, call: CallFact, { reg }: ArgFact): number {
  const kfunc = call.kind === 'kfunc' ? kernel.kfuncs.get(call.name) : undefined
  const param = kfunc?.params[reg - 1]
  return param === undefined ? 0 : (structOfPointer(kfunc!.btf, param.type)?.size ?? 0)
}

/** Twelve arguments are the most. */
const MOST_ARGUMENTS = 12 * 8

export const runRawTracepoint: Runner = (core, program, { data, ctx = new Uint8Array(0), repeat = 1 }, later) => {
  const place = { program: program.name }
  if ((data !== undefined && data.length > 0) || repeat > 1)
    return fail('raw tracepoints take arguments only, and run once (EINVAL)', place)
  const size = contextSize(core, program)
  if (ctx.length < size || ctx.length > MOST_ARGUMENTS)
    return fail(`the program reads ${size} bytes of arguments, ${ctx.length} are given (EINVAL)`, place)
  return ok({ retval: settled(program, onBytes(core, ctx, later)).retval })
}

export const runSyscall: Runner = (core, program, options, later) =>
  settled(program, syscallSteps(core, program, options, later))

export const syscallSteps: SteppedRunner = function* (core, program, options, later) {
  const { data, ctx = new Uint8Array(0), repeat = 1 } = options
  const place = { program: program.name }
  if ((data !== undefined && data.length > 0) || repeat > 1)
    return fail('syscall programs take a context only, and run once (EINVAL)', place)
  const size = contextSize(core, program)
  if (ctx.length < size || ctx.length > 0xffff)
    return fail(`the program uses ${size} bytes of its context, ${ctx.length} are given (EINVAL)`, place)
  const { retval, bytes } = yield* onBytes(core, ctx, later)
  return ok({ retval, ctx: bytes })
}

function* onBytes({ memory }: Core, ctx: Uint8Array, later: Later): RunSteps<{ retval: number; bytes: Uint8Array }> {
  const context = memory.allocate(Math.max(ctx.length, MOST_ARGUMENTS), 'context')
  later(() => memory.free(context))
  memory.write(context, ctx)
  const r0 = yield { context, notes: new Map() }
  return { retval: Number(r0 & 0xffff_ffffn), bytes: memory.read(context, ctx.length) }
}
