// SPDX-License-Identifier: Apache-2.0
// What the page runs: the public API with no option given, as somebody writes it who installed the package.
import { check, defineModule, kernelFromModule, openKernel, renderPretty, withModule } from 'kfuncs'
import { createMachine } from 'kfuncs/runtime'
import contract from '../../examples/modules/contract-module.ts'
import { pages } from '../runtime/waits-module.ts'

const { document } = globalThis as unknown as { document: { title: string; body: { textContent: string } } }
const bytes = async (path: string): Promise<Uint8Array> => {
  const answer = await fetch(path)
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`)
  return new Uint8Array(await answer.arrayBuffer())
}

async function run(): Promise<string> {
  const kernel = await openKernel('6.12')
  if (!kernel.ok) throw new Error(kernel.fault.what)
  const checked = check(await bytes('/acquire.bpf.o'), kernel.value, { name: 'acquire.bpf.o' })
  if (!checked.ok) throw new Error(checked.fault.what)
  return checked.value.map((outcome) => `${outcome.program} ${outcome.verdict}\n${renderPretty(outcome)}`).join('\n')
}

interface Judged {
  readonly object: string
  readonly program: string
  readonly verdict: string
}

/** Kfuncs of one's own, declared in C: the same callers have the verdicts that Linux gave, over a kernel and with no Linux at all. */
async function modules(): Promise<string> {
  const refused = await defineModule({ name: 'm', c: 'int f(void *mem);', register: { BPF_PROG_TYPE_XDP: ['f'] } })
  if (refused.ok) throw new Error('a void pointer without a size was taken')
  const module = await defineModule(contract)
  if (!module.ok) throw new Error(module.fault.what)
  const kernel = await openKernel('6.12')
  if (!kernel.ok) throw new Error(kernel.fault.what)
  const callers = await bytes('/types.bpf.o')
  const judged = JSON.parse(new TextDecoder().decode(await bytes('/verdicts.json'))) as Judged[]
  let agree = 0
  for (const host of [withModule(kernel.value, module.value), kernelFromModule(module.value)]) {
    if (!host.ok) throw new Error(host.fault.what)
    const checked = check(callers, host.value, { name: 'types.bpf.o' })
    if (!checked.ok) throw new Error(checked.fault.what)
    for (const { program, verdict } of checked.value) {
      // fentry needs a Linux to attach to
      if (program.startsWith('filter_')) continue
      const wanted = judged.find((row) => row.object === 'types.bpf.o' && row.program === program)?.verdict
      if (verdict !== wanted) throw new Error(`${program}: ${verdict}, Linux says ${wanted}`)
      agree++
    }
  }
  return `${refused.fault.what}\n${agree} callers of a module as Linux says`
}

/** A program that was accepted runs: on zeroes, and on other bytes. */
async function runs(): Promise<string> {
  const kernel = await openKernel('6.12')
  if (!kernel.ok) throw new Error(kernel.fault.what)
  const loaded = createMachine(kernel.value).load(await bytes('/packet.bpf.o'))
  if (!loaded.ok) throw new Error(loaded.fault.what)
  const program = loaded.value.programs.get('header_checked')
  if (program === undefined) throw new Error('header_checked is not loaded')
  const results = [0, 9].map((byte) => {
    const run = program.testRun({ data: new Uint8Array(64).fill(byte) })
    return run.ok ? run.value.retval : run.fault.what
  })
  return `header_checked answers ${results.join(', ')}`
}

/** Two runs of one program wait for what a page fetches, and take turns: compiled, as this engine can put WebAssembly aside. */
async function waits(): Promise<string> {
  const kernel = await openKernel('6.12')
  if (!kernel.ok) throw new Error(kernel.fault.what)
  const later = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
  const module = await defineModule(
    pages({
      fetch: async (number) => ({ number, text: `p${number}` }),
      async text({ number, text }) {
        await later(number === 1 ? 50 : 1)
        return text
      },
      count: async () => 1,
    }),
  )
  if (!module.ok) throw new Error(module.fault.what)
  const host = withModule(kernel.value, module.value)
  if (!host.ok) throw new Error(host.fault.what)
  let compiled = false
  const engine = WebAssembly as unknown as { promising: (call: unknown) => unknown }
  const { promising } = engine
  engine.promising = (call) => {
    compiled = true
    return promising(call)
  }
  const loaded = createMachine(host.value).load(await bytes('/waits.bpf.o'))
  if (!loaded.ok) throw new Error(loaded.fault.what)
  const program = loaded.value.programs.get('fetch')
  if (program === undefined) throw new Error('fetch is not loaded')
  const texts = await Promise.all(
    [1, 2].map(async (number) => {
      const run = await program.testRunAsync({ ctx: new Uint8Array(new Uint32Array([number, 0, 0]).buffer) })
      if (!run.ok) throw new Error(run.fault.what)
      return new TextDecoder().decode(run.value.ctx?.slice(4, 6))
    }),
  )
  return `waited for ${texts.join(', ')}, ${compiled ? 'compiled' : 'interpreted'}`
}

Promise.all([run(), modules(), runs(), waits()]).then(
  (texts) => {
    document.body.textContent = texts.join('\n')
    document.title = 'done'
  },
  (error: unknown) => {
    document.body.textContent = error instanceof Error ? (error.stack ?? error.message) : String(error)
    document.title = 'failed'
  },
)
