// SPDX-License-Identifier: Apache-2.0
// TypeScript on a Node that does not read it (before 22.18): types are stripped by the TypeScript found beside the file.
import { createRequire, register } from 'node:module'
import { pathToFileURL } from 'node:url'

/** The loader hooks, as the text of a module of their own: they run in a thread of Node's. */
const hooks = `
import { readFile } from 'node:fs/promises'
let ts
export async function initialize({ typescript }) {
  ts = (await import(typescript)).default
}
export async function load(url, context, next) {
  if (!/[.]m?ts$/.test(url)) return next(url, context)
  const text = await readFile(new URL(url), 'utf8')
  const compilerOptions = { target: 99, module: 99, verbatimModuleSyntax: true }
  return { format: 'module', shortCircuit: true, source: ts.transpileModule(text, { compilerOptions }).outputText }
}`

let registered = false

/** Has this Node, from now on, read TypeScript; false where there is no TypeScript beside `file` or the working folder. */
export function readTypeScript(file: string): boolean {
  if (registered) return true
  const typescript = [file, `${process.cwd()}/package.json`].map(find).find((path) => path !== undefined)
  if (typescript === undefined) return false
  register(`data:text/javascript,${encodeURIComponent(hooks)}`, {
    data: { typescript: pathToFileURL(typescript).href },
  })
  registered = true
  return true
}

function find(from: string): string | undefined {
  try {
    const load = createRequire(from)
    const { transpileModule } = load('typescript') as { transpileModule?: unknown }
    return transpileModule === undefined ? undefined : load.resolve('typescript')
  } catch {
    return undefined
  }
}
