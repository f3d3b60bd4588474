// SPDX-License-Identifier: Apache-2.0
// What the README shows is what its commands print and what its code does. `scripts/make-readme.ts` renews it.
import { readdirSync, readFileSync } from 'node:fs'
import { expect, test, vi } from 'vitest'
import { defineModule, type ModuleDefinition, unwrap } from '../src/index.ts'
import { runHere } from './cli/here.ts'

const root = new URL('../', import.meta.url)
const text = (path: string): string => readFileSync(new URL(path, root), 'utf8')
const readme = text('README.md')

test('the first command prints what stands there', async () => {
  const demo = /node dist\/cli\.js (.*?) \|\|/.exec(text('package.json'))![1]!.split(' ')
  const { out } = await runHere(...demo)
  expect(out).toContain('kernel: ')
  expect(readme).toContain(`$ npm ci && npm run demo\n${out}\`\`\``)
})

const documents = ['README.md', ...readdirSync(new URL('docs/', root)).map((file) => `docs/${file}`)]
const examples = [
  'examples/check.ts',
  'examples/sources.ts',
  'examples/run.ts',
  'examples/mock.ts',
  'examples/limits.ts',
  'examples/replace.ts',
  'examples/sanitize.ts',
  'examples/bodies.ts',
  'examples/host.ts',
  'examples/guest.ts',
  'examples/modules/filtered.ts',
  'examples/apps/hooks/hooks.ts',
]
/** Commands and templates that stand in no example: what runs them is beside each. */
const others: ReadonlyMap<string, string> = new Map([
  ['$ npx kfuncs check prog.bpf.o\n', 'test/package'],
  ['$ npm ci && npm test\n', '.ci/run'],
])

test('every block of code is that of an example, or is run elsewhere', () => {
  const code = new Set(examples.map(text))
  for (const file of documents) {
    for (const [, language, block] of text(file).matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)) {
      if (language === 'ts') expect(code, `${file}:\n${block}`).toContain(block)
      if (language === 'console' && !block!.startsWith('$ npm ci && npm run demo\n'))
        expect(others.get(block!), `${file}:\n${block}`).toBeDefined()
      // c: docs/codes.md is made from examples/ (explain/codes tests); text and sh: usage, and what needs a kernel's files.
      expect(['ts', 'console', 'c', 'text', 'sh', 'json'], file).toContain(language)
    }
  }
})

test.for(examples)('%s runs', async (path) => {
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
  if (path.endsWith('run.ts')) expect(lines).toEqual(['1'])
  if (path.endsWith('hooks.ts')) expect(lines).toEqual(['spam 0 1', '0'])
  if (path.endsWith('mock.ts')) expect(lines[0]).toMatch(/^-?\d+ 1 \d+ \d+$/)
  if (path.endsWith('check.ts')) expect(lines[1]).toMatch(/^acquire_leak reject KF\d{3} Unreleased reference id=/)
})

test.for(['examples/host.ts', 'examples/bodies.ts', 'examples/modules/filtered.ts'])(
  '%s is a module without a warning',
  async (path) => {
    const { default: definition } = (await import(new URL(path, root).href)) as { default: ModuleDefinition }
    expect(unwrap(await defineModule(definition)).warnings).toEqual([])
  },
)
