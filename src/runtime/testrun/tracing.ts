// SPDX-License-Identifier: Apache-2.0
// Test runs of fentry, fexit and fmod_ret: the kernel calls functions it has for that, and programs attached to one of them run.

import { fail, ok, type Result } from '../../fault/index.ts'
import type { Core } from '../core/core.ts'
import type { LoadedProgram } from '../program.ts'
import type { TestRun } from './types.ts'

interface Target {
  readonly args: readonly number[]
  readonly returns: number
}

/** net/bpf/test_run.c, "Integer types of various sizes and pointer combinations": what it calls with what. */
const fentryTargets: ReadonlyMap<string, Target> = new Map([
  ['bpf_fentry_test1', { args: [1], returns: 2 }],
  ['bpf_fentry_test2', { args: [2, 3], returns: 5 }],
  ['bpf_fentry_test3', { args: [4, 5, 6], returns: 15 }],
  ['bpf_fentry_test4', { args: [7, 8, 9, 10], returns: 34 }],
  ['bpf_fentry_test5', { args: [11, 12, 13, 14, 15], returns: 65 }],
  ['bpf_fentry_test6', { args: [16, 17, 18, 19, 20, 21], returns: 111 }],
  ['bpf_fentry_test7', { args: [0], returns: 0 }],
])

export function runTracing(core: Core, program: LoadedProgram): Result<TestRun> {
  const { attach, attachType } = program.linked
  const place = { program: program.name }
  if (attachType !== 'BPF_TRACE_FENTRY' && attachType !== 'BPF_TRACE_FEXIT')
    return fail(`test runs of ${attachType ?? 'this attach type'} are not modelled`, place)
  const target = fentryTargets.get(attach?.name ?? '')
  if (target !== undefined) {
    const context = traceContext(core, target, { returned: attachType === 'BPF_TRACE_FEXIT' })
    program.run(context)
    core.memory.free(context - 8)
  }
  return ok({ retval: 0 })
}

/** Arguments as programs see them: their number before them, what was returned behind. */
function traceContext(
  { memory }: Core,
  { args, returns }: Target,
  { returned }: { readonly returned: boolean },
): number {
  const at = memory.allocate(8 * (args.length + 2), 'arguments of a traced function')
  memory.setNumber(at, 8, args.length)
  args.forEach((arg, i) => memory.setNumber(at + 8 + 8 * i, 8, arg))
  if (returned) memory.setNumber(at + 8 + 8 * args.length, 8, returns)
  return at + 8
}
