// SPDX-License-Identifier: Apache-2.0
/**
 * What is around the program: objects whose types, records, maps, symbols, relocations or sections were changed, loaded by libbpf into
 * the real kernel (QEMU) and judged by us. The instructions stay as they are (mutate.ts changes those). Of each three, two are changed as
 * around/edits.ts lists it, and one by chance.
 *
 *   node scripts/run.mjs conformance/loads.ts --seed 1 --count 400     the same mutants for the same seed
 *     --programs N                       of objects with at most so many programs (default: 4)
 *     --dir FOLDER                       where mutants and answers are kept (default: $LAB/loads)
 *     --write                            only write the mutants and their list there
 *     --again                            compare with the answers in the folder, without asking the kernel
 *
 * Exit status 1: a false accept.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { openObject } from '../src/object/index.ts'
import { mutant, random } from '../test/fuzz/mutate.ts'
import { objects } from '../test/fuzz/objects.ts'
import { changed } from './around/edits.ts'
import { compare, count, disagreements, percent } from './compare.ts'
import { judge } from './judge.ts'
import { lab, labKernel, oracle, readRows, type Row, setUp, version } from './lab.ts'

const sections = ['.BTF', '.BTF.ext', '.maps', '.symtab', '.rel.maps', 'license', '.struct_ops.link']

const { values } = parseArgs({
  args: process.argv.slice(2),
  options: {
    seed: { type: 'string', default: '1' },
    count: { type: 'string', default: '400' },
    dir: { type: 'string', default: join(lab, 'loads') },
    programs: { type: 'string', default: '4' },
    kernel: { type: 'string' },
    again: { type: 'boolean' },
    write: { type: 'boolean' },
  },
})
setUp()
const folder = resolve(values.dir)
if (!values.again) write()
if (values.write) process.exit()
if (!values.again) ask()
const kernel = await labKernel()
// What libbpf does not even open has no programs; a process that a mutant's BTF took the kernel down with has no answer.
const rows = (await readRows<Row>(join(folder, 'answers.jsonl'))).map((row) =>
  row.verdict === 'open_error' ? { ...row, verdict: 'load_error', prog: row.prog ?? '' } : row,
)
const compared = rows
  .filter(({ mode, verdict }) => mode !== 'unpriv' && /^(?:accept|reject|load_error)$/.test(verdict))
  // a program without a map that the machine had no memory for says nothing of kernels; libbpf 1.5 and 1.8 word it
  .filter(({ verdict, map_errors = '' }) => verdict !== 'load_error' || !/\(-12\)|-ENOMEM/.test(map_errors))
  .map((row) => compare(row, judge(kernel, join(folder, row.obj), row.prog, { flags: row.flags ?? 0 })))
console.log(disagreements(compared.filter(({ row, outcome }) => outcome !== 'same' || row.verdict === 'reject')))
const c = count(compared)
console.log(
  `${c.programs} programs of ${values.count} objects: same verdict ${percent(c.same, c.programs)}, false accepts ${c.falseAccepts}, false rejects ${c.falseRejects}, unsupported ${c.unsupported}, other ${c.other}`,
)
process.exitCode = c.falseAccepts > 0 ? 1 : 0

/** Mutants of the smaller objects: the fewer programs in one, the more mutants in an hour. */
function write(): void {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const around = ['test/fixtures/around', 'test/fixtures/object'].flatMap((dir) =>
    readdirSync(dir).flatMap((name) => (name.endsWith('.o') ? [join(dir, name)] : [])),
  )
  const small = [...around, ...objects()].filter((path) => {
    const opened = openObject(readFileSync(path), basename(path))
    return opened.ok && opened.value.littleEndian && opened.value.programs.length <= Number(values.programs)
  })
  const list: string[] = []
  const notes: string[] = []
  for (let i = 0; i < Number(values.count); i++) {
    const path = small[i % small.length]!
    const name = `${String(i).padStart(4, '0')}-${basename(path)}`
    const seed = Number(values.seed) * 1_000_000 + i
    const good = readFileSync(path)
    const { bytes, what } = i % 3 === 0 ? mutant(good, seed, { only: sections }) : changed(good, random(seed))
    writeFileSync(join(folder, name), bytes)
    list.push(name)
    notes.push(`${name} ${path} ${what}`)
  }
  writeFileSync(join(folder, 'list'), `${list.join('\n')}\n`)
  writeFileSync(join(folder, 'what'), `${notes.join('\n')}\n`)
}

function ask(): void {
  const args = ['-o', join(folder, 'answers.jsonl'), '-r', folder, '-a', '-t 60', '-l', join(folder, 'list')]
  execFileSync(join(oracle, 'run.sh'), args, {
    env: { MEM: '3G', ...process.env, LAB: lab, V: version },
    stdio: ['ignore', 2, 2],
  })
}
