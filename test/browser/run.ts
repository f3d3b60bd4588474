// SPDX-License-Identifier: Apache-2.0
// npm run test:browser: the core in headless Chromium (CHROMIUM, or the first one found), served from this folder.
import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join, normalize } from 'node:path'
import { createRequire } from 'node:module'
import { chromium } from 'playwright-core'
import { rolldown } from 'rolldown'

const root = process.cwd()
const browser = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  (path) => path !== undefined && existsSync(path),
)
if (browser === undefined) throw new Error('no Chromium found: install one (apt install chromium) or set CHROMIUM')

// examples/modules/contract-module.ts reads the C text beside it; the page has no files, so it is given the text.
const contractText = {
  name: 'contract.h',
  resolveId: (id: string) => (id === 'node:fs' ? '\0contract' : null),
  load: (id: string) =>
    id === '\0contract'
      ? `export const readFileSync = () => ${JSON.stringify(readFileSync(join(root, 'examples/modules/contract.h'), 'utf8'))}`
      : null,
}
const bundle = await rolldown({
  input: join(root, 'test/browser/page.ts'),
  platform: 'browser',
  logLevel: 'warn',
  checks: { eval: false },
  plugins: [contractText],
})
const { output } = await bundle.generate({ format: 'esm', codeSplitting: false })
const page =
  '<!doctype html><meta charset="utf-8"><title>running</title><body><script type="module" src="/page.js"></script>'
const resolve = createRequire(join(root, 'package.json')).resolve
const grammar = ['web-tree-sitter/web-tree-sitter.wasm', 'tree-sitter-c/tree-sitter-c.wasm'].map((file) =>
  resolve(file),
)
const server = createServer((request, response) => {
  const path = normalize(new URL(request.url ?? '/', 'http://localhost').pathname)
  const send = (type: string, body: string | Uint8Array): void => {
    response.writeHead(200, { 'content-type': type }).end(body)
  }
  if (path === '/') send('text/html', page)
  else if (path === '/page.js') send('text/javascript', output[0].code)
  else if (path.endsWith('.wasm') && grammar.some((file) => file.endsWith(path)))
    send('application/wasm', readFileSync(grammar.find((file) => file.endsWith(path))!))
  else if (/^\/(profiles|examples)\/[\w./-]+$/.test(path) && existsSync(join(root, path)))
    send('application/octet-stream', readFileSync(join(root, path)))
  else response.writeHead(404).end()
})
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
const { port } = server.address() as AddressInfo
const chrome = await chromium.launch({ executablePath: browser, args: ['--no-sandbox'] })
try {
  const tab = await chrome.newPage()
  tab.on('pageerror', (error) => console.error(error))
  await tab.goto(`http://127.0.0.1:${port}/`)
  await tab.waitForFunction("document.title !== 'running'", undefined, { timeout: 60_000 })
  const text = (await tab.textContent('body')) ?? ''
  if ((await tab.title()) !== 'done') throw new Error(text)
  for (const wanted of [
    'acquire_release accept',
    'acquire_leak reject',
    'Unreleased reference id=',
    'is a void pointer without a size',
    'callers of a module as Linux says',
  ]) {
    if (!text.includes(wanted)) throw new Error(`the page does not say ${wanted}:\n${text}`)
  }
  console.log(`${chrome.version()}: the check in the page says what Node says, of a module declared in C too`)
} finally {
  await chrome.close()
  server.close()
}
