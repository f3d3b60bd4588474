// SPDX-License-Identifier: Apache-2.0
// src/explain/codes/examples.json: for each diagnostic code the C of a program that raises it and of its accepted twin, cut
// out of examples/ with whatever of their file they use. Run it after the examples or the table of codes changed:
//   node scripts/run.mjs scripts/make-code-examples.ts && node scripts/run.mjs scripts/make-codes-doc.ts
import { readFileSync, writeFileSync } from 'node:fs'
import { codes } from '../src/explain/index.ts'
import { excerpt } from './excerpt.ts'

interface Promised {
  readonly object: string
  readonly program: string
  readonly fixedBy?: string
}
interface Judged {
  readonly object: string
  readonly program: string
  readonly message?: string
}
const read = <Row>(name: string): Row[] =>
  (JSON.parse(readFileSync(`examples/${name}`, 'utf8')) as { programs: Row[] }).programs
const promised = read<Promised>('expectations.json')
const judged = read<Judged>('verdicts.json')

const examples = codes.flatMap(({ code, example }) => {
  if (example === undefined) return []
  const [file = '', program = ''] = example.split(':')
  const object = `${file}.bpf.o`
  const { fixedBy } = promised.find((row) => row.object === object && row.program === program) ?? {}
  if (fixedBy === undefined) throw new Error(`${code}: ${example} names no accepted twin`)
  const [twinFile, twin] = fixedBy.includes(':')
    ? [`${file.slice(0, file.lastIndexOf('/'))}/${fixedBy.split(':')[0]}`, fixedBy.split(':')[1]!]
    : [file, fixedBy]
  const message = judged.find((row) => row.object === object && row.program === program)?.message?.split('\n')[0]
  return [[code, { rejected: { ...part(file, program), kernel: message }, accepted: part(twinFile, twin) }] as const]
})
writeFileSync('src/explain/codes/examples.json', `${JSON.stringify(Object.fromEntries(examples), null, 2)}\n`)

function part(file: string, program: string) {
  const path = `examples/${file}.bpf.c`
  return { file: path, program, text: excerpt(readFileSync(path, 'utf8'), program) }
}
