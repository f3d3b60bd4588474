// SPDX-License-Identifier: Apache-2.0
// host.ts and host.js: a module definition out of code. What is exported may be the definition, what defineModule() makes of it, or a
// promise of either; by default, or by any name if it is the only one.
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { formatFault, type Result, thrownText } from '../fault/index.ts'
import type { ModuleDefinition } from '../kfunc/index.ts'
import { settled } from './foreign.ts'
import { readTypeScript } from './typescript.ts'
import { readInput, UsageError } from './usage.ts'

/** The definition that a file of JavaScript or TypeScript exports. Its fields are anybody's: defineModule() looks at them. */
export async function importDefinition(path: string): Promise<ModuleDefinition> {
  readInput(path)
  const exported = await importFile(path)
  const found: { readonly name: string; readonly definition: unknown }[] = []
  for (const [name, value] of Object.entries(exported)) {
    const definition = definitionOf(path, await settled(path, Promise.resolve(value)))
    if (definition !== undefined) found.push({ name, definition })
  }
  const only = found.find(({ name }) => name === 'default') ?? (found.length === 1 ? found[0] : undefined)
  if (only !== undefined) return only.definition as ModuleDefinition
  if (found.length === 0) {
    throw new UsageError(
      `${path}: it exports no module definition — export default { name, c, flags, register … }, or await defineModule({ … })`,
    )
  }
  throw new UsageError(
    `${path}: it exports more than one module: ${found.map(({ name }) => name).join(', ')} — say which by export default`,
  )
}

async function importFile(path: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    const { typescript = false } = process.features as { typescript?: string | false }
    if (/\.m?ts$/.test(path) && typescript === false) readTypeScript(resolve(path))
    return { ...(await settled(path, import(pathToFileURL(resolve(path)).href))) } as Record<string, unknown>
  } catch (error) {
    if (error instanceof UsageError) throw error
    const { code } = Object(error) as NodeJS.ErrnoException
    if (code !== 'ERR_UNKNOWN_FILE_EXTENSION') throw new UsageError(`${path}: ${thrownText(error)}`)
    throw new UsageError(
      `${path}: Node ${process.versions.node} does not read TypeScript — use Node 22.18 or later, have TypeScript installed beside it, or give it as .json or .js`,
    )
  }
}

/** What of an exported value is a definition: itself, or what it was defined from, whichever copy of kfuncs did that. */
function definitionOf(path: string, value: unknown): unknown {
  try {
    if (typeof value !== 'object' || value === null) return undefined
    if ('ok' in value && 'fault' in value) throw new UsageError(formatFault((value as Failed).fault))
    const defined = 'ok' in value && 'value' in value ? value.value : value
    if (typeof defined !== 'object' || defined === null) return undefined
    if ('definition' in defined && 'unit' in defined) return defined.definition
    return 'c' in defined && 'name' in defined ? defined : undefined
  } catch (error) {
    if (error instanceof UsageError) throw error
    throw new UsageError(`${path}: ${thrownText(error)}`)
  }
}

type Failed = Extract<Result<never>, { readonly ok: false }>
