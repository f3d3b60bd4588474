// SPDX-License-Identifier: Apache-2.0
/**
 * BPF objects that people run: those in Debian packages, as files or embedded in programs, judged by the real kernel. None of it is kept here.
 *
 *   LAB=.lab node scripts/run.mjs conformance/heldout.ts [PACKAGE ...]    collects, asks the kernel (QEMU: minutes), says how to compare
 *
 * In `$LAB/held-out`: `debs/`, `objects/PACKAGE/NAME.bpf.o`, `list`, `verdicts.jsonl`.
 */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { lab, oracle, setUp, version } from './lab.ts'

/** As apt names them; `/trixie`: of that release. */
const packages = [
  'libbpf-tools',
  'golang-github-cilium-ebpf-dev',
  'ir-keytable',
  'libxdp1',
  'xdp-tools',
  'pcp',
  'qemu-system-x86',
  ...'libbpf-tools golang-github-cilium-ebpf-dev ir-keytable libxdp1 xdp-tools pcp qemu-system-x86 suricata systemd'
    .split(' ')
    .map((name) => `${name}/trixie`),
  ...['bpftop', 'libbpftune0', 'mimic', 'opensnitch-ebpf-modules', 'pwru'].map((name) => `${name}/trixie`),
]

const folder = join(lab, 'held-out')
const objects = join(folder, 'objects')
/** Larger files are not looked into. */
const MAX_FILE = 100 << 20
const MAX_OBJECT = 5 << 20

const magic = Buffer.from('\x7fELF\x02\x01\x01', 'latin1')
const EM_BPF = 247

main(process.argv.slice(2))

function main(asked: readonly string[]): void {
  setUp()
  rmSync(objects, { recursive: true, force: true })
  const seen = new Set<string>()
  const list = (asked.length > 0 ? asked : packages).flatMap((name) => collect(name, seen))
  if (list.length === 0) throw new Error('no BPF object in these packages')
  writeFileSync(join(folder, 'list'), `${list.join('\n')}\n`)
  const verdicts = join(folder, 'verdicts.jsonl')
  execFileSync(join(oracle, 'run.sh'), ['-o', verdicts, '-r', objects, '-a', '-t 60', '-l', join(folder, 'list')], {
    env: { MEM: '3G', ...process.env, LAB: lab, V: version },
    stdio: ['ignore', 2, 2],
  })
  console.log(`node scripts/run.mjs conformance/run.ts --verdicts ${verdicts} --corpus ${objects}`)
}

/** Downloads a package and writes each BPF object in it that no package before had; gives their paths below `objects`. */
function collect(name: string, seen: Set<string>): string[] {
  const debs = join(folder, 'debs', name.replace('/', '-'))
  mkdirSync(debs, { recursive: true })
  try {
    if (readdirSync(debs).length === 0)
      execFileSync('apt-get', [...aptOptions(), 'download', '-qq', name], { cwd: debs, stdio: 'ignore' })
  } catch {
    console.error(`no package ${name}`)
    return []
  }
  const unpacked = mkdtempSync(join(tmpdir(), 'held-out-'))
  for (const deb of readdirSync(debs)) execFileSync('dpkg-deb', ['-x', join(debs, deb), unpacked])
  const found = filesBelow(unpacked).flatMap((file, n) => embedded(readFileSync(file), `${n}-${basename(file)}`, seen))
  rmSync(unpacked, { recursive: true })
  const into = name.replace('/', '-')
  mkdirSync(join(objects, into), { recursive: true })
  for (const { file, bytes } of found) writeFileSync(join(objects, into, file), bytes)
  console.error(`${name}: ${found.length} objects`)
  return found.map(({ file }) => `${into}/${file}`)
}

/** The releases that setup.sh gave the laboratory. */
function aptOptions(): string[] {
  const apt = join(lab, 'apt')
  const options = {
    'Dir::Etc::sourcelist': join(apt, 'sources.list'),
    'Dir::Etc::sourceparts': '/dev/null',
    'Dir::State::lists': join(apt, 'lists'),
    'Dir::Cache': join(apt, 'cache'),
    'APT::Sandbox::User': 'root',
  }
  return Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`])
}

function filesBelow(path: string): string[] {
  return readdirSync(path, { withFileTypes: true }).flatMap((entry) => {
    const inner = join(path, entry.name)
    if (entry.isDirectory()) return filesBelow(inner)
    return entry.isFile() && statSync(inner).size <= MAX_FILE ? [inner] : []
  })
}

/** Little-endian ELF64 files for BPF anywhere in a file: such a file ends with its section headers. */
function embedded(file: Buffer, name: string, seen: Set<string>): { file: string; bytes: Buffer }[] {
  const found: { file: string; bytes: Buffer }[] = []
  for (let at = file.indexOf(magic); at >= 0 && at + 64 <= file.length; at = file.indexOf(magic, at + 4)) {
    if (file.readUInt16LE(at + 18) !== EM_BPF) continue
    const size = Number(file.readBigUInt64LE(at + 40)) + 64 * file.readUInt16LE(at + 60)
    if (size <= 64 || size > MAX_OBJECT || at + size > file.length) continue
    const bytes = file.subarray(at, at + size)
    const digest = createHash('sha1').update(bytes).digest('hex')
    if (seen.has(digest)) continue
    seen.add(digest)
    found.push({
      file: `${name.replace(/(\.bpf)?\.o$/, '')}${found.length === 0 ? '' : `-${found.length}`}.bpf.o`,
      bytes,
    })
  }
  return found
}
