// SPDX-License-Identifier: Apache-2.0
// Corrections to an object's BTF that only its ELF symbols tell: clang writes data sections with size and offsets 0; hidden symbols
// count as static; externs become variables of their own. Behaviour as of libbpf 1.5.
import { type Btf, type BtfId, type BtfType, resolveType } from '../btf/index.ts'
import type { Collected } from './collect.ts'
import { refuse } from './faults.ts'
import { FixedBtf } from './fixed-btf.ts'
import type { LoaderRules } from './loaders.ts'
import type { Extern } from './types.ts'
import { type ObjectSymbol, stb, stt, stv } from './view.ts'

type Datasec = Extract<BtfType, { kind: 'datasec' }>

/** The object's BTF as the kernel would be given it. */
export function fixBtf(
  btf: Btf,
  collected: Collected,
  { externs, hiddenIsStatic }: { readonly externs: readonly Extern[] } & Pick<LoaderRules, 'hiddenIsStatic'>,
): Btf {
  const fixed = new Map<BtfId, BtfType>()
  const view = new FixedBtf(btf, fixed)
  const symbols = variableSymbols(collected)
  const sizes = new Map(collected.elf.sections.toReversed().map(({ name, size }) => [name, size]))
  const externByName = new Map(externs.map((extern) => [extern.name, extern]))
  for (let id = btf.firstId; id < btf.count; id++) {
    const type = btf.type(id)
    if (type.kind !== 'datasec') continue
    if (type.name === '.ksyms') fixKsyms(btf, type, externByName, fixed)
    else if (type.name === '.kconfig') fixKconfig(btf, type, externByName, fixed)
    else fixDatasec(btf, type, sizes, symbols, fixed)
  }
  if (hiddenIsStatic) fixHidden(btf, collected, fixed)
  return view
}

/** Symbols that name variables: objects and untyped, global or weak; the first of a name. */
function variableSymbols({ elf }: Collected): ReadonlyMap<string, ObjectSymbol> {
  const symbols = new Map<string, ObjectSymbol>()
  for (const symbol of elf.symbols) {
    if (symbol.type !== stt.object || (symbol.bind !== stb.global && symbol.bind !== stb.weak)) continue
    if (!symbols.has(symbol.name)) symbols.set(symbol.name, symbol)
  }
  return symbols
}

function fixDatasec(
  btf: Btf,
  datasec: Datasec,
  sizes: ReadonlyMap<string, number>,
  symbols: ReadonlyMap<string, ObjectSymbol>,
  fixed: Map<BtfId, BtfType>,
): void {
  const { name } = datasec
  const open = datasec.size === 0
  const size = open ? (sizes.get(name) ?? 0) : datasec.size
  if (size === 0) refuse(`sec '${name}': failed to determine size from ELF: size 0, err -2`, { section: name })
  const entries = datasec.entries.map((entry) => {
    const variable = btf.type(entry.type)
    if (variable.kind !== 'var') refuse(`sec '${name}': unexpected non-VAR type found`, { section: name })
    if (variable.linkage !== 'global') return entry
    const symbol = symbols.get(variable.name)
    if (symbol === undefined) {
      refuse(`sec '${name}': failed to find ELF symbol for VAR '${variable.name}'`, { section: name })
    }
    if (symbol.visibility === stv.hidden || symbol.visibility === stv.internal) {
      fixed.set(variable.id, { ...variable, linkage: 'static' })
    }
    // a place in BTF has 32 bits: libbpf writes the low ones of the symbol's
    return open ? { ...entry, offset: symbol.value % 2 ** 32 } : entry
  })
  entries.sort((a, b) => a.offset - b.offset)
  fixed.set(datasec.id, { ...datasec, size, entries })
}

/** The kernel is shown ksyms as plain 4-byte variables; functions among them lose their extern linkage. */
function fixKsyms(btf: Btf, datasec: Datasec, externs: ReadonlyMap<string, Extern>, fixed: Map<BtfId, BtfType>): void {
  const entries = datasec.entries.map((entry, index) => {
    const type = btf.type(entry.type)
    if (!externs.has(type.name)) refuse(`failed to find extern definition for BTF ${type.kind} '${type.name}'`)
    if (type.kind === 'func') fixed.set(type.id, { ...type, linkage: 'global' })
    return { type: entry.type, offset: 4 * index, size: 4 }
  })
  fixed.set(datasec.id, { ...datasec, size: 4 * entries.length, entries })
}

function fixKconfig(
  btf: Btf,
  datasec: Datasec,
  externs: ReadonlyMap<string, Extern>,
  fixed: Map<BtfId, BtfType>,
): void {
  let size = 0
  const entries = datasec.entries.map((entry) => {
    const variable = btf.type(entry.type)
    const extern = externs.get(variable.name)
    if (extern === undefined) refuse(`failed to find extern definition for BTF var '${variable.name}'`)
    if (variable.kind === 'var') fixed.set(variable.id, { ...variable, linkage: 'global' })
    size = Math.max(size, extern.offset + extern.size)
    return { ...entry, offset: extern.offset }
  })
  entries.sort((a, b) => a.offset - b.offset)
  fixed.set(datasec.id, { ...datasec, size, entries })
}

function fixHidden(btf: Btf, { functions }: Collected, fixed: Map<BtfId, BtfType>): void {
  const done = new Set<string>()
  for (const { name, hidden, subprog } of functions) {
    if (!hidden || !subprog || done.has(name)) continue
    done.add(name)
    const id = [...btf.findAll(name)]
      .sort((a, b) => a - b)
      .find((candidate) => {
        const type = btf.type(candidate)
        return type.kind === 'func' && type.linkage === 'global'
      })
    if (id === undefined) continue
    const type = resolveType(btf, id)
    if (type.kind === 'func') fixed.set(id, { ...type, linkage: 'static' })
  }
}
