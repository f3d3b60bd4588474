// SPDX-License-Identifier: Apache-2.0
// BPF objects made byte by byte, for attacks: compilers do not write such things. Code is text for our assembler; `call NAME` becomes a
// relocation against the function of that name.
import { type NewElf, type NewRelocation, type NewSection, type NewSymbol, writeElf } from '../../src/binary/index.ts'
import { assemble, encodeInsns, type Insn } from '../../src/isa/index.ts'

export interface NewFunction {
  readonly name: string
  /** '.text' for subprograms. */
  readonly section: string
  readonly code: string
  /** Of a subprogram's symbol: only a global one can be named where its address is taken. Local unless told. */
  readonly bind?: 'local' | 'global'
}

export interface NewObject {
  readonly functions: readonly NewFunction[]
  /** GPL unless told. */
  readonly license?: string
  readonly btf?: Uint8Array
  readonly ext?: Uint8Array
  /** Beside code, licence and BTF. */
  readonly sections?: readonly NewSection[]
  readonly symbols?: readonly NewSymbol[]
}

const [R_BPF_64_64, R_BPF_64_32] = [1, 10]
const EXEC = 4 | 2

/** The object's bytes. A function's `r1 = SYMBOL ll` is not known here: give such relocations with `lines`, `sections` and `symbols`. */
export function makeObject({
  functions,
  license = 'GPL',
  btf,
  ext,
  sections = [],
  symbols = [],
}: NewObject): Uint8Array {
  const code = new Map<string, { insns: Insn[]; relocations: NewRelocation[] }>()
  const own: NewSymbol[] = []
  for (const { name, section, code: text, bind = section === '.text' ? 'local' : 'global' } of functions) {
    const into = code.get(section) ?? { insns: [], relocations: [] }
    code.set(section, into)
    const start = into.insns.length
    const callees: string[] = []
    const maps: string[] = []
    const assembled = assemble(
      text.replace(
        /(r\d) = map (\S+)/g,
        (_, reg: string, map: string) => `${reg} = ${0x7a0000_0000 + maps.push(map) - 1} ll`,
      ),
      {
        resolveCall: (callee) => (/^\D/.test(callee) ? { src: 1, imm: callees.push(callee) - 1 } : undefined),
      },
    )
    if (!assembled.ok) throw new Error(`${name}: ${assembled.fault.what}`)
    for (const [at, insn] of assembled.value.entries()) {
      const offset = (start + at) * 8
      if (insn.code === 0x85 && insn.src === 1) {
        into.relocations.push({ offset, symbol: callees[insn.imm]!, type: R_BPF_64_32 })
        into.insns.push({ ...insn, imm: -1 })
      } else if (insn.code === 0x18 && assembled.value[at + 1]?.imm === 0x7a) {
        into.relocations.push({ offset, symbol: maps[insn.imm]!, type: R_BPF_64_64 })
        into.insns.push({ ...insn, imm: 0 })
      } else if (insn.code === 0 && insn.imm === 0x7a) into.insns.push({ ...insn, imm: 0 })
      else into.insns.push(insn)
    }
    own.push({ name, section, value: start * 8, size: assembled.value.length * 8, bind, type: 'func' })
  }
  const elf: NewElf = {
    sections: [
      ...[...code].map(([name, { insns, relocations }]) => ({
        name,
        flags: EXEC,
        data: encodeInsns(insns),
        relocations,
      })),
      { name: 'license', flags: 3, data: new TextEncoder().encode(`${license}\0`) },
      ...(btf === undefined ? [] : [{ name: '.BTF', data: btf }]),
      ...(ext === undefined ? [] : [{ name: '.BTF.ext', data: ext }]),
      ...sections,
    ],
    symbols: [...own, ...symbols],
  }
  return writeElf(elf)
}

/** .BTF.ext of words: records of each kind by section name (an offset in the BTF's strings). */
export interface NewExt {
  readonly funcs?: readonly (readonly [section: number, records: readonly (readonly number[])[]])[]
  readonly lines?: NewExt['funcs']
  readonly relos?: NewExt['funcs']
}

/** Writes .BTF.ext: func_info of two words, line_info and CO-RE records of four. */
export function makeExt({ funcs = [], lines = [], relos = [] }: NewExt): Uint8Array {
  const part = (blocks: NonNullable<NewExt['funcs']>, size: number): number[] => {
    if (blocks.length === 0) return []
    const words = [size]
    for (const [section, records] of blocks) {
      words.push(section, records.length)
      for (const record of records) for (const word of record) words.push(word)
    }
    return words
  }
  const parts = [part(funcs, 8), part(lines, 16), part(relos, 16)]
  const body = parts.flat()
  const view = new DataView(new ArrayBuffer(32 + 4 * body.length))
  view.setUint32(0, 0x0001_eb9f, true)
  view.setUint32(4, 32, true)
  let at = 0
  for (const [i, { length }] of parts.entries()) {
    view.setUint32(8 + 8 * i, 4 * at, true)
    view.setUint32(12 + 8 * i, 4 * length, true)
    at += length
  }
  for (const [i, word] of body.entries()) view.setUint32(32 + 4 * i, word, true)
  return new Uint8Array(view.buffer)
}
