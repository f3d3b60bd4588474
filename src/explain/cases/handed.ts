// SPDX-License-Identifier: Apache-2.0
// A callback that is declared with other parameters than its caller hands to it: what follows from that is refused under one rule or another.

import { pointee, resolveType } from '../../btf/index.ts'
import { callee, subprogName } from '../calls.ts'
import { ordinal, type Values } from '../fill.ts'
import { macroName } from '../releases.ts'
import { insnOf, lastAt } from '../source.ts'
import { paramsOf } from './calls.ts'
import type { Case } from './case.ts'

const element = ['void *map', 'KEY *key', 'VALUE *value'] as const

/** What a callback is called with, by who calls it. */
const handedBy: ReadonlyMap<string, readonly string[]> = new Map<string, readonly string[]>([
  ['bpf_loop', ['__u32 index', 'void *ctx']],
  ['bpf_for_each_map_elem', [...element, 'void *ctx']],
  ['bpf_timer_set_callback', element],
  ['bpf_wq_set_callback_impl', element],
  ['bpf_wq_set_callback', element],
  ['bpf_user_ringbuf_drain', ['struct bpf_dynptr *sample', 'void *ctx']],
  ['bpf_find_vma', ['struct task_struct *task', 'struct vm_area_struct *vma', 'void *ctx']],
  ['bpf_rbtree_add_impl', ['struct bpf_rb_node *a', 'const struct bpf_rb_node *b']],
])

interface Handed {
  readonly func: string
  readonly by: string
  readonly given: readonly string[]
  /** The parameter, from 0, that nobody sets; the first one where it is taken for something else. */
  readonly param: number
  readonly unset: boolean
}

type Looked = Pick<Case, 'report' | 'causes' | 'program'>

export function handedOtherwise({ report, causes: { path, reg }, program }: Looked): Handed | undefined {
  const last = path.at(-1)
  const start = last === undefined ? undefined : lastAt(program.funcs, last.insn, insnOf)?.insn
  const by = start === undefined || start === 0 ? undefined : callerOf(start, program)
  const given = handedBy.get(by ?? '')
  if (start === undefined || by === undefined || given === undefined || program.btf === undefined) return undefined
  const params = paramsOf(program, start)
  const own = { func: subprogName(program, start), by, given }
  if (report.rule === 'uninitialized')
    return reg !== undefined && reg > given.length && reg <= params.length
      ? { ...own, param: reg - 1, unset: true }
      : undefined
  const first = params[0] === undefined ? undefined : pointee(program.btf, params[0])
  const type = first === undefined ? undefined : resolveType(program.btf, first)
  return given[0] === element[0] && type?.kind === 'struct' && type.name !== 'bpf_map'
    ? { ...own, param: 0, unset: false }
    : undefined
}

/** The callback of a work queue that the path is in, which may sleep whatever its program may. */
export function workCallback({ causes: { path }, program }: Pick<Case, 'causes' | 'program'>): string | undefined {
  const last = path.at(-1)
  const start = last === undefined ? undefined : lastAt(program.funcs, last.insn, insnOf)?.insn
  return start !== undefined && start !== 0 && callerOf(start, program)?.startsWith('bpf_wq_') === true
    ? subprogName(program, start)
    : undefined
}

/** The callback of a timer that the path is in, which may not sleep whatever its program may. */
export function timerCallback({ causes: { path }, program }: Pick<Case, 'causes' | 'program'>): string | undefined {
  const last = path.at(-1)
  const start = last === undefined ? undefined : lastAt(program.funcs, last.insn, insnOf)?.insn
  return start !== undefined && start !== 0 && callerOf(start, program) === 'bpf_timer_set_callback'
    ? subprogName(program, start)
    : undefined
}

/** Who is given the address of the function to call it back. */
export function callerOf(start: number, program: Case['program']): string | undefined {
  for (const [at, ref] of program.refs) {
    if (ref.kind !== 'func' || ref.insn !== start) continue
    for (let i = at + 1; i < program.insns.length; i++) {
      const name = callee(program, i)?.name
      if (name !== undefined) return name
    }
  }
  return undefined
}

export function handedValues(one: Case): Values {
  const found = handedOtherwise(one)
  if (found === undefined) return {}
  const { func, by, given, param, unset } = found
  return {
    handedFunc: func,
    handedCaller: macroName(by),
    handedList: given.join(', '),
    handedUnset: unset ? ordinal(param) : undefined,
    handedFirst: unset ? undefined : 'the map',
  }
}
