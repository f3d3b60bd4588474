// SPDX-License-Identifier: Apache-2.0
// ELF, its tables and its instructions, spoilt where they have a meaning.
import { encodeInsns, makeInsn, opRows } from '../../src/isa/index.ts'
import { nasty } from '../text/nasty.ts'
import { extremes, mutant, partsOf } from './mutate.ts'
import { type Case, type Good, judge, type Kind, one, type Pick, type World } from './world.ts'

/** An object under change: sections may be given other contents, of any length. */
export class Draft {
  bytes: Uint8Array
  readonly little: boolean
  readonly what: string[] = []
  readonly #parts

  constructor(good: Uint8Array) {
    this.bytes = Uint8Array.from(good)
    const { parts, little } = partsOf(good)
    this.#parts = parts.map((part) => ({ ...part }))
    this.little = little
  }

  get view(): DataView {
    return new DataView(this.bytes.buffer)
  }
  parts(wanted: (name: string) => boolean) {
    return this.#parts.filter(({ name, size }) => size > 0 && wanted(name))
  }
  section(name: string): Uint8Array | undefined {
    const part = this.#parts.find((each) => each.name === name)
    return part === undefined || part.size === 0 ? undefined : this.bytes.slice(part.start, part.start + part.size)
  }
  /** Puts the contents behind the file and points the section's header there. */
  replace(name: string, data: Uint8Array): void {
    const part = this.#parts.find((each) => each.name === name)
    if (part === undefined) return
    const start = (this.bytes.length + 7) & ~7
    const grown = new Uint8Array(start + data.length)
    grown.set(this.bytes)
    grown.set(data, start)
    this.bytes = grown
    this.view.setBigUint64(part.header + 0x18, BigInt(start), this.little)
    this.view.setBigUint64(part.header + 0x20, BigInt(data.length), this.little)
    Object.assign(part, { start, size: data.length })
  }
}

/** An object, a kernel and what is done to the one before the other is asked. */
export function onObject(world: World, pick: Pick, spoil: (draft: Draft, pick: Pick) => void): Case {
  const good = one(pick, world.objects)
  const at = pick(world.kernels.length)
  const draft = new Draft(good.bytes)
  spoil(draft, pick)
  const spoilt: Good = { name: good.name, bytes: draft.bytes }
  return {
    what: `${good.name} by ${world.kernels[at]!.release}: ${draft.what.join('; ')}`,
    run: () => judge(spoilt, world.kernels[at]!, pick),
  }
}

const number = (pick: Pick, below: number): number =>
  pick(3) === 0 ? one(pick, extremes) : pick(Math.max(1, Math.min(below, 0x7fff_ffff)))

/** Bytes, words and headers anywhere. */
export const anywhere: Kind = (world, pick) => {
  const good = one(pick, world.objects)
  const at = pick(world.kernels.length)
  const { bytes, what } = mutant(good.bytes, pick(0x7fff_ffff))
  return {
    what: `${good.name} by ${world.kernels[at]!.release}: ${what}`,
    run: () => judge({ name: good.name, bytes }, world.kernels[at]!, pick),
  }
}

/** Symbols: whose section, where, how long, of what kind; and twice the same. */
export const symbols: Kind = (world, pick) =>
  onObject(world, pick, (draft) => {
    const [table] = draft.parts((name) => name === '.symtab')
    if (table === undefined) return
    const count = Math.floor(table.size / 24)
    const { view, little } = draft
    for (let left = 1 + pick(4); left > 0; left--) {
      const at = table.start + 24 * pick(count)
      const other = table.start + 24 * pick(count)
      const way = pick(6)
      if (way === 0) view.setUint32(at, number(pick, 200), little)
      else if (way === 1) view.setUint8(at + 4, pick(2) === 0 ? pick(256) : (pick(3) << 4) | pick(8))
      else if (way === 2)
        view.setUint16(at + 6, pick(3) === 0 ? one(pick, [0, 0xfff1, 0xfff2, 0xffff]) : pick(40), little)
      else if (way === 3) view.setBigUint64(at + 8, BigInt(pick(4) === 0 ? number(pick, 4096) : 8 * pick(100)), little)
      else if (way === 4) view.setBigUint64(at + 16, BigInt(pick(4) === 0 ? number(pick, 4096) : 8 * pick(100)), little)
      else draft.bytes.copyWithin(at, other, other + 24)
      draft.what.push(`symbol ${(at - table.start) / 24}, way ${way}`)
    }
  })

