// SPDX-License-Identifier: Apache-2.0
/**
 * Schedulers (sched_ext) and HID programs of trees given as folders, built here and judged by the real kernel; nothing of them is kept.
 *
 *   LAB=.lab node scripts/run.mjs conformance/scx.ts --kernel 6.12s --into DIR TREE ...
 *
 * TREE: a kernel's source (tools/sched_ext, its selftests, drivers/hid/bpf/progs), a checkout of github.com/sched-ext/scx or of
 * udev-hid-bpf, any other folder: each of its *.bpf.c. A tree's own vmlinux.h is taken where it has one, as its own build does.
 * In DIR: `inc/vmlinux.h` of that kernel, `objects/TREE/NAME.bpf.o`, `failed`, `list`, `verdicts.jsonl`. Says how to compare.
 * 6.12s: the laboratory's 6.12 with both, made by oracle/scx.sh. --build-only: the kernel is not asked.
 * --headers TREE: where a tree has no headers of its own. BPFTOOL: one that links (7.3's does, 6.12's not where two files call one kfunc).
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { lab, oracle, version } from './lab.ts'

/** Where trees keep programs of these kinds. */
const folders = [
  'tools/sched_ext',
  'tools/testing/selftests/sched_ext',
  'tools/testing/selftests/hid/progs',
  'drivers/hid/bpf/progs',
  'scheds/c',
  'scheds/rust',
  'scheds/experimental',
  'rust/scx_rustland_core/assets/bpf',
  'rust/scx_arena',
  'tools/scxtop',
  'tools/scx_characterize',
  'lib/selftests',
  'src/bpf',
]

/** Where their headers lie, from the tree's root. */
const includes = [
  'scheds/include/arch/x86',
  'scheds/vmlinux/arch/x86',
  'scheds/include',
  'scheds/include/bpf-compat',
  'scheds/include/lib',
  'lib',
  'tools/sched_ext/include',
  'tools/sched_ext/include/bpf-compat',
  'tools/testing/selftests/sched_ext/include',
  'tools/include',
  'tools/include/uapi',
  'src/bpf',
]

/** One object: its sources are compiled one by one and linked. */
interface Unit {
  readonly name: string
  readonly sources: readonly string[]
}

/** Where its headers are sought, in which trees first; the kernel's own types; the object to be. */
interface Place {
  readonly trees: readonly string[]
  readonly inc: string
  readonly target: string
}

const clang = process.env.CLANG ?? 'clang-19'
const bpftool = process.env.BPFTOOL ?? join(lab, 'build', 'bpftool', 'bootstrap', 'bpftool')
const libbpf = join(lab, 'build', 'bpftool', 'bootstrap', 'libbpf', 'include')

main()

function main(): void {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      kernel: { type: 'string' },
      into: { type: 'string' },
      headers: { type: 'string' },
      'build-only': { type: 'boolean' },
    },
  })
  if (values.into === undefined || positionals.length === 0) throw new Error('--into DIR and a tree are wanted')
  const into = resolve(values.into)
  const objects = join(into, 'objects')
  rmSync(objects, { recursive: true, force: true })
  mkdirSync(join(into, 'inc'), { recursive: true })
  const header = execFileSync(bpftool, ['btf', 'dump', 'file', join(lab, `vmlinux-${version}.btf`), 'format', 'c'], {
    maxBuffer: 64 << 20,
  })
  writeFileSync(join(into, 'inc', 'vmlinux.h'), header)
  const failed: string[] = []
  const list: string[] = []
  for (const tree of positionals) {
    const units = unitsOf(resolve(tree))
    const trees = [tree, ...(values.headers === undefined ? [] : [values.headers])].map((path) => resolve(path))
    let built = 0
    for (const unit of units) {
      const file = join(basename(resolve(tree)), `${unit.name}.bpf.o`)
      const trouble = build(unit, { trees, inc: join(into, 'inc'), target: join(objects, file) })
      if (trouble === undefined) {
        list.push(file)
        built++
      } else failed.push(`${file}: ${trouble}`)
    }
    console.error(`${tree}: ${built} of ${units.length} objects`)
  }
  writeFileSync(join(into, 'list'), `${list.join('\n')}\n`)
  writeFileSync(join(into, 'failed'), failed.map((line) => `${line}\n`).join(''))
  const verdicts = join(into, 'verdicts.jsonl')
  if (values['build-only'] !== true) {
    const arguments_ = ['-o', verdicts, '-r', objects, '-a', '-t 300', '-l', join(into, 'list')]
    execFileSync(join(oracle, 'run.sh'), arguments_, {
      env: { MEM: '3G', MODULES: '', TESTMODS: '/none', ...process.env, LAB: lab, V: version },
      stdio: ['ignore', 2, 2],
    })
  }
  console.log(`node scripts/run.mjs conformance/run.ts --kernel ${version} --verdicts ${verdicts} --corpus ${objects}`)
}

