// SPDX-License-Identifier: Apache-2.0
// What stands in for a helper or kfunc.

import { resolveType } from '../../btf/index.ts'
import type { Kfunc } from '../../kfunc/index.ts'
import type { CallFact } from '../../verifier/index.ts'
import type { Model } from '../core/abi.ts'
import type { Core, Mock } from '../core/core.ts'
import { MachineError } from '../core/errors.ts'
import { helperModels } from '../helpers/index.ts'
import { bodyModel } from './body.ts'
import { isPromise } from './copies.ts'

export function mockModel(core: Core, call: CallFact, { body, calls }: Mock): Model {
  const kfunc = call.kind === 'kfunc' ? core.kernel.kfuncs.get(call.name) : undefined
  const recorded =
    (answer: (...args: never[]) => unknown) =>
    (...args: never[]): unknown => {
      calls.push(args)
      return answer(...args)
    }
  if (kfunc !== undefined) return bodyModel(core, kfunc, recorded(body ?? (() => defaultOf(kfunc))))
  const model = helperModels.get(call.name) ?? unknownHelper(call)
  const answer = recorded(body ?? (() => 0))
  const bound = (...args: never[]): unknown => numberFor(model, answer(...args))
  return { params: model.params, result: model.result, bind: () => bound }
}

/** NULL, 0 or nothing, as the prototype has it. */
function defaultOf(kfunc: Kfunc): unknown {
  const type = resolveType(kfunc.btf, kfunc.ret)
  if (type.kind !== 'ptr') return 0
  if (kfunc.flags.has('KF_RET_NULL')) return null
  throw new MachineError('misuse', `${kfunc.name}() returns a pointer that is never NULL: its mock needs a body`)
}

const unknownHelper = (call: CallFact): Model => ({
  params: call.kind === 'helper' ? call.args.map(() => 'i64' as const) : [],
  result: 'i64',
  bind: () => () => 0n,
})

function numberFor({ result }: Model, value: unknown): unknown {
  if (isPromise(value))
    throw new MachineError('misuse', "a helper's mock returns a promise: only kfuncs that are KF_SLEEPABLE may")
  if (result === 'none') return undefined
  const number = typeof value === 'number' || typeof value === 'bigint' ? value : 0
  return result === 'i64' ? BigInt.asIntN(64, BigInt(number)) : Number(number)
}
