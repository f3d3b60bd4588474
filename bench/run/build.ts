// SPDX-License-Identifier: Apache-2.0
// The workloads compiled four times.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { lab, root } from '../../conformance/lab.ts'

const sources = join(root, 'bench', 'run')

export const workloadNames: readonly string[] = [
  'hashing',
  'checksum',
  'parsing',
  'machine',
  'sorting',
  'mixing',
  'comparing',
  'mapping',
  'ringing',
  'functions',
  'iterating',
  'packets',
]

/** Look-ups alone. */
export const lookupNames: readonly string[] = ['lookup_array', 'lookup_hash', 'lookup_lru', 'lookup_lpm']
const all = [...workloadNames, ...lookupNames]

export interface Built {
  readonly native: string
  readonly wasm: string
  /** undefined: there is no checkout of uBPF. */
  readonly ubpf: string | undefined
}

/** Options for clang: where libbpf's and the kernel's headers are. Throws where the laboratory has not been set up. */
export function headerOptions(): readonly string[] {
  return ['build/bpftool/bootstrap/libbpf/include', 'build/src/tools/include/uapi'].map((path) => {
    const folder = join(lab, path)
    if (!existsSync(folder))
      throw new Error(`${folder} is missing: set LAB to a laboratory, or set one up by conformance/oracle/setup.sh`)
    return `-I${folder}`
  })
}

/** NAME.bpf.o for us and NAME.ubpf.o in the folder, and what runs the others. */
export function buildWorkloads(folder: string): Built {
  const clang = process.env.CLANG ?? 'clang-19'
  const wasmLd = process.env.WASM_LD ?? `/usr/lib/llvm-${/\d+/.exec(clang)?.[0] ?? '19'}/bin/wasm-ld`
  // before minutes of compiling
  if (!existsSync(wasmLd))
    throw new Error(`${wasmLd} is missing: apt-get install lld-19, or say where it is with WASM_LD`)
  const compile = (args: readonly string[]): void =>
    void execFileSync(clang, ['-O2', ...args], { stdio: ['ignore', 2, 2] })
  const scalar = ['-fno-vectorize', '-fno-slp-vectorize']
  const headers = headerOptions()
  for (const name of all) {
    const source = join(sources, `${name}.c`)
    const to = (ending: string): string => join(folder, `${name}.${ending}`)
    compile([...scalar, '-c', source, '-o', to('o')])
    compile(['--target=wasm32', '-nostdlib', '-c', source, '-o', to('wasm.o')])
    compile(['--target=bpf', '-mcpu=v3', '-DUBPF', '-c', source, '-o', to('ubpf.o')])
    compile(['--target=bpf', '-mcpu=v3', '-g', ...headers, '-c', source, '-o', to('bpf.o')])
  }
  const objects = (ending: string): string[] => all.map((name) => join(folder, `${name}.${ending}`))
  const host = join(sources, 'host.c')
  const [native, wasm] = [join(folder, 'native'), join(folder, 'workloads.wasm')]
  compile([...scalar, '-o', native, host, ...objects('o')])
  execFileSync(wasmLd, ['--no-entry', '-o', wasm, ...objects('wasm.o')])
  return { native, wasm, ubpf: buildUbpf(folder, host, compile) }
}

function buildUbpf(folder: string, host: string, compile: (args: readonly string[]) => void): string | undefined {
  const checkout = process.env.UBPF
  if (checkout === undefined) return undefined
  const vm = join(checkout, 'vm')
  if (!existsSync(vm)) throw new Error(`UBPF=${checkout}: no checkout of github.com/iovisor/ubpf`)
  // what its CMake makes of ubpf_config.h.inc
  const config = join(folder, 'ubpf-config')
  mkdirSync(config)
  writeFileSync(join(config, 'ubpf_config.h'), '#define UBPF_HAS_ELF_H 1\n')
  const files = readdirSync(vm).filter((name) => /^ubpf_.*\.c$/.test(name))
  const out = join(folder, 'ubpf')
  const includes = [vm, join(vm, 'inc'), config].map((path) => `-I${path}`)
  compile(['-w', '-DUBPF', ...includes, '-o', out, host, ...files.map((name) => join(vm, name)), '-lm'])
  return out
}
