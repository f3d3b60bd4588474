// SPDX-License-Identifier: Apache-2.0
/**
 * What is around the program: example objects whose types, records, maps, symbols or relocations were changed by chance, loaded by
 * libbpf into the real kernel (QEMU) and judged by us. The instructions stay as they are (mutate.ts changes those).
 *
 *   node scripts/run.mjs conformance/loads.ts --seed 1 --count 400     the same mutants for the same seed
 *     --dir FOLDER                       where mutants and answers are kept (default: $LAB/loads)
 *     --write                            only write the mutants and their list there
 *     --again                            compare with the answers in the folder, without asking the kernel
 *
 * Exit status 1: a false accept.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { openObject } from '../src/object/index.ts'
import { mutant } from '../test/fuzz/mutate.ts'
import { objects } from '../test/fuzz/objects.ts'
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
  const small = objects().filter((path) => {
    const opened = openObject(readFileSync(path), basename(path))
    return opened.ok && opened.value.littleEndian && opened.value.programs.length <= 4
  })
  const list: string[] = []
  const notes: string[] = []
  for (let i = 0; i < Number(values.count); i++) {
    const path = small[i % small.length]!
    const name = `${String(i).padStart(4, '0')}-${basename(path)}`
    const { bytes, what } = mutant(readFileSync(path), Number(values.seed) * 1_000_000 + i, { only: sections })
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
