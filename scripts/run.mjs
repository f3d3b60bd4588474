// SPDX-License-Identifier: Apache-2.0
// Runs one of our TypeScript scripts on a Node that does not read TypeScript: bundles it, then imports it.
//   node scripts/run.mjs scripts/make-profile.ts ARGS
import { rmSync } from 'node:fs'
import { dirname, isAbsolute, join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { rolldown } from 'rolldown'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const script = process.argv[2]
if (script === undefined) throw new Error('usage: node scripts/run.mjs SCRIPT.ts [ARGS]')
// Packages are left where they are. Two folders below the root, as src/FLOOR/ is: files found by import.meta.url stay where they are.
const file = join(root, 'node_modules', '.kfuncs', `${script.replaceAll(/[^\w-]+/g, '_')}-${process.pid}.mjs`)
process.on('exit', () => rmSync(file, { force: true }))
const bundle = await rolldown({
  input: resolve(script),
  platform: 'node',
  logLevel: 'warn',
  external: (id) => !id.startsWith('.') && !isAbsolute(id),
})
await bundle.write({ file, format: 'esm', codeSplitting: false })
process.argv.splice(1, 2, resolve(script))
await import(pathToFileURL(file).href)
