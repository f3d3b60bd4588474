// SPDX-License-Identifier: Apache-2.0
// What a body of a kfunc is given and answers, as kinds of values: how they cross is in arguments.ts and body.ts.
import { type Btf, type BtfId, resolveType, sizeOf } from '../../btf/index.ts'
import type { Kfunc, KfuncParam } from '../../kfunc/index.ts'

export type BodyValue =
  /** No result. */
  | { readonly kind: 'nothing' }
  | { readonly kind: 'boolean' | 'number' | 'number64' }
  | { readonly kind: 'text' | 'map' | 'iterator' | 'bytes' }
  /** What an iterator is at, behind a pointer to no struct: a number, or bytes. */
  | { readonly kind: 'element' }
  /** An object that stands for a struct; where no body handed it out, its bytes. */
  | { readonly kind: 'object'; readonly struct: string }

export interface BodyParam {
  /** As the prototype has it, without annotations. */
  readonly name: string
  readonly value: BodyValue
  /** It may be null. */
  readonly nullable: boolean
}

export interface BodySignature {
  /** Sizes and ignored parameters are not among them. */
  readonly params: readonly BodyParam[]
  readonly answers: BodyValue
  readonly nullable: boolean
}

export function bodySignature(kfunc: Kfunc): BodySignature {
  const params = kfunc.params.flatMap((param, i): BodyParam[] => {
    const value = paramValue(kfunc, param, i)
    const name = param.name.replace(/(?<=.)__[a-z_]+$/, '')
    return value === undefined ? [] : [{ name, value, nullable: isNullable(param) }]
  })
  return { params, ...answerOf(kfunc) }
}

/** undefined: the body is not given it. */
export function paramValue(kfunc: Kfunc, param: KfuncParam, i: number): BodyValue | undefined {
  const { btf, params } = kfunc
  const { suffixes } = param
  if (suffixes.includes('ign')) return undefined
  const type = resolveType(btf, param.type)
  if (type.kind !== 'ptr') return isSize(param) ? undefined : number(btf, param.type)
  const next = params[i + 1]
  if (next !== undefined && isSize(next)) return { kind: 'bytes' }
  if (suffixes.includes('str')) return { kind: 'text' }
  if (suffixes.includes('map')) return { kind: 'map' }
  const target = resolveType(btf, type.type)
  if (target.kind !== 'struct' && target.kind !== 'union') return { kind: 'bytes' }
  if (isIterator(kfunc, i) || suffixes.includes('iter')) return { kind: 'iterator' }
  return { kind: 'object', struct: target.name }
}

function answerOf({ btf, ret, flags }: Kfunc): Pick<BodySignature, 'answers' | 'nullable'> {
  const type = resolveType(btf, ret)
  if (type.kind === 'void') return { answers: { kind: 'nothing' }, nullable: false }
  if (type.kind !== 'ptr') return { answers: number(btf, ret), nullable: false }
  const target = resolveType(btf, type.type)
  // an iterator's end is NULL, whatever its flags
  const nullable = flags.has('KF_RET_NULL') || flags.has('KF_ITER_NEXT')
  if (target.kind === 'struct' || target.kind === 'union')
    return { answers: { kind: 'object', struct: target.name }, nullable }
  return { answers: { kind: flags.has('KF_ITER_NEXT') ? 'element' : 'bytes' }, nullable }
}

function number(btf: Btf, id: BtfId): BodyValue {
  if ((sizeOf(btf, id) ?? 4) > 4) return { kind: 'number64' }
  const type = resolveType(btf, id)
  return { kind: type.kind === 'int' && type.bool ? 'boolean' : 'number' }
}

/** What the verifier lets programs pass as NULL: since 7.0 `__nullable` and `__opt` mean the same. */
const isNullable = ({ suffixes }: KfuncParam): boolean => suffixes.includes('nullable') || suffixes.includes('opt')

export const isSize = ({ suffixes }: KfuncParam): boolean => suffixes.includes('sz') || suffixes.includes('szk')

/** The first argument of a kfunc with one of the flags KF_ITER_…: its state. */
export const isIterator = ({ flags }: Kfunc, i: number): boolean =>
  i === 0 && (flags.has('KF_ITER_NEW') || flags.has('KF_ITER_NEXT') || flags.has('KF_ITER_DESTROY'))
