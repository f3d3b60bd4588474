// SPDX-License-Identifier: Apache-2.0
/**
 * A program calls a kfunc in TypeScript that takes five numbers; beside it WebAssembly that imports the same function, by turns.
 *
 *   LAB=.lab npm run bench -- calls          CLANG: clang-19 unless told
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { lab, root, value } from '../conformance/lab.ts'
import { defineModule, openKernel, unwrap, withModule } from '../src/index.ts'
import { Code, encodeModule, type FunctionType } from '../src/jit/index.ts'
import { createMachine } from '../src/runtime/index.ts'

const CALLS = 1000
const REPEAT = 100
const ROUNDS = 200
const bound = 1.5

const five = (a: number, b: number, c: number, d: number, e: number): number => (a + b + c + d + e) | 0
const definition = {
  name: 'bench',
  c: '__bpf_kfunc int five(int a, int b, int c, int d, int e);',
  register: { BPF_PROG_TYPE_SCHED_CLS: ['five'] },
  bodies: { five },
}

export async function calls(): Promise<boolean> {
  const [program, bare] = [await ours(), bareImport()]
  let least = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]
  for (let round = 0; round < ROUNDS; round++)
    least = [bare, program].map((run, i) => {
      const start = performance.now()
      run()
      return Math.min(least[i]!, ((performance.now() - start) * 1e6) / (CALLS * REPEAT))
    })
  const ratio = least[1]! / least[0]!
  console.log(
    `  an import of five i32: ${least[0]!.toFixed(1)} ns; a kfunc: ${least[1]!.toFixed(1)} ns; ratio ${ratio.toFixed(2)} (at most ${bound})`,
  )
  return ratio <= bound
}

async function ours(): Promise<() => void> {
  const folder = mkdtempSync(join(tmpdir(), 'kfuncs-bench-'))
  try {
    const object = join(folder, 'calls.bpf.o')
    const headers = ['build/bpftool/bootstrap/libbpf/include', 'build/src/tools/include/uapi']
    const source = join(root, 'bench', 'run', 'calls.c')
    const flags = ['-O2', '-g', '--target=bpf', '-mcpu=v3', ...headers.map((path) => `-I${join(lab, path)}`)]
    execFileSync(process.env.CLANG ?? 'clang-19', [...flags, '-c', source, '-o', object], { stdio: ['ignore', 2, 2] })
    const kernel = unwrap(withModule(unwrap(await openKernel('6.12')), unwrap(await defineModule(definition))))
    const loaded = value(createMachine(kernel).load(readFileSync(object)))
    const program = loaded.programs.get('calls')
    if (program === undefined) throw new Error('calls is not accepted')
    const data = new Uint8Array(64)
    return () => void unwrap(program.testRun({ data, repeat: REPEAT }))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** The loop of calls.c, so many times. */
function bareImport(): () => void {
  const type: FunctionType = { params: [], result: 'i32' }
  const [i, sum] = [0, 1]
  const code = new Code().open('loop')
  code.get(sum).get(i).get(i).i32(1).op('i32.xor').i32(2).i32(3).get(sum).call(0).op('i32.add').set(sum)
  code.get(i).i32(1).op('i32.add').tee(i).i32(CALLS).op('i32.ne').brIf(0).op('end').get(sum).op('end')
  const imports = [
    { module: 'host', name: 'five', type: { params: ['i32', 'i32', 'i32', 'i32', 'i32'], result: 'i32' } },
  ] as const
  const functions = [{ type, locals: ['i32', 'i32'], body: code, export: 'run' }] as const
  const bytes = encodeModule({ types: [], imports, functions, globals: [], pages: 1, table: false })
  const memory = new WebAssembly.Memory({ initial: 1 })
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory }, host: { five } })
  const run = exports['run'] as () => number
  return () => {
    for (let round = 0; round < REPEAT; round++) run()
  }
}
