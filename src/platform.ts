// SPDX-License-Identifier: Apache-2.0
// The one seam between the core and the machine it runs on: inflating bytes, and the files that come with this package.
// Nothing below src/cli imports node:*; where there is a Node, it is asked through `process.getBuiltinModule` (20.16, 22.3).
import { fail, ok, type Result } from './fault/index.ts'
import { type Packaged, packaged } from './packaged.ts'

interface NodeBuiltins {
  readonly 'node:zlib': { inflateRawSync(bytes: Uint8Array, options: { maxOutputLength: number }): Uint8Array }
  readonly 'node:fs': { readonly promises: { readonly readFile: (path: string | URL) => Promise<Uint8Array> } }
  readonly 'node:buffer': { readonly Buffer: { from(text: string, encoding: 'base64'): Uint8Array } }
}

/** A module of Node (20.16 and up), Bun or Deno; undefined in a browser. */
function builtin<K extends keyof NodeBuiltins>(name: K): NodeBuiltins[K] | undefined {
  const { process } = globalThis as { process?: { getBuiltinModule?: (name: string) => unknown } }
  return process?.getBuiltinModule?.(name) as NodeBuiltins[K] | undefined
}

/** Bytes of a file that comes with kfuncs, by name: '6.12.kfprofile', 'tree-sitter-c.wasm'. */
export async function readPackaged(name: string): Promise<Result<Uint8Array>> {
  try {
    const held = await packaged(name)
    if (held !== undefined) return held instanceof Uint8Array ? ok(held) : await unpack(held)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    return fail(`${name}, which comes with kfuncs, cannot be loaded: ${why}`, { file: name })
  }
  return fail(
    `${name}, which comes with kfuncs, is missing`,
    { file: name },
    'reinstall the package, or pass its bytes',
  )
}

async function unpack({ base64, inflated }: Packaged): Promise<Result<Uint8Array>> {
  const bytes = fromBase64(base64)
  return inflated === undefined ? ok(bytes) : await inflateRaw(bytes, inflated)
}

function fromBase64(text: string): Uint8Array {
  const node = builtin('node:buffer')
  return node === undefined
    ? Uint8Array.from(atob(text), (char) => char.charCodeAt(0))
    : node.Buffer.from(text, 'base64')
}

/** Bytes of a file of this machine; undefined where it has no such file, or no files. */
export async function readLocalFile(file: URL): Promise<Uint8Array | undefined> {
  try {
    return await builtin('node:fs')?.promises.readFile(file)
  } catch {
    return undefined
  }
}

/** Inflates raw deflate data, refusing to grow beyond `limit` bytes. */
export async function inflateRaw(bytes: Uint8Array, limit: number): Promise<Result<Uint8Array>> {
  try {
    const zlib = builtin('node:zlib')
    if (zlib !== undefined) return ok(zlib.inflateRawSync(bytes, { maxOutputLength: limit }))
    return await inflateStream(bytes, limit)
  } catch {
    return fail('compressed data is damaged or larger than it says')
  }
}

async function inflateStream(bytes: Uint8Array, limit: number): Promise<Result<Uint8Array>> {
  const source = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream()
  const reader = source.pipeThrough(new DecompressionStream('deflate-raw')).getReader()
  const out = new Uint8Array(limit)
  let at = 0
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return ok(out.subarray(0, at))
    if (at + value.length > limit) return fail('compressed data is larger than it says')
    out.set(value, at)
    at += value.length
  }
}
