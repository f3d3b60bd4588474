// SPDX-License-Identifier: Apache-2.0
// Opening an object file: what libbpf's bpf_object__open does, in its order, so that the first fault is the one it names.
import { type Btf, type BtfExt, parseBtf, parseBtfExt } from '../btf/index.ts'
import { argumentKinds, attempt, fail, type Result, withJson, wrongArgument } from '../fault/index.ts'
import { type Collected, collect, type RawFunction } from './collect.ts'
import { dataMaps, kconfigMap } from './data-maps.ts'
import { fixBtf } from './datasecs.ts'
import { collectExterns, isExternSymbol } from './externs.ts'
import { refuse } from './faults.ts'
import { legacyMaps } from './legacy-maps.ts'
import { loaderNames, type LoaderRules, loaders } from './loaders.ts'
import { withSlots } from './map-slots.ts'
import { userMaps } from './maps.ts'
import { codeRelocs } from './relocs.ts'
import { structOpsDefs, structOpsMaps, structOpsMembers } from './struct-ops.ts'
import type { BpfObject, Extern, MapDef, ObjectFunction, ObjectProgram, OpenOptions, Reloc } from './types.ts'
import { viewElf } from './view.ts'

/** Opens a BPF ELF object of either byte order. `name` is its path or file name: maps of global data are named after it. */
export function openObject(bytes: Uint8Array, name: string, options: OpenOptions = {}): Result<BpfObject> {
  const wrong = wrongArgument('the first argument of openObject()', bytes, argumentKinds.bytes)
  if (wrong !== undefined) return { ok: false, fault: wrong }
  const { loader } = options
  if (loader !== undefined && !loaderNames.includes(loader))
    return fail(`no loader is called '${String(loader)}'`, { object: name }, `there are ${loaderNames.join(', ')}`)
  return attempt({ object: name }, () => withJson(open(bytes, name, options)))
}

function open(bytes: Uint8Array, name: string, options: OpenOptions): BpfObject {
  const { loader = 'libbpf' } = options
  const rules = loaders[loader]
  const elf = viewElf(bytes, name)
  const collected = collect(elf, options)
  const warnings = collected.warnings
  const rawBtf = readBtf(collected, name, warnings)
  const externs = collectExterns(elf, rawBtf)
  const btf =
    rawBtf === undefined ? undefined : fixBtf(rawBtf, collected, { externs, hiddenIsStatic: rules.hiddenIsStatic })
  const drafts = structOpsMaps(collected, btf)
  const plainMaps = plain(collected, { object: shortName(name), btf, externs, rules })
  const maps = withSlots(collected, btf, [...plainMaps, ...drafts.map(({ map }) => map)])
  const relocs = codeRelocs(collected, { maps, externs, rules })
  const functions = collected.functions.map((raw) => finish(raw, relocs.byFunction.get(raw) ?? noRelocs))
  const programs = functions.filter((fn) => !fn.subprog).map((fn) => program(fn, rules))
  if (btf !== undefined) structOpsMembers(collected, drafts, btf, functions)
  return {
    name,
    loader,
    littleEndian: elf.littleEndian,
    license: collected.license,
    programs,
    functions,
    maps,
    externs,
    jumpTables: collected.jumpTables?.data,
    later: relocs.later,
    structOps: structOpsDefs(drafts, plainMaps.length),
    btf,
    exceptionTags: rawBtf === undefined ? [] : exceptionTags(rawBtf),
    ext: rawBtf === undefined ? undefined : readExt(collected, rawBtf, warnings),
    warnings,
  }
}

const noRelocs: ReadonlyMap<number, Reloc> = new Map()

function readBtf(collected: Collected, name: string, warnings: string[]): Btf | undefined {
  const needed = collected.maps !== undefined || collected.structOps.length > 0
  if (collected.btf === undefined) {
    if (needed) refuse('BTF is required, but is missing or corrupted.', {}, 'compile with -g')
    return undefined
  }
  const parsed = parseBtf(collected.btf.data, { name })
  if (parsed.ok) return parsed.value
  if (needed) refuse(`BTF is required, but is missing or corrupted: ${parsed.fault.what}`, parsed.fault.place)
  if (collected.elf.symbols.some((symbol) => isExternSymbol(symbol) && symbol.name !== ''))
    refuse(`BTF is required, but is missing or corrupted: ${parsed.fault.what}`, parsed.fault.place)
  warnings.push(`.BTF ignored: ${parsed.fault.what}`)
  return undefined
}

