// SPDX-License-Identifier: Apache-2.0
// The C of objects that were compiled from the files of a folder, by the paths that their line records have: './src/x.bpf.c'.
import { existsSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { loadC } from '../../src/cdecl/index.ts'
import type { SourceReader } from '../../src/object/index.ts'

export async function cOf(folder: string): Promise<SourceReader> {
  const loaded = await loadC()
  if (!loaded.ok) throw new Error(loaded.fault.what)
  return (file) => {
    const path = `${folder}/${basename(file)}`
    if (!existsSync(path)) return undefined
    const read = loaded.value.source(readFileSync(path, 'utf8'), file)
    if (!read.ok) throw new Error(`${file}: ${read.fault.what}`)
    return read.value
  }
}
