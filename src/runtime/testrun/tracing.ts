// SPDX-License-Identifier: Apache-2.0
// Test runs of fentry, fexit and fmod_ret: the kernel calls functions it has for that, and programs attached to one of them run.

import { fail, ok } from '../../fault/index.ts'
import type { LinkedProgram } from '../../object/index.ts'
import type { Core } from '../core/core.ts'
import type { LoadedProgram } from '../program.ts'
import type { Later, Runner } from './types.ts'

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

/** The same of functions whose argument points to zeros. */
const pointerTargets: ReadonlySet<string> = new Set(['bpf_fentry_test8', 'bpf_fentry_test9'])

export const runTracing: Runner = (core, program, _options, later) => {
  const { attach, attachType } = program.linked
  const name = attach?.name ?? ''
  if (attachType === 'BPF_MODIFY_RETURN') return ok({ retval: runModifyReturn(core, program, name, later) })
  if (attachType !== 'BPF_TRACE_FENTRY' && attachType !== 'BPF_TRACE_FEXIT')
    return fail(`test runs of ${attachType ?? 'this attach type'} are not modelled`, { program: program.name })
  const zeros = pointerTargets.has(name) ? core.memory.allocate(16, `argument of ${name}`) : undefined
  const target = zeros === undefined ? fentryTargets.get(name) : { args: [zeros], returns: 0 }
  if (zeros !== undefined) later(() => core.memory.free(zeros))
  if (target !== undefined) runOn(core, program, target.args, attachType === 'BPF_TRACE_FEXIT' ? target.returns : 0)
  return ok({ retval: 0 })
}

/** bpf_modify_return_test(), then bpf_modify_return_test2(): each adds 1 to the 2 that its second argument points to, and answers the sum of all. */
const modified: readonly (readonly [name: string, others: readonly number[]])[] = [
  ['bpf_modify_return_test', []],
  ['bpf_modify_return_test2', [3, 4, 5, 6, 7]],
]

/** Is the program on one of the functions that the kernel calls? */
export function isTestTarget({ attach, attachType }: LinkedProgram): boolean {
  const name = attach?.name ?? ''
  if (attachType === 'BPF_MODIFY_RETURN') return modified.some(([one]) => one === name)
  return fentryTargets.has(name) || pointerTargets.has(name)
}

/** What the two answer, or the program in one's place; and how many of them ran, 16 bits further up. */
function runModifyReturn(core: Core, program: LoadedProgram, attachedTo: string, later: Later): number {
  const { memory } = core
  const pointed = memory.allocate(8, 'argument of a traced function')
  later(() => memory.free(pointed))
  let sum = 0
  let ran = 0
  for (const [name, others] of modified) {
    memory.setU32(pointed, 2)
    const answer = name === attachedTo ? Number(runOn(core, program, [1, pointed, ...others], 0) & 0xffff_ffffn) : 0
    if (answer === 0) {
      memory.setU32(pointed, memory.u32(pointed) + 1)
      sum += others.reduce((all, one) => all + one, 1 + memory.u32(pointed))
    } else sum += answer
    if (memory.u32(pointed) !== 2) ran++
  }
  return ((ran << 16) | (sum & 0xffff)) >>> 0
}

/** Arguments as programs see them: their number before them, what was returned behind. r0 comes back. */
function runOn({ memory }: Core, program: LoadedProgram, args: readonly number[], returned: number): bigint {
  const at = memory.allocate(8 * (args.length + 2), 'arguments of a traced function')
  memory.setNumber(at, 8, args.length)
  args.forEach((arg, i) => memory.setNumber(at + 8 + 8 * i, 8, arg))
  memory.setNumber(at + 8 + 8 * args.length, 8, returned)
  try {
    return program.run(at + 8)
  } finally {
    memory.free(at)
  }
}
