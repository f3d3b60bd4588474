// SPDX-License-Identifier: Apache-2.0
// kfuncs gen skeleton: an object as TypeScript sees it: maps, variables, programs, with the types that its BTF has of them.
import type { Btf, BtfId } from '../../btf/index.ts'
import type { BpfObject, MapDef } from '../../object/index.ts'
import { argumentStruct } from '../context-bytes.ts'
import { operationLines, operationsOf } from './operations.ts'
import { bytesOf, enumsOf, type Shape, Shapes } from './shapes.ts'
import { inComment, key, Names, pascal, quoted } from './text.ts'

export interface SkeletonPlanned {
  readonly name: string
  /** Structs of the object's BTF that are wanted beside those of maps and variables: records of perf event arrays and ring buffers. */
  readonly types?: readonly BtfId[]
  /** Its maps are in SEC("maps"). */
  readonly legacyMaps?: boolean | undefined
}

export function skeleton(
  object: BpfObject,
  bytes: Uint8Array,
  { name, types = [], legacyMaps }: SkeletonPlanned,
): string {
  const names = new Names([
    ...imported,
    'Maps',
    'Variables',
    'Programs',
    'Operations',
    'plan',
    'load',
    'contexts',
    'c',
    'Result',
    'Uint8Array',
  ])
  const whole = names.take(pascal(name))
  const { btf } = object
  const shapes = btf === undefined ? undefined : new Shapes(btf, names)
  const maps = object.maps.filter(({ internal, structOps }) => internal === undefined && structOps === undefined)
  const views = maps.map((map) => ({ map, view: viewOf(map, shapes) }))
  const variables = btf === undefined ? [] : variablesOf(object, btf, shapes!)
  for (const type of types) shapes?.of(type)
  const contexts = btf === undefined ? [] : contextsOf(object, btf, shapes!)
  const operations = btf === undefined ? [] : operationsOf(object, btf, names)
  const kinds = operations.length === 0 ? 'Maps, Variables, Programs' : 'Maps, Variables, Programs, Operations'
  const programs = object.programs.map((program) => program.name)
  const enums = btf === undefined ? [] : enumsOf(btf, names)
  const text = [
    ...enums,
    ...(shapes?.definitions.flatMap((text) => [text, '']) ?? []),
    'export interface Maps {',
    ...views.flatMap(({ map, view }) => [
      `  /** ${inComment(map.type.replace('BPF_MAP_TYPE_', '').toLowerCase())}, ${map.maxEntries} entries */`,
      `  readonly ${key(map.name)}: ${view.type}`,
    ]),
    '}',
    'export interface Variables {',
    ...variables.flatMap(({ name: variable, shape, section }) => [
      `  /** ${inComment(section)} */`,
      `  ${key(variable)}: ${shape.type}`,
    ]),
    '}',
    'export interface Programs {',
    ...object.programs.flatMap(({ name: program, section }) => [
      `  /** SEC(${inComment(JSON.stringify(section))}) */`,
      `  readonly ${key(program)}: LoadedProgram`,
    ]),
    '}',
    ...operationLines(operations),
    `export type ${whole} = Skeleton<${kinds}>`,
    '',
    ...(contexts.length === 0
      ? []
      : [
          '/** Contexts of syscall programs: testRun({ ctx: encode(contexts.NAME, { … }) }). */',
          'export const contexts = {',
          ...contexts.map(({ program, shape }) => `  ${key(program)}: ${shape.codec},`),
          '} as const',
          '',
        ]),
    'const plan: SkeletonPlan<Maps, Variables> = {',
    `  name: ${quoted(name)},`,
    '  maps: {',
    ...views.map(({ map, view }) => `    ${key(map.name)}: ${view.make},`),
    '  },',
    '  variables: {',
    ...variables.map(
      ({ name: variable, shape, section, offset }) =>
        `    ${key(variable)}: { section: ${quoted(section)}, offset: ${offset}, codec: ${shape.codec} },`,
    ),
    '  },',
    `  programs: [${programs.map(quoted).join(', ')}],`,
    ...(operations.length === 0
      ? []
      : [`  structOps: [${operations.map(({ variable }) => quoted(variable)).join(', ')}],`]),
    ...(object.loader === 'libbpf' ? [] : [`  loader: ${quoted(object.loader)},`]),
    ...(legacyMaps === true ? ['  legacyMaps: true,'] : []),
    '  object:',
    `    '${Buffer.from(bytes).toString('base64')}',`,
    '}',
    '',
    '/** Loads it on a machine: a `Fault` says which program is not accepted, and why. */',
    `export const load = (machine: Machine, options: SkeletonOptions<Variables, Programs> = {}): Result<${whole}> =>`,
    `  loadSkeleton<${kinds}>(machine, plan, options)`,
    '',
    '/** For values that are given or got as bytes. */',
    'export { decode, encode }',
    '',
  ].join('\n')
  return [
    `// kfuncs gen skeleton ${inComment(object.name)}. Not to be edited.`,
    "import type { Result } from 'kfuncs/fault'",
    'import {',
    ...imported.flatMap((one) => (isUsed(one, text) ? [`  ${spelt(one)},`] : [])),
    "} from 'kfuncs/runtime'",
    '',
    text,
  ].join('\n')
}

