// SPDX-License-Identifier: Apache-2.0
// BPF_PROG_TEST_RUN of struct_ops programs: the kernel runs those of struct bpf_dummy_ops, which it has for that, and no others.

import { pointee, resolveType } from '../../btf/index.ts'
import { fail, ok } from '../../fault/index.ts'
import { structOpsStub } from '../../kernel/index.ts'
import type { LinkedProgram } from '../../object/index.ts'
import type { Core } from '../core/core.ts'
import type { LoadedProgram } from '../program.ts'
import { settled } from '../steps.ts'
import type { Runner, SteppedRunner } from './types.ts'

const DUMMY = 'bpf_dummy_ops'
const STATE = 'bpf_dummy_ops_state'
const WORD = 8

export const runStructOps: Runner = (core, program, options, later) =>
  settled(program, structOpsSteps(core, program, options, later))

/** The context is the operation's arguments, 8 bytes each; the first leads to a struct bpf_dummy_ops_state, which is copied in and out again. */
export const structOpsSteps: SteppedRunner = function* (core, program, { ctx = new Uint8Array(0) }, later) {
  const place = { program: program.name }
  const params = isOfDummyOps(program.linked) ? paramsOf(core, program) : undefined
  if (params === undefined) return fail(`only programs of struct ${DUMMY} have a test run (EOPNOTSUPP)`, place)
  if (ctx.length !== params.length * WORD)
    return fail(`${params.length} arguments of 8 bytes are meant, ${ctx.length} bytes are given (EINVAL)`, place)
  const { memory, layouts } = core
  const given = new DataView(ctx.buffer, ctx.byteOffset, ctx.length)
  const size = layouts.sizeOf(STATE)
  const state = given.getBigUint64(0, true)
  const user = Number(BigInt.asUintN(32, state))
  if (state !== 0n && !holds(core, state, size)) return fail('the first argument leads to no memory (EFAULT)', place)
  const wrong = params.findIndex(({ needed }, i) => needed && given.getBigUint64(i * WORD, true) === 0n)
  if (wrong !== -1) return fail(`argument ${wrong + 1} is NULL, and its parameter is not __nullable (EINVAL)`, place)
  const context = memory.allocate(ctx.length + WORD, 'arguments of an operation')
  const own = memory.allocate(size, STATE)
  for (const address of [context, own]) later(() => memory.free(address))
  memory.write(context, ctx)
  if (state !== 0n) {
    memory.copy(own, user, size)
    memory.setPointer(context, own)
  }
  const r0 = yield { context, notes: new Map() }
  if (state !== 0n) memory.copy(user, own, size)
  return ok({ retval: Number(r0 & 0xffff_ffffn) })
}

/** Does it implement an operation that the kernel has for test runs? */
export const isOfDummyOps = ({ structOps }: LinkedProgram): boolean => structOps?.typeName === DUMMY

/** Of the operation that the program implements: which may not be NULL. */
function paramsOf(
  { kernel, layouts: { btf } }: Core,
  { linked }: LoadedProgram,
): readonly { readonly needed: boolean }[] | undefined {
  const { typeName, member } = linked.structOps!
  const ops = btf.findAll(typeName).map((id) => btf.type(id))
  const found = ops.flatMap((type) => (type.kind === 'struct' ? type.members : [])).find(({ name }) => name === member)
  const target = found === undefined ? undefined : pointee(btf, found.type)
  const proto = target === undefined ? undefined : resolveType(btf, target)
  if (proto?.kind !== 'func_proto') return undefined
  const stub = structOpsStub(kernel, btf, { typeName, member })
  return proto.params.map(({ type }, i) => ({
    needed: resolveType(btf, type).kind === 'ptr' && !/__nullable$/.test(stub?.params[i]?.name ?? ''),
  }))
}

function holds({ memory }: Core, address: bigint, size: number): boolean {
  const block = address < 2n ** 31n ? memory.blockAround(Number(address)) : undefined
  return block !== undefined && !block.freed && Number(address) + size <= block.address + block.size
}
