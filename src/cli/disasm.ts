// SPDX-License-Identifier: Apache-2.0
// kfuncs disasm OBJ: the kernel's syntax, under the C lines they come from, names where there are any.
import { disassemble, imm64 } from '../isa/index.ts'
import type { Kernel } from '../kernel/index.ts'
import { type LinkedProgram, linkProgram, type LoaderName } from '../object/index.ts'
import { formatFault, printable } from '../fault/index.ts'
import { asShown, funcName, sourceAt } from '../explain/index.ts'
import { openForCheck } from '../check.ts'
import type { KernelOptions } from './flags.ts'
import { kernelOf } from './kernel.ts'
import { jsonLine } from './output.ts'
import { progTypeOf } from './settings.ts'
import { orTell, readInput } from './usage.ts'

export interface DisasmFlags extends KernelOptions {
  readonly prog?: string
  readonly loader?: LoaderName
  readonly legacyMaps?: boolean
  readonly progType?: string
  readonly format: 'pretty' | 'json'
}

export async function disasm(path: string, flags: DisasmFlags): Promise<number> {
  const opened = orTell(
    openForCheck(readInput(path), {
      name: path,
      ...(flags.prog === undefined ? {} : { program: flags.prog }),
      loader: flags.loader,
      legacyMaps: flags.legacyMaps,
    }),
  )
  const kernel = await kernelOf(flags)
  const type = progTypeOf(flags.progType)
  const asked = type === undefined ? {} : { type }
  let status = 0
  const json = flags.format === 'json'
  const texts = opened.programs.map((program) => {
    const linked = linkProgram(opened.object, program, kernel, program.type === undefined ? asked : {})
    if (linked.ok) return json ? disasmJson(linked.value, kernel) : disasmText(linked.value, kernel)
    status = 2
    const why = formatFault(linked.fault)
    if (json) return jsonLine({ ...headOf(program, opened.object.name, kernel), fault: why, insns: [] })
    return `${printable(`${program.name}: SEC("${program.section}")`)}: cannot be linked\n    ${why}`
  })
  process.stdout.write(`${texts.join(json ? '\n' : '\n\n')}\n`)
  return status
}

const headOf = (
  { name, section }: { readonly name: string; readonly section: string },
  object: string,
  { release }: Kernel,
) => ({ object, program: name, section, kernel: release })

/** One program as a line of JSON: keys as `docs/output.md` lists them. */
function disasmJson(program: LinkedProgram, kernel: Kernel): string {
  const starts = new Set(program.funcs.map(({ insn }) => insn))
  const insns: object[] = []
  for (let i = 0; i < program.insns.length; i++) {
    const source = sourceAt(program, i) ?? null
    const func = i === 0 || starts.has(i) ? (funcName(program, i) ?? (i === 0 ? program.name : null)) : null
    insns.push({ insn: i, text: statement(program, kernel, i), source, function: func })
    if (program.insns[i]!.op.kind === 'ld_imm64') i++
  }
  return jsonLine({ ...headOf(program, program.object, kernel), fault: null, insns })
}

/** One program, subprograms after it, as text. */
export function disasmText(program: LinkedProgram, kernel: Kernel): string {
  const lines = [`${program.name}: SEC("${program.section}")`]
  const sources = new Map(program.lines.map((line) => [line.insn, line]))
  const starts = new Set(program.funcs.map(({ insn }) => insn).filter((insn) => insn > 0))
  let text = ''
  for (let i = 0; i < program.insns.length; i++) {
    const name = starts.has(i) ? funcName(program, i) : undefined
    if (name !== undefined) lines.push('', `${name}:`)
    const source = sources.get(i)
    if (source !== undefined && source.text.trim() !== '' && `${source.line} ${source.text}` !== text) {
      text = `${source.line} ${source.text}`
      const shown = asShown(source)
      lines.push(`; ${shown.text.trim()} @ ${shown.file.slice(shown.file.lastIndexOf('/') + 1)}:${source.line}`)
    }
    lines.push(`${String(i).padStart(4)}: ${statement(program, kernel, i)}`)
    if (program.insns[i]!.op.kind === 'ld_imm64') i++
  }
  return lines.map((line) => printable(line, 'listing')).join('\n')
}

/** One instruction, with the names of what it refers to. */
export function statement(program: LinkedProgram, kernel: Kernel, at: number): string {
  const ref = program.refs.get(at)
  return disassemble(program.insns[at]!, program.insns[at + 1], {
    helperName: (id) => kernel.helperName(id),
    kfuncName: () => (ref?.kind === 'kfunc' || ref?.kind === 'missing' ? ref.name : undefined),
    immText: (insn) => {
      switch (ref?.kind) {
        case 'map':
          return `map[${program.maps[ref.map]?.name}]`
        case 'map_value':
          return `map[${program.maps[ref.map]?.name}]+${ref.offset}`
        case 'ksym_var':
        case 'ksym_func':
          return `&${ref.name}`
        case 'func':
          return `func[${ref.insn}]`
        default:
          return insn.src === 0 ? `0x${imm64(insn, program.insns[at + 1]).toString(16)}` : undefined
      }
    },
  })
}
