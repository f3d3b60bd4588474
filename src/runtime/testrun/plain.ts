// SPDX-License-Identifier: Apache-2.0
// Test runs of programs whose context is bytes: raw tracepoints' arguments, a system call's buffer.

import { fail, ok } from '../../fault/index.ts'
import type { Core } from '../core/core.ts'
import type { LoadedProgram } from '../program.ts'
import type { Later, Runner } from './types.ts'

/** Bytes of its context that a program may touch. */
function contextSize({ facts }: LoadedProgram): number {
  let size = 0
  for (const fact of facts.insns) {
    const access = fact?.access
    if (access?.to.kind === 'ctx' && access.to.off !== undefined) size = Math.max(size, access.to.off.max + access.size)
  }
  return size
}

/** Twelve arguments are the most. */
const MOST_ARGUMENTS = 12 * 8

export const runRawTracepoint: Runner = (core, program, { data, ctx = new Uint8Array(0) }, later) => {
  const place = { program: program.name }
  if (data !== undefined && data.length > 0) return fail('raw tracepoints take no packet (EINVAL)', place)
  const size = contextSize(program)
  if (ctx.length < size || ctx.length > MOST_ARGUMENTS)
    return fail(`the program reads ${size} bytes of arguments, ${ctx.length} are given (EINVAL)`, place)
  return ok({ retval: onBytes(core, program, ctx, later).retval })
}

export const runSyscall: Runner = (core, program, { data, ctx = new Uint8Array(0), repeat = 1 }, later) => {
  const place = { program: program.name }
  if ((data !== undefined && data.length > 0) || repeat > 1)
    return fail('syscall programs take a context only, and run once (EINVAL)', place)
  const size = contextSize(program)
  if (ctx.length < size || ctx.length > 0xffff)
    return fail(`the program uses ${size} bytes of its context, ${ctx.length} are given (EINVAL)`, place)
  const { retval, bytes } = onBytes(core, program, ctx, later)
  return ok({ retval, ctx: bytes })
}

function onBytes(
  core: Core,
  program: LoadedProgram,
  ctx: Uint8Array,
  later: Later,
): { retval: number; bytes: Uint8Array } {
  const { memory } = core
  const context = memory.allocate(Math.max(ctx.length, MOST_ARGUMENTS), 'context')
  later(() => memory.free(context))
  memory.write(context, ctx)
  const retval = Number(program.run(context) & 0xffff_ffffn)
  return { retval, bytes: memory.read(context, ctx.length) }
}
