// SPDX-License-Identifier: Apache-2.0
import { model, type Models } from '../core/abi.ts'
import { BpfThrow } from '../core/throw.ts'

export const throwKfuncs: Models = {
  bpf_throw: {
    ...model(['i64'], 'none', () => (cookie) => {
      throw new BpfThrow(BigInt.asUintN(64, cookie))
    }),
    ofOneRun: true,
  },
}
