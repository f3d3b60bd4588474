// SPDX-License-Identifier: Apache-2.0
// A kfunc whose body is TypeScript: called by programs as its prototype says, and held to what its flags promise.

import { type BtfStruct, resolveType, sizeOf } from '../../btf/index.ts'
import { type Returned, Waiting } from '../../jit/index.ts'
import type { Kfunc, KfuncBody } from '../../kfunc/index.ts'
import type { Model } from '../core/abi.ts'
import type { Core } from '../core/core.ts'
import { took } from '../core/entry.ts'
import { MachineError } from '../core/errors.ts'
import { kfuncModels } from '../kfuncs/index.ts'
import { planParams, structOfPointer } from './arguments.ts'
import { Copies, isPromise } from './copies.ts'
import { type DirectCall, directCall } from './direct.ts'
import { handlesOf } from './handles.ts'
import { iteratorsOf } from './iterators.ts'
import { addressOfOwn } from './own.ts'
import { isIterator } from './signature.ts'

/** What a kfunc does on a machine, by its body. */
export function bodyModel(core: Core, kfunc: Kfunc, body: KfuncBody): Model {
  const plans = planParams(core, kfunc)
  const answer = answerOf(core, kfunc)
  const sleepable = kfunc.flags.has('KF_SLEEPABLE')
  const released = kfunc.flags.has('KF_RELEASE') ? releasedParam(kfunc) : undefined
  const ways = plans.flatMap(({ direct }) => direct.way ?? [])
  if (
    !sleepable &&
    released === undefined &&
    plans.length <= MOST_IN_REGISTERS &&
    answer.ofCall !== true &&
    !isIterator(kfunc, 0)
  )
    return {
      params: plans.map(({ direct }) => direct.crossing),
      result: answer.direct.result,
      bind: () =>
        directCall(core, body, {
          params: ways,
          answers: answer.direct.answers,
          other: (result) =>
            isPromise(result) ? waiting(core, kfunc, result, () => 0) : answer.take(result, ofNoCall),
        }),
    }
  const params = plans.map(({ crossing }) => crossing)
  const given = plans.flatMap(({ given: one }) => (one === undefined ? [] : [one]))
  const places = plans.flatMap(({ crossing }, i) => (crossing === 'none' ? [] : [i]))
  return {
    params,
    result: answer.result,
    bind:
      () =>
      (...crossed: never[]) => {
        const values: (number | bigint)[] = []
        places.forEach((place, i) => {
          values[place] = crossed[i]!
        })
        const iterator = isIterator(kfunc, 0) ? (values[0] as number) : undefined
        if (iterator !== undefined && kfunc.flags.has('KF_ITER_NEW')) iteratorsOf(core).begin(iterator)
        const copies = sleepable && core.mayWait ? new Copies(core) : undefined
        const args = given.map((one) => (copies === undefined ? one(values) : copies.of(one(values))))
        const finish = (result: unknown): unknown => {
          copies?.giveBack()
          if (released !== undefined) release(core, kfunc, values[released] as number)
          if (iterator !== undefined && kfunc.flags.has('KF_ITER_DESTROY')) iteratorsOf(core).end(iterator)
          return answer.take(result, { iterator, values })
        }
        const result = told(core, () => body(...args))
        return isPromise(result) ? waiting(core, kfunc, result, finish) : finish(result)
      },
  }
}

/** R1 to R5. */
const MOST_IN_REGISTERS = 5

function told(core: Core, call: () => unknown): unknown {
  try {
    return call()
  } catch (error) {
    return core.blame(error)
  }
}

/** The run goes on when the promise is kept, if it is one that can. */
function waiting(
  core: Core,
  kfunc: Kfunc,
  promise: PromiseLike<unknown>,
  finish: (result: unknown) => unknown,
): Waiting {
  // nobody is going to look at it
  promise.then(undefined, () => {})
  if (!kfunc.flags.has('KF_SLEEPABLE'))
    throw new MachineError('misuse', `${kfunc.name}() returns a promise: only kfuncs that are KF_SLEEPABLE may`)
  if (!core.mayWait)
    throw new MachineError(
      'misuse',
      `${kfunc.name}() returns a promise: run the program with testRunAsync() or callAsync(), and do not call it in a callback`,
    )
  return new Waiting(promise, finish as Waiting['settle'])
}

/** The parameter that KF_RELEASE takes its reference from: the one that points to a struct. */
function releasedParam(kfunc: Kfunc): number | undefined {
  const found = kfunc.params.findIndex(({ type }) => structOfPointer(kfunc.btf, type) !== undefined)
  return found === -1 ? undefined : found
}

function release(core: Core, kfunc: Kfunc, address: number): void {
  const handles = handlesOf(core)
  if (address === 0) return
  if (!handles.has(address)) {
    // of a kfunc of the kernel's that is mocked: a reference to an object of the machine's
    const model = kfuncModels.get(kfunc.name)
    if (model?.params.length === 1) return (model.bind(core) as (object: number) => void)(address)
    const block = core.memory.block(address)
    const what =
      block?.freed === true
        ? `${block.what} after its last reference was released${core.memory.whereFreed(block)}`
        : 'something that no kfunc returned'
    throw new MachineError('misuse', `${kfunc.name}() is given ${what}`)
  }
  handles.release(address)
  took(core, address, -1)
}

interface Answer {
  readonly result: Returned
  /** Of a direct call. */
  readonly direct: { readonly result: Returned; readonly answers: DirectCall['answers'] }
  /** It depends on what the call was made with. */
  readonly ofCall?: boolean
  take(result: unknown, call: Call): unknown
}

