// SPDX-License-Identifier: Apache-2.0
// struct_ops variables registered with whoever declared their struct, in the states of the kernel (enum bpf_struct_ops_state):
//
//   .struct_ops        INIT ──register──► INUSE ──unregister──► TOBEFREE
//   .struct_ops.link   INIT ──register──► READY, and a link that is INUSE until it is detached; another may take its place in the link

import { fail, ok, type Result } from '../../fault/index.ts'
import type { Core } from '../core/core.ts'
import { errno, errnoName } from '../core/errno.ts'
import { enter } from '../core/entry.ts'
import { MachineError } from '../core/errors.ts'
import type { StructOpsMap } from '../maps/struct-ops.ts'
import { missingMembers, type StructOps, type Variable } from './operations.ts'

/** A variable that can be registered. */
export interface Registrable {
  readonly variable: Variable
  readonly map: StructOpsMap
  readonly operations: StructOps
}
export type Find = (name: string) => Result<Registrable>

export class StructOpsLink {
  private readonly core: Core
  private readonly find: Find
  private current: Registrable | undefined

  constructor(core: Core, registered: Registrable, find: Find) {
    this.core = core
    this.current = registered
    this.find = find
  }

  /** The variable that is registered by it; undefined: it is not any more. */
  get registered(): string | undefined {
    return this.current?.variable.name
  }

  /** The variable of that name takes the place of the one that is registered (BPF_LINK_UPDATE): of `.struct_ops.link` only. */
  update(name: string): Result<void> {
    const { core, current: old } = this
    const found = this.find(name)
    if (!found.ok) return found
    const next = found.value
    const refuse = (error: number, why: string): Result<never> => refused(name, error, why)
    if (old === undefined) return refuse(errno.ENOLINK, 'what it would take the place of is not registered')
    if (!old.map.isLinked || !next.map.isLinked)
      return refuse(errno.EINVAL, 'only variables in .struct_ops.link are replaced')
    const ready = next.map.state === 'READY' ? ok(undefined) : becomeReady(core, next)
    if (!ready.ok) return ready
    const { update } = definitionOf(core, next) ?? {}
    if (update === undefined) return refuse(errno.EOPNOTSUPP, 'its struct_ops has no update')
    const { typeName } = old.variable.linked
    if (next.variable.linked.typeName !== typeName) return refuse(errno.EINVAL, `it is not a struct ${typeName}`)
    const error = answered(core, () => update(next.operations as never, old.operations as never))
    if (error < 0) return refuse(-error, 'its struct_ops refused')
    this.current = next
    return ok(undefined)
  }

  /** It is registered no more. */
  unregister(): void {
    const { core, current } = this
    if (current === undefined) return
    this.current = undefined
    if (current.map.isLinked) unreg(core, current)
    else current.map.remove(new Uint8Array(4))
  }
}

/** As bpf_map__attach_struct_ops() of libbpf. */
export function register(core: Core, registrable: Registrable, find: Find): Result<StructOpsLink> {
  const { variable, map } = registrable
  const ready = map.state === 'READY' ? ok(undefined) : becomeReady(core, registrable)
  if (!ready.ok) return ready
  const error = map.isLinked ? reg(core, registrable) : 0
  return error < 0
    ? refused(variable.name, -error, 'its struct_ops refused')
    : ok(new StructOpsLink(core, registrable, find))
}

/** The map's value is set: its programs are there, and without a link it is registered by that. */
function becomeReady(core: Core, { variable, map }: Registrable): Result<void> {
  for (const { program } of variable.linked.members) {
    const found = program === undefined ? undefined : variable.programOf(program)
    if (found?.ok === false) return found
  }
  const missing = missingMembers(core, variable)
  if (missing.length > 0) return refused(variable.name, errno.EINVAL, `it has no program for ${missing.join(', ')}`)
  const { state } = map
  const error = map.register()
  if (error === 0) return ok(undefined)
  return refused(variable.name, -error, state === 'INIT' ? 'its struct_ops refused' : `its map is ${state}`)
}

/** The application's own word on it: 0, or an error. */
export const reg = (core: Core, registrable: Registrable): number =>
  answered(core, () => definitionOf(core, registrable)?.reg?.(registrable.operations as never))
export const unreg = (core: Core, registrable: Registrable): number =>
  answered(core, () => definitionOf(core, registrable)?.unreg?.(registrable.operations as never))

const definitionOf = ({ kernel }: Core, { variable }: Registrable) =>
  kernel.structOps(variable.linked.typeName)?.definition

/** What a body of the application's answers, as an error of the kernel's: a negative number refuses. */
function answered(core: Core, body: () => unknown): number {
  const answer = enter(core, 'a struct_ops', () => {
    try {
      return body()
    } catch (error) {
      return core.blame(error)
    }
  })
  if (typeof answer !== 'number' || answer >= 0) return 0
  if (!Number.isInteger(answer))
    throw new MachineError('misuse', `a struct_ops returns ${answer}, which is not an error`)
  return answer
}

const refused = (name: string, error: number, why: string): Result<never> =>
  fail(`struct_ops ${name} is not registered: ${why} (${errnoName(error)})`)
