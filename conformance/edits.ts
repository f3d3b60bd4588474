// SPDX-License-Identifier: Apache-2.0
// Suggested edits, tried: each that an explanation of an example or of a reported program makes is applied to its source, compiled, and the
// real kernel is asked whether it takes the program now.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { check } from '../src/check.ts'
import type { Fix } from '../src/explain/index.ts'
import { type Kernel, openKernel } from '../src/kernel/index.ts'
import type { SourceReader } from '../src/object/index.ts'
import { cOf } from '../test/reports/c-of.ts'
import { percent } from './compare.ts'
import { judgeObjects } from './fresh.ts'
import { floorOf, lab, root, value } from './lab.ts'

interface Edit {
  readonly source: string
  readonly program: string
  readonly code: string
  readonly fix: Fix
  readonly flags: readonly string[]
}

interface Tried extends Edit {
  /** What came of it: 'accept', the kernel's message, the compiler's. */
  readonly outcome: string
}

/** `ask`: the real kernel; else our own verifier, which says so. */
export async function editTable({ ask }: { readonly ask: boolean }): Promise<{ text: string; failed: boolean }> {
  const kernel = value(await openKernel('6.12'))
  const edits = [
    ...editsOf(join(root, 'examples'), kernel),
    ...editsOf(join(root, 'test', 'reports'), kernel, await cOf(join(root, 'test', 'reports', 'src'))),
  ]
  const folder = mkdtempSync(join(tmpdir(), 'edits-'))
  const tried = ask ? byKernel(edits, folder) : byOurselves(edits, folder, kernel)
  rmSync(folder, { recursive: true })
  const accepted = tried.filter(({ outcome }) => outcome === 'accept').length
  const { count, acceptedPercent } = floorOf('edits')!
  const failed = tried.length < count! || (100 * accepted) / tried.length < acceptedPercent!
  const text = [
    ...tried.map(
      ({ code, source, program, outcome }) =>
        `${outcome === 'accept' ? 'accepted' : 'refused '} ${code} ${source} ${program}${outcome === 'accept' ? '' : `: ${outcome}`}`,
    ),
    '',
    `suggested edits: ${tried.length}, accepted by ${ask ? 'Linux 6.12' : 'our verifier'}: ${accepted} (${percent(accepted, tried.length)})`,
    ...(failed ? [`edits: below the floor: ${count} edits, ${acceptedPercent}%`] : []),
  ].join('\n')
  return { text, failed }
}

const libbpf = join(lab, 'build', 'bpftool', 'bootstrap', 'libbpf', 'include')

/** The edits suggested for a folder's objects. */
function editsOf(folder: string, kernel: Kernel, sources?: SourceReader): Edit[] {
  const reports = existsSync(join(folder, 'objects'))
  const objects = reports ? join(folder, 'objects') : folder
  const flags = reports
    ? ['-mcpu=v3', '-w', `-I${lab}`, '-idirafter', '/usr/include/x86_64-linux-gnu']
    : ['-mcpu=v3', '-Wall', '-Wno-unused-but-set-variable', `-I${join(folder, 'include')}`]
  const names = readdirSync(objects, { recursive: true, encoding: 'utf8' }).filter(
    (name) => name.endsWith('.bpf.o') && !/^(?:testmod|modules)\//.test(name),
  )
  return names.sort().flatMap((name) => {
    const checked = check(readFileSync(join(objects, name)), kernel, { name: basename(name), sources })
    if (!checked.ok) return []
    return checked.value.flatMap(({ program, diagnostic }): Edit[] => {
      if (diagnostic?.fix === undefined) return []
      const source = join(reports ? join(folder, 'src') : folder, name.replace(/\.o$/, '.c'))
      return [{ source: source.slice(root.length + 1), program, code: diagnostic.code, fix: diagnostic.fix, flags }]
    })
  })
}

/** The object of the corrected source; what the compiler says where it does not take it. */
function build({ source, fix, flags }: Edit, into: string): { readonly error?: string } {
  const path = join(root, source)
  const lines = readFileSync(path, 'utf8').split('\n')
  if (basename(fix.file) !== basename(source) || lines[fix.line - 1]?.trimEnd() !== fix.before.trimEnd())
    return { error: `line ${fix.line} is not “${fix.before.trim()}”` }
  lines.splice(fix.line - 1, 1, ...fix.after)
  const c = `${into}.c`
  mkdirSync(dirname(into), { recursive: true })
  writeFileSync(c, lines.join('\n'))
  try {
    const options = [
      '-O2',
      '-g',
      '-target',
      'bpf',
      '-D__TARGET_ARCH_x86',
      ...flags,
      `-I${dirname(path)}`,
      '-isystem',
      libbpf,
    ]
    execFileSync('clang-19', [...options, '-c', c, '-o', into], { stdio: ['ignore', 'ignore', 'pipe'] })
    execFileSync('llvm-strip-19', ['-g', into])
    return {}
  } catch (error) {
    const said = String((error as { stderr?: Buffer }).stderr ?? error)
    return { error: said.split('\n').find((line) => line.includes('error:')) ?? said.slice(0, 200) }
  }
}

const objectOf = (folder: string, index: number): string => join(folder, `${index}.bpf.o`)

function byOurselves(edits: readonly Edit[], folder: string, kernel: Kernel): Tried[] {
  return edits.map((edit, i) => {
    const { error } = build(edit, objectOf(folder, i))
    if (error !== undefined) return { ...edit, outcome: error }
    const checked = check(readFileSync(objectOf(folder, i)), kernel, { program: edit.program })
    if (!checked.ok) return { ...edit, outcome: checked.fault.what }
    const { verdict, diagnostic } = checked.value[0]!
    return { ...edit, outcome: verdict === 'accept' ? verdict : (diagnostic?.message ?? verdict) }
  })
}

/** One boot for all of them. */
function byKernel(edits: readonly Edit[], folder: string): Tried[] {
  const errors = edits.map((edit, i) => build(edit, objectOf(folder, i)).error)
  const built = edits.flatMap((_, i) => (errors[i] === undefined ? [basename(objectOf(folder, i))] : []))
  const rows = judgeObjects(built, { root: folder, folder, kernel: '6.12', memory: '2G' })
  return edits.map((edit, i) => {
    const name = basename(objectOf(folder, i))
    const row = rows.find((one) => one.obj === name && one.prog === edit.program && one.mode === 'priv')
    const outcome =
      errors[i] ?? (row?.verdict === 'accept' ? 'accept' : (row?.msg ?? row?.libbpf ?? row?.verdict ?? 'no answer'))
    return { ...edit, outcome }
  })
}
