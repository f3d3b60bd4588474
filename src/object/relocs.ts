// SPDX-License-Identifier: Apache-2.0
// Relocations of code: what each instruction they point at refers to. Behaviour as of libbpf 1.8.
import type { Insn } from '../isa/index.ts'
import type { Collected, RawFunction } from './collect.ts'
import { isExternSymbol } from './externs.ts'
import { refuse } from './faults.ts'
import type { LoaderRules } from './loaders.ts'
import type { Extern, LaterFault, MapDef, Reloc } from './types.ts'
import { type ObjectSymbol, type Section, stb, stt } from './view.ts'

/** Finds the function of a section that holds an instruction; functions are sorted by start. */
export function functionAt<F extends { readonly start: number; readonly insns: readonly unknown[] }>(
  functions: readonly F[],
  insn: number,
): F | undefined {
  let low = 0
  let high = functions.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (functions[middle]!.start <= insn) low = middle + 1
    else high = middle
  }
  const found = functions[low - 1]
  return found !== undefined && insn < found.start + found.insns.length ? found : undefined
}

/** Functions of each section, in the order given. */
export function bySectionOf<F>(functions: readonly F[], section: (fn: F) => number): ReadonlyMap<number, readonly F[]> {
  const groups = new Map<number, F[]>()
  for (const fn of functions) {
    const key = section(fn)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [fn])
    else group.push(fn)
  }
  return groups
}

export interface CodeRelocs {
  /** By function and instruction (relative to the function's start). */
  readonly byFunction: ReadonlyMap<RawFunction, ReadonlyMap<number, Reloc>>
  /** What loaders of older kernels stumble over, each the first of its kind. */
  readonly later: readonly LaterFault[]
}

/** What the relocations of code mean. */
export function codeRelocs(
  collected: Collected,
  from: { readonly maps: readonly MapDef[]; readonly externs: readonly Extern[]; readonly rules: LoaderRules },
): CodeRelocs {
  const { maps, externs, rules } = from
  const later: LaterFault[] = []
  const { elf, functions, relocations } = collected
  const externBySymbol = new Map(externs.map((extern, index) => [extern.symbol, index]))
  const bySection = bySectionOf(functions, ({ section }) => section.index)
  const mapAt = new Map(maps.map((map, index) => [mapKey(map.sectionIndex, map.offset), index]))
  const found = new Map<RawFunction, Map<number, Reloc>>()
  const arenaMap = maps.findIndex(({ typeId }) => typeId === 33)
  const holders = new Set([collected.maps, ...collected.structOps, ...collected.legacy])
  for (const relocation of relocations) {
    const target = elf.sections[relocation.info]
    if (target === undefined || !target.executable) continue
    const own = bySection.get(target.index) ?? []
    for (const { offset, symbol: symbolIndex } of elf.relocationsOf(relocation)) {
      const symbol = elf.symbols[symbolIndex]
      const place = { section: target.name, byte: offset }
      if (symbol === undefined) refuse(`sec '${relocation.name}': symbol #${symbolIndex} not found`, place)
      if (symbol.section >= elf.sections.length) {
        refuse(
          `sec '${relocation.name}': corrupted symbol #${symbolIndex} pointing to invalid section #${symbol.section}`,
          place,
        )
      }
      if (offset % 8 !== 0 || offset >= target.data.length) {
        refuse(`sec '${relocation.name}': invalid offset 0x${offset.toString(16)}`, place)
      }
      const fn = functionAt(own, offset / 8)
      if (fn === undefined) continue // of a weak function that another replaced
      const at = offset / 8 - fn.start
      const insn = fn.insns[at]!
      const site = { collected, rules, arenaMap, holders, mapAt, externBySymbol, fn, at, insn, symbol, symbolIndex }
      const reloc = meaning(site)
      const since = sinceOf(site, reloc)
      if (since !== undefined && !later.some((fault) => fault.since === since)) {
        const what = `prog '${fn.name}': bad map relo against '${nameOf(site)}' in section '${sectionOf(site).name}'`
        later.push({ since, what, place: { program: fn.name, section: target.name, insn: at } })
      }
      let relocs = found.get(fn)
      if (relocs === undefined) {
        relocs = new Map()
        found.set(fn, relocs)
      }
      if (!relocs.has(at)) relocs.set(at, reloc)
    }
  }
  return { byFunction: found, later }
}

