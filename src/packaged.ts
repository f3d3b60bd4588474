// SPDX-License-Identifier: Apache-2.0
// Files that come with kfuncs: the bundled kernels, C's grammar and the runtime of its parser. In the source tree they are read
// where they lie, as here. The build (scripts/packaged-files.ts) puts a table of imports in this module's place, one module of
// dist/data for each file: Node and every bundler find them as they find code, with nothing to set up and nothing to replace.

/** A file as a module of dist/data holds it. */
export interface Packaged {
  readonly base64: string
  /** Length once inflated, where it is kept as raw deflate data. */
  readonly inflated?: number
}

interface NodeFiles {
  readonly promises: { readonly readFile: (path: string | URL) => Promise<Uint8Array> }
}
interface NodeModule {
  readonly createRequire: (from: string) => { readonly resolve: (name: string) => string }
}

const grammar: ReadonlyMap<string, string> = new Map([
  ['web-tree-sitter.wasm', 'web-tree-sitter/web-tree-sitter.wasm'],
  ['tree-sitter-c.wasm', 'tree-sitter-c/tree-sitter-c.wasm'],
])

/** The file of this name, or undefined where this machine cannot read the source tree. */
export async function packaged(name: string): Promise<Uint8Array | Packaged | undefined> {
  const { process } = globalThis as { process?: { getBuiltinModule?: (name: string) => unknown } }
  const files = process?.getBuiltinModule?.('node:fs') as NodeFiles | undefined
  const modules = process?.getBuiltinModule?.('node:module') as NodeModule | undefined
  if (files === undefined || modules === undefined) return undefined
  const wasm = grammar.get(name)
  // This file is in src/; what scripts/run.mjs makes of it is two folders below the root.
  const places =
    wasm === undefined
      ? [new URL(`../profiles/${name}`, import.meta.url), new URL(`../../profiles/${name}`, import.meta.url)]
      : [modules.createRequire(import.meta.url).resolve(wasm)]
  for (const place of places) {
    try {
      return await files.promises.readFile(place)
    } catch {
      // Not there: the next place.
    }
  }
  return undefined
}
