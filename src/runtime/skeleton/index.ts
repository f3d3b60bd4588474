// SPDX-License-Identifier: Apache-2.0
// What `kfuncs gen skeleton` generates calls: an object loaded on a machine, its maps, variables and programs by their names and types.
import { fail, ok, type Result } from '../../fault/index.ts'
import { type BpfObject, type LoaderName, openObject } from '../../object/index.ts'
import type { Loaded, LoadOptions, Machine } from '../machine.ts'
import type { RuntimeMap } from '../maps/map.ts'
import type { LoadedProgram } from '../program.ts'
import { whyRefused } from '../refusal.ts'
import { type Codec, viewOf } from './codecs.ts'

export { type Codec, codecs, decode, encode } from './codecs.ts'
export { MapView, ObjectsView, perCpu, RingView } from './views.ts'

/** What an object holds, as it was generated. */
export interface SkeletonPlan<Maps extends object, Variables extends object> {
  readonly name: string
  /** The object, in base64. */
  readonly object: string
  /** Who loads it: libbpf, unless told. */
  readonly loader?: LoaderName
  /** Its maps are in SEC("maps"). */
  readonly legacyMaps?: boolean
  readonly maps: { readonly [Name in keyof Maps]: (map: RuntimeMap, machine: Machine) => Maps[Name] }
  readonly variables: { readonly [Name in keyof Variables]: VariablePlan<Variables[Name]> }
  readonly programs: readonly string[]
  /** Variables in sections .struct_ops. */
  readonly structOps?: readonly string[]
}
export interface VariablePlan<T> {
  readonly section: string
  readonly offset: number
  readonly codec: Codec<T>
}

export interface SkeletonOptions<Variables, Programs> {
  /** Values of global variables before it is loaded: of constants the only time that they can be given one. */
  readonly variables?: Given<Variables>
  /** Types of programs whose sections libbpf does not know. */
  readonly types?: LoadOptions['types']
  /** Only these are loaded: all, unless told. */
  readonly programs?: readonly (keyof Programs & string)[]
}

type OfEvery = typeof Object.prototype

/** Some of them. What is not given of a name that every object has (`constructor`, `toString`) is that of the object, to the compiler. */
type Given<Variables> = {
  readonly [Name in keyof Variables]?: Variables[Name] | (Name extends keyof OfEvery ? OfEvery[Name] : never)
}

export interface Skeleton<Maps, Variables, Programs, Ops = object> {
  readonly maps: Maps
  /** As they are now; they can be written, but for constants. */
  readonly variables: Variables
  readonly programs: Programs
  /** Operations of struct_ops variables; `loaded.registerStructOps()` registers one. */
  readonly structOps: Ops
  readonly loaded: Loaded
}

/** A `Fault` says which program is not accepted, and why. */
export function loadSkeleton<
  Maps extends object,
  Variables extends object,
  Programs extends { readonly [Name in keyof Programs]: LoadedProgram },
  Ops extends object = object,
>(
  machine: Machine,
  plan: SkeletonPlan<Maps, Variables>,
  {
    variables = {},
    types = new Map(),
    programs = plan.programs as readonly (keyof Programs & string)[],
  }: SkeletonOptions<Variables, Programs>,
): Result<Skeleton<Maps, Variables, Programs, Ops>> {
  const bytes = Uint8Array.from(atob(plan.object), (character) => character.charCodeAt(0))
  const opened = openObject(bytes, plan.name, { loader: plan.loader, legacyMaps: plan.legacyMaps })
  if (!opened.ok) return opened
  const given = withValues(opened.value, plan, variables)
  if (!given.ok) return given
  const loaded = machine.load(given.value, { programs, types })
  if (!loaded.ok) return loaded
  for (const [name, refusal] of loaded.value.refused) return fail(whyRefused(name, refusal), { object: plan.name })
  return ok({
    maps: lazily(plan.maps, (name, make) => make(mapOf(loaded.value, name), machine)) as Maps,
    variables: accessors(loaded.value, plan),
    programs: lazily(Object.fromEntries(plan.programs.map((name) => [name, name])), (name) => {
      const program = loaded.value.programs.get(name)
      if (program === undefined) throw new Error(`${plan.name}: program ${name} was not loaded`)
      return program
    }) as Programs,
    structOps: lazily(Object.fromEntries((plan.structOps ?? []).map((name) => [name, name])), (name) =>
      loaded.value.structOps(name),
    ) as unknown as Ops,
    loaded: loaded.value,
  })
}

/** The object with other contents of its sections of data. */
function withValues<Maps extends object, Variables extends object>(
  object: BpfObject,
  plan: SkeletonPlan<Maps, Variables>,
  values: Given<Variables>,
): Result<BpfObject> {
  const maps = [...object.maps]
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined) continue
    const variable = Object.hasOwn(plan.variables, name) ? plan.variables[name as keyof Variables] : undefined
    if (variable === undefined) return fail(`there is no variable ${name}`, { object: plan.name })
    const index = maps.findIndex(({ section, internal }) => internal !== undefined && section === variable.section)
    const map = maps[index]
    if (map === undefined) return fail(`there is no section ${variable.section}`, { object: plan.name })
    const data = new Uint8Array(map.valueSize)
    data.set(map.data ?? [])
    try {
      variable.codec.write(viewOf(data), variable.offset, value as Variables[keyof Variables])
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
      return fail(`variable ${name}: ${error.message}`, { object: plan.name })
    }
    maps[index] = { ...map, data }
  }
  return ok({ ...object, maps })
}

function mapOf({ maps, name: object }: Loaded, name: string): RuntimeMap {
  const map = maps.get(name)
  if (map === undefined)
    throw new Error(`${object}: map ${name} is used by no program that was loaded, or is not modelled`)
  return map
}

/** The whole of a section is one value, its map's first. */
const first = new Uint8Array(4)

function accessors<Maps extends object, Variables extends object>(
  { maps, name: object }: Loaded,
  { variables }: SkeletonPlan<Maps, Variables>,
): Variables {
  const made = Object.create(null) as Variables
  for (const [name, { section, offset, codec }] of Object.entries<VariablePlan<unknown>>(variables)) {
    const contents = (): { readonly map: RuntimeMap; readonly bytes: Uint8Array } => {
      const map = [...maps.values()].find(({ def }) => def.internal !== undefined && def.section === section)
      const bytes = map?.get(first)
      if (map === undefined || bytes === undefined)
        throw new Error(`${object}: variable ${name} is used by no program that was loaded`)
      return { map, bytes }
    }
    Object.defineProperty(made, name, {
      enumerable: true,
      get: () => codec.read(viewOf(contents().bytes), offset),
      set: (value: unknown) => {
        const { map, bytes } = contents()
        const whole = Uint8Array.from(bytes)
        codec.write(viewOf(whole), offset, value)
        if (map.def.frozen || map.set(first, whole) !== 0)
          throw new Error(`${object}: ${name} is a constant of ${section}: its value is given when it is loaded`)
      },
    })
  }
  return made
}

/** Properties that are made when they are asked for first. */
function lazily<Plan extends object, Made>(
  plan: Plan,
  make: (name: string, plan: Plan[keyof Plan]) => Made,
): { readonly [Name in keyof Plan]: Made } {
  const made = Object.create(null) as { [Name in keyof Plan]: Made }
  const known = new Map<string, Made>()
  for (const [name, one] of Object.entries(plan))
    Object.defineProperty(made, name, {
      enumerable: true,
      get: () => {
        const value = known.get(name) ?? make(name, one as Plan[keyof Plan])
        known.set(name, value)
        return value
      },
    })
  return made
}
