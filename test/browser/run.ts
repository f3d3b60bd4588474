// SPDX-License-Identifier: Apache-2.0
// npm run test:browser [-- NAME]: the packed package, installed in an empty folder, in pages that Vite, esbuild and webpack
// build with nothing configured (those with NAME in theirs), opened in headless Chromium (CHROMIUM, or the first one found).
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { build } from 'esbuild'
import { setTimeout } from 'node:timers/promises'
import { type Browser, chromium, type Page } from 'playwright-core'
import { installPackage } from '../package/install.ts'
import { type Bundler, bundlers } from './bundlers.ts'

const root = process.cwd()
const browser = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  (path) => path !== undefined && existsSync(path),
)
if (browser === undefined) throw new Error('no Chromium found: install one (apt install chromium) or set CHROMIUM')

/** What the page must say. */
const parts = [
  'acquire_release accept',
  'acquire_leak reject',
  'Unreleased reference id=',
  'is a void pointer without a size',
  'callers of a module as Linux says',
  'header_checked answers 1, 2',
  'waited for p1, p2, compiled',
]
/** No code from text; WebAssembly there must be. */
const strict = "script-src 'self' 'wasm-unsafe-eval'"
const wanted = process.argv[2] ?? ''
const app = mkdtempSync(join(tmpdir(), 'kfuncs-browser-'))
const chrome = await chromium.launch({ executablePath: browser, args: ['--no-sandbox'] })
try {
  installPackage(app)
  await writePage()
  for (const bundler of bundlers)
    if (bundler.name.toLowerCase().includes(wanted.toLowerCase()))
      for (const policy of bundler.name === 'esbuild, split' ? [undefined, strict] : [undefined])
        await open(bundler, chrome, policy)
} finally {
  await chrome.close()
  rmSync(app, { recursive: true, force: true })
}

/** The page as an app has it: JavaScript that imports kfuncs, and files to fetch. */
async function writePage(): Promise<void> {
  await build({
    entryPoints: [join(root, 'test/browser/page.ts')],
    outfile: join(app, 'page.js'),
    bundle: true,
    format: 'esm',
    external: ['kfuncs', 'kfuncs/runtime'],
    // The example finds its C text beside itself; a page in one classic script has no import.meta.
    define: { 'import.meta.url': JSON.stringify('http://localhost/') },
    plugins: [
      {
        // examples/modules/contract-module.ts reads the C text beside it; the page has no files, so it is given the text.
        name: 'contract.h',
        setup(plugin) {
          plugin.onResolve({ filter: /^node:fs$/ }, ({ path }) => ({ path, namespace: 'contract' }))
          plugin.onLoad({ filter: /.*/, namespace: 'contract' }, () => ({
            contents: `export const readFileSync = () => ${JSON.stringify(readFileSync(join(root, 'examples/modules/contract.h'), 'utf8'))}`,
          }))
        },
      },
    ],
  })
  writeFileSync(
    join(app, 'index.html'),
    '<!doctype html><meta charset="utf-8"><title>running</title><body></body><script type="module" src="/page.js"></script>',
  )
  mkdirSync(join(app, 'public'))
  for (const file of [
    'examples/03-flags/acquire.bpf.o',
    'examples/18-memory/packet.bpf.o',
    'examples/modules/types.bpf.o',
    'examples/modules/verdicts.json',
    'test/runtime/programs/waits.bpf.o',
  ])
    copyFileSync(join(root, file), join(app, 'public', basename(file)))
}

async function open({ name, serve }: Bundler, chrome: Browser, policy: string | undefined): Promise<void> {
  const { url, close } = await serve(app)
  const tab = await chrome.newPage()
  if (policy !== undefined)
    await tab.route('**/*', async (route) => {
      const response = await route.fetch()
      await route.fulfill({ response, headers: { ...response.headers(), 'content-security-policy': policy } })
    })
  const errors: string[] = []
  tab.on('pageerror', (error) => errors.push(String(error)))
  tab.on('response', (response) => {
    if (response.status() >= 400 && !response.url().endsWith('favicon.ico'))
      errors.push(`${response.status()} ${response.url()}`)
  })
  try {
    await tab.goto(url)
    await ended(tab)
    const text = (await tab.textContent('body')) ?? ''
    if ((await tab.title()) !== 'done' || errors.length > 0) throw new Error(`${name}: ${errors.join('\n')}\n${text}`)
    for (const part of parts)
      if (!text.includes(part)) throw new Error(`${name}: the page does not say ${part}:\n${text}`)
    console.log(
      `${name}${policy === undefined ? '' : `, ${policy}`}, Chromium ${chrome.version()}: the page says what Node says, of a module declared in C, of a program that runs, of one that waits, too`,
    )
  } finally {
    await tab.close()
    await close()
  }
}

/** Asked again and again: what waits within the page is made of text, which the policy forbids. */
async function ended(tab: Page): Promise<void> {
  const until = Date.now() + 120_000
  while ((await tab.title()) === 'running') {
    if (Date.now() > until) throw new Error('the page did not end')
    await setTimeout(100)
  }
}
