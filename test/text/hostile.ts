// SPDX-License-Identifier: Apache-2.0
// Objects whose every name is somebody's attempt on the reader's terminal, CI or eye.
import { writeElf } from '../../src/binary/index.ts'
import { assemble, encodeInsns } from '../../src/isa/index.ts'
import { nasty } from './nasty.ts'

/** Lines that a careless pattern reads for ever. */
const endless = [`a${' '.repeat(400_000)}`, 'a'.repeat(400_000), `x=${'('.repeat(400_000)}`]

const utf8 = new TextEncoder()

/** BTF of one function and one int, its strings, and BTF.ext with one function and one line record a `line`. */
function debugInfo(section: string, lines: readonly { readonly insn: number; readonly text: string }[]) {
  const strings = [0]
  const string = (text: string): number => {
    const at = strings.length
    for (const byte of utf8.encode(text.replaceAll('\0', ''))) strings.push(byte)
    strings.push(0)
    return at
  }
  const int = [string('int'), 1 << 24, 4, (1 << 24) | 32]
  const proto = [0, 13 << 24, 1]
  const func = [string('p'), (12 << 24) | 1, 2]
  const types = [...int, ...proto, ...func]
  const name = string(section)
  const file = string(`/tmp/${nasty}.c`)
  const records = lines.flatMap(({ insn, text }) => [insn * 8, file, string(text), (7 << 10) | 3])
  const funcInfo = [8, name, 1, 0, 3]
  const lineInfo = [16, name, lines.length, ...records]
  const words = (...values: number[]): number[] => [...new Uint8Array(Uint32Array.from(values).buffer)]
  const magic = [0x9f, 0xeb, 1, 0]
  const btf = [
    ...magic,
    ...words(24, 0, 4 * types.length, 4 * types.length, strings.length),
    ...words(...types),
    ...strings,
  ]
  const [funcs, at] = [4 * funcInfo.length, 4 * lineInfo.length]
  const ext = [...magic, ...words(24, 0, funcs, funcs, at), ...words(...funcInfo, ...lineInfo)]
  return [
    { name: '.BTF', data: Uint8Array.from(btf) },
    { name: '.BTF.ext', data: Uint8Array.from(ext) },
  ]
}

function code(text: string): Uint8Array {
  const assembled = assemble(text)
  if (!assembled.ok) throw new Error(assembled.fault.what)
  return encodeInsns(assembled.value)
}

const license = { name: 'license', flags: 3, data: utf8.encode('GPL\0') }
const executable = 6

interface Made {
  readonly lines?: readonly string[]
  readonly text: string
  readonly section?: string
  readonly extern?: string
}

const honest = [`\tint x = ${nasty};`, `${nasty}x = bpf_task_acquire(${nasty});`]

function made({ text, section = `socket/${nasty}`, extern, lines = honest }: Made): Uint8Array {
  const calls = extern === undefined ? {} : { relocations: [{ offset: 0, symbol: extern, type: 10 }] }
  return writeElf({
    sections: [
      { name: section, flags: executable, data: code(text), align: 8, ...calls },
      license,
      ...debugInfo(
        section,
        lines.map((text, insn) => ({ insn, text })),
      ),
    ],
    symbols: [
      { name: `p${nasty}`, section, value: 0, size: code(text).length, bind: 'global', type: 'func' },
      ...(extern === undefined ? [] : [{ name: extern }]),
    ],
  })
}

/** By what becomes of them. */
export const hostileObjects: Readonly<Record<string, Uint8Array>> = {
  accept: made({ text: 'r0 = 0\nr0 = 0\nexit', section: 'socket' }),
  reject: made({ text: 'r0 = 0\nr6 = r7\nexit', section: 'socket' }),
  ...Object.fromEntries(
    endless.map((line, i) => [
      `endless line ${i}`,
      made({ text: 'call 14\nr6 = r0\nr7 = *(u64 *)(r6 + 0)\nexit', section: 'socket', lines: [line, line, line] }),
    ]),
  ),
  'section of no type': made({ text: 'r0 = 0\nr6 = r7\nexit' }),
  'attach target that is not there': made({ text: 'r0 = 0\nr6 = r7\nexit', section: `fentry/${nasty}` }),
  'extern that is not there': made({ text: 'call 1\nr0 = 0\nexit', section: 'socket', extern: `k${nasty}` }),
  'legacy maps': writeElf({
    sections: [
      { name: 'socket', flags: executable, data: code('r0 = 0\nexit'), align: 8 },
      { name: 'maps', flags: 3, data: new Uint8Array(20) },
      license,
    ],
    symbols: [
      { name: 'p', section: 'socket', value: 0, size: 16, bind: 'global', type: 'func' },
      { name: `m${nasty}`, section: 'maps', value: 0, size: 20, bind: 'global', type: 'object' },
    ],
  }),
  'a function out of bounds': writeElf({
    sections: [{ name: `socket/${nasty}`, flags: executable, data: code('r0 = 0\nexit'), align: 8 }, license],
    symbols: [{ name: `p${nasty}`, section: `socket/${nasty}`, value: 8, size: 64, bind: 'global', type: 'func' }],
  }),
}
