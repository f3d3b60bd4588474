// SPDX-License-Identifier: Apache-2.0
// The lists of docs/runtime.md from the tables of models.
//   node scripts/run.mjs scripts/make-runtime-doc.ts
import { readFileSync, writeFileSync } from 'node:fs'
import { withModelled } from './runtime-doc.ts'

writeFileSync('docs/runtime.md', withModelled(readFileSync('docs/runtime.md', 'utf8')))
