// SPDX-License-Identifier: Apache-2.0
// Which lines of C programs ran, and how often, in lcov's format (geninfo(1)), which runners' own files can be joined with.
import { printable } from '../fault/index.ts'
import type { LinkedProgram } from '../object/index.ts'
import type { Observer } from './core/core.ts'

interface Covered {
  /** Executions by line. */
  readonly lines: Map<number, number>
  readonly functions: Map<string, { readonly line: number; count: number }>
  /** Conditional jumps: by line and number of the jump there, how often each went on, and was taken. */
  readonly branches: Map<string, Branch>
}

interface Branch {
  readonly line: number
  readonly number: number
  goesOn: number
  taken: number
}

/** A jump whose next instruction is awaited. */
interface Pending {
  readonly program: LinkedProgram
  readonly insn: number
}

/** What an observer of machines saw: createMachine(kernel, { observer: coverage.observer }), any number of them. */
export class Coverage {
  /** Executions by instruction, of each program that was loaded. */
  private readonly counts = new Map<LinkedProgram, Uint32Array>()

  /** How often a jump led to its target, by instruction: the rest went on. */
  private readonly taken = new Map<LinkedProgram, Uint32Array>()
  private pending: Pending | undefined

  readonly observer: Observer = {
    loaded: (program) => {
      if (this.counts.has(program)) return
      this.counts.set(program, new Uint32Array(program.insns.length))
      this.taken.set(program, new Uint32Array(program.insns.length))
    },
    before: (program, insn) => {
      const counts = this.counts.get(program)!
      counts[insn] = counts[insn]! + 1
      const { pending } = this
      // nothing of another function comes between a jump and where it leads
      if (pending !== undefined && pending.program === program) this.lead(pending, insn)
      this.pending = isBranch(program, insn) ? { program, insn } : undefined
    },
  }

  private lead({ program, insn }: Pending, to: number): void {
    if (to !== insn + 1 + program.insns[insn]!.off) return
    const taken = this.taken.get(program)!
    taken[insn] = taken[insn]! + 1
  }

  /**
   * The file's text. `path`: what a source is called here, by what the object calls it. A line that stands in several places of a
   * program counts as often as the place that ran most; programs add up.
   */
  lcov({ path: mapped = (name) => name }: { readonly path?: (name: string) => string } = {}): string {
    // './x.c' is what runners call 'x.c'
    const path = (name: string): string => printable(mapped(name).replace(/^(?:\.\/)+/, ''))
    const files = new Map<string, Covered>()
    const fileOf = (name: string): Covered => {
      const known = files.get(path(name)) ?? {
        lines: new Map<number, number>(),
        functions: new Map(),
        branches: new Map(),
      }
      files.set(path(name), known)
      return known
    }
    for (const [program, counts] of this.counts) {
      const most = new Map<string, Map<number, number>>()
      for (const { insn, file, line } of program.lines) {
        if (line === 0) continue
        const own = most.get(file) ?? new Map<number, number>()
        own.set(line, Math.max(own.get(line) ?? 0, counts[insn] ?? 0))
        most.set(file, own)
      }
      for (const [file, own] of most) {
        const { lines } = fileOf(file)
        for (const [line, count] of own) lines.set(line, (lines.get(line) ?? 0) + count)
      }
      this.addBranches(program, fileOf)
      for (const { name, insn } of functionsOf(program)) {
        const first = program.lines.find((info) => info.insn === insn)
        if (first === undefined) continue
        const { functions } = fileOf(first.file)
        const known = functions.get(name)
        if (known === undefined) functions.set(name, { line: first.line, count: counts[insn] ?? 0 })
        else known.count += counts[insn] ?? 0
      }
    }
    return [...files]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(recordOf)
      .join('')
  }

  /** Jumps of programs that share a line are told apart by their number on it. */
  private addBranches(program: LinkedProgram, fileOf: (name: string) => Covered): void {
    const counts = this.counts.get(program)!
    const taken = this.taken.get(program)!
    const onLine = new Map<string, number>()
    let info = 0
    for (let insn = 0; insn < program.insns.length; insn++) {
      while ((program.lines[info + 1]?.insn ?? Number.POSITIVE_INFINITY) <= insn) info++
      const at = program.lines[info]
      if (at === undefined || at.line === 0 || at.insn > insn || !isBranch(program, insn)) continue
      const { branches } = fileOf(at.file)
      const place = `${at.file}:${at.line}`
      const number = onLine.get(place) ?? 0
      onLine.set(place, number + 1)
      const key = `${at.line}:${number}`
      const branch = branches.get(key) ?? { line: at.line, number, goesOn: 0, taken: 0 }
      branch.taken += taken[insn]!
      branch.goesOn += counts[insn]! - taken[insn]!
      branches.set(key, branch)
    }
  }
}

/** Of a line that never ran nobody knows which way its jumps would lead: '-'. */
function branchLines(branches: readonly Branch[], lines: ReadonlyMap<number, number>): readonly string[] {
  const sorted = [...branches].sort((a, b) => a.line - b.line || a.number - b.number)
  const told = (count: number, line: number): string => ((lines.get(line) ?? 0) === 0 ? '-' : `${count}`)
  return [
    ...sorted.flatMap(({ line, number, goesOn, taken }) => [
      `BRDA:${line},${number},0,${told(goesOn, line)}`,
      `BRDA:${line},${number},1,${told(taken, line)}`,
    ]),
    `BRF:${2 * sorted.length}`,
    `BRH:${sorted.reduce((hit, { goesOn, taken }) => hit + (goesOn > 0 ? 1 : 0) + (taken > 0 ? 1 : 0), 0)}`,
  ]
}

/** One that leads somewhere else than it goes on. */
const isBranch = ({ insns }: LinkedProgram, insn: number): boolean => {
  const { op, off } = insns[insn]!
  return op.kind === 'jump' && off !== 0
}

function functionsOf({ name: program, funcs, btf }: LinkedProgram): { readonly name: string; readonly insn: number }[] {
  return funcs.map(({ insn, typeId }) => ({ insn, name: btf?.type(typeId).name ?? program }))
}

function recordOf([file, { lines, functions, branches }]: readonly [string, Covered]): string {
  const sorted = [...lines].sort(([a], [b]) => a - b)
  return [
    'TN:',
    `SF:${file}`,
    ...[...functions].map(([name, { line }]) => `FN:${line},${name}`),
    ...[...functions].map(([name, { count }]) => `FNDA:${count},${name}`),
    `FNF:${functions.size}`,
    `FNH:${[...functions.values()].filter(({ count }) => count > 0).length}`,
    ...branchLines([...branches.values()], lines),
    ...sorted.map(([line, count]) => `DA:${line},${count}`),
    `LF:${sorted.length}`,
    `LH:${sorted.filter(([, count]) => count > 0).length}`,
    'end_of_record',
    '',
  ].join('\n')
}