/** A crate's build.rs names the sources of one scheduler; elsewhere each file is an object of its own. */
function unitsOf(tree: string): Unit[] {
  const known = folders.filter((folder) => existsSync(join(tree, folder)))
  if (known.length === 0) return unitsBelow(tree, 'all')
  return known.flatMap((folder) => unitsBelow(join(tree, folder), folder.replaceAll('/', '-')))
}

function unitsBelow(folder: string, prefix: string): Unit[] {
  const entries = readdirSync(folder, { withFileTypes: true })
  const crate = join(folder, 'build.rs')
  if (existsSync(crate)) {
    const text = readFileSync(crate, 'utf8')
    const named = [...text.matchAll(/"((?:src\/bpf|\.\.)\/[^"]*\.bpf\.c)"/g)].map(([, source]) => join(folder, source!))
    if (named.length > 0) return [{ name: prefix, sources: [...new Set(named)] }]
  }
  return entries.flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory() && entry.name !== 'lib') return unitsBelow(path, `${prefix}-${entry.name}`)
    const isSource = entry.name.endsWith('.bpf.c') || (entry.name.endsWith('.c') && prefix.endsWith('hid-progs'))
    return isSource ? [{ name: `${prefix}-${entry.name.replace(/(\.bpf)?\.c$/, '')}`, sources: [path] }] : []
  })
}

/** Undefined where it went well; else the compiler's first complaint. */
function build({ sources }: Unit, { trees, inc, target }: Place): string | undefined {
  mkdirSync(dirname(target), { recursive: true })
  const parts: string[] = []
  for (const [n, source] of sources.entries()) {
    const part = sources.length === 1 ? target : target.replace(/\.bpf\.o$/, `.${n}.part`)
    const where = [dirname(source), ...trees.flatMap((tree) => includes.map((path) => join(tree, path))), inc, libbpf]
    const { status, stderr } = spawnSync(
      clang,
      [
        ...['-g', '-O2', '-Wno-everything', '-D__TARGET_ARCH_x86', '-mcpu=v3', '-mlittle-endian', '-target', 'bpf'],
        ...where.flatMap((path) => ['-I', path]),
        ...['-idirafter', '/usr/include/x86_64-linux-gnu', '-idirafter', '/usr/include'],
        ...['-c', source, '-o', part],
      ],
      { encoding: 'utf8' },
    )
    if (status !== 0) return relative(trees[0]!, /.*error:.*/.exec(stderr)?.[0] ?? `${clang}: ${stderr.slice(0, 200)}`)
    parts.push(part)
  }
  if (sources.length === 1) return undefined
  const linked = spawnSync(bpftool, ['gen', 'object', target, ...parts], { encoding: 'utf8' })
  for (const part of parts) rmSync(part, { force: true })
  return linked.status === 0 ? undefined : `bpftool gen object: ${linked.stderr.split('\n')[0]}`
}
