// SPDX-License-Identifier: Apache-2.0
/**
 * Ask a real kernel about every example program and write what it says.
 *
 *   LAB=/where/setup.sh/put/it JUDGE_RUN=/path/to/oracle/run.sh node scripts/run.mjs scripts/judge-examples.ts [--from OUT.jsonl] [--only FOLDER/] [--annotate]
 *
 * `examples/verdicts.json`: per object and program the kernel's verdict, message and counts.
 * `examples/expectations.json`: what the comments in the sources promise: section of kfuncs.rst,
 * rule, wanted line, the accepted twin. The two must agree, or this exits with 1.
 * `--only 20-uses/` judges the objects of that folder and keeps what is written of the others.
 * `--from` reads verdicts judged before; `--annotate` writes the kernel's message beneath each REJECT comment.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'

interface Judged {
  obj: string
  prog: string
  sec: string
  prog_type: string
  verdict: string
  stage?: string
  msg?: string
  libbpf?: string
  insn_count?: number
  verified_insns?: number
  total_states?: number
  kfuncs?: string[]
  log_tail?: string
}
interface Expectation {
  object: string
  program: string
  heading: string
  expect: 'accept' | 'reject'
  rule: string
  fixedBy?: string
  wantedLine?: number
  wantedText?: string
  note?: string
}

const examples = join(dirname(process.argv[1] ?? '.'), '..', 'examples')
const argument = (name: string): string | undefined => {
  const at = process.argv.indexOf(name)
  return at < 0 ? undefined : process.argv[at + 1]
}

// Callers of a module of one's own (examples/modules) are judged with that module, programs of tests (examples/testing) run by them.
const sources = find(examples, '.bpf.c')
  .filter((source) => !/^(?:modules|apps|testing)\//.test(source))
  .sort()
const only = argument('--only') ?? ''
const objects = sources.map((source) => source.replace(/\.c$/, '.o')).filter((object) => object.startsWith(only))
const judged = new Map<string, Judged>()
for (const line of readFileSync(argument('--from') ?? judge(), 'utf8').split('\n')) {
  if (line === '') continue
  const row = JSON.parse(line) as Judged
  if (row.obj.startsWith(only)) judged.set(`${row.obj} ${row.prog}`, row)
}

const expectations = sources.flatMap(readExpectations)
const problems: string[] = []
for (const expected of expectations.filter(({ object }) => object.startsWith(only))) {
  const row = judged.get(`${expected.object} ${expected.program}`)
  // What libbpf refuses is no less refused; for a kfunc the kernel does not have it leaves a marker call.
  const said = row === undefined ? 'nothing' : row.verdict === 'load_error' ? 'reject' : row.verdict
  if (said !== expected.expect) {
    problems.push(
      `${expected.object} ${expected.program}: expected ${expected.expect}, kernel: ${said} ${row?.msg ?? ''}`,
    )
  }
  if (
    expected.fixedBy !== undefined &&
    !expectations.some((other) => twinOf(expected) === `${other.object} ${other.program}` && other.expect === 'accept')
  ) {
    problems.push(`${expected.object} ${expected.program}: no accepted program ${expected.fixedBy}`)
  }
}
for (const key of judged.keys()) {
  if (!expectations.some((e) => `${e.object} ${e.program}` === key))
    problems.push(`${key}: no comment says what to expect`)
}

type Written = Readonly<Record<'object' | 'program' | 'verdict', string>>
const kept: Written[] =
  only === ''
    ? []
    : (JSON.parse(readFileSync(join(examples, 'verdicts.json'), 'utf8')) as { programs: Written[] }).programs.filter(
        ({ object }) => !object.startsWith(only),
      )
const asked = [...judged.values()].map((row) => ({
  object: row.obj,
  program: row.prog,
  section: row.sec,
  type: row.prog_type,
  verdict: row.verdict,
  ...(row.verdict === 'accept'
    ? {}
    : {
        stage: row.stage,
        message: messageOf(row),
        ...(lineOf(row) === undefined ? {} : { kernelLine: lineOf(row) }),
      }),
  insns: row.insn_count,
  insnsProcessed: row.verified_insns,
  states: row.total_states,
  kfuncs: row.kfuncs ?? [],
}))
const verdicts = [...kept, ...asked].sort((a, b) => (`${a.object} ${a.program}` < `${b.object} ${b.program}` ? -1 : 1))
writeRows(join(examples, 'verdicts.json'), { kernel: '6.12', programs: verdicts })
writeRows(join(examples, 'expectations.json'), {
  document: 'Documentation/bpf/kfuncs.rst of Linux 6.12',
  programs: expectations,
})
if (process.argv.includes('--annotate')) for (const source of sources) annotate(source)
for (const problem of problems) console.error(problem)
const count = (verdict: string): number => verdicts.filter((row) => row.verdict === verdict).length
console.log(
  `${verdicts.length} programs: ${count('accept')} accepted, ${count('reject')} rejected, ${problems.length} problems`,
)
process.exitCode = problems.length === 0 ? 0 : 1

function judge(): string {
  const lab = process.env.LAB
  const run = process.env.JUDGE_RUN
  if (lab === undefined || run === undefined) throw new Error('LAB and JUDGE_RUN (oracle run.sh) must be set')
  const out = join(process.env.TMPDIR ?? '/tmp', `examples-${process.pid}.jsonl`)
  const built = objects.filter((object) => existsSync(join(examples, object)))
  execFileSync('flock', [join(lab, 'qemu.lock'), run, '-o', out, '-r', examples, ...built], {
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  return out
}

function find(folder: string, ending: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name)
    if (statSync(path).isDirectory()) return find(path, ending)
    return name.endsWith(ending) ? [relative(examples, path)] : []
  })
}

/** The comments a source promises by: its heading, `// ACCEPT: rule`, `// REJECT (fixed by P): rule`, `// rejected: note` above the line. */
function readExpectations(source: string): Expectation[] {
  const lines = readFileSync(join(examples, source), 'utf8').split('\n')
  const heading = lines.find((line) => line.startsWith('// kfuncs.rst: '))?.slice('// kfuncs.rst: '.length) ?? ''
  const found: Expectation[] = []
  let pending: Partial<Expectation> | undefined
  let inHelper = false
  let ofHelper: Partial<Expectation> = {}
  lines.forEach((line, index) => {
    if (/^\w/.test(line)) inHelper = line.startsWith('static ')
    const promise = /^\/\/ (ACCEPT|REJECT)(?: \(fixed by ([\w:]+)\))?: (.*)$/.exec(line)
    if (promise !== null) {
      pending = {
        expect: promise[1] === 'ACCEPT' ? 'accept' : 'reject',
        rule: promise[3] ?? '',
        ...(promise[2] === undefined ? {} : { fixedBy: promise[2] }),
      }
      return
    }
    if (pending !== undefined && pending.program === undefined && !line.startsWith('//') && !line.startsWith('SEC(')) {
      const program = /^(?:int|void|u32) (?:__naked |BPF_PROG\()?(\w+)/.exec(line)?.[1]
      if (program === undefined) return
      found.push({
        object: source.replace(/\.c$/, '.o'),
        program,
        heading,
        ...(pending as Pick<Expectation, 'expect' | 'rule'>),
      })
      if (pending.expect === 'reject') Object.assign(found.at(-1) ?? {}, ofHelper)
      if (pending.expect === 'reject') ofHelper = {}
      pending = undefined
    }
    const note = /^\s+\/\/ rejected: (.*)$/.exec(line)
    const last = found.at(-1)
    if (note === null) return
    const wanted = { wantedLine: index + 2, wantedText: lines[index + 1]?.trim() ?? '', note: note[1] ?? '' }
    // A line in a callback or subprogram belongs to the rejected program below it.
    if (inHelper) ofHelper = wanted
    else if (last !== undefined) Object.assign(last, wanted)
  })
  return found
}

/** The kernel prints the two states of an endless loop after what it says of it; libbpf's words carry its name before them. */
function messageOf(row: Judged): string {
  const loop = /^infinite loop detected at insn \d+$/m.exec(row.log_tail ?? '')?.[0]
  if (row.msg?.startsWith('old state: ') && loop !== undefined) return loop
  return row.msg ?? row.libbpf?.replace(/^libbpf: /, '').split('\n')[0] ?? ''
}

/** 'object program' of the accepted twin; `file:program` names one in another file of the folder. */
function twinOf({ object, fixedBy = '' }: Expectation): string {
  const [file, program] = fixedBy.split(':')
  return program === undefined ? `${object} ${file}` : `${dirname(object)}/${file}.bpf.o ${program}`
}

/** The source line the kernel's log printed last before it stopped. */
function lineOf(row: Judged): string | undefined {
  return [...(row.log_tail ?? '').matchAll(/^; (.*) @ \S+:\d+$/gm)].at(-1)?.[1]
}

function annotate(source: string): void {
  const path = join(examples, source)
  const object = source.replace(/\.c$/, '.o')
  const lines = readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => !line.startsWith('// kernel 6.12: '))
  const out: string[] = []
  lines.forEach((line, index) => {
    out.push(line)
    if (!line.startsWith('// REJECT')) return
    const head = lines.slice(index + 1, index + 6).find((next) => /^(int|void|u32) /.test(next))
    const program = /^(?:int|void|u32) (?:__naked |BPF_PROG\()?(\w+)/.exec(head ?? '')?.[1]
    const row = judged.get(`${object} ${program}`)
    const message = row === undefined || row.verdict === 'accept' ? undefined : messageOf(row)
    if (message !== undefined) out.push(`// kernel 6.12: ${message}`)
  })
  writeFileSync(path, out.join('\n'))
}

function writeRows(path: string, { programs, ...head }: { programs: readonly object[]; [key: string]: unknown }): void {
  const rows = programs.map((row) => `    ${JSON.stringify(row)}`).join(',\n')
  const top = Object.entries(head).map(([key, value]) => `  ${JSON.stringify(key)}: ${JSON.stringify(value)},\n`)
  writeFileSync(path, `{\n${top.join('')}  "programs": [\n${rows}\n  ]\n}\n`)
}
