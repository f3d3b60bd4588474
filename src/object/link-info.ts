// SPDX-License-Identifier: Apache-2.0
// Function and line records of a linked program: those of each function in it, moved to where the function now is. Behaviour as of
// libbpf 1.5: a main program without records leaves its subprograms' out, a subprogram without any spoils an object that has them.
import { refuse } from './faults.ts'
import type { Layout, Placed } from './link-code.ts'
import type { BpfObject, FuncInfo, LineInfo } from './types.ts'

/** Records by final instruction index. */
export function linkInfo(
  object: BpfObject,
  layout: Layout,
  warnings: string[],
): { readonly funcs: readonly FuncInfo[]; readonly lines: readonly LineInfo[] } {
  const { ext } = object
  if (ext === undefined) return { funcs: [], lines: [] }
  const funcs = records(layout, ext.funcs, 'function', warnings, ({ typeId }, insn): FuncInfo => ({ insn, typeId }))
  const lines = records(
    layout,
    ext.lines,
    'line',
    warnings,
    ({ byte: _, ...line }, insn): LineInfo => ({ insn, ...line }),
  )
  return { funcs, lines }
}

function records<T extends { readonly byte: number }, U>(
  { placed }: Layout,
  sections: ReadonlyMap<string, readonly T[]>,
  what: 'function' | 'line',
  warnings: string[],
  move: (record: T, insn: number) => U,
): U[] {
  const moved: U[] = []
  for (const [index, place] of placed.entries()) {
    const own = recordsOf(place, sections.get(place.fn.section) ?? [])
    if (own.length === 0) {
      const prog = `prog '${place.fn.name}'`
      if (index > 0) refuse(`${prog}: missing .BTF.ext ${what} info.`)
      warnings.push(
        `${prog}: missing .BTF.ext ${what} info for the main program, skipping all of .BTF.ext ${what === 'line' ? 'line' : 'func'} info.`,
      )
      return []
    }
    for (const record of own) moved.push(move(record, record.byte / 8 - place.fn.start + place.base))
  }
  return moved
}

function recordsOf<T extends { readonly byte: number }>({ fn }: Placed, records: readonly T[]): readonly T[] {
  const end = fn.start + fn.insns.length
  return records.filter(({ byte }) => byte / 8 >= fn.start && byte / 8 < end)
}
