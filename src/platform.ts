// SPDX-License-Identifier: Apache-2.0
// The one seam between the core and the machine it runs on: files that come with this package or its dependencies.
// Nothing below src/cli imports node:*; where there is a Node, it is asked through `process.getBuiltinModule` (20.16, 22.3).

interface NodeProcess {
  readonly getBuiltinModule?: (name: string) => unknown
}
interface NodeModule {
  readonly createRequire: (from: string) => { readonly resolve: (name: string) => string }
}
interface NodeFiles {
  readonly promises: { readonly readFile: (path: string | URL) => Promise<Uint8Array> }
}

function builtin<T>(name: string): T | undefined {
  const node = (globalThis as { process?: NodeProcess }).process
  return node?.getBuiltinModule?.(name) as T | undefined
}

/** Bytes of a file, or of a file that an installed package exports; undefined where this machine has no such thing. */
export async function readPackageFile(
  what: URL | { readonly package: string; readonly file: string },
): Promise<Uint8Array | undefined> {
  const files = builtin<NodeFiles>('node:fs')
  const modules = builtin<NodeModule>('node:module')
  if (files === undefined || modules === undefined) return undefined
  try {
    const path =
      what instanceof URL ? what : modules.createRequire(import.meta.url).resolve(`${what.package}/${what.file}`)
    return await files.promises.readFile(path)
  } catch {
    return undefined
  }
}
