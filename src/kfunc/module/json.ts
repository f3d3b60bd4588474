// SPDX-License-Identifier: Apache-2.0
// A module definition as JSON (`kfuncs check --module host.json`): the same fields, read by the same schema.
import { attempt, FaultError, type Result } from '../../fault/index.ts'
import { mostText, readDefinition } from './read.ts'
import type { ModuleDefinition } from './types.ts'

/** Reads `host.json`. `c` may be a list of lines. What is unknown or of the wrong type is a fault that names the field. */
export function parseModuleJson(text: string, file: string): Result<ModuleDefinition> {
  return attempt({ file }, () => {
    if (text.length > mostText) throw new FaultError(`a module definition of ${text.length} characters`)
    let root: unknown
    try {
      root = JSON.parse(text)
    } catch (error) {
      throw new FaultError(`not JSON: ${error instanceof Error ? error.message : String(error)}`)
    }
    return readDefinition(root)
  })
}