/** Relocations: where, to which symbol, of which type; tables for other sections. */
export const relocations: Kind = (world, pick) =>
  onObject(world, pick, (draft) => {
    const tables = draft.parts((name) => name.startsWith('.rel'))
    if (tables.length === 0) return
    const { view, little } = draft
    for (let left = 1 + pick(4); left > 0; left--) {
      const table = one(pick, tables)
      const at = table.start + 16 * pick(Math.max(1, Math.floor(table.size / 16)))
      const way = pick(5)
      if (way === 0) view.setBigUint64(at, BigInt(pick(3) === 0 ? number(pick, 4096) : 8 * pick(200)), little)
      else if (way === 1) view.setUint32(at + (little ? 12 : 8), number(pick, 60), little)
      else if (way === 2) view.setUint32(at + (little ? 8 : 12), one(pick, [0, 1, 2, 3, 4, 10, 11, 99]), little)
      else if (way === 3) view.setUint32(table.header + 0x2c, pick(40), little)
      else view.setUint32(table.header + 0x28, pick(40), little)
      draft.what.push(`${table.name} at ${at - table.start}, way ${way}`)
    }
  })

/** Names: of sections and symbols, by bytes of a string table; sections that mean something to a loader. */
export const names: Kind = (world, pick) =>
  onObject(world, pick, (draft) => {
    const strings = draft.section('.strtab')
    if (strings === undefined) return
    const bytes = Uint8Array.from(strings)
    const text = new TextEncoder().encode(
      one(pick, [
        nasty,
        'constructor',
        '__proto__',
        'license',
        '.maps',
        'fentry/',
        'struct_ops/x',
        '.struct_ops',
        'kprobe/',
        'a'.repeat(300),
      ]),
    )
    for (let left = 1 + pick(3); left > 0; left--) {
      const at = 1 + pick(bytes.length - 1)
      if (pick(3) === 0) bytes[at] = 0
      else bytes.set(text.subarray(0, Math.min(text.length, bytes.length - at)), at)
      draft.what.push(`string at ${at}`)
    }
    draft.replace('.strtab', bytes)
  })

const opcodes = opRows.map((row) => row.code)

/** A slot that might be an instruction. Jumps go ahead, mostly: who goes back walks a million instructions, as the kernel does. */
function slot(pick: Pick): ReturnType<typeof makeInsn> {
  const reg = () => (pick(20) === 0 ? pick(16) : pick(11))
  const code = pick(40) === 0 ? pick(256) : one(pick, opcodes)
  const jump = (code & 6) === 4 && (code & 7) >= 5
  const off = jump
    ? pick(40) === 0
      ? -pick(6)
      : pick(8)
    : one(pick, [0, 0, 0, 1, -1, 4, 8, -8, -16, -24, -512, pick(65536) - 32768])
  const imm = code === 0x85 ? pick(230) : pick(3) === 0 ? one(pick, extremes) | 0 : pick(40) - 8
  return makeInsn({ code, dst: reg(), src: code === 0x85 ? pick(3) : reg(), off, imm })
}

/** Instructions: other ones, moved, doubled, left out. */
export const instructions: Kind = (world, pick) =>
  onObject(world, pick, (draft) => {
    const code = draft.parts((name) => !/^\.(?!text)|^license|^maps/.test(name))
    if (code.length === 0) return
    const part = one(pick, code)
    const count = Math.floor(part.size / 8)
    for (let left = 1 + pick(6); left > 0 && count > 0; left--) {
      const at = part.start + 8 * pick(count)
      const way = pick(4)
      if (way < 2) draft.bytes.set(encodeInsns([slot(pick)], { littleEndian: draft.little }), at)
      else if (way === 2) draft.bytes.copyWithin(at, part.start + 8 * pick(count), part.start + 8 * pick(count))
      else draft.view.setInt32(at + 4, number(pick, 200) | 0, draft.little)
      draft.what.push(`${part.name} insn ${(at - part.start) / 8}, way ${way}`)
    }
  })

/** A program of nothing but chance, where one was. */
export const programs: Kind = (world, pick) =>
  onObject(world, pick, (draft) => {
    const code = draft.parts((name) => !/^\.|^license|^maps/.test(name))
    if (code.length === 0) return
    const part = one(pick, code)
    const count = Math.floor(part.size / 8)
    const insns = Array.from({ length: count }, () => slot(pick))
    const sane = [0xb7, 0x7b, 0x79, 0x07, 0xbf, 0x15, 0x85, 0x61]
    for (let i = 0; i < count; i++)
      if (pick(2) === 0)
        insns[i] = {
          ...slot(pick),
          ...makeInsn({ code: one(pick, sane), dst: pick(11), src: pick(11), off: -8 * pick(4), imm: pick(16) }),
        }
    insns[count - 1] = makeInsn({ code: 0x95 })
    draft.bytes.set(encodeInsns(insns, { littleEndian: draft.little }), part.start)
    draft.what.push(`chance in ${part.name}`)
  })
