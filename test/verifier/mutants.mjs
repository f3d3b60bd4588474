// SPDX-License-Identifier: Apache-2.0
// How much of a file the file tests hold: its conditions broken one at a time, in memory. A mutant that no program notices is told; most of
// them are a rule without a program.
//   node test/verifier/mutants.mjs [--each N] src/verifier/call/objects/locks.ts...      N mutants of each file, spread over it; all without
import { spawnSync } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { rolldown } from 'rolldown'

const swaps = [
  [' === ', ' !== '],
  [' !== ', ' === '],
  [' < ', ' <= '],
  [' <= ', ' < '],
  [' > ', ' >= '],
  [' >= ', ' > '],
  [' && ', ' || '],
  [' || ', ' && '],
  [' + ', ' - '],
  [' & ', ' | '],
  ['return true', 'return false'],
  ['return false', 'return true'],
]
/** ms; a wrong verifier may not come to an end. */
const patience = 120_000

const args = process.argv.slice(2)
const each = args[0] === '--each' ? Number(args.splice(0, 2)[1]) : Number.POSITIVE_INFINITY
let [killed, survived] = [0, 0]
for (const file of args) {
  const all = mutantsOf(readFileSync(file, 'utf8'))
  const step = Math.max(1, all.length / each)
  for (let i = 0; i < all.length; i += step) {
    const { line, from, to, text } = all[Math.floor(i)]
    const noticed = await runWith(file, text)
    if (noticed === undefined) survived++
    else killed++
    console.log(
      `${noticed === undefined ? 'NOT NOTICED' : 'noticed'} ${file}:${line}:${from}→${to}${noticed === undefined ? '' : `  ${noticed}`}`,
    )
  }
}
console.log(`${killed} noticed, ${survived} not`)

function mutantsOf(source) {
  const lines = source.split('\n')
  return lines.flatMap((text, at) => {
    if (/^\s*(\/\/|\*|\/\*|import|export type|type )/.test(text) || /^\s*readonly /.test(text)) return []
    return swaps.flatMap(([from, to]) => {
      const where = text.indexOf(from)
      if (where < 0) return []
      const changed = text.slice(0, where) + to + text.slice(where + from.length)
      return [{ line: at + 1, from, to, text: [...lines.slice(0, at), changed, ...lines.slice(at + 1)].join('\n') }]
    })
  })
}

/** What the first program to notice is called; undefined: none did. */
async function runWith(file, text) {
  const path = resolve(file)
  const bundle = await rolldown({
    input: 'test/verifier/filetest/run-all.ts',
    platform: 'node',
    logLevel: 'silent',
    external: (id) => !id.startsWith('.') && !id.startsWith('/'),
    plugins: [{ name: 'mutant', load: (id) => (id === path ? { code: text, moduleType: 'ts' } : undefined) }],
  })
  const out = join('node_modules', '.kfuncs', `mutant-${process.pid}.mjs`)
  await bundle.write({ file: out, format: 'esm', codeSplitting: false })
  const { status, stdout, stderr } = spawnSync(process.execPath, [out], { encoding: 'utf8', timeout: patience })
  rmSync(out, { force: true })
  if (status === 0) return undefined
  return (
    stdout.trim().split('\n')[0] ||
    (status === null
      ? 'no end'
      : stderr
          .trim()
          .split('\n')
          .find((line) => /Error/.test(line)))
  )
}
