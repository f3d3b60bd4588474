// SPDX-License-Identifier: Apache-2.0
// kfuncs run OBJ: run-object.ts. kfuncs run --raw FILE: bare instructions on a block of memory; prints what r0 is in the end.
import { fail, formatFault, type Result } from '../fault/index.ts'
import { assemble, decodeInsns, type Insn } from '../isa/index.ts'
import { runRaw } from '../jit/index.ts'
import { jsonLine } from './output.ts'
import { hexBytes } from './run-input.ts'
import type { RunObjectFlags } from './run-object.ts'
import { complain, orTell, readInput, UsageError } from './usage.ts'

export interface RunFlags extends Omit<RunObjectFlags, 'format'> {
  readonly raw?: boolean
  readonly memory?: string
  readonly interpret?: boolean
  readonly maxInsns?: number
  readonly format: string
}

/** 0: it ended; 1: something ended it; 2: it cannot be run. */
export async function run(path: string, flags: RunFlags): Promise<number> {
  const stray = flags.raw === true ? given(flags, ofObjects) : given(flags, ofBare)
  if (stray !== undefined)
    throw new UsageError(
      flags.raw === true ? `--${stray} is of objects: --raw runs bare instructions` : `--${stray} goes with --raw`,
    )
  if (flags.raw !== true) return (await import('./run-object.ts')).runObject(path, flags)
  const insns = orTell(readInsns(readInput(path)))
  const memory = flags.memory === undefined ? new Uint8Array(0) : hexBytes(flags.memory, '--memory')
  const { maxInsns } = flags
  const ended = runRaw(insns, {
    memory,
    interpret: flags.interpret === true,
    ...(maxInsns === undefined ? {} : { maxInsns }),
  })
  const r0 = ended.ok ? `0x${ended.value.toString(16)}` : undefined
  if (flags.format === 'json') {
    const fault = ended.ok ? null : ended.fault
    process.stdout.write(`${jsonLine({ r0: r0 ?? null, fault, memory: Buffer.from(memory).toString('hex') })}\n`)
  } else if (ended.ok) process.stdout.write(`${r0}\n`)
  else complain(formatFault(ended.fault))
  return ended.ok ? 0 : 1
}

/** Options of the one kind that the other does not take. */
const ofBare = ['memory', 'interpret', 'maxInsns'] as const
const ofObjects =
  'prog data ctx set map attach loader legacyMaps progType module config args socket returned repeat cpu seed type sanitize trace coverage pathMap replace'.split(
    ' ',
  ) as readonly (keyof RunFlags)[]

/** The first of them that is there, as it is written. */
function given(flags: RunFlags, names: readonly (keyof RunFlags)[]): string | undefined {
  const isThere = (value: unknown): boolean => (Array.isArray(value) ? value.length > 0 : value !== undefined)
  const values = new Map<string, unknown>(Object.entries(flags))
  return names.find((name) => isThere(values.get(name)))?.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}

/** Hexadecimal digits, the bytes themselves, or text as `kfuncs disasm` prints it. */
function readInsns(bytes: Uint8Array): Result<Insn[]> {
  const text = Buffer.from(bytes).toString('latin1')
  const digits = text.replace(/\s|0x/g, '')
  if (digits !== '' && /^[0-9a-fA-F]*$/.test(digits))
    return digits.length % 16 === 0
      ? decodeInsns(Uint8Array.from(Buffer.from(digits, 'hex')))
      : fail(`${digits.length} hexadecimal digits are not a whole number of instructions, which have 16 each`)
  const isText = !/[^\t\n\r\x20-\x7e]/.test(text)
  return isText ? assemble(text) : decodeInsns(bytes)
}
