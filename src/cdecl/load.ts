// SPDX-License-Identifier: Apache-2.0
// Loads the parser runtime and C's grammar, both WebAssembly, at first use: nobody who reads no C pays for them.
import type { Parser } from 'web-tree-sitter'
import { fail, ok, type Result } from '../fault/index.ts'
import { readLocalFile, readPackaged } from '../platform.ts'
import type { LoadCOptions } from './types.ts'

let loading: Promise<Result<Parser>> | undefined

/** The grammar's parser, once per process: WebAssembly code, no state of any kernel. The first call's options decide. */
export function loadGrammar(options: LoadCOptions = {}): Promise<Result<Parser>> {
  loading ??= load(options).then((result) => {
    if (!result.ok) loading = undefined
    return result
  })
  return loading
}

async function load(options: LoadCOptions): Promise<Result<Parser>> {
  const runtime = await wasmBytes(options.runtimeWasm, 'web-tree-sitter.wasm')
  if (!runtime.ok) return runtime
  const grammar = await wasmBytes(options.grammarWasm, 'tree-sitter-c.wasm')
  if (!grammar.ok) return grammar
  try {
    const { Language, Parser } = await import('web-tree-sitter')
    await Parser.init({ wasmBinary: runtime.value })
    return ok(new Parser().setLanguage(await Language.load(grammar.value)))
  } catch (error) {
    return fail(`the C grammar does not load: ${error instanceof Error ? error.message : String(error)}`)
  }
}

/** The package's own file, unless bytes or a place were given instead. */
async function wasmBytes(given: Uint8Array | URL | undefined, file: string): Promise<Result<Uint8Array>> {
  if (given === undefined) return readPackaged(file)
  if (given instanceof Uint8Array) return ok(given)
  if (given.protocol === 'file:') {
    const bytes = await readLocalFile(given)
    return bytes === undefined ? fail('cannot read the file', { object: given.href }) : ok(bytes)
  }
  try {
    const response = await fetch(given)
    if (!response.ok) return fail(`HTTP status ${response.status}`, { object: given.href })
    return ok(new Uint8Array(await response.arrayBuffer()))
  } catch (error) {
    return fail(`cannot fetch: ${error instanceof Error ? error.message : String(error)}`, { object: given.href })
  }
}
