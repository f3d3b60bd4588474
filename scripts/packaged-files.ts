// SPDX-License-Identifier: Apache-2.0
// What the build adds to our own code: the files that come with the package as modules of dist/data (src/packaged.ts says why),
// and the libraries that it bundles as modules of dist/vendor, so that the package depends on nothing.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { deflateRawSync } from 'node:zlib'
import type { Plugin } from 'rolldown'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const { resolve } = createRequire(join(root, 'package.json'))

/** Libraries loaded when first needed: in dist/vendor, for the library and the command line alike. */
export const vendored = ['fzstd', 'web-tree-sitter', 'xz-decompress']

/** What else of others is in the package. */
const bundled = [
  '@noble/ciphers',
  '@noble/hashes',
  'commander',
  'fdir',
  'picomatch',
  'tinyglobby',
  'tree-sitter-c',
  'valibot',
]

/** How a module of dist/data begins. */
const start = 'export default {"base64":"'

/** The library: src/packaged.ts becomes a table of imports of dist/data, vendored libraries stay imports. */
export const packagedForAll = packagedFiles(() => [
  'const files = new Map([',
  ...names().map((name) => `  [${JSON.stringify(name)}, () => import('./data/${name}.js')],`),
  '])',
  'export const packaged = async (name) => (await files.get(name)?.())?.default',
])

/** The command line: the same modules, read as text, which takes Node a fifth of the time that importing them does. */
export const packagedForNode = packagedFiles(() => [
  "import { readFileSync } from 'node:fs'",
  `const files = new Set(${JSON.stringify(names())})`,
  'export async function packaged(name) {',
  '  if (!files.has(name)) return undefined',
  '  const bytes = readFileSync(new URL(`./data/${name}.js`, import.meta.url))',
  `  const from = bytes.indexOf('"', ${start.length - 1}) + 1`,
  `  const base64 = bytes.latin1Slice(from, bytes.indexOf('"', from))`,
  '  const inflated = /"inflated":(\\d+)/.exec(bytes.latin1Slice(from + base64.length))',
  '  return { base64, ...(inflated === null ? {} : { inflated: Number(inflated[1]) }) }',
  '}',
])

function packagedFiles(code: () => readonly string[]): Plugin {
  return {
    name: 'kfuncs:packaged-files',
    resolveId(id) {
      if (vendored.includes(id)) return { id: `./vendor/${id}.js`, external: true }
      return id.startsWith('./data/') ? { id, external: true } : null
    },
    load: (id) => (id === join(root, 'src', 'packaged.ts') ? code().join('\n') : null),
  }
}

/** Escapes what is not ASCII: V8 then keeps the source in one byte a character, and is done with it sooner. Nothing of ours is String.raw. */
export const asciiOnly: Plugin = {
  name: 'kfuncs:ascii-only',
  generateBundle(_, bundle) {
    for (const output of Object.values(bundle))
      if (output.type === 'chunk') output.code = output.code.replaceAll(/[^\0-\x7f]/g, escaped)
  },
}

const escaped = (unit: string): string => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`

/** In the vendored libraries: no import of a module of Node's, which bundlers for browsers would stumble over. */
export const vendoredForBrowsers: Plugin = {
  name: 'kfuncs:vendored',
  resolveId: (id) => (id === 'stream/web' ? '\0stream/web' : null),
  load: (id) => (id === '\0stream/web' ? 'export const ReadableStream = globalThis.ReadableStream' : null),
  transform(code, id) {
    if (!id.endsWith('/web-tree-sitter.js')) return null
    // The runtime's bytes are always given to it, so it looks for no file.
    return [
      ['await import("fs/promises")', 'process.getBuiltinModule("node:fs/promises")'],
      ['const { createRequire } = await import("module");', ''],
      ['createRequire(import.meta.url)', '(name) => process.getBuiltinModule(`node:${name}`)'],
      ['new URL("web-tree-sitter.wasm", import.meta.url).href', '"web-tree-sitter.wasm"'],
      ['var _scriptName = import.meta.url', 'var _scriptName = ""'],
      // For libraries with JavaScript in them; a grammar has none.
      ['eval(func)', 'undefined'],
    ].reduce((text, [from, to]) => {
      if (!text.includes(from!)) throw new Error(`web-tree-sitter has no ${from} any more`)
      return text.replaceAll(from!, () => to!)
    }, code)
  },
}

/** Names of the files that come with the package. */
const names = (): readonly string[] => [
  ...readdirSync(join(root, 'profiles')).filter((file) => file.endsWith('.kfprofile')),
  'tree-sitter-c.wasm',
  'web-tree-sitter.wasm',
]

/** Writes dist/data. Profiles are deflated as they are; WebAssembly is deflated here. */
export function writePackagedFiles(dist: string): void {
  mkdirSync(join(dist, 'data'), { recursive: true })
  for (const name of names()) {
    const wasm = name.endsWith('.wasm')
    const bytes = readFileSync(wasm ? resolve(`${name.replace('.wasm', '')}/${name}`) : join(root, 'profiles', name))
    const base64 = (wasm ? deflateRawSync(bytes, { level: 9 }) : bytes).toString('base64')
    const rest = wasm ? `,"inflated":${bytes.length}` : ''
    writeFileSync(join(dist, 'data', `${name}.js`), `${start}${base64}"${rest}}\n`)
  }
}

interface Manifest {
  readonly name: string
  readonly version: string
  readonly license: string
  readonly author?: string | { readonly name: string; readonly email?: string }
}

/** Writes dist/THIRD-PARTY.txt: the licences of what is bundled. A package without a licence file says it in its package.json. */
export function writeNotices(dist: string): void {
  const texts = [...bundled, ...vendored].sort().map((name) => {
    const folder = join(root, 'node_modules', name)
    const { version, license, author } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest
    const file = readdirSync(folder).find((each) => /^licen[cs]e/i.test(each))
    const by = typeof author === 'object' ? `${author.name} <${author.email ?? ''}>` : (author ?? '')
    const text = file === undefined ? `Copyright (c) ${by}\n\n${mit}` : readFileSync(join(folder, file), 'utf8').trim()
    if (license !== 'MIT') throw new Error(`${name} has the licence ${license}: see whether it may be bundled`)
    return `${name} ${version}, ${license}\n\n${text}\n`
  })
  writeFileSync(
    join(dist, 'THIRD-PARTY.txt'),
    `kfuncs contains these packages.\n\n${texts.join(`\n${'-'.repeat(80)}\n\n`)}`,
  )
}

const mit = `Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation
files (the "Software"), to deal in the Software without restriction, including without limitation the rights to use, copy, modify,
merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is furnished
to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF
MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE
FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION
WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.`
