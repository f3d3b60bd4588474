// SPDX-License-Identifier: Apache-2.0
// The C files that objects name in their line records, for explanations that read them. They are looked for when a program is refused, and the
// grammar is loaded when one is there: who has no files, or nothing refused, pays nothing.
import { readFileSync, statSync } from 'node:fs'
import { dirname, isAbsolute, join, resolve } from 'node:path'
import { type CReader, type CSource, loadC } from '../cdecl/index.ts'
import type { Outcome } from '../explain/index.ts'
import type { SourceReader } from '../object/index.ts'
import { mappedPath } from './path-map.ts'

/** A larger file is none that a person wrote. */
const MOST_BYTES = 4 << 20
/** Objects lie beside their sources, or in a folder of the same project. */
const MOST_PARENTS = 4
/** So much of a recorded path is looked for under them. */
const MOST_PARTS = 4

/** The C files of objects. One for a command, or a worker of it. */
export class Sources {
  private readonly map: (path: string) => string
  private readonly read = new Map<string, CSource | undefined>()
  private reader: CReader | undefined
  private failed = false

  constructor(pathMap: readonly string[]) {
    this.map = mappedPath(pathMap)
  }

  /** What explanations of this object's programs may read; undefined until `prepare` found that there is something to read. */
  of(object: string): SourceReader | undefined {
    const { reader } = this
    if (reader === undefined) return undefined
    const folders = foldersAround(object)
    return (file) => this.source(reader, file, folders)
  }

  /** Loads the grammar where an outcome's line is in a file that is here. Is there now more to explain it by? */
  async prepare({ object, diagnostic }: Outcome): Promise<boolean> {
    const file = diagnostic?.primary.file
    if (this.reader !== undefined || this.failed || file === undefined) return false
    if (pathOf(this.map(file), foldersAround(object)) === undefined) return false
    const loaded = await loadC()
    this.failed = !loaded.ok
    if (loaded.ok) this.reader = loaded.value
    return loaded.ok
  }

  private source(reader: CReader, file: string, folders: readonly string[]): CSource | undefined {
    const path = pathOf(this.map(file), folders)
    if (path === undefined) return undefined
    if (!this.read.has(path)) {
      const read = textOf(path)
      const source = read === undefined ? undefined : reader.source(read, path)
      this.read.set(path, source?.ok === true ? source.value : undefined)
    }
    return this.read.get(path)
  }
}

/** The object's folder and those that it lies in, and the one where the command runs; and the `src` of each. */
function foldersAround(object: string): readonly string[] {
  const folders = [resolve('.')]
  let folder = object === 'stdin' ? undefined : dirname(resolve(object))
  for (; folder !== undefined && folders.length <= MOST_PARENTS; folder = dirname(folder)) {
    folders.push(folder)
    if (folder === dirname(folder)) break
  }
  return folders.flatMap((one) => [one, join(one, 'src')])
}

/** Where a file is: where the object says, else under one of the folders by the end of its path, the more of it the better. */
function pathOf(file: string, folders: readonly string[]): string | undefined {
  if (file.includes('\0')) return undefined
  if (isAbsolute(file) && isReadable(file)) return file
  const parts = file.split(/[/\\]/).filter((part) => part !== '' && part !== '.')
  for (let from = Math.max(0, parts.length - MOST_PARTS); from < parts.length; from++)
    for (const folder of folders) {
      const path = join(folder, ...parts.slice(from))
      if (isReadable(path)) return path
    }
  return undefined
}

/** An ordinary file: a stranger's object may name a device or a pipe, which would never end. */
function isReadable(path: string): boolean {
  const stat = statSync(path, { throwIfNoEntry: false })
  return stat?.isFile() === true && stat.size <= MOST_BYTES
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
