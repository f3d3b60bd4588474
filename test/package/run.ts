// SPDX-License-Identifier: Apache-2.0
/**
 * The published package, as its users get it: packed, checked by publint and attw, installed in an empty folder with nothing
 * else in it, and run there: the command on an example, every sub-path import, types with TypeScript.
 *
 *   npm run test:package [-- --node 24 --node 26]    also with those Node releases, from npm's node@24, node@26
 */
import { execFileSync, spawnSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { transformSync } from 'esbuild'
import { consumerOf } from './names.ts'
import { installPackage, npm } from './install.ts'

const root = process.cwd()
const releases = process.argv.flatMap((arg, i) => (process.argv[i - 1] === '--node' ? [arg] : []))
const folder = mkdtempSync(join(tmpdir(), 'kfuncs-package-'))
try {
  const app = join(folder, 'app')
  const { tarball, unpackedSize } = installPackage(app)
  execFileSync('npx', ['publint', '--strict', tarball], { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] })
  execFileSync('npx', ['attw', tarball, '--profile', 'esm-only', '--quiet'], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  const manifest = JSON.parse(readFileSync(join(app, 'node_modules', 'kfuncs', 'package.json'), 'utf8')) as Manifest
  installsAlone(app, manifest, unpackedSize)
  const parts = Object.keys(manifest.exports).filter((part) => !part.endsWith('.json'))
  generate(app)
  types(app, parts)
  oldNode(app)
  use(app, parts)
  smoke(process.execPath, app)
  testRunners(app)
  for (const release of releases) {
    const home = join(folder, `node${release}`)
    mkdirSync(home)
    writeFileSync(join(home, 'package.json'), '{ "private": true }\n')
    npm(['install', `node@${release}`], home)
    smoke(binaryIn(home), app)
    waits(binaryIn(home))
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}

interface Manifest {
  readonly exports: Readonly<Record<string, unknown>>
  readonly scripts?: Readonly<Record<string, string>>
  readonly dependencies?: object
  readonly optionalDependencies?: object
  readonly peerDependencies?: object
}

/** Nothing is built, run or fetched beside it: what it needs is in it, in at most 13 MB. */
function installsAlone(app: string, manifest: Manifest, unpackedSize: number): void {
  const most = 13_000_000
  if (unpackedSize > most) throw new Error(`the package unpacks to ${unpackedSize} bytes, more than ${most}`)
  const beside = readdirSync(join(app, 'node_modules')).filter((name) => !name.startsWith('.') && name !== 'kfuncs')
  if (beside.length > 0) throw new Error(`installed beside it: ${beside.join(', ')}`)
  const { dependencies, optionalDependencies, peerDependencies } = manifest
  const needs = { ...dependencies, ...optionalDependencies, ...peerDependencies }
  if (Object.keys(needs).length > 0) throw new Error(`it depends on ${Object.keys(needs).join(', ')}`)
  const scripts = ['preinstall', 'install', 'postinstall'].filter((name) => manifest.scripts?.[name] !== undefined)
  if (scripts.length > 0) throw new Error(`it runs ${scripts.join(', ')}`)
  console.log(`installs alone: no dependency, no script, ${(unpackedSize / 1e6).toFixed(1)} MB`)
}

/** A skeleton and the types of a module's bodies, for types() to compile; what is run of it is in smoke(). */
function generate(app: string): void {
  const cli = join(app, 'node_modules', '.bin', 'kfuncs')
  const gen = (...args: string[]) =>
    execFileSync(process.execPath, [cli, 'gen', ...args], { cwd: app, encoding: 'utf8' })
  const skeleton = gen('skeleton', join(root, 'examples', 'testing', 'guard.bpf.o'))
  writeFileSync(join(app, 'guard.skel.ts'), skeleton)
  writeFileSync(join(app, 'guard.skel.js'), transformSync(skeleton, { loader: 'ts', target: 'es2023' }).code)
  const modules = join(root, 'examples', 'modules')
  writeFileSync(join(app, 'host.bodies.ts'), gen('types', join(modules, 'host.json')))
}

/** examples/testing by the packed package: in Node's runner and Vitest; in Jest with --jest, which installs it. */
function testRunners(app: string): void {
  const folder = join(app, 'testing')
  cpSync(join(root, 'examples', 'testing'), folder, { recursive: true })
  const modules = join(app, 'node_modules')
  const ran = (name: string, command: string, args: readonly string[]): void => {
    const { status, stdout, stderr } = spawnSync(command, args, { cwd: folder, encoding: 'utf8' })
    if (status !== 0) throw new Error(`${name}: status ${status}\n${stdout}${stderr}`)
    console.log(`examples/testing/${name}: passes`)
  }
  ran('node', process.execPath, ['--test', 'node/guard.test.js'])
  symlinkSync(join(root, 'node_modules', 'vitest'), join(modules, 'vitest'))
  ran('vitest', join(root, 'node_modules', '.bin', 'vitest'), ['run', '--root', '.', 'vitest'])
  const command = join(modules, '.bin', 'kfuncs')
  ran('*.bpf.o', process.execPath, [command, 'test', '.', '--coverage', 'bpf.lcov'])
  if (!process.argv.includes('--jest')) return
  npm(['install', 'jest@30'], app)
  writeFileSync(join(folder, 'jest.config.json'), '{ "transform": {}, "testMatch": ["**/jest/*.test.js"] }')
  const jest = join(modules, 'jest', 'bin', 'jest.js')
  ran('jest', process.execPath, ['--experimental-vm-modules', jest, '--config', 'jest.config.json'])
}

/** A strict consumer of every documented export, as Node and as bundlers resolve it. */
function types(app: string, parts: readonly string[]): void {
  const sourceOf = (part: string): string => join(root, 'src', part === '.' ? 'index.ts' : join(part, 'index.ts'))
  writeFileSync(join(app, 'names.ts'), consumerOf(new Map(parts.map((part) => [part, sourceOf(part)])), root))
  writeFileSync(join(app, 'consumer.ts'), readFileSync(join(root, 'test', 'package', 'consumer.ts')))
  const compilerOptions = {
    noEmit: true,
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    target: 'es2023',
    lib: ['es2023', 'webworker'],
    types: [],
    skipLibCheck: false,
  }
  for (const resolution of [{ module: 'nodenext' }, { module: 'esnext', moduleResolution: 'bundler' }]) {
    const options = { ...compilerOptions, ...resolution }
    writeFileSync(join(app, 'tsconfig.json'), JSON.stringify({ compilerOptions: options, include: ['*.ts'] }))
    execFileSync(join(root, 'node_modules', '.bin', 'tsc'), [], { cwd: app, stdio: ['ignore', 'inherit', 'inherit'] })
  }
  const count = readFileSync(join(app, 'names.ts'), 'utf8').split('known<').length - 2
  console.log(`types: ${count} exports of ${parts.length} sub-paths, named under nodenext and as bundlers resolve them`)
}

/** The command says so where Node is too old; its first file is one that any Node can read. */
function oldNode(app: string): void {
  const bin = join(app, 'node_modules', 'kfuncs', 'bin', 'kfuncs.cjs')
  transformSync(readFileSync(bin, 'utf8').replace(/^#!.*/, ''), { target: 'es5' })
  for (const version of ['10.24.1', '20.18.3', '21.7.3', '22.2.0']) {
    const pretend = `Object.defineProperty(process.versions, 'node', { value: '${version}' }); require(${JSON.stringify(bin)})`
    const { status, stderr } = spawnSync(process.execPath, ['-e', pretend], { encoding: 'utf8' })
    if (status !== 2 || !stderr.includes(`needs Node 20.19, 22.3 or later, and this is ${version}`))
      throw new Error(`as Node ${version}: status ${status}\n${stderr}`)
  }
}

function use(app: string, parts: readonly string[]): void {
  writeFileSync(
    join(app, 'use.js'),
    [
      "import { readFileSync } from 'node:fs'",
      ...parts.map((part, i) => `import * as part${i} from 'kfuncs${part.slice(1)}'`),
      `for (const [i, part] of [${parts.map((_, i) => `part${i}`).join(', ')}].entries()) if (Object.keys(part).length === 0) throw new Error('empty: ' + i)`,
      'for (const name of part0.bundledKernels) {',
      '  const kernel = await part0.openKernel(name)',
      '  if (!kernel.ok) throw new Error(kernel.fault.what)',
      '}',
      "const kernel = await part0.openKernel('6.12')",
      "const { load } = await import('./guard.skel.js')",
      "const guard = load((await import('kfuncs/runtime')).createMachine(kernel.value), { variables: { stateful: false } })",
      'if (!guard.ok) throw new Error(guard.fault.what)',
      'guard.value.programs.guard.testRun({ data: new Uint8Array(64) })',
      'if (guard.value.variables.seen !== 1) throw new Error(String(guard.value.variables.seen))',
      'if (!kernel.ok) throw new Error(kernel.fault.what)',
      "const bytes = readFileSync('node_modules/kfuncs/examples/03-flags/acquire.bpf.o')",
      "const checked = part0.check(bytes, kernel.value, { name: 'acquire.bpf.o' })",
      'if (!checked.ok) throw new Error(checked.fault.what)',
      "const verdicts = checked.value.map(({ program, verdict }) => program + ' ' + verdict).join(', ')",
      "if (!verdicts.startsWith('acquire_release accept, acquire_leak reject')) throw new Error(verdicts)",
      'console.log(verdicts)',
      "const module = await part0.defineModule({ name: 'host', c: '__bpf_kfunc int host_add(int a, int b);', register: { BPF_PROG_TYPE_XDP: ['host_add'] } })",
      'if (!module.ok) throw new Error(module.fault.what)',
    ].join('\n'),
  )
}

/** Programs that wait, from the sources, where the engine puts WebAssembly aside meanwhile. Node 20 and 24 interpret them. */
function waits(node: string): void {
  const asked = execFileSync(node, ['-p', "process.version + ' ' + ('Suspending' in WebAssembly)"], {
    encoding: 'utf8',
  })
  const [version, suspends] = asked.trim().split(' ')
  if (suspends !== 'true') return
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs')
  const { status, stdout, stderr } = spawnSync(node, [vitest, 'run', 'test/runtime/waits.test.ts'], {
    cwd: root,
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`${version}: programs that wait: status ${status}\n${stdout}${stderr}`)
  console.log(`${version}: programs that wait are compiled`)
}

function binaryIn(home: string): string {
  const candidates = [join(home, 'node_modules', 'node', 'bin', 'node'), join(home, 'node_modules', '.bin', 'node')]
  const found = candidates.find((path) => existsSync(path))
  if (found === undefined) throw new Error(`no binary in ${home}`)
  return found
}

/** The command and the library, with one release of Node. */
function smoke(node: string, app: string): void {
  const version = execFileSync(node, ['--version'], { encoding: 'utf8' }).trim()
  const cli = join(app, 'node_modules', '.bin', 'kfuncs')
  const object = join('node_modules', 'kfuncs', 'examples', '03-flags', 'acquire.bpf.o')
  const run = (...args: string[]) => spawnSync(node, [cli, ...args], { cwd: app, encoding: 'utf8' })
  const one = run('check', '--format', 'json', object)
  if (one.status !== 1) throw new Error(`${version}: check: status ${one.status}\n${one.stdout}${one.stderr}`)
  const rows = one.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { program: string; verdict: string })
  if (rows.find(({ program }) => program === 'acquire_release')?.verdict !== 'accept') throw new Error(one.stdout)
  if (rows.find(({ program }) => program === 'acquire_leak')?.verdict !== 'reject') throw new Error(one.stdout)
  const two = run('check', '--jobs', '2', '--format', 'json', object, object)
  if (two.stdout.trim().split('\n').length !== 2 * rows.length)
    throw new Error(`${version}: --jobs 2: ${two.stdout}${two.stderr}`)
  const module = join(root, 'examples', 'modules', 'host.json')
  const three = run('list', '--module', module, 'host_session')
  if (three.status !== 0) throw new Error(`${version}: list --module: ${three.stdout}${three.stderr}`)
  const used = spawnSync(node, ['use.js'], { cwd: app, encoding: 'utf8' })
  if (used.status !== 0) throw new Error(`${version}: ${used.stderr}`)
  console.log(`${version}: ${used.stdout.trim()}`)
}
