// SPDX-License-Identifier: Apache-2.0
// What the page runs: one check, all of it in the browser, on the public API.
import { check, defineModule, openKernel, renderPretty, withModule } from '../../src/index.ts'

const bytes = async (path: string): Promise<Uint8Array> => {
  const answer = await fetch(path)
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`)
  return new Uint8Array(await answer.arrayBuffer())
}

async function run(): Promise<string> {
  const kernel = await openKernel('6.12', { readProfile: (file) => bytes(`/profiles/${file}`) })
  if (!kernel.ok) throw new Error(kernel.fault.what)
  const checked = check(await bytes('/examples/03-flags/acquire.bpf.o'), kernel.value, { name: 'acquire.bpf.o' })
  if (!checked.ok) throw new Error(checked.fault.what)
  return checked.value.map((outcome) => `${outcome.program} ${outcome.verdict}\n${renderPretty(outcome)}`).join('\n')
}

void defineModule
void withModule
const { document } = globalThis as unknown as { document: { title: string; body: { textContent: string } } }
run().then(
  (text) => {
    document.body.textContent = text
    document.title = 'done'
  },
  (error: unknown) => {
    document.body.textContent = error instanceof Error ? (error.stack ?? error.message) : String(error)
    document.title = 'failed'
  },
)
