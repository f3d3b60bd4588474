// SPDX-License-Identifier: Apache-2.0
// The two things the host must do for us: inflate bytes, and find a bundled profile. Everything below the command line
// runs in a browser too, so the host's own facilities are looked up, never imported.

import { fail, ok, type Result } from '../fault/index.ts'

interface NodeBuiltins {
  readonly 'node:zlib': { inflateRawSync(bytes: Uint8Array, options: { maxOutputLength: number }): Uint8Array }
  readonly 'node:fs': { readFileSync(path: URL): Uint8Array }
}

/** A module of Node (20.16 and up), Bun or Deno; undefined in a browser. */
function builtin<K extends keyof NodeBuiltins>(name: K): NodeBuiltins[K] | undefined {
  const { process } = globalThis as { process?: { getBuiltinModule?: (name: string) => unknown } }
  return process?.getBuiltinModule?.(name) as NodeBuiltins[K] | undefined
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

// Relative to this file: in the source tree, and in a bundle in dist/ or one folder below it.
const profileFolders = ['../../profiles/', '../profiles/', './profiles/']

/** Reads a bundled profile: a file beside the package, or over HTTP in a browser. */
export async function readBundled(file: string): Promise<Result<Uint8Array>> {
  const fs = builtin('node:fs')
  for (const folder of profileFolders) {
    const url = new URL(folder + file, import.meta.url)
    try {
      if (fs !== undefined) return ok(fs.readFileSync(url))
      const answer = await fetch(url)
      if (answer.ok) return ok(new Uint8Array(await answer.arrayBuffer()))
    } catch {
      // Not there: the next folder.
    }
  }
  return fail(`bundled profile ${file} is missing`, { file }, 'reinstall the package, or pass the profile’s bytes')
}
