// SPDX-License-Identifier: Apache-2.0
// What the README shows is what its commands print and what its code does. `scripts/make-readme.ts` renews it.
import { readFileSync } from 'node:fs'
import { expect, test, vi } from 'vitest'
import { main } from '../src/cli/main.ts'

const root = new URL('../', import.meta.url)
const text = (path: string): string => readFileSync(new URL(path, root), 'utf8')
const readme = text('README.md')

test('the first command prints what stands there', async () => {
  const demo = /node dist\/cli\.js (.*?) \|\|/.exec(text('package.json'))![1]!.split(' ')
  let out = ''
  vi.spyOn(process.stdout, 'write').mockImplementation((part) => {
    out += String(part)
    return true
  })
  await main(demo)
  vi.restoreAllMocks()
  expect(out).toContain('kernel: ')
  expect(readme).toContain(`$ npm ci && npm run demo\n${out}\`\`\``)
})

test.for(['examples/check.ts', 'examples/host.ts'])('%s stands there, and runs', async (path) => {
  expect(readme).toContain(`\`\`\`ts\n${text(path)}\`\`\``)
  const lines: string[] = []
  vi.spyOn(console, 'log').mockImplementation((...parts) => void lines.push(parts.join(' ')))
  const { argv } = process
  process.argv = argv.slice(0, 2)
  try {
    await import(new URL(path, root).href)
  } finally {
    process.argv = argv
    vi.restoreAllMocks()
  }
  if (path.endsWith('check.ts')) expect(lines[1]).toMatch(/^acquire_leak reject KF\d{3} Unreleased reference id=/)
})
