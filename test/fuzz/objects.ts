// SPDX-License-Identifier: Apache-2.0
// Objects to spoil: every committed example, and the fixtures that have what examples lack (legacy maps, struct_ops, big-endian).
import { readdirSync } from 'node:fs'
import { join } from 'node:path'

/** Their paths; without `folders`, from the repository's root. */
export const objects = (folders: readonly string[] = ['examples', 'test/fixtures/object']): string[] =>
  folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.bpf.o'))
      .sort()
      .map((name) => join(folder, name)),
  )
