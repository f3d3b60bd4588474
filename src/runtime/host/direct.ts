// SPDX-License-Identifier: Apache-2.0
// Bodies whose arguments follow each from one number that crosses, or from what was put aside in memory. WebAssembly calls a function fast
// that has as many parameters as it passes, and no others: there is one for each number of them (adapters.ts).

import type { KfuncBody } from '../../kfunc/index.ts'
import type { Core } from '../core/core.ts'
import { adapterFor } from './adapters.ts'
import type { Bound, Way } from './given.ts'
import { handlesOf } from './handles.ts'
import { viewsOf } from './views.ts'

type Call = (...values: never[]) => unknown

export interface DirectCall {
  readonly params: readonly Way[]
  /** `numbers`: of 32 bits at the most; `wide`: of 64, which are put where R1 would be; `other`: something else. */
  readonly answers: 'numbers' | 'wide' | 'other'
  /** What is made of an answer that is something else: as it crosses; of wide ones a BigInt. */
  readonly other: (result: unknown) => unknown
}

export function directCall(core: Core, body: KfuncBody, { params, answers, other }: DirectCall): Call {
  const bound: Bound = {
    memory: core.memory,
    views: viewsOf(core),
    handles: handlesOf(core),
    params,
    call: body as unknown as Bound['call'],
    numbers: answers === 'numbers',
    wide: answers === 'wide',
    other,
    fail: (error) => core.blame(error),
  }
  return adapterFor(bound) as Call
}
