// SPDX-License-Identifier: Apache-2.0
// The laboratory: selftest objects, test modules and the real kernel's verdicts, made by setup.sh from Debian packages.
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { decompress } from '../src/binary/index.ts'
import { formatFault, type Result } from '../src/fault/index.ts'
import { addModuleFile, bundledKernels, type Kernel, openKernel } from '../src/kernel/index.ts'

/** One line of verdicts.jsonl; what the fields mean stands in the oracle's README. */
export interface Row {
  readonly obj: string
  readonly prog: string
  readonly sec: string
  readonly mode: string
  readonly prog_type: string
  /** BPF_F_* of the load. */
  readonly flags?: number
  readonly verdict: string
  readonly stage: string
  readonly kfuncs?: readonly string[]
  readonly msg?: string
  readonly log_tail?: string
  readonly libbpf?: string
  /** What the selftest says of itself; `btf_path`: the object whose types CO-RE relocations go by. */
  readonly expect?: { readonly btf_path?: string }
  /** Maps that could not be made, and why. */
  readonly map_errors?: string
  readonly verified_insns?: number
  readonly total_states?: number
  readonly verification_time_us?: number
}

// Where it is run; a worktree's node_modules, and so the bundle, may be another's.
export const root = findRoot(
  existsSync(join(process.cwd(), 'conformance')) ? process.cwd() : dirname(fileURLToPath(import.meta.url)),
)
function findRoot(folder: string): string {
  return existsSync(join(folder, 'conformance', 'floor.json')) || existsSync(join(folder, 'package.json'))
    ? folder
    : findRoot(dirname(folder))
}

/** The oracle: scripts that build the laboratory and ask the real kernel, and what it said. */
export const oracle = join(root, 'conformance', 'oracle')

export const lab = resolve(process.env.LAB ?? join(root, '.lab'))

/** Whose verifier is compared: `--kernel 7.3`, here and in workers (they get the same arguments). */
export const version = argumentOf('--kernel') ?? '6.12'

/** An option's value, here and in workers. */
export function argumentOf(option: string): string | undefined {
  const at = process.argv.indexOf(option)
  return at < 0
    ? process.argv.find((arg) => arg.startsWith(`${option}=`))?.slice(option.length + 1)
    : process.argv[at + 1]
}

/** Builds the laboratory where it is not there yet: minutes, some GB, Debian packages, root. */
export function setUp(): void {
  if (existsSync(join(lab, 'corpus', 'v3')) && existsSync(join(lab, 'modules', 'bpf_testmod.ko'))) return
  console.error(`setting up ${lab} (about 6 minutes on 2 cores; Debian 12, root)`)
  execFileSync('bash', [join(oracle, 'setup.sh')], {
    env: { ...process.env, LAB: lab, CPUS: 'v3', V: version },
    stdio: ['ignore', 2, 2],
  })
}

/** A file of JSON lines, compressed with zstd if its name says so. */
export async function readRows<T>(path: string): Promise<T[]> {
  if (!path.endsWith('.zst')) return readLines(path)
  return linesIn<T>(value(await decompress(readFileSync(path), { limit: 64 << 20 })))
}

/** A file of JSON lines, as the oracle writes it. */
export const readLines = <T>(path: string): T[] => linesIn<T>(readFileSync(path))

const linesIn = <T>(bytes: Uint8Array): T[] => {
  const lines = new TextDecoder().decode(bytes).split('\n')
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as T)
}

/** conformance/floor.json: what must never get worse. Raise it when things get better. */
export function floorOf(name: string): Readonly<Record<string, number>> | undefined {
  const floors = JSON.parse(readFileSync(join(root, 'conformance', 'floor.json'), 'utf8')) as Readonly<
    Record<string, Readonly<Record<string, number>>>
  >
  return floors[name]
}

export async function readVerdicts(name = verdictsOf(version)): Promise<Row[]> {
  return readRows<Row>(join(oracle, name))
}

/** The file of a kernel's verdicts; 6.12's where it has none: its selftests are what the laboratory has. */
function verdictsOf(release: string): string {
  const own = `verdicts-${release}.jsonl.zst`
  return existsSync(join(oracle, own)) ? own : 'verdicts.jsonl.zst'
}

/** The kernel the oracle boots: the bundled one, else the laboratory's image, with the laboratory's test modules. */
export async function labKernel(): Promise<Kernel> {
  // everything is built into it, and the laboratory's modules are another's
  if (version === '6.12s') return value(await openKernel('6.12-scx'))
  let kernel = await openLabKernel(version)
  const folder = join(lab, 'modules')
  for (const file of readdirSync(folder).sort()) {
    if (!file.endsWith('.ko')) continue
    const ko = readFileSync(join(folder, file))
    // modules of the laboratory's own kernel: no other takes them
    if (!ko.includes(`vermagic=${version}.`)) continue
    const added = await addModuleFile(kernel, { name: file.slice(0, -3), ko })
    if (added.ok) kernel = added.value
    else if (file !== 'bpf_test_no_cfi.ko') throw new Error(formatFault(added.fault))
  }
  return kernel
}

/** A kernel that the laboratory has an image of, with its configuration where that is not in the image. */
export async function openLabKernel(release: string): Promise<Kernel> {
  if (bundledKernels.includes(release)) return value(await openKernel(release))
  const config = join(lab, `config-${release}`)
  const options = { name: release, release, ...(existsSync(config) && { config: readFileSync(config) }) }
  return value(await openKernel(readFileSync(join(lab, `vmlinux-${release}.elf`)), options))
}

export function value<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(formatFault(result.fault))
  return result.value
}
