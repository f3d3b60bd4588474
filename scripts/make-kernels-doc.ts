// SPDX-License-Identifier: Apache-2.0
// docs/kernels.md from the table of gates.
//   node scripts/run.mjs scripts/make-kernels-doc.ts
import { writeFileSync } from 'node:fs'
import { kernelsMarkdown } from './kernels-doc.ts'

writeFileSync('docs/kernels.md', kernelsMarkdown())
