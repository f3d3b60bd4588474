// SPDX-License-Identifier: Apache-2.0
// Kfunc arguments that are plain memory, or kernel objects by their type. kfuncs.rst "__sz annotation", "Equivalent types".

import { type BtfId, isNoCastAlias, sizeOf, structIdsMatch } from '../../../btf/index.ts'
import type { KfuncContract } from '../../program/contract/contract.ts'
import type { Model } from '../../program/model.ts'
import type { Walk } from '../../engine/walk.ts'
import { markRegRead } from '../../engine/liveness.ts'
import { markPrecise } from '../../engine/precision.ts'
import { orElse, violate, violateAgain } from '../../violations/raise.ts'
import { wordsOf } from '../../violations/table.ts'
import * as scalar from '../../scalar/index.ts'
import { ALLOC, isNull, regTypeText } from '../../state/reg.ts'
import { isExplained } from '../explained.ts'
import { type Arg, argDetails } from './arg.ts'
import type { Found } from './found.ts'
import { kindText, projections } from './kind.ts'

import { requirePlainMemory, requireSized, withoutNull } from '../memory-args.ts'

const socketTypes: ReadonlyMap<string, string> = new Map(
  Object.entries<string>({
    sock: 'sock',
    sock_common: 'sock_common',
    tcp_sock: 'tcp_sock',
    map_ptr: 'bpf_map',
  }),
)

/** kfuncs.rst "Specifying no-cast aliases", "Equivalent types": the struct itself or one that begins with it; exactly it where a reference is given back. */
export function requireStruct(model: Model, { kfunc }: KfuncContract, arg: Arg, kind: 'map' | 'btf'): void {
  const { reg, number, index } = arg
  const btf = reg.kind === 'btf' ? reg.btf! : model.kernel.btf
  const id = reg.kind === 'btf' ? reg.btfId : btf.find(socketTypes.get(reg.kind)!, 'struct')!
  const wantedBtf = kind === 'map' ? model.kernel.btf : kfunc.btf
  const wantedId = kind === 'map' ? model.kernel.btf.find('bpf_map', 'struct')! : (arg.target.id as BtfId)
  const wanted = wantedBtf.type(wantedId)
  const strict = (kfunc.flags.has('KF_RELEASE') && reg.refObjId !== 0) || isNoCastAlias(btf, id, wantedBtf, wantedId)
  const flexArrays = (reg.flags & ALLOC) === 0
  if (structIdsMatch({ btf, id, off: reg.off }, { btf: wantedBtf, id: wantedId }, { strict, flexArrays })) return
  const seen = btf.type(id)
  if (projections.get(wanted.name) === seen.name) return
  violate('struct-mismatch', {
    form: 'kfunc',
    reg: number,
    arg: index,
    kfunc: kfunc.name,
    expected: wanted.name,
    seen: seen.name,
    expectedKind: kindText(wanted),
    kind: kindText(seen),
  })
}

/** A pointer to plain data of the size of its type: readable and writable throughout. */
export function requireTypedMemory(walk: Walk, kfunc: KfuncContract, arg: Arg): void {
  const { target, targetId } = arg
  const size = sizeOf(kfunc.kfunc.btf, targetId)
  if (size === undefined)
    return violate('mem-size', { ...argDetails(arg, kfunc), kind: kindText(target), struct: target.name })
  requirePlainMemory(walk, arg.number, size, { byType: false })
}

/** kfuncs.rst "__sz annotation", "__szk": a buffer and its length. "__opt", later "__nullable": the buffer may be null. */
export function requireSizedMemory(walk: Walk, kfunc: KfuncContract, arg: Arg, found: Found): Found {
  const { reg, number, index } = arg
  const { suffixes } = kfunc.params[index]!.param
  const next = kfunc.args[index + 1]!
  const size = walk.reg(number + 1)
  markRegRead(walk.state, number + 1)
  const details = argDetails(arg, kfunc)
  const optional = suffixes.includes('opt') || suffixes.includes('nullable')
  if (walk.model.rules.declaredArgs && size.kind !== 'scalar')
    violate('not-scalar', { ...details, reg: number + 1, arg: index + 1 })
  // up to 7.2 the memory is looked at before its size
  const sizeFirst = walk.model.rules.declaredArgs
  let known: Found = { ...found, sizeReg: number + 1 }
  if (sizeFirst && next.constant) known = requireConstSize(walk, kfunc, arg, known)
  if (sizeFirst ? !isNull(reg) : !isNull(reg) || !optional) {
    const readAndWrite = (): void => {
      requireSized(walk, number + 1, { write: false, zeroOk: true, uninit: false })
      requireSized(walk, number + 1, { write: true, zeroOk: true, uninit: false })
    }
    orElse(
      () => withoutNull(walk, number, readAndWrite),
      (inner) => {
        if (isExplained(walk.model, inner.id)) return violateAgain(inner, details)
        walk.verbose(wordsOf(inner, walk.model.wording))
        return violate('mem-len', { ...details, inner })
      },
    )
  }
  return !sizeFirst && next.constant ? requireConstSize(walk, kfunc, arg, known) : known
}

/** kfuncs.rst "__szk annotation". */
function requireConstSize(walk: Walk, { name }: KfuncContract, { number, index }: Arg, found: Found): Found {
  const size = walk.reg(number + 1)
  const details = { reg: number + 1, arg: index + 1, kfunc: name, seen: regTypeText(size) }
  if (found.constant !== undefined) violate('two-constants', details)
  if (size.kind !== 'scalar' || !scalar.isConst(size.var)) violate('not-constant', { form: 'constant', ...details })
  const constant = Number(scalar.constValue(size.var))
  markPrecise(walk, number + 1)
  return { ...found, constant }
}
