// SPDX-License-Identifier: Apache-2.0
// CO-RE relocations of one function, applied to its instructions. What the kernel's types cannot answer becomes libbpf's marker call:
// a rejection if the verifier reaches it, nothing if a bpf_core_*_exists() test keeps it away.
import { type Btf, coreResolution, isCorePoison, patchInsn } from '../../btf/index.ts'
import { attempt, type Budget, FaultError, remembered, rememberedOfBoth } from '../../fault/index.ts'
import type { Insn } from '../../isa/index.ts'
import { recordsOf } from './info.ts'
import type { BpfObject, LinkTarget, ObjectFunction } from '../types.ts'

export interface CorePatches {
  readonly insns: readonly Insn[]
  /** Instructions replaced by libbpf's marker, with what could not be relocated. */
  readonly poisoned: ReadonlyMap<number, string>
}

const misplaced = remembered(({ ext }: BpfObject) =>
  [...(ext?.relos ?? [])]
    .flatMap(([section, relos]) => relos.map(({ byte }) => ({ section, byte })))
    .find(({ byte }) => byte % 8 !== 0),
)

/** A relocation inside an instruction costs the object, whatever program it is for. */
export function requireCorePlaces(object: BpfObject): void {
  const found = misplaced(object)
  if (found === undefined) return
  const { section, byte } = found
  throw new FaultError(`failed to perform CO-RE relocations: -EINVAL: one at byte ${byte}, inside an instruction`, {
    section,
  })
}

const patched = rememberedOfBoth((fn: ObjectFunction, target: LinkTarget, object: BpfObject, budget: Budget) =>
  attempt({}, () => patch(object, fn, target, budget)),
)

/** The function's instructions for this kernel: found once, whichever programs call it. */
export function patchCore(object: BpfObject, fn: ObjectFunction, target: LinkTarget, budget: Budget): CorePatches {
  const result = patched(fn, target, object, budget)
  if (!result.ok) throw new FaultError(result.fault.what, result.fault.place, result.fault.hint)
  return result.value
}

function patch(object: BpfObject, fn: ObjectFunction, target: LinkTarget, budget: Budget): CorePatches {
  const { btf, ext } = object
  const relos = recordsOf(fn, ext?.relos.get(fn.section))
  const poisoned = new Map<number, string>()
  if (btf === undefined || relos.length === 0) return { insns: fn.insns, poisoned }
  const targets = coreTargets(target)
  const insns = fn.insns.slice()
  for (const [index, relo] of relos.entries()) {
    budget.spend(32)
    const at = relo.byte / 8 - fn.start
    const place = { program: fn.name, section: fn.section, insn: at }
    if (relo.broken !== undefined) throw new FaultError(`prog '${fn.name}': relo #${index}: ${relo.broken}`, place)
    const resolved = coreResolution(relo, btf, targets)
    if (!resolved.ok) {
      throw new FaultError(`prog '${fn.name}': relo #${index}: failed to relocate: ${resolved.fault.what}`, place)
    }
    const patched = patchInsn(insns[at]!, insns[at + 1], resolved.value)
    if (!patched.ok) {
      throw new FaultError(
        `prog '${fn.name}': relo #${index}: failed to patch insn #${at}: ${patched.fault.what}`,
        place,
      )
    }
    for (const [slot, insn] of patched.value.entries()) {
      insns[at + slot] = insn
      if (isCorePoison(insn)) poisoned.set(at + slot, resolved.value.asked)
    }
  }
  return { insns, poisoned }
}

/** One list for each kernel: what was found in it is kept by it. */
const coreTargets = remembered(({ btf, modules, coreBtf }: LinkTarget): readonly Btf[] =>
  coreBtf === undefined ? [btf, ...modules] : [coreBtf],
)
