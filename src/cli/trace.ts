// SPDX-License-Identifier: Apache-2.0
// --trace of run and test: each instruction that is executed, under its line of C, with what it made of the registers. On standard error, beside what
// the command has to say.
import { printable } from '../fault/index.ts'
import type { Kernel } from '../kernel/index.ts'
import type { LinkedProgram } from '../object/index.ts'
import type { Observer } from '../runtime/index.ts'
import { statement } from './disasm.ts'

/** Instructions that are told of; then it goes on without. */
const MOST = 100_000

export function tracer(kernel: Kernel): Observer {
  let told = 0
  let line = ''
  let before: readonly bigint[] = []
  const infos = new Map<LinkedProgram, ReadonlyMap<number, LinkedProgram['lines'][number]>>()
  return {
    loaded: (program) => infos.set(program, new Map(program.lines.map((info) => [info.insn, info]))),
    before(program, insn, registers) {
      if (told > MOST) return
      if (told++ === MOST) return write(`… ${MOST} instructions are told of, the others are not`)
      const info = infos.get(program)?.get(insn)
      const source =
        info === undefined || info.text.trim() === '' ? line : `; ${info.text.trim()} @ ${info.file}:${info.line}`
      if (source !== line) write(printable(source, 'listing'))
      line = source
      before = [...registers]
      // what ends a function is told of at once: nothing comes behind it
      if (program.insns[insn]!.op.kind === 'exit')
        write(`${text(kernel, program, insn)}    r0 = ${shown(registers[0] ?? 0n)}`)
    },
    after(program, insn, registers) {
      if (told > MOST) return
      const changed = registers.flatMap((value, i) => (value === before[i] ? [] : [`r${i} = ${shown(value)}`]))
      write(`${text(kernel, program, insn)}${changed.length === 0 ? '' : `    ${changed.join(', ')}`}`)
    },
  }
}

const write = (line: string): void => void process.stderr.write(`${line}\n`)

const text = (kernel: Kernel, program: LinkedProgram, insn: number): string =>
  printable(`${String(insn).padStart(5)}: ${statement(program, kernel, insn)}`, 'listing')

const shown = (value: bigint): string => (value < 10n ? `${value}` : `0x${value.toString(16)}`)
