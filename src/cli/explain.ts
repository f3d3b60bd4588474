// SPDX-License-Identifier: Apache-2.0
// kfuncs explain KF012: the long form of a code.
import { codes, longForm } from '../explain/index.ts'
import { UsageError } from './usage.ts'

export async function explainCode(code: string | undefined): Promise<number> {
  if (code === undefined) {
    for (const row of codes) process.stdout.write(`${row.code}  ${row.title}\n`)
    return 0
  }
  const number = /^(?:kf)?(\d{1,3})$/i.exec(code)?.[1]
  const text = longForm(number === undefined ? code : `KF${number.padStart(3, '0')}`)
  if (text === undefined) throw new UsageError(`no code ${code} — kfuncs explain lists them`)
  process.stdout.write(`${text}\n`)
  return 0
}
