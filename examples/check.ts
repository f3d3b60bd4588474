import { readFileSync } from 'node:fs'
import { check, openKernel, unwrap } from 'kfuncs'

const path = process.argv[2] ?? 'examples/03-flags/acquire.bpf.o'
const kernel = unwrap(await openKernel('6.12'))
for (const { program, verdict, diagnostic } of unwrap(check(readFileSync(path), kernel, { name: path }))) {
  console.log(program, verdict, diagnostic?.code ?? '', diagnostic?.message ?? '')
}
