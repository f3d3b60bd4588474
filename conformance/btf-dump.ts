// SPDX-License-Identifier: Apache-2.0
// Does clang take the C that `kfuncs btf dump` prints? Of every bundled kernel, and of the examples' objects:
//   node scripts/run.mjs conformance/btf-dump.ts
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readElf } from '../src/binary/index.ts'
import { type Btf, dumpC, parseBtf } from '../src/btf/index.ts'
import { bundledKernels, openKernel } from '../src/kernel/index.ts'
import { value } from './lab.ts'

const folder = mkdtempSync(join(tmpdir(), 'kfuncs-btf-'))
let bad = 0
let good = 0

function compile(what: string, btf: Btf): void {
  const file = join(folder, 'dump.h')
  writeFileSync(file, value(dumpC(btf)))
  // kernels since 7.0 have members that are a named struct without a name of their own
  const args = ['-target', 'bpf', '-fsyntax-only', '-x', 'c', file]
  const { status, stderr } = spawnSync('clang-19', args, { encoding: 'utf8' })
  if (status === 0) good++
  else {
    bad++
    console.log(`${what}: ${stderr.split('\n')[0]}`)
  }
}

try {
  for (const name of bundledKernels) compile(name, value(await openKernel(name)).btf)
  for (const path of readdirSync('examples', { recursive: true, encoding: 'utf8' })) {
    if (!path.endsWith('.bpf.o')) continue
    const elf = value(readElf(readFileSync(join('examples', path))))
    const section = elf.section('.BTF')
    if (section !== undefined) compile(path, value(parseBtf(elf.data(section), { name: path })))
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
console.log(`${good} of ${good + bad} compile`)
process.exitCode = bad === 0 ? 0 : 1
