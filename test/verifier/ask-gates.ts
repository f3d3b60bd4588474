// SPDX-License-Identifier: Apache-2.0
/**
 * Asks every kernel of the laboratory about the programs of gates/gates.json, and writes what they say to gates/verdicts.json.
 *
 *   LAB=.lab node scripts/run.mjs test/verifier/ask-gates.ts [RELEASE...]     these; all of them without
 *     --all     about every filetest, and the objects of test/kernels: writes nothing, says where ours differ
 *
 * Needs images of the kernels between 6.12 and 7.3, too: `V=6.18 conformance/oracle/setup.sh kernel`. QEMU: a minute each. Newer sections ask for a
 * newer libbpf: JUDGE=…/bpfjudge of 7.3's laboratory. Says where
 * ours differ.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { lab, openLabKernel, value } from '../../conformance/lab.ts'
import { loadC } from '../../src/cdecl/index.ts'
import type { Kernel } from '../../src/kernel/index.ts'
import { linkProgram, openObject } from '../../src/object/index.ts'
import { verify } from '../../src/verifier/index.ts'
import { buildProgram } from './filetest/build.ts'
import { fileTests } from './filetest/files.ts'
import type { TestProgram } from './filetest/format.ts'
import { ourAnswer } from './filetest/our-answer.ts'
import { answerOf, judge, type Row } from './filetest/their-answer.ts'
import gates from './gates/gates.json' with { type: 'json' }
import verdicts from './gates/verdicts.json' with { type: 'json' }

const here = 'test/verifier'
const files = fileTests(here)
const reader = value(await loadC())
const { values, positionals: only } = parseArgs({ options: { all: { type: 'boolean' } }, allowPositionals: true })
const programs = values.all
  ? [...everyFiletest(), ...everyObject('test/kernels')]
  : [...new Set([...Object.values(gates.programs), ...Object.values(gates.between)])].sort()
const byAge = (a: string, b: string): number => a.localeCompare(b, 'en', { numeric: true })
const releases = readdirSync(lab)
  .flatMap((file) => /^vmlinuz-(\d+\.\d+)$/.exec(file)?.[1] ?? [])
  .filter((release) => only.length === 0 || only.includes(release))
  .sort(byAge)
const before = new Map(Object.entries<Record<string, string>>(verdicts))
const said = new Map(programs.map((program) => [program, new Map(Object.entries(before.get(program) ?? {}))]))
for (const release of releases) {
  await askKernel(release)
  if (values.all) continue
  const rows = [...said].map(([program, answers]) => [
    program,
    Object.fromEntries([...answers].sort(([a], [b]) => byAge(a, b))),
  ])
  writeFileSync(join(here, 'gates/verdicts.json'), `${JSON.stringify(Object.fromEntries(rows), null, 2)}\n`)
}

function everyFiletest(): string[] {
  return files.flatMap(({ path, programs: all }) => all.map(({ title }) => `${path} | ${title}`))
}

function everyObject(folder: string): string[] {
  return readdirSync(join(folder, 'objects')).flatMap((file) => {
    const object = openObject(readFileSync(join(folder, 'objects', file)), file)
    return object.ok ? object.value.programs.map(({ name }) => `${folder} ${file} ${name}`) : []
  })
}

async function askKernel(release: string): Promise<void> {
  const kernel = await openLabKernel(release)
  const folder = mkdtempSync(join(tmpdir(), 'gates-'))
  const asked: { readonly program: string; readonly object: string; readonly read: Asked['read'] }[] = []
  for (const [i, program] of programs.entries()) {
    const [path, title] = program.split(' | ')
    const object = title === undefined ? program.split(' ').slice(0, 2).join('/') : `${i}/filetest.bpf.o`
    try {
      const { bytes, read } =
        title === undefined ? ofObject(program, kernel) : ofFiletest(path!, title, release, kernel)
      mkdirSync(join(folder, dirname(object)), { recursive: true })
      writeFileSync(join(folder, object), bytes)
      asked.push({ program, object, read })
    } catch (error) {
      said.get(program)!.set(release, 'none')
      console.log(`${release}: ${program}: ${error instanceof Error ? error.message : error}`)
    }
  }
  const rows = judge(release, folder, [...new Set(asked.map(({ object }) => object))], values.all ? 1 : 2)
  for (const { program, object, read } of asked) {
    const [theirs, ours] = read(rows.filter(({ obj }) => obj === object))
    said.get(program)!.set(release, theirs)
    if (ours !== theirs) console.log(`${release}: ${program}\n  kernel: ${theirs}\n  ours:   ${ours}`)
  }
  rmSync(folder, { recursive: true })
}

interface Asked {
  readonly bytes: Uint8Array
  /** The kernel's answer, and ours. */
  readonly read: (rows: readonly Row[]) => readonly [string, string]
}

function text(verdict: string, message: string | undefined, walk = ''): string {
  return `${verdict}${message === undefined || message === '' ? '' : `: ${message}`}${walk}`
}

function ofFiletest(path: string, title: string, release: string, kernel: Kernel): Asked {
  const program = files.find((file) => file.path === path)!.programs.find((one) => one.title === title)!
  const built = buildProgram(program, kernel, reader)
  const own = (): string => {
    const { verdict, message, walk } = ourAnswer(program, release, built, kernel)
    return text(verdict, message, walkOf(program, walk))
  }
  return {
    bytes: built.bytes,
    read: ([row]) => {
      const answer = row === undefined ? 'nothing said' : answerOf(row, built, kernel)
      if (typeof answer === 'string') return ['none', 'none']
      return [text(answer.verdict, answer.message, walkOf(program, answer.walk)), own()]
    },
  }
}

function walkOf({ lines }: TestProgram, walk: string): string {
  return lines.some((line) => line.startsWith('; walk')) ? ` (${walk})` : ''
}

function ofObject(program: string, kernel: Kernel): Asked {
  const [folder, file, name] = program.split(' ') as [string, string, string]
  const bytes = readFileSync(join(folder, 'objects', file))
  return {
    bytes,
    read: (rows) => {
      const row = rows.find(({ prog }) => prog === name)
      if (row === undefined || !['accept', 'reject'].includes(row.verdict)) return ['none', 'none']
      const linked = linkProgram(value(openObject(bytes, file)), name, kernel)
      const report = linked.ok ? verify(linked.value, kernel, { cpus: 2 }) : undefined
      const ours =
        report === undefined ? 'none' : text(report.verdict, report.verdict === 'reject' ? report.message : '')
      return [text(row.verdict, row.msg), ours]
    },
  }
}
