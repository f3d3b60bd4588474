// SPDX-License-Identifier: Apache-2.0
// kfuncs run --raw FILE: bare instructions on a block of memory; prints what r0 is in the end.
import { fail, formatFault, type Result } from '../fault/index.ts'
import { assemble, decodeInsns, type Insn } from '../isa/index.ts'
import { runRaw } from '../jit/index.ts'
import { jsonLine } from './output.ts'
import { complain, orTell, readInput, UsageError } from './usage.ts'

export interface RunFlags {
  readonly raw?: boolean
  readonly memory?: string
  readonly interpret?: boolean
  readonly maxInsns?: number
  readonly format: string
}

/** 0: it ended; 1: something ended it; 2: it cannot be run. */
export function run(path: string, flags: RunFlags): number {
  if (flags.raw !== true)
    throw new UsageError('only bare instructions run so far: kfuncs run --raw FILE; objects are judged by kfuncs check')
  const insns = orTell(readInsns(readInput(path)))
  const memory = flags.memory === undefined ? new Uint8Array(0) : memoryOf(flags.memory)
  const { maxInsns } = flags
  const ended = runRaw(insns, {
    memory,
    interpret: flags.interpret === true,
    ...(maxInsns === undefined ? {} : { maxInsns }),
  })
  const r0 = ended.ok ? `0x${ended.value.toString(16)}` : undefined
  if (flags.format === 'json') {
    const told = ended.ok ? { r0 } : { fault: ended.fault }
    process.stdout.write(`${jsonLine({ ...told, memory: Buffer.from(memory).toString('hex') })}\n`)
  } else if (ended.ok) process.stdout.write(`${r0}\n`)
  else complain(formatFault(ended.fault))
  return ended.ok ? 0 : 1
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

function memoryOf(text: string): Uint8Array {
  if (text.startsWith('@')) return Uint8Array.from(readInput(text.slice(1)))
  const digits = text.replace(/\s|^0x/g, '')
  if (!/^(?:[0-9a-fA-F]{2})*$/.test(digits))
    throw new UsageError(`--memory ${text}: two hexadecimal digits a byte are meant, or @FILE`)
  return Uint8Array.from(Buffer.from(digits, 'hex'))
}
