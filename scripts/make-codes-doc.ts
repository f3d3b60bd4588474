// SPDX-License-Identifier: Apache-2.0
// docs/codes.md from the table of diagnostic codes.
//   node scripts/run.mjs scripts/make-codes-doc.ts
import { writeFileSync } from 'node:fs'
import { codesMarkdown } from '../src/explain/index.ts'

writeFileSync('docs/codes.md', codesMarkdown())
