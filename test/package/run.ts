// SPDX-License-Identifier: Apache-2.0
/**
 * The published package, as its users get it: packed, checked by publint and attw, installed in an empty folder with nothing
 * else in it, and run there: the command on an example, every sub-path import, types with TypeScript.
 *
 *   npm run test:package [-- --node 24 --node 26]    also with those Node releases, from npm's node@24, node@26
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const root = process.cwd()
const npm = (args: readonly string[], cwd: string): string =>
  execFileSync('npm', [...args, '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  })
const releases = process.argv.flatMap((arg, i) => (process.argv[i - 1] === '--node' ? [arg] : []))
const folder = mkdtempSync(join(tmpdir(), 'kfuncs-package-'))
try {
  const tarball = join(
    folder,
    npm(['pack', '--pack-destination', folder, '--ignore-scripts'], root).trim().split('\n').at(-1)!,
  )
  execFileSync('npx', ['publint', '--strict', tarball], { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] })
  execFileSync('npx', ['attw', tarball, '--profile', 'esm-only', '--quiet'], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  const app = join(folder, 'app')
  execFileSync('mkdir', [app])
  writeFileSync(join(app, 'package.json'), '{ "name": "app", "private": true, "type": "module" }\n')
  npm(['install', tarball], app)
  const installed = join(app, 'node_modules', 'kfuncs')
  const manifest = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')) as {
    exports: Record<string, unknown>
  }
  const parts = Object.keys(manifest.exports).filter((part) => !part.includes('*') && !part.endsWith('.json'))
  writeFileSync(
    join(app, 'use.js'),
    [
      "import { readFileSync } from 'node:fs'",
      ...parts.map((part, i) => `import * as part${i} from 'kfuncs${part.slice(1)}'`),
      `for (const [i, part] of [${parts.map((_, i) => `part${i}`).join(', ')}].entries()) if (Object.keys(part).length === 0) throw new Error('empty: ' + i)`,
      "const kernel = await part0.openKernel('6.12')",
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
  writeFileSync(
    join(app, 'use.ts'),
    `${parts.map((part, i) => `import * as part${i} from 'kfuncs${part.slice(1)}'`).join('\n')}\nexport const all: object[] = [${parts.map((_, i) => `part${i}`).join(', ')}]\n`,
  )
  const compilerOptions = {
    noEmit: true,
    strict: true,
    target: 'es2023',
    lib: ['es2023', 'webworker'],
    types: [],
    skipLibCheck: false,
  }
  for (const resolution of [{ module: 'nodenext' }, { module: 'esnext', moduleResolution: 'bundler' }]) {
    const options = { ...compilerOptions, ...resolution }
    writeFileSync(join(app, 'tsconfig.json'), JSON.stringify({ compilerOptions: options, include: ['use.ts'] }))
    execFileSync(join(root, 'node_modules', '.bin', 'tsc'), [], { cwd: app, stdio: ['ignore', 'inherit', 'inherit'] })
  }
  console.log('types: every sub-path import resolves under nodenext and as bundlers do')
  smoke(process.execPath, app)
  for (const release of releases) {
    const home = join(folder, `node${release}`)
    execFileSync('mkdir', [home])
    writeFileSync(join(home, 'package.json'), '{ "private": true }\n')
    npm(['install', `node@${release}`], home)
    smoke(binaryIn(home), app)
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
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
  const cli = join(app, 'node_modules', 'kfuncs', 'dist', 'cli.js')
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
  const used = spawnSync(node, ['use.js'], { cwd: app, encoding: 'utf8' })
  if (used.status !== 0) throw new Error(`${version}: ${used.stderr}`)
  console.log(`${version}: ${used.stdout.trim()}`)
}