const sectionOf = ({ collected, symbol }: Site): Section => collected.elf.sections[symbol.section]!
const nameOf = (site: Site): string =>
  site.symbol.type === stt.section && site.symbol.name === '' ? sectionOf(site).name : site.symbol.name

/** The kernel whose libbpf first takes this; older ones know neither of its sections. */
function sinceOf(site: Site, reloc: Reloc): string | undefined {
  if (reloc.kind === 'jump_table') return '6.19'
  return site.collected.data.get(site.symbol.section)?.kind === 'percpu' ? '7.3' : undefined
}

const mapKey = (section: number, offset: number): string => `${section}:${offset}`

interface Site {
  readonly collected: Collected
  readonly rules: LoaderRules
  /** The arena's index among the maps, or -1. */
  readonly arenaMap: number
  /** Sections that hold maps. */
  readonly holders: ReadonlySet<Section | undefined>
  readonly mapAt: ReadonlyMap<string, number>
  readonly externBySymbol: ReadonlyMap<number, number>
  readonly fn: RawFunction
  readonly at: number
  readonly insn: Insn
  readonly symbol: ObjectSymbol
  readonly symbolIndex: number
}

const CALL = 0x85
const LD_IMM64 = 0x18

function meaning(site: Site): Reloc {
  const { collected, rules, arenaMap, holders, mapAt, externBySymbol, fn, at, insn, symbol, symbolIndex } = site
  const { text, arena, data, jumpTables } = collected
  const section = sectionOf(site)
  const callable = section === text || (rules.callsPrograms && section.executable)
  const name = nameOf(site)
  // libbpf keeps 32 bits of a symbol's place
  const offset = symbol.value | 0
  const wrong = (what: string): never =>
    refuse(`prog '${fn.name}': ${what}`, { program: fn.name, section: fn.section.name, insn: at })

  if (insn.code !== CALL && insn.code !== LD_IMM64) {
    wrong(`invalid relo against '${name}' for insns[${at}].code 0x${insn.code.toString(16)}`)
  }
  if (isExternSymbol(symbol)) {
    const extern = externBySymbol.get(symbolIndex)
    if (extern === undefined) return wrong(`extern relo failed to find extern for '${name}' (${symbolIndex})`)
    return { kind: insn.code === CALL ? 'extern_call' : 'extern_load', extern }
  }
  if (insn.code === CALL) {
    if (insn.src !== 1) wrong('incorrect bpf_call opcode')
    if (section.index === 0 || !callable) {
      wrong(`bad call relo against '${name}' in section '${section.name}'`)
    }
    if (symbol.value % 8 !== 0) wrong(`bad call relo against '${name}' at offset ${symbol.value}`)
    return { kind: 'call', section: section.index, offset }
  }
  if (section.index === 0) {
    wrong(`invalid relo against '${name}' in special section 0x0; forgot to initialize global var?..`)
  }
  if (callable && isSubprogram(symbol)) {
    if (symbol.value % 8 !== 0 || insn.imm % 8 !== 0) {
      wrong(`bad subprog addr relo against '${name}' at offset ${symbol.value}+${insn.imm}`)
    }
    return { kind: 'func_addr', section: section.index, offset }
  }
  if (section === arena) {
    const map = arenaMap
    if (map < 0) wrong(`bad arena data relocation at insn ${at}, no arena maps defined`)
    return { kind: 'data', map, offset }
  }
  if (section === jumpTables) return { kind: 'jump_table', offset: symbol.value, size: symbol.size }
  if (data.has(section.index)) {
    const map = mapAt.get(mapKey(section.index, 0))
    if (map === undefined) return wrong(`data relo failed to find map for section '${section.name}'`)
    return { kind: 'data', map, offset }
  }
  if (!holders.has(section)) {
    wrong(`bad map relo against '${name}' in section '${section.name}'`)
  }
  const map = mapAt.get(mapKey(section.index, symbol.value))
  if (map === undefined) {
    return wrong(`map relo failed to find map for section '${section.name}', off ${symbol.value}`)
  }
  return { kind: 'map', map }
}

const isSubprogram = (symbol: ObjectSymbol): boolean =>
  symbol.bind === stb.local ? symbol.type === stt.section : symbol.type === stt.func
