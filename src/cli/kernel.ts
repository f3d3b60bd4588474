// SPDX-License-Identifier: Apache-2.0
// --kernel and --module: a kernel to ask, with modules on top.
import { basename, extname, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { thrownText } from '../fault/index.ts'
import { addModuleFile, bundledKernels, type Kernel, openKernel, withModule } from '../kernel/index.ts'
import { defineModule, type ModuleDefinition, parseModuleJson } from '../kfunc/index.ts'
import { settled } from './foreign.ts'
import { readTypeScript } from './typescript.ts'
import { orTell, readInput, UsageError } from './usage.ts'

export async function kernelOf(options: {
  readonly kernel: string
  readonly module: readonly string[]
  readonly config?: string | undefined
}): Promise<Kernel> {
  const { kernel: name } = options
  const config = options.config === undefined ? {} : { config: readInput(options.config) }
  let kernel = bundledKernels.includes(name)
    ? orTell(await openKernel(name, config))
    : orTell(await openKernel(fileOf(name), { name, ...config }))
  for (const path of options.module) kernel = await addTo(kernel, path)
  return kernel
}

function fileOf(name: string): Uint8Array {
  try {
    return readInput(name)
  } catch (error) {
    if (!(error instanceof UsageError) || !/^\d+\.\d+/.test(name)) throw error
    throw new UsageError(
      `no kernel ${name} comes with kfuncs — bundled: ${bundledKernels.join(', ')}; or give a file: vmlinuz, vmlinux, raw BTF`,
    )
  }
}

async function addTo(kernel: Kernel, path: string): Promise<Kernel> {
  const file = basename(path)
  if (/\.ko(\.(xz|zst|gz))?$/.test(file)) {
    const name = file.replace(/\.ko.*$/, '').replaceAll('-', '_')
    return orTell(await addModuleFile(kernel, { name, ko: readInput(path) }))
  }
  const definition =
    extname(file) === '.json'
      ? orTell(parseModuleJson(new TextDecoder().decode(readInput(path)), path))
      : await importDefinition(path)
  return orTell(withModule(kernel, orTell(await defineModule(definition, { base: kernel.btf }))))
}

/** host.ts or host.js: its default export, or the one called `module` or `definition`. */
async function importDefinition(path: string): Promise<ModuleDefinition> {
  readInput(path)
  const { href } = pathToFileURL(resolve(path))
  let exported: Record<string, unknown>
  try {
    const { typescript = false } = process.features as { typescript?: string | false }
    if (/\.m?ts$/.test(path) && typescript === false) readTypeScript(resolve(path))
    exported = (await settled(path, import(href))) as Record<string, unknown>
  } catch (error) {
    if (error instanceof UsageError) throw error
    const { code } = Object(error) as NodeJS.ErrnoException
    if (code !== 'ERR_UNKNOWN_FILE_EXTENSION') throw new UsageError(`${path}: ${thrownText(error)}`)
    throw new UsageError(
      `${path}: Node ${process.versions.node} does not read TypeScript — use Node 22.18 or later, have TypeScript installed beside it, or give it as .json or .js`,
    )
  }
  const definition = exported.default ?? exported.definition ?? exported.module
  if (typeof definition !== 'object' || definition === null || !('c' in definition) || !('name' in definition)) {
    throw new UsageError(`${path}: its default export is no module definition ({ name, c, flags, register … })`)
  }
  return definition as ModuleDefinition
}
