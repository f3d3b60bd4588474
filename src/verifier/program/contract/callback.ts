// SPDX-License-Identifier: Apache-2.0
// Functions of the program that helpers and kfuncs call, or have called later: what each is given, and what it may return.

import type { Btf } from '../../../btf/index.ts'
import type { ReturnRange } from '../../state/frame.ts'
import { type Argument, argument, type CallbackContract, type CallbackRole, effectsWith, result } from './contract.ts'

interface CallbackRow {
  readonly when: 'now' | 'later'
  readonly args: readonly Argument[]
  readonly returns: ReturnRange
  /** It may sleep, whatever the program that named it may. */
  readonly sleeps?: true
}

/** What the caller was given in a register goes on. */
const passed = (reg: number, from: number): Argument => argument(reg, 'passed', { from })
/** An element of the map, from register `reg` on. */
const element = (reg: number): readonly Argument[] => [argument(reg, 'map_key'), argument(reg + 1, 'map_value')]
const stopOrGoOn: ReturnRange = { min: 0, max: 1 }
const nothing: ReturnRange = { min: 0, max: 0 }
const anyInt: ReturnRange = { min: -(2 ** 31), max: 2 ** 31 - 1 }
const ofMap: readonly Argument[] = [argument(1, 'map'), ...element(2)]

/** bpf-helpers(7), and the kfuncs' own comments. */
const rows: Readonly<Record<CallbackRole, CallbackRow>> = {
  for_each_map_elem: { when: 'now', returns: stopOrGoOn, args: [passed(1, 1), ...element(2), passed(4, 3)] },
  find_vma: {
    when: 'now',
    returns: stopOrGoOn,
    args: [passed(1, 1), argument(2, 'btf', { struct: 'vm_area_struct' }), passed(3, 4)],
  },
  loop: { when: 'now', returns: stopOrGoOn, args: [argument(1, 'scalar'), passed(2, 3)] },
  user_ringbuf: { when: 'now', returns: stopOrGoOn, args: [argument(1, 'dynptr', { dynptr: 'local' }), passed(2, 3)] },
  // two nodes of the tree, borrowed
  rbtree: { when: 'now', returns: stopOrGoOn, args: [argument(1, 'rb_node'), argument(2, 'rb_node')] },
  timer: { when: 'later', returns: nothing, args: ofMap },
  wq: { when: 'later', returns: nothing, args: ofMap, sleeps: true },
  // since 6.18: in the task's own context
  task_work: { when: 'later', returns: anyInt, args: ofMap, sleeps: true },
}

/** What a callback of this role is given and may do; of none, none. */
export function callbackContract(role: CallbackRole | undefined, kernel: Btf): CallbackContract | undefined {
  if (role === undefined) return undefined
  const { when, args, returns, sleeps } = rows[role]
  return {
    kind: 'callback',
    name: role,
    role,
    when,
    args: args.map((arg) => {
      const id = arg.struct === undefined ? undefined : kernel.find(arg.struct, 'struct')
      return id === undefined ? arg : { ...arg, type: { btf: kernel, id } }
    }),
    result: result('scalar', { range: returns }),
    effects: effectsWith({ sleeps: sleeps === true }),
  }
}

/** Where the function stands among the caller's arguments, and what goes on from the caller's stack: from which register, to which. */
export interface Handed {
  readonly func: number
  readonly from: number
  readonly to: number
}

/** Of a caller that calls back within the call and hands on memory of its stack. */
export function handedOn(args: readonly Argument[], callback: CallbackContract | undefined): Handed | undefined {
  if (callback?.when !== 'now') return undefined
  const func = args.find(({ kind }) => kind === 'callback')
  const stack = args.find(({ kind }) => kind === 'stack')
  const to = callback.args.find(({ kind, from }) => kind === 'passed' && from === stack?.reg)
  return func === undefined || stack === undefined || to === undefined
    ? undefined
    : { func: func.reg, from: stack.reg, to: to.reg }
}
