// SPDX-License-Identifier: Apache-2.0
// What one kernel's verifier knows and does, whichever program it looks at. One a kernel, made once.

import { type KernelTypes, kernelTypes } from '../../object/index.ts'
import type { Btf } from '../../btf/index.ts'
import { type HelperProto, type Kernel, usualHelper } from '../../kernel/index.ts'
import type { Kfunc } from '../../kfunc/index.ts'
import { type AcceptedByKind, acceptedBy } from './contract/accepted.ts'
import type { HelperContract, KfuncContract } from './contract/contract.ts'
import { helperContract } from './contract/helper.ts'
import { kfuncContract } from './contract/kfunc.ts'
import { type Policies, policiesOf } from './policies.ts'
import { type Rules, rulesOf } from './rules.ts'
import { type Wording, wordingOf } from '../violations/wording.ts'
import { circular, type Domain, linearWith } from '../scalar/index.ts'

/** How deep calls may go. */
const FRAMES = { until71: 8, since71: 16 } as const

export class Model {
  readonly kernel: Kernel
  readonly rules: Rules
  /** What several of them decide together. */
  readonly policies: Policies
  /** How it words what it refuses. */
  readonly wording: Wording
  /** How scalars are tracked. */
  readonly domain: Domain
  /** What records of special fields resolve against. */
  readonly types: KernelTypes
  /** The kernel's BTF and its modules'. */
  readonly btfs: readonly Btf[]
  readonly maxFrames: number
  /** Register types that each kind of a helper's argument takes. */
  readonly accepted: AcceptedByKind
  private readonly helpers = new Map<HelperProto, HelperContract>()
  private readonly kfuncs = new Map<Kfunc, KfuncContract>()

  private constructor(kernel: Kernel) {
    this.kernel = kernel
    this.rules = rulesOf(kernel)
    this.wording = wordingOf(kernel)
    this.policies = policiesOf(this.rules)
    this.domain = this.rules.circular ? circular : linearWith(this.rules)
    this.btfs = [kernel.btf, ...kernel.modules]
    this.types = kernelTypes(kernel)
    this.maxFrames = this.rules.deepCalls ? FRAMES.since71 : FRAMES.until71
    this.accepted = acceptedBy(this.rules)
  }

  /** What a helper of this prototype asks and does. */
  helper(proto: HelperProto): HelperContract {
    let contract = this.helpers.get(proto)
    if (contract === undefined) {
      contract = helperContract(proto, { btf: this.kernel.btf, rules: this.rules, accepted: this.accepted })
      this.helpers.set(proto, contract)
    }
    return contract
  }

  /** The helper of that number as most programs have it: for what no variant of it differs in. */
  usualHelper(id: number): HelperContract | undefined {
    const proto = usualHelper(id)
    return proto === undefined ? undefined : this.helper(proto)
  }

  /** What a kfunc asks and does. */
  kfunc(kfunc: Kfunc): KfuncContract {
    let contract = this.kfuncs.get(kfunc)
    if (contract === undefined) {
      contract = kfuncContract(kfunc, { btf: this.kernel.btf, rules: this.rules, accepted: this.accepted })
      this.kfuncs.set(kfunc, contract)
    }
    return contract
  }

  /** The same value for the same kernel. */
  static of(kernel: Kernel): Model {
    let model = models.get(kernel)
    if (model === undefined) {
      model = new Model(kernel)
      models.set(kernel, model)
    }
    return model
  }
}

const models = new WeakMap<Kernel, Model>()
