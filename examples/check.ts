import { readFileSync } from 'node:fs'
import { check, openKernel } from 'kfuncs'

const kernel = await openKernel('6.12')
if (!kernel.ok) throw new Error(kernel.fault.what)
const checked = check(readFileSync('examples/03-flags/acquire.bpf.o'), kernel.value, { name: 'acquire.bpf.o' })
if (!checked.ok) throw new Error(checked.fault.what)
for (const { program, verdict, diagnostic } of checked.value) {
  console.log(program, verdict, diagnostic?.code ?? '', diagnostic?.message ?? '')
}
