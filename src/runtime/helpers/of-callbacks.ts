// SPDX-License-Identifier: Apache-2.0
// Calls of which it is known which function of the program they call back: it is called without leaving the program.

import type { CallFact } from '../../verifier/index.ts'
import type { Model } from '../core/abi.ts'
import { controlHelpers } from './control.ts'

export function callbackCalls(call: CallFact): { readonly name: string; readonly model: Model } | undefined {
  if (call.kind !== 'helper' || call.name !== 'bpf_loop') return undefined
  const callback = call.args.find(({ reg }) => reg === 2)?.value
  if (callback?.kind !== 'func' || callback.target === undefined) return undefined
  const { target } = callback
  const model: Model = { ...controlHelpers['bpf_loop']!, inline: { kind: 'rounds', target } }
  return { name: `bpf_loop@${target}`, model }
}
