// SPDX-License-Identifier: Apache-2.0
// Puts into README.md what its commands print and the code it shows:
//   npm run build && node scripts/run.mjs scripts/make-readme.ts
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'

const demo = /node dist\/cli\.js (.*?) \|\|/.exec(readFileSync('package.json', 'utf8'))![1]!.split(' ')
const { stdout } = spawnSync(process.execPath, ['dist/cli.js', ...demo], { encoding: 'utf8' })
const blocks: [RegExp, string][] = [
  [/(\$ npm ci && npm run demo\n)[\s\S]*?(```)/, stdout],
  [/(## From TypeScript\n\n```ts\n)[\s\S]*?(```)/, readFileSync('examples/check.ts', 'utf8')],
  [/(## Kfuncs of your own[\s\S]*?```ts\n)[\s\S]*?(```)/, readFileSync('examples/host.ts', 'utf8')],
]
let text = readFileSync('README.md', 'utf8')
for (const [place, content] of blocks)
  text = text.replace(place, (_, before: string, after: string) => before + content + after)
writeFileSync('README.md', text)
