// SPDX-License-Identifier: Apache-2.0
/**
 * The digests by which bundled profiles are known: after a profile was made anew.
 *
 *   node scripts/run.mjs scripts/make-digests.ts
 */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'

const rows = readdirSync('profiles')
  .filter((file) => file.endsWith('.kfprofile'))
  .sort()
  .map((file) => [
    file,
    createHash('sha256')
      .update(readFileSync(`profiles/${file}`))
      .digest('hex'),
  ])
writeFileSync('src/kernel/profile-digests.json', `${JSON.stringify(Object.fromEntries(rows), null, 2)}\n`)
