// SPDX-License-Identifier: Apache-2.0
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type FileTest, parseFile } from './format.ts'

/** test/verifier */
export const folder = fileURLToPath(new URL('..', import.meta.url))

/** Every file test whose path below the folder has one of these in it; all of them where none is given. */
export const fileTests = (where = folder, only: readonly string[] = []): FileTest[] =>
  readdirSync(where, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.bpf') && (only.length === 0 || only.some((name) => path.includes(name))))
    .sort()
    .map((path) => parseFile(path, readFileSync(join(where, path), 'utf8')))
