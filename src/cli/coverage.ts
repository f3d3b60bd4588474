// SPDX-License-Identifier: Apache-2.0
// --coverage FILE: which lines of C programs ran, and how often, in lcov's format (geninfo(1)), which runners' own files can be joined with.
import { printable } from '../fault/index.ts'
import type { LinkedProgram } from '../object/index.ts'
import type { Observer } from '../runtime/index.ts'
import { fileOutput } from './output.ts'

interface Covered {
  /** Executions by line. */
  readonly lines: Map<number, number>
  readonly functions: Map<string, { readonly line: number; count: number }>
}

export class Coverage {
  /** Executions by instruction, of each program that was loaded. */
  private readonly counts = new Map<LinkedProgram, Uint32Array>()

  readonly observer: Observer = {
    loaded: (program) => {
      if (!this.counts.has(program)) this.counts.set(program, new Uint32Array(program.insns.length))
    },
    before: (program, insn) => {
      const counts = this.counts.get(program)!
      counts[insn] = counts[insn]! + 1
    },
  }

  /** `path`: what a file of the object is called here. */
  write(file: string, path: (name: string) => string): void {
    const out = fileOutput(file)
    out.write(this.lcov(path))
    out.end()
  }

  /** A line that stands in several places of a program counts as often as the place that ran most; programs add up. */
  lcov(mapped: (name: string) => string): string {
    // './x.c' is what runners call 'x.c'
    const path = (name: string): string => printable(mapped(name).replace(/^(?:\.\/)+/, ''))
    const files = new Map<string, Covered>()
    const fileOf = (name: string): Covered => {
      const known = files.get(path(name)) ?? { lines: new Map<number, number>(), functions: new Map() }
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
}

function functionsOf({ name: program, funcs, btf }: LinkedProgram): { readonly name: string; readonly insn: number }[] {
  return funcs.map(({ insn, typeId }) => ({ insn, name: btf?.type(typeId).name ?? program }))
}

function recordOf([file, { lines, functions }]: readonly [string, Covered]): string {
  const sorted = [...lines].sort(([a], [b]) => a - b)
  return [
    'TN:',
    `SF:${file}`,
    ...[...functions].map(([name, { line }]) => `FN:${line},${name}`),
    ...[...functions].map(([name, { count }]) => `FNDA:${count},${name}`),
    `FNF:${functions.size}`,
    `FNH:${[...functions.values()].filter(({ count }) => count > 0).length}`,
    ...sorted.map(([line, count]) => `DA:${line},${count}`),
    `LF:${sorted.length}`,
    `LH:${sorted.filter(([, count]) => count > 0).length}`,
    'end_of_record',
    '',
  ].join('\n')
}