const isUsed = (name: string, text: string): boolean =>
  (name === 'codecs' ? /\bc\.\w/ : new RegExp(`\\b${name}\\b`)).test(text)
const spelt = (name: string): string => (name === 'codecs' ? 'codecs as c' : values.has(name) ? name : `type ${name}`)

const imported = [
  'Codec',
  'codecs',
  'decode',
  'encode',
  'LoadedProgram',
  'loadSkeleton',
  'Machine',
  'MapView',
  'ObjectsView',
  'perCpu',
  'RingView',
  'RuntimeMap',
  'Skeleton',
  'SkeletonOptions',
  'SkeletonPlan',
  'StructOps',
]
const values: ReadonlySet<string> = new Set([
  'codecs',
  'decode',
  'encode',
  'loadSkeleton',
  'MapView',
  'ObjectsView',
  'perCpu',
  'RingView',
])

interface View {
  readonly type: string
  /** Makes it of a map and its machine. */
  readonly make: string
}

const keyed: ReadonlySet<string> = new Set(
  [
    'ARRAY',
    'HASH',
    'LRU_HASH',
    'LPM_TRIE',
    'PERCPU_ARRAY',
    'PERCPU_HASH',
    'LRU_PERCPU_HASH',
    'CGRP_STORAGE',
    'RHASH',
  ].map((type) => `BPF_MAP_TYPE_${type}`),
)

/** Of what the kernel takes descriptors for. */
const ofObjects: ReadonlySet<string> = new Set(
  'PROG_ARRAY ARRAY_OF_MAPS HASH_OF_MAPS CGROUP_ARRAY SOCKMAP SOCKHASH REUSEPORT_SOCKARRAY'
    .split(' ')
    .map((type) => `BPF_MAP_TYPE_${type}`),
)

function viewOf(map: MapDef, shapes: Shapes | undefined): View {
  const value = map.valueTypeId === 0 || shapes === undefined ? undefined : shapes.of(map.valueTypeId)
  if (map.type === 'BPF_MAP_TYPE_RINGBUF') {
    // without a type records are as long as they are
    if (value === undefined) return { type: 'RuntimeMap', make: '(map) => map' }
    return { type: `RingView<${value.type}>`, make: `(map) => new RingView(map, ${value.codec})` }
  }
  if (!keyed.has(map.type) && !ofObjects.has(map.type)) return { type: 'RuntimeMap', make: '(map) => map' }
  const own = map.keyTypeId === 0 || shapes === undefined ? undefined : shapes.of(map.keyTypeId)
  const index: Shape | undefined =
    map.keySize === 4 && /(ARRAY|ARRAY_OF_MAPS|SOCKMAP)$/.test(map.type)
      ? { type: 'number', codec: 'c.u32' }
      : undefined
  const keyShape = own ?? index ?? bytesOf(map.keySize)
  if (ofObjects.has(map.type))
    return { type: `ObjectsView<${keyShape.type}>`, make: `(map) => new ObjectsView(map, ${keyShape.codec})` }
  const valueShape = value ?? bytesOf(map.valueSize)
  if (!/PERCPU/.test(map.type))
    return {
      type: `MapView<${keyShape.type}, ${valueShape.type}>`,
      make: `(map) => new MapView(map, ${keyShape.codec}, ${valueShape.codec})`,
    }
  return {
    type: `MapView<${keyShape.type}, ${listOf(valueShape.type)}>`,
    make: `(map, { cpus }) => new MapView(map, ${keyShape.codec}, perCpu(${valueShape.codec}, cpus))`,
  }
}

const listOf = (type: string): string => (/^\w+$/.test(type) ? `${type}[]` : `(${type})[]`)

interface Variable {
  readonly name: string
  readonly section: string
  readonly offset: number
  readonly shape: Shape
}

/** Of .data, .bss, .rodata and their kin; of static ones of one name the first. */
function variablesOf({ maps }: BpfObject, btf: Btf, shapes: Shapes): readonly Variable[] {
  const names = new Set<string>()
  return maps.flatMap((map): Variable[] => {
    const section = map.internal === undefined || map.internal === 'kconfig' ? undefined : btf.type(map.valueTypeId)
    if (section?.kind !== 'datasec') return []
    return section.entries.flatMap(({ type, offset }): Variable[] => {
      const variable = btf.type(type)
      if (variable.kind !== 'var' || names.has(variable.name)) return []
      names.add(variable.name)
      return [{ name: variable.name, section: map.section, offset, shape: shapes.of(variable.type) }]
    })
  })
}

/** The struct that a syscall program's argument points to. */
function contextsOf(
  { programs }: BpfObject,
  btf: Btf,
  shapes: Shapes,
): readonly { readonly program: string; readonly shape: Shape }[] {
  return programs.flatMap(({ name, type }) => {
    if (type !== 'BPF_PROG_TYPE_SYSCALL') return []
    const struct = argumentStruct(btf, name)
    return struct === undefined ? [] : [{ program: name, shape: shapes.of(struct.type) }]
  })
}
