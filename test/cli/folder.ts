// SPDX-License-Identifier: Apache-2.0
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, onTestFinished } from 'vitest'

/** A folder of its own for a test file, or with `'test'` for the test that asks. It is gone afterwards. */
export function temporaryFolder(lasts: 'file' | 'test' = 'file'): string {
  const folder = mkdtempSync(join(tmpdir(), 'kfuncs-test-'))
  const remove = (): void => rmSync(folder, { recursive: true, force: true })
  if (lasts === 'test') onTestFinished(remove)
  else afterAll(remove)
  return folder
}
