// SPDX-License-Identifier: Apache-2.0
// First pass over an object's sections: what each is to libbpf, and the functions in those with code.
// libbpf documentation "Program Types and ELF Sections"; behaviour as of libbpf 1.8.
import { decodeInsns } from '../isa/index.ts'
import { refuse } from './faults.ts'
import { isLegacyMaps } from './legacy-maps.ts'
import { type LoaderRules, loaders } from './loaders.ts'
import type { OpenOptions } from './types.ts'
import { type ElfView, type Section, sh, stb, stt, stv } from './view.ts'

export type DataKind = 'data' | 'rodata' | 'bss' | 'percpu'

/** A function before its relocations are known. */
export interface RawFunction {
  readonly name: string
  readonly section: Section
  readonly start: number
  readonly insns: ReturnType<typeof insnsOf>
  readonly subprog: boolean
  readonly global: boolean
  readonly hidden: boolean
}

export interface Collected {
  readonly elf: ElfView
  readonly license: string
  readonly functions: readonly RawFunction[]
  readonly text: Section | undefined
  readonly maps: Section | undefined
  /** Sections of map definitions without BTF, where they are asked for. */
  readonly legacy: readonly Section[]
  readonly btf: Section | undefined
  readonly btfExt: Section | undefined
  readonly arena: Section | undefined
  /** Tables of indirect jumps: eight bytes an entry, the byte of its section that it leads to. */
  readonly jumpTables: Section | undefined
  readonly structOps: readonly Section[]
  readonly data: ReadonlyMap<number, { readonly kind: DataKind; readonly section: Section }>
  readonly relocations: readonly Section[]
  readonly warnings: string[]
}

const structOpsSections = new Set(['.struct_ops', '.struct_ops.link', '?.struct_ops', '?.struct_ops.link'])
const isOneOf = (name: string, base: string): boolean => name === base || name.startsWith(`${base}.`)
const isDwarf = (name: string): boolean => name.startsWith('.debug_')

function isIgnored(section: Section): boolean {
  const { name, type } = section
  if (type === sh.strtab || type === sh.llvmAddrsig || isDwarf(name)) return true
  if (type === sh.progbits && section.size === 0 && name === '.text') return true
  return name.startsWith('.rel') && (isDwarf(name.slice(4)) || name === '.rel.BTF' || name === '.rel.BTF.ext')
}

/** Sorts the sections of an object by what they mean and finds its functions. */
export function collect(
  elf: ElfView,
  { loader = 'libbpf', legacyMaps = loaders[loader].legacyMaps }: OpenOptions = {},
): Collected {
  const rules = loaders[loader]
  let license = ''
  let text: Section | undefined
  let maps: Section | undefined
  let btf: Section | undefined
  let btfExt: Section | undefined
  let arena: Section | undefined
  let jumpTables: Section | undefined
  const coded: Section[] = []
  const legacy: Section[] = []
  const structOps: Section[] = []
  const data = new Map<number, { kind: DataKind; section: Section }>()
  const relocations: Section[] = []
  const warnings: string[] = []

  for (const section of elf.sections) {
    const { name, type } = section
    if (section.index === 0 || isIgnored(section)) continue
    if (name === 'license') license = licenseText(section.data)
    else if (legacyMaps && isLegacyMaps(name)) legacy.push(section)
    else if (name === 'maps') {
      refuse(
        "elf: legacy map definitions in 'maps' section are not supported by libbpf v1.0+",
        { section: name },
        'define maps in SEC(".maps") with __uint and __type; objects of loaders that read it, such as aya’s, are taken with --legacy-maps',
      )
    } else if (name === '.maps') maps = section
    else if (name === '.BTF') btf = requireProgbits(section)
    else if (name === '.BTF.ext') btfExt = requireProgbits(section)
    else if (type === sh.progbits && section.size > 0) {
      if (section.executable) {
        if (name === '.text') text = section
        coded.push(section)
      } else if (isOneOf(name, '.data')) data.set(section.index, { kind: 'data', section })
      else if (isOneOf(name, '.rodata')) data.set(section.index, { kind: 'rodata', section })
      else if (isOneOf(name, '.percpu')) data.set(section.index, { kind: 'percpu', section })
      else if (structOpsSections.has(name)) structOps.push(section)
      else if (name === '.addr_space.1') arena = section
      else if (name === '.jumptables') jumpTables = section
    } else if (type === sh.nobits && isOneOf(name, '.bss')) data.set(section.index, { kind: 'bss', section })
    else if (type === sh.rel && isWantedRelocation(elf, section)) relocations.push(section)
  }
  const functions = coded.flatMap((section) => functionsOf(elf, section, { subprog: section === text, rules }))
  // of two that begin together libbpf's search finds the first: it is last here, where functionAt looks
  functions.reverse().sort((a, b) => a.section.index - b.section.index || a.start - b.start)
  const code = { functions, text, jumpTables, relocations }
  return { elf, license, ...code, maps, legacy, btf, btfExt, arena, structOps, data, warnings }
}

function requireProgbits(section: Section): Section {
  if (section.type !== sh.progbits)
    refuse(`section ${section.name} has type ${section.type}`, { section: section.name })
  return section
}

const licenseText = (bytes: Uint8Array): string => {
  const end = bytes.indexOf(0)
  return new TextDecoder('latin1').decode(bytes.subarray(0, Math.min(end < 0 ? bytes.length : end, 63)))
}

function isWantedRelocation(elf: ElfView, section: Section): boolean {
  const target = elf.sections[section.info]
  if (section.entsize !== 16 || target === undefined) {
    refuse(`elf: relocation section ${section.name} is malformed`, { section: section.name })
  }
  return target.executable || target.name === '.maps' || structOpsSections.has(section.name.slice(4))
}

function insnsOf(elf: ElfView, section: Section) {
  const whole = section.data.subarray(0, section.data.length - (section.data.length % 8))
  const decoded = decodeInsns(whole, { littleEndian: elf.littleEndian })
  if (!decoded.ok) refuse(decoded.fault.what, { section: section.name, ...decoded.fault.place })
  return decoded.value
}

function functionsOf(
  elf: ElfView,
  section: Section,
  { subprog, rules }: { readonly subprog: boolean; readonly rules: LoaderRules },
): RawFunction[] {
  const insns = insnsOf(elf, section)
  const found: RawFunction[] = []
  let held = 0
  for (const symbol of elf.symbolsIn(section.index)) {
    if (symbol.type !== stt.func) continue
    const { name, value, size } = symbol
    const place = { section: section.name, byte: value }
    if (value + size > section.data.length) {
      refuse(`sec '${section.name}': program at offset ${value} crosses section boundary`, place)
    }
    if (!subprog && symbol.bind === stb.local && !rules.staticPrograms) {
      refuse(
        `sec '${section.name}': program '${name}' is static and not supported`,
        place,
        'remove `static`; or, if ebpf-go (github.com/cilium/ebpf) loads the object, which takes it: --loader ebpf-go',
      )
    }
    if (size === 0 || size % 8 !== 0 || value % 8 !== 0) {
      refuse(`sec '${section.name}': corrupted program '${name}', offset ${value}, size ${size}`, place)
    }
    held += size / 8
    if (held > 4 * insns.length) refuse(`sec '${section.name}': functions overlap more than aliases do`, place)
    const start = value / 8
    const global = symbol.bind !== stb.local
    const hidden = global && (symbol.visibility === stv.hidden || symbol.visibility === stv.internal)
    found.push({ name, section, start, insns: insns.slice(start, start + size / 8), subprog, global, hidden })
  }
  return found
}
