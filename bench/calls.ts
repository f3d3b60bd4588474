// SPDX-License-Identifier: Apache-2.0
/**
 * Programs call kfuncs in TypeScript of several prototypes; beside each, WebAssembly that imports a function of as many i32 and calls it as
 * often, by turns.
 *
 *   LAB=.lab npm run bench -- calls          CLANG: clang-19 unless told
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root, value } from '../conformance/lab.ts'
import { defineModule, openKernel, unwrap, withModule } from '../src/index.ts'
import { Code, encodeModule, type FunctionType } from '../src/jit/index.ts'
import { headerOptions } from './run/build.ts'
import { createMachine } from '../src/runtime/index.ts'

const CALLS = 1000
/** So often that what a test run costs besides is next to nothing. */
const REPEAT = 200
const ROUNDS = 300
const bound = 1.5

interface Kind {
  readonly c: string
  readonly body: (...args: never[]) => unknown
  /** How many i32 the import beside it has. */
  readonly params: number
}

const kinds: Readonly<Record<string, Kind>> = {
  five_int: {
    c: 'int five_int(int a, int b, int c, int d, int e)',
    body: (a: number, b: number, c: number, d: number, e: number) => (a + b + c + d + e) | 0,
    params: 5,
  },
  five_u32: {
    c: 'u32 five_u32(u32 a, u32 b, u32 c, u32 d, u32 e)',
    body: (a: number, b: number, c: number, d: number, e: number) => (a + b + c + d + e) >>> 0,
    params: 5,
  },
  // of 2^31 and more: no small integers to the engine
  one_u32: { c: 'u32 one_u32(u32 a)', body: (a: number) => a - 5, params: 1 },
  two_bool: {
    c: 'bool two_bool(bool a, bool b)',
    body: (a: boolean, b: boolean) => a && b,
    params: 2,
  },
  two_short: {
    c: 'short two_short(short a, unsigned char b)',
    body: (a: number, b: number) => a - b,
    params: 2,
  },
  two_u64: {
    c: 'int two_u64(u64 a, u64 b)',
    body: (a: bigint, b: bigint) => (a < b ? 1 : 0),
    params: 2,
  },
  five_u64: {
    c: 'int five_u64(u64 a, u64 b, u64 c, u64 d, u64 e)',
    body: (a: bigint, b: bigint, c: bigint, d: bigint, e: bigint) => (a < b && c < d && d < e ? 1 : 0),
    params: 5,
  },
  to_u64: { c: 'u64 to_u64(int a)', body: (a: number) => (a > 500 ? 1n : 2n), params: 1 },
  one_object: {
    c: 'int one_object(struct thing *t, int a)',
    body: (t: { id: number }, a: number) => (t.id + a) | 0,
    params: 2,
  },
  one_sized: {
    c: 'int one_sized(void *to, int to__sz)',
    body: (to: Uint8Array) => to[0]!,
    params: 2,
  },
}
const thing = { id: 7 }
const others = { thing_get: () => thing, thing_put: () => {} }
const definition = {
  name: 'bench',
  c: `struct thing { int id; };
    ${Object.values(kinds)
      .map(({ c }) => `__bpf_kfunc ${c};`)
      .join('\n')}
    __bpf_kfunc struct thing *thing_get(int id);
    __bpf_kfunc void thing_put(struct thing *t);`,
  flags: { thing_get: 'KF_ACQUIRE | KF_RET_NULL', thing_put: 'KF_RELEASE', one_object: 'KF_TRUSTED_ARGS' },
  register: { BPF_PROG_TYPE_SCHED_CLS: [...Object.keys(kinds), ...Object.keys(others)] },
  bodies: { ...Object.fromEntries(Object.entries(kinds).map(([name, { body }]) => [name, body])), ...others },
}

export async function calls(): Promise<boolean> {
  const programs = await ours()
  let passed = true
  console.log(`  ${'kfunc'.padEnd(52)}import ns  kfunc ns     ratio`)
  for (const [name, kind] of Object.entries(kinds)) {
    const runs = [bareImport(kind.params), programs(name)]
    let least = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]
    for (let round = 0; round < ROUNDS; round++)
      least = runs.map((run, i) => {
        const start = performance.now()
        run()
        return Math.min(least[i]!, ((performance.now() - start) * 1e6) / (CALLS * REPEAT))
      })
    const ratio = least[1]! / least[0]!
    if (ratio > bound) passed = false
    const cells = [...least.map((ns) => ns.toFixed(1)), ratio.toFixed(2)].map((cell) => cell.padStart(9)).join(' ')
    console.log(`  ${kind.c.padEnd(51)}${cells} (at most ${bound})`)
  }
  return passed
}

async function ours(): Promise<(name: string) => () => void> {
  const folder = mkdtempSync(join(tmpdir(), 'kfuncs-bench-'))
  try {
    const object = join(folder, 'calls.bpf.o')
    const source = join(root, 'bench', 'run', 'calls.c')
    const flags = ['-O2', '-g', '--target=bpf', '-mcpu=v3', ...headerOptions()]
    execFileSync(process.env.CLANG ?? 'clang-19', [...flags, '-c', source, '-o', object], { stdio: ['ignore', 2, 2] })
    const kernel = unwrap(withModule(unwrap(await openKernel('6.12')), unwrap(await defineModule(definition))))
    const loaded = value(createMachine(kernel).load(readFileSync(object)))
    const data = new Uint8Array(64)
    return (name) => {
      const program = loaded.programs.get(`${name}_calls`)
      if (program === undefined) throw new Error(`${name}_calls is not accepted`)
      return () => void unwrap(program.testRun({ data, repeat: REPEAT }))
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** The loop of calls.c, so many times. */
function bareImport(params: number): () => void {
  const type: FunctionType = { params: [], result: 'i32' }
  const [i, sum] = [0, 1]
  const code = new Code().open('loop')
  code.get(sum)
  for (let param = 0; param < params; param++) code.get(i)
  code.call(0).op('i32.add').set(sum)
  code.get(i).i32(1).op('i32.add').tee(i).i32(CALLS).op('i32.ne').brIf(0).op('end').get(sum).op('end')
  const imported = { params: Array.from({ length: params }, () => 'i32' as const), result: 'i32' } as const
  const imports = [{ module: 'host', name: 'called', type: imported }] as const
  const functions = [{ type, locals: ['i32', 'i32'], body: code, export: 'run' }] as const
  const bytes = encodeModule({ types: [], imports, functions, globals: [], pages: 1, table: false })
  const memory = new WebAssembly.Memory({ initial: 1 })
  const host = { called: sums[params]! }
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory }, host })
  const run = exports['run'] as () => number
  return () => {
    for (let round = 0; round < REPEAT; round++) run()
  }
}

/** By number of parameters. */
const sums: readonly ((...numbers: never[]) => number)[] = [
  () => 0,
  (a: number) => a | 0,
  (a: number, b: number) => (a + b) | 0,
  (a: number, b: number, c: number) => (a + b + c) | 0,
  (a: number, b: number, c: number, d: number) => (a + b + c + d) | 0,
  (a: number, b: number, c: number, d: number, e: number) => (a + b + c + d + e) | 0,
]
