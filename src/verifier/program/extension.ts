// SPDX-License-Identifier: Apache-2.0
// freplace: may this program stand in for a function of another one? A function that its types tell all of, replaced by one of the same
// prototype that does no more. The order of checks is the kernel's.

import { type Btf, type BtfId, type BtfType, resolveType } from '../../btf/index.ts'
import type { AttachTarget } from '../../object/index.ts'
import { Rejection, unsupported, violate } from '../violations/raise.ts'
import { globalContract } from './contract/global.ts'
import { type FuncProto, kindText } from './func-proto.ts'
import type { Program, Subprog } from './program.ts'

export function checkExtension(program: Program): void {
  const { linked, replaced, model } = program
  const { attach } = linked
  if (linked.sleepable) violate('sleepable-type')
  if (attach === undefined) return violate('attach-target', { form: 'none' })
  if (attach.kernel || replaced === undefined) return violate('attach-target', { form: 'replaced' })
  const { name } = attach
  const original = replaced.subprogs.find(({ typeId }) => typeId === attach.btfId)
  if (original === undefined) return violate('replaced-function', { form: 'missing', name })
  if (original.isExceptionCb) violate('replaced-function', { form: 'exception-callback' })
  if (isUnreliable(replaced, original)) violate('replaced-function', { form: 'static' })
  const own = program.subprogs[0]!
  if (own.changesPktData && !original.changesPktData) violate('replaced-function', { form: 'packet' })
  if (model.rules.sleepableGlobals && own.mightSleep && !original.mightSleep)
    violate('replaced-function', { form: 'sleeps' })
  if (replaced.isExtension) violate('replaced-function', { form: 'again' })
  if (traced.has(replaced.linked.attachType ?? '')) violate('replaced-function', { form: 'traced' })
  requireSamePrototype(program, own, attach)
  if (ofArguments.has(replaced.linked.type))
    return unsupported(`a program that replaces a function of one of type ${replaced.linked.type}`)
}

/** Nothing replaces what only looks on. */
const traced = new Set(['BPF_TRACE_FENTRY', 'BPF_TRACE_FEXIT', 'BPF_TRACE_FSESSION'])
/** Their context is the arguments of what they attach to, of which the one that replaces them has none. */
const ofArguments = new Set(['BPF_PROG_TYPE_TRACING', 'BPF_PROG_TYPE_LSM', 'BPF_PROG_TYPE_STRUCT_OPS'])

/**
 * Its types do not tell what it is called with: of a static function the compiler may have removed arguments, and of a program all but
 * its context is nobody's.
 */
function isUnreliable(program: Program, func: Subprog): boolean {
  if (func.index > 0) return !func.global && !func.isExceptionCb && hasPointers(program, func)
  return !startsAtContext(program, func)
}

function startsAtContext(program: Program, func: Subprog): boolean {
  const proto = protoOf(program.linked.btf, func.typeId)
  if (proto?.params.length !== 1 || !isNumber(resolveType(program.linked.btf!, proto.ret))) return false
  try {
    return globalContract(func, program).args[0]?.kind === 'ctx'
  } catch (error) {
    // a program may be declared as no function that is called may be
    if (error instanceof Rejection) return false
    throw error
  }
}

/** Arguments that a static function is not looked at by. */
function hasPointers({ linked: { btf } }: Program, func: Subprog): boolean {
  const proto = protoOf(btf, func.typeId)
  return proto === undefined || proto.params.some(({ type }) => !isNumber(resolveType(btf!, type)))
}

const isNumber = ({ kind }: BtfType): boolean => kind === 'int' || kind === 'enum' || kind === 'enum64'

function protoOf(btf: Btf | undefined, id: BtfId): FuncProto | undefined {
  const func = btf === undefined || id === 0 ? undefined : btf.type(id)
  const proto = func?.kind === 'func' ? btf!.type(func.type) : undefined
  return proto?.kind === 'func_proto' ? proto : undefined
}

interface Side {
  readonly btf: Btf
  readonly name: string
  readonly proto: FuncProto
}

/** What calls the function passes the same to the one that replaces it: numbers of the same size, pointers to structs of the same name. */
function requireSamePrototype(program: Program, own: Subprog, { btf, btfId, name }: AttachTarget): void {
  const mine = program.linked.btf
  const proto = protoOf(mine, own.typeId)
  if (mine === undefined || proto === undefined) return violate('replaced-prototype', { form: 'no-types' })
  const original = btf.type(btfId)
  const wanted = protoOf(btf, btfId)
  if (wanted === undefined || original.kind !== 'func') return violate('attach-target', { form: 'no-function', btfId })
  if (!own.global) violate('replaced-prototype', { form: 'not-global', name: own.name })
  if (original.linkage !== 'global') violate('replaced-prototype', { form: 'not-global', name })
  compare({ btf: mine, name: own.name, proto }, { btf, name, proto: wanted })
}

function compare(mine: Side, other: Side): void {
  const names = { name: mine.name, original: other.name }
  const [own, theirs] = [mine.proto.params.length, other.proto.params.length]
  if (own !== theirs) violate('replaced-prototype', { form: 'count', ...names, own, theirs })
  const results = [mine, other].map(({ btf, proto }) => resolveType(btf, proto.ret)) as [BtfType, BtfType]
  if (!isAlike(...results)) violate('replaced-prototype', { form: 'result', ...names, ...kinds(results) })
  mine.proto.params.forEach((param, index) => {
    const types = [resolveType(mine.btf, param.type), resolveType(other.btf, other.proto.params[index]!.type)] as const
    compareArgument({ index, ...names }, mine.btf, other.btf, types)
  })
}

function compareArgument(
  of: { readonly index: number; readonly name: string; readonly original: string },
  mine: Btf,
  other: Btf,
  types: readonly [BtfType, BtfType],
): void {
  const [type, wanted] = types
  if (!isAlike(type, wanted)) violate('replaced-prototype', { form: 'kind', ...of, ...kinds(types) })
  const [own, theirs] = types.map((one) => ('size' in one ? one.size : 0)) as [number, number]
  if (own !== theirs) violate('replaced-prototype', { form: 'size', ...of, own, theirs })
  if (isNumber(type)) return
  if (type.kind !== 'ptr' || wanted.kind !== 'ptr') return violate('replaced-prototype', { form: 'type', ...of })
  const structs = [resolveType(mine, type.type), resolveType(other, wanted.type)] as const
  structs.forEach((struct, side) => {
    if (struct.kind !== 'struct' && struct.kind !== 'union')
      violate('replaced-prototype', { form: 'pointer', index: of.index, name: side === 0 ? of.name : of.original })
  })
  const [struct, wantedStruct] = structs
  if (struct.name !== wantedStruct.name)
    violate('replaced-prototype', { form: 'struct', ...of, own: struct.name, theirs: wantedStruct.name })
}

/** One kind, with as many members. */
const isAlike = (a: BtfType, b: BtfType): boolean => a.kind === b.kind && countOf(a) === countOf(b)
const countOf = (type: BtfType): number =>
  'values' in type ? type.values.length : 'members' in type ? type.members.length : 0

const kinds = ([a, b]: readonly [BtfType, BtfType]) => ({ own: kindText(a), theirs: kindText(b) })
