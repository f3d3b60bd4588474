// SPDX-License-Identifier: Apache-2.0
// The program that freplace programs attach to: of an object of its own, judged once.
import { fail, ok, remembered, rememberedOfBoth, type Result } from './fault/index.ts'
import type { Kernel } from './kernel/index.ts'
import { type LinkedProgram, linkProgram, type ObjectProgram, openObject } from './object/index.ts'
import { verify } from './verifier/index.ts'

/** An object with programs to attach to. */
export interface TargetObject {
  readonly bytes: Uint8Array
  /** What it is called in messages. */
  readonly name?: string
  /** The program; unless told, the first that has the function which is replaced. */
  readonly program?: string | undefined
}

/** What the program attaches to; undefined where it is no freplace program. A `Fault` where there is none that is accepted. */
export function targetFor(
  program: ObjectProgram,
  target: TargetObject,
  kernel: Kernel,
): Result<LinkedProgram | undefined> {
  if (program.type !== 'BPF_PROG_TYPE_EXT') return ok(undefined)
  const wanted = program.target ?? program.section.split('/')[1]
  const named = programsOf(target, kernel)
  if (!named.ok) return named
  const found = named.value.find((one) => target.program === one.name) ?? named.value.find((one) => has(one, wanted))
  return accepted(found ?? named.value[0]!, kernel)
}

const has = ({ btf, funcs }: LinkedProgram, name: string | undefined): boolean =>
  btf !== undefined && funcs.some(({ typeId }) => btf.type(typeId).name === name)

const opened = remembered(({ bytes, name = 'target' }: TargetObject) => openObject(bytes, name))

/** Its programs that link, those that are asked for. */
const programsOf = rememberedOfBoth((target: TargetObject, kernel: Kernel): Result<readonly LinkedProgram[]> => {
  const object = opened(target)
  if (!object.ok) return object
  const place = { object: object.value.name }
  const programs = object.value.programs.filter(({ name }) => target.program === undefined || name === target.program)
  if (programs.length === 0)
    return fail(
      target.program === undefined ? 'there is no program to attach to' : `no program ${target.program}`,
      place,
    )
  const linked = programs.map((program) => linkProgram(object.value, program, kernel))
  const some = linked.flatMap((one) => (one.ok ? [one.value] : []))
  return some.length > 0 ? ok(some) : (linked[0] as Extract<(typeof linked)[number], { ok: false }>)
})

const accepted = rememberedOfBoth((linked: LinkedProgram, kernel: Kernel): Result<LinkedProgram> => {
  const report = verify(linked, kernel)
  if (report.verdict === 'accept') return ok(linked)
  const why = 'message' in report ? report.message : report.what
  return fail(`the program to attach to is not accepted: ${why}`, { object: linked.object, program: linked.name })
})
