// SPDX-License-Identifier: Apache-2.0
// What one kernel's verifier knows and does, whichever program it looks at. One a kernel, made once.

import type { Btf } from '../../btf/index.ts'
import type { Kernel } from '../../kernel/index.ts'
import { type KernelTypes, laterFields } from './records/record.ts'
import { type Rules, rulesOf } from './rules.ts'
import { type Wording, wordingOf } from '../violations/wording.ts'
import { circular, type Domain, linear } from '../scalar/index.ts'

/** How deep calls may go. */
const FRAMES = { until71: 8, since71: 16 } as const

export class Model {
  readonly kernel: Kernel
  readonly rules: Rules
  /** How it words what it refuses. */
  readonly wording: Wording
  /** How scalars are tracked. */
  readonly domain: Domain
  /** Registers' liveness is known before exploration, instead of noted during it. */
  readonly staticLiveness: boolean
  /** What records of special fields resolve against. */
  readonly types: KernelTypes
  /** The kernel's BTF and its modules'. */
  readonly btfs: readonly Btf[]
  readonly maxFrames: number

  private constructor(kernel: Kernel) {
    this.kernel = kernel
    this.rules = rulesOf(kernel)
    this.wording = wordingOf(kernel)
    this.domain = this.rules.circular ? circular : linear
    this.staticLiveness = kernel.gate('static-register-liveness')
    this.btfs = [kernel.btf, ...kernel.modules]
    this.types = {
      btfs: this.btfs,
      destructors: kernel.destructors,
      tagsAnywhere: kernel.gate('kptr-tags-anywhere'),
      later: new Set(laterFields.flatMap(({ kind, gate }) => (kernel.gate(gate) ? [kind] : []))),
    }
    this.maxFrames = this.rules.deepCalls ? FRAMES.since71 : FRAMES.until71
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
