// SPDX-License-Identifier: Apache-2.0
// What calls ask and do, for whoever stands above the verifier: read from here, not from prototypes, flags and names a second time.

import type { HelperProto, Kernel } from '../kernel/index.ts'
import type { Kfunc } from '../kfunc/index.ts'
import type { HelperContract, KfuncContract } from './program/contract/contract.ts'
import { Model } from './program/model.ts'

/** The contract of a kfunc in this kernel: the same value each time. */
export const kfuncContractOf = (kernel: Kernel, kfunc: Kfunc): KfuncContract => Model.of(kernel).kfunc(kfunc)

/** The contract of a helper of this prototype (`kernel.helper(id, program)` answers it). */
export const helperContractOf = (kernel: Kernel, proto: HelperProto): HelperContract => Model.of(kernel).helper(proto)
