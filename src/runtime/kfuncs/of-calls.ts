// SPDX-License-Identifier: Apache-2.0
// Calls whose model follows from what the verifier knows of them: the type of a new object, where in its object a node lies.

import type { LinkedProgram } from '../../object/index.ts'
import type { CallFact } from '../../verifier/index.ts'
import type { Model } from '../core/abi.ts'
import { listCalls } from './list.ts'
import { newObject } from './owned.ts'
import { rbtreeCalls } from './rbtree.ts'

export function kfuncCalls(
  call: CallFact,
  { btf }: LinkedProgram,
): { readonly name: string; readonly model: Model } | undefined {
  const make = listCalls.get(call.name) ?? rbtreeCalls.get(call.name)
  if (make === undefined) return newObject(call, btf)
  const node = call.kind === 'kfunc' ? call.args[1]?.value : undefined
  if (node?.kind !== 'btf' || node.off === undefined || node.off.min !== node.off.max) return undefined
  return { name: `${call.name}@${node.off.min}`, model: make(node.off.min) }
}
