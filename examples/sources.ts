import { existsSync, readFileSync } from 'node:fs'
import { check, openKernel, unwrap } from 'kfuncs'
import { loadC } from 'kfuncs/cdecl'

const c = unwrap(await loadC())
// an object names its files as its compiler did: './18-memory/memory.bpf.c', and headers
const sources = (file: string) => {
  const path = `examples/${file}`
  return existsSync(path) ? unwrap(c.source(readFileSync(path, 'utf8'), file)) : undefined
}
const object = readFileSync('examples/18-memory/memory.bpf.o')
for (const { program, diagnostic } of unwrap(check(object, unwrap(await openKernel('6.12')), { sources })))
  console.log(program, diagnostic?.help.join(' ') ?? 'accepted')