/** What a call was made with: where its iterator is, if it has one, and its arguments, one a parameter. */
interface Call {
  readonly iterator: number | undefined
  readonly values: readonly (number | bigint)[]
}
const ofNoCall: Call = { iterator: undefined, values: [] }

function answerOf(core: Core, kfunc: Kfunc): Answer {
  const { btf, ret, flags } = kfunc
  const type = resolveType(btf, ret)
  if (type.kind === 'void')
    return { result: 'none', direct: { result: 'none', answers: 'other' }, take: () => undefined }
  const size = sizeOf(btf, ret) ?? 4
  if (type.kind !== 'ptr') {
    if (size > 4)
      // what is 64 bits wide crosses in memory: a BigInt that does costs several times as much
      return {
        result: 'i64',
        direct: { result: 'cell', answers: 'wide' },
        take: (result) => BigInt.asIntN(64, BigInt(numberOf(kfunc, result))),
      }
    const signed = (type.kind === 'int' || type.kind === 'enum') && type.signed
    const shift = 32 - 8 * size
    return {
      result: signed ? 's32' : 'u32',
      direct: { result: crossingOf({ size, signed }), answers: 'numbers' },
      take: (result) => {
        const number = Number(numberOf(kfunc, result))
        return signed ? (number << shift) >> shift : (number << shift) >>> shift
      },
    }
  }
  const struct = structOfPointer(btf, ret)
  const sizeAt = kfunc.params.findIndex(({ name }) => /^(?:rdonly|rdwr)_buf_size/.test(name))
  const take = (result: unknown, { iterator, values }: Call): number => {
    if (result === null || result === undefined) {
      // an iterator's end is NULL, whatever its flags
      if (flags.has('KF_RET_NULL') || iterator !== undefined) return 0
      throw new MachineError('misuse', `${kfunc.name}() has no KF_RET_NULL, and its body returns ${String(result)}`)
    }
    if (struct !== undefined) return handleOf(core, kfunc, struct, result)
    return elementOf(core, kfunc, result, { iterator, promised: sizeAt === -1 ? 0 : Number(values[sizeAt]) })
  }
  return { result: 'u32', direct: { result: 'u32', answers: 'other' }, ofCall: struct === undefined, take }
}

/** Of a number of so many bytes, up to 4. */
const crossingOf = ({ size, signed }: { readonly size: number; readonly signed: boolean }): Returned =>
  size === 1 ? (signed ? 's8' : 'u8') : size === 2 ? (signed ? 's16' : 'u16') : signed ? 's32' : 'u32'

function handleOf(core: Core, kfunc: Kfunc, struct: BtfStruct, result: unknown): number {
  if (typeof result !== 'object' || result === null)
    throw new MachineError(
      'misuse',
      `${kfunc.name}() returns struct ${struct.name}: expected an object, not ${typeof result}`,
    )
  const handles = handlesOf(core)
  const owned = kfunc.flags.has('KF_ACQUIRE')
  const own = addressOfOwn(core, result, { struct: struct.name, owned, what: `${kfunc.name}()` })
  if (own !== undefined) return own
  // a struct of the kernel's that the body was given is answered as where it lies
  if (!owned && result instanceof Uint8Array && isOwnMemory(core, result, struct.size)) return result.byteOffset
  if (!owned) return handles.lend(result, kfunc.btf, struct).address
  const { address } = handles.acquire(result, kfunc.btf, struct)
  took(core, address, 1)
  return address
}

const isOwnMemory = ({ memory }: Core, bytes: Uint8Array, size: number): boolean =>
  bytes.buffer === memory.u8.buffer && bytes.length >= size

/** `int *` of an iterator, or of a kfunc whose result is memory: as many bytes as the caller may read are there, whatever the body answers. */
function elementOf(
  core: Core,
  kfunc: Kfunc,
  result: unknown,
  { iterator, promised }: { readonly iterator: number | undefined; readonly promised: number },
): number {
  const type = resolveType(kfunc.btf, kfunc.ret)
  const size = Math.max(promised, type.kind === 'ptr' ? (sizeOf(kfunc.btf, type.type) ?? 8) : 8)
  if (result instanceof Uint8Array) {
    const room = Math.max(result.length, size)
    const at = iterator === undefined ? answered(core, kfunc, room) : iteratorsOf(core).element(iterator, room)
    // an element before may have been longer
    core.memory.u8.fill(0, at, at + room)
    core.memory.write(at, result)
    return at
  }
  if (iterator === undefined) throw new MachineError('misuse', `${kfunc.name}() returns memory: expected a Uint8Array`)
  const at = iteratorsOf(core).element(iterator, size)
  core.memory.setNumber(at, size, numberOf(kfunc, result))
  return at
}

function answered(core: Core, kfunc: Kfunc, size: number): number {
  const at = core.memory.allocate(size, `what ${kfunc.name}() returned`)
  core.work?.untilEnd.push(at)
  return at
}

function numberOf(kfunc: Kfunc, result: unknown): number | bigint {
  if (typeof result === 'number' && Number.isFinite(result)) return Math.trunc(result)
  if (typeof result === 'bigint') return result
  if (typeof result === 'boolean') return result ? 1 : 0
  throw new MachineError(
    'misuse',
    `${kfunc.name}() returns a number, and its body returned ${typeof result === 'number' || result === null ? String(result) : typeof result}`,
  )
}