function readExt(collected: Collected, btf: Btf, warnings: string[]): BtfExt | undefined {
  if (collected.btfExt === undefined) return undefined
  const parsed = parseBtfExt(collected.btfExt.data, btf)
  if (parsed.ok) return parsed.value
  if (collected.maps !== undefined || collected.structOps.length > 0)
    refuse(`BTF is required, but is missing or corrupted: ${parsed.fault.what}`, parsed.fault.place)
  warnings.push(`.BTF.ext ignored: ${parsed.fault.what}`)
  return undefined
}

/** Maps of SEC(".maps"), of global data, and of .kconfig, in libbpf's order. */
function plain(
  collected: Collected,
  from: {
    readonly object: string
    readonly btf: Btf | undefined
    readonly externs: readonly Extern[]
    readonly rules: LoaderRules
  },
): MapDef[] {
  const { btf, externs, rules } = from
  const object = rules.dataMapNames === 'section' ? undefined : from.object
  const own = collected.maps === undefined || btf === undefined ? [] : userMaps(btf, collected.maps, rules)
  for (const section of collected.legacy) for (const map of legacyMaps(collected.elf, section)) own.push(map)
  const arenas = own.filter(({ typeId }) => typeId === 33)
  if (arenas.length > 1) {
    refuse(`map '${arenas[1]!.name}': only single ARENA map is supported (map '${arenas[0]!.name}' is also ARENA)`)
  }
  const { arena } = collected
  if (arena !== undefined) {
    if (arenas.length === 0) {
      refuse(
        `elf: sec '${arena.name}': to use global __arena variables the ARENA map should be explicitly declared in SEC(".maps")`,
      )
    }
    const room = arenas[0]!.maxEntries * 4096
    if (Math.ceil(arena.size / 4096) * 4096 > room) {
      refuse(
        `elf: sec '${arena.name}': declared ARENA map size (${room}) is too small to hold global __arena variables of size ${arena.size}`,
      )
    }
  }
  const maps = own.map((map) => (map.typeId === 33 && arena !== undefined ? { ...map, data: arena.data } : map))
  for (const map of dataMaps(collected, object, btf)) maps.push(map)
  const config = externs.filter(({ kind }) => kind === 'kconfig')
  const size = config.reduce((end, extern) => Math.max(end, extern.offset + extern.size), 0)
  if (size > 0) maps.push(kconfigMap(size, object, btf))
  return maps
}

function exceptionTags(btf: Btf): { tag: string; target: number }[] {
  const found: { tag: string; target: number }[] = []
  for (let id = btf.firstId; id < btf.count; id++) {
    const type = btf.type(id)
    if (type.kind !== 'decl_tag' || type.component !== -1 || !type.name.startsWith('exception_callback:')) continue
    found.push({ tag: type.name, target: type.type })
  }
  return found
}

/** 'path/prog.bpf.o' → 'prog' */
const shortName = (path: string): string => path.slice(path.lastIndexOf('/') + 1).replace(/\..*$/s, '')

const finish = (raw: RawFunction, relocs: ReadonlyMap<number, Reloc>): ObjectFunction => ({
  name: raw.name,
  section: raw.section.name,
  sectionIndex: raw.section.index,
  start: raw.start,
  insns: raw.insns,
  subprog: raw.subprog,
  global: raw.global,
  hidden: raw.hidden,
  relocs,
})

function program(fn: ObjectFunction, rules: LoaderRules): ObjectProgram {
  const optional = fn.section.startsWith('?')
  const autoload = !optional || !rules.optionalPrograms
  const section = optional ? fn.section.slice(1) : fn.section
  const rule = rules.section(section)
  return {
    name: fn.name,
    section,
    type: rule?.type,
    attachType: rule?.attach,
    sleepable: rule?.flags.includes('sleepable') ?? false,
    autoload,
    fn,
  }
}
