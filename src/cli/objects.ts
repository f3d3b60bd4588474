// SPDX-License-Identifier: Apache-2.0
// The objects that arguments name: files, folders (every BPF object in them), patterns. What a folder or a pattern holds besides BPF
// objects (those of the user's own programs) is passed over; what is named itself is not.
import { closeSync, openSync, readSync, statSync } from 'node:fs'
import { join, sep } from 'node:path'
import { EM, isElf } from '../binary/index.ts'
import type { Trouble } from '../explain/index.ts'

export interface FoundObjects {
  readonly paths: readonly string[]
  /** Those of them that a folder or a pattern holds. */
  readonly met: ReadonlySet<string>
  readonly troubles: readonly Trouble[]
}

/** Folders that hold what others made, never looked into unless named. */
const ignore = ['**/node_modules/**', '**/.git/**']

export async function findObjects(named: readonly string[]): Promise<FoundObjects> {
  const paths: string[] = []
  const troubles: Trouble[] = []
  const met = new Set<string>()
  for (const name of named) {
    const kind = kindOf(name)
    if (kind === 'file') {
      paths.push(name)
      continue
    }
    const found = (kind === 'folder' ? await within(name, '**/*.o') : await within(...splitPattern(name))).filter(
      isBpfObject,
    )
    if (found.length === 0) {
      const message =
        kind === 'folder' ? `${name}: no BPF objects (*.o) in this folder` : `${name}: no BPF object has such a name`
      troubles.push({ kind: 'open_error', object: name, message })
    }
    for (const path of found) if (!met.has(path)) paths.push(path)
    for (const path of found) met.add(path)
  }
  return { paths, met, troubles }
}

/** How an argument is read: a pattern only where no file has that very name. */
export function kindOf(name: string): 'file' | 'folder' | 'pattern' {
  if (name === '-') return 'file'
  const stat = statSync(name, { throwIfNoEntry: false })
  if (stat !== undefined) return stat.isDirectory() ? 'folder' : 'file'
  return magic.test(name) ? 'pattern' : 'file'
}

/** What stands before the first folder with a pattern in it, and the rest. */
export function splitPattern(
  pattern: string,
  { separator = sep }: { readonly separator?: string } = {},
): readonly [folder: string, rest: string] {
  // a pattern has / between folders, on Windows too
  const parts = pattern.split(separator).join('/').split('/')
  const first = parts.findIndex((part) => magic.test(part))
  const folder = parts.slice(0, first).join('/')
  return [folder === '' && first > 0 ? '/' : folder || '.', parts.slice(first).join('/')]
}

const magic = /[*?[\]{}]/

/** From a to z, as `folder` was spelt. */
async function within(folder: string, pattern: string): Promise<readonly string[]> {
  const { glob } = await import('tinyglobby')
  const files = await glob(pattern, { cwd: folder, ignore, followSymbolicLinks: false, expandDirectories: false })
  return files.map((file) => (folder === '.' ? file : join(folder, file))).sort()
}

/** By its ELF header; an object called *.bpf.o is meant to be one, and is told of where it is not. */
function isBpfObject(path: string): boolean {
  if (path.endsWith('.bpf.o')) return true
  const head = Buffer.alloc(20)
  try {
    const file = openSync(path, 'r')
    try {
      if (readSync(file, head) < head.length) return false
    } finally {
      closeSync(file)
    }
  } catch {
    return false
  }
  const machine = head[5] === 2 ? head.readUInt16BE(18) : head.readUInt16LE(18)
  return isElf(head) && machine === EM.bpf
}
