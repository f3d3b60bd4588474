// SPDX-License-Identifier: Apache-2.0
// A struct_ops variable as its application sees it: its functions, each a program, and its values.

import { pointee, resolveType } from '../../btf/index.ts'
import { fail, ok, type Result } from '../../fault/index.ts'
import { structOpsStub } from '../../kernel/index.ts'
import type { StructOpsValue, StructOpsVariable } from '../../object/index.ts'
import type { Core } from '../core/core.ts'
import { MachineError } from '../core/errors.ts'
import type { LoadedProgram } from '../program.ts'
import { crossIn, crossOut, type Operation } from './crossing.ts'
import { valueIn } from './fields.ts'

// biome-ignore lint/suspicious/noExplicitAny: what operations take stands in the C text, which no type of ours reads
type AnyFunction = (...args: any[]) => any

/** `T` says what each operation takes and returns (`kfuncs gen types`); one that no program implements is not there. */
export type StructOps<T = Readonly<Record<string, AnyFunction>>> = {
  readonly [Member in keyof T]?: NonNullable<T[Member]> extends (...args: infer Args) => infer Answer
    ? (...args: Args) => Result<Answer>
    : T[Member]
}
/** The same for programs that may wait: bodies that they call answer promises. */
export type StructOpsAsync<T = Readonly<Record<string, AnyFunction>>> = {
  readonly [Member in keyof T]?: NonNullable<T[Member]> extends (...args: infer Args) => infer Answer
    ? (...args: Args) => Promise<Result<Awaited<Answer>>>
    : T[Member]
}

/** The program of that name, or why there is none. */
export type ProgramOf = (name: string) => Result<LoadedProgram>

export interface Variable {
  readonly name: string
  readonly linked: StructOpsVariable
  readonly programOf: ProgramOf
}

/** `waits`: each operation answers a promise. */
export function operationsOf(core: Core, variable: Variable, { waits }: { readonly waits: boolean }): StructOps {
  const { linked } = variable
  // named by the C text: nothing is there that it does not name
  const made = Object.create(null) as Record<string, unknown>
  for (const value of linked.members) {
    const { member, program, data } = value
    const operation = operationOf(core, linked, value)
    if (operation === undefined) made[member.name] = valueIn(linked.btf, member.type, data)
    else if (program !== undefined)
      made[member.name] = waits
        ? (...args: unknown[]) => callLater(core, variable, { operation, program, args })
        : (...args: unknown[]) => call(core, variable, { operation, program, args })
  }
  return Object.freeze(made) as StructOps
}

interface Call {
  readonly operation: Operation
  readonly program: string
  readonly args: readonly unknown[]
}

function call(core: Core, { programOf }: Variable, { operation, program, args }: Call): Result<unknown> {
  const found = programOf(program)
  if (!found.ok) return found
  return faults(program, () => {
    const { values, finish } = crossIn(core, operation, args)
    try {
      const called = found.value.call({ args: values })
      return called.ok ? ok(crossOut(core, operation, called.value.returned)) : called
    } finally {
      finish()
    }
  })
}

async function callLater(
  core: Core,
  { programOf }: Variable,
  { operation, program, args }: Call,
): Promise<Result<unknown>> {
  const found = programOf(program)
  if (!found.ok) return found
  const crossed = faults(program, () => ok(crossIn(core, operation, args)))
  if (!crossed.ok) return crossed
  const { values, finish } = crossed.value
  try {
    const called = await found.value.callAsync({ args: values })
    return called.ok ? ok(crossOut(core, operation, called.value.returned)) : called
  } finally {
    finish()
  }
}

function faults<T>(program: string, work: () => Result<T>): Result<T> {
  try {
    return work()
  } catch (error) {
    if (error instanceof MachineError) return fail(error.message, { program })
    throw error
  }
}

/** undefined: the member is no function. */
function operationOf(
  core: Core,
  { btf, typeName }: StructOpsVariable,
  { member }: StructOpsValue,
): Operation | undefined {
  const target = pointee(btf, member.type)
  const proto = target === undefined ? undefined : resolveType(btf, target)
  if (proto?.kind !== 'func_proto') return undefined
  const { kernel } = core
  const stub = structOpsStub(kernel, btf, { typeName, member: member.name })
  const kind = kernel.structOps(typeName)
  // the stub's names say what may be NULL; where there is none, the kernel's code does
  const named = (stub ?? proto).params.flatMap(({ name }, i) => (name.endsWith('__nullable') ? [i] : []))
  const listed = stub === undefined ? new Map(Object.entries(kind?.nullable ?? {})).get(member.name) : undefined
  return { name: `${typeName}.${member.name}`, btf, proto, nullable: new Set([...named, ...(listed ?? [])]), kind }
}

/** Members that must have a program, and have none. */
export function missingMembers({ kernel }: Core, { linked }: Variable): readonly string[] {
  const present = new Set(linked.members.flatMap(({ member, program }) => (program === undefined ? [] : [member.name])))
  return (kernel.structOps(linked.typeName)?.required ?? []).filter((member) => !present.has(member))
}
