// SPDX-License-Identifier: Apache-2.0
// Puts into README.md what its commands print and the code it shows:
//   npm run build && node scripts/run.mjs scripts/make-readme.ts
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'

const demo = /node dist\/cli\.js (.*?) \|\|/.exec(readFileSync('package.json', 'utf8'))![1]!.split(' ')
const { stdout } = spawnSync(process.execPath, ['dist/cli.js', ...demo], { encoding: 'utf8' })
/** Documents and the code that stands in them, in this order. */
const shown: Readonly<Record<string, readonly string[]>> = {
  'README.md': ['examples/check.ts', 'examples/run.ts', 'examples/host.ts'],
  'docs/runtime.md': [
    'examples/run.ts',
    'examples/limits.ts',
    'examples/sanitize.ts',
    'examples/mock.ts',
    'examples/bodies.ts',
  ],
  'docs/modules.md': [
    'examples/host.ts',
    'examples/guest.ts',
    'examples/modules/filtered.ts',
    'examples/apps/hooks/hooks.ts',
  ],
}
for (const [file, examples] of Object.entries(shown)) {
  const code = examples.map((path) => readFileSync(path, 'utf8'))
  const text = readFileSync(file, 'utf8')
    .replace(
      /(\$ npm ci && npm run demo\n)[\s\S]*?(```)/,
      (_, before: string, after: string) => before + stdout + after,
    )
    .replace(/(```ts\n)[\s\S]*?(```)/g, (_, before: string, after: string) => before + code.shift() + after)
  if (code.length > 0) throw new Error(`${file} does not show ${code.length} of its examples`)
  writeFileSync(file, text)
}
