// SPDX-License-Identifier: Apache-2.0
// src/cli/kfunc-uses.json: for each kfunc the shortest program of examples/ that calls it and that the real kernel accepts, cut
// out with whatever of its file it uses. `kfuncs show` prints it. Run it after the examples changed:
//   node scripts/run.mjs scripts/make-kfunc-uses.ts
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { openKernel } from '../src/kernel/index.ts'
import { linkProgram, openObject } from '../src/object/index.ts'
import { excerpt } from './excerpt.ts'
import { plainC } from './plain-c.ts'

interface Judged {
  readonly object: string
  readonly program: string
  readonly verdict: string
}
interface Use {
  readonly file: string
  readonly program: string
  readonly text: string
}

const { programs } = JSON.parse(readFileSync('examples/verdicts.json', 'utf8')) as { programs: Judged[] }
const kernel = await openKernel('6.12')
if (!kernel.ok) throw new Error(kernel.fault.what)
const header = readFileSync('examples/include/example.h', 'utf8')
const uses = new Map<string, Use>()
for (const { object: name, program, verdict } of programs) {
  // What modules/ and testmod/ call is no kfunc of the bundled kernel.
  if (verdict !== 'accept' || /^(?:modules|testmod)\//.test(name) || !existsSync(`examples/${name}`)) continue
  const object = openObject(readFileSync(`examples/${name}`), name)
  if (!object.ok) throw new Error(object.fault.what)
  const linked = linkProgram(object.value, program, kernel.value)
  if (!linked.ok) continue
  const called = [...linked.value.refs.values()].flatMap((ref) => (ref.kind === 'kfunc' ? [ref] : []))
  if (called.length === 0) continue
  const file = `examples/${name.replace(/\.o$/, '.c')}`
  const text = plainC(excerpt(readFileSync(file, 'utf8'), program), header)
  for (const ref of called) {
    const known = uses.get(ref.name)
    if (known === undefined || text.length < known.text.length) uses.set(ref.name, { file, program, text })
  }
}
const sorted = [...uses].sort(([a], [b]) => (a < b ? -1 : 1))
writeFileSync('src/cli/kfunc-uses.json', `${JSON.stringify(Object.fromEntries(sorted), null, 2)}\n`)
