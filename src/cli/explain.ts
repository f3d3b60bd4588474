// SPDX-License-Identifier: Apache-2.0
// kfuncs explain KF012: the long form of a code.
import { type CodeRow, codeExample, codeRow, codes, longForm } from '../explain/index.ts'
import { UsageError } from './usage.ts'

export interface ExplainFlags {
  readonly format: 'pretty' | 'json'
}

export async function explainCode(code: string | undefined, { format }: ExplainFlags): Promise<number> {
  if (code === undefined) {
    for (const row of codes)
      process.stdout.write(format === 'json' ? `${jsonOf(row)}\n` : `${row.code}  ${row.title}\n`)
    return 0
  }
  const row = codeRow(code)
  if (row === undefined) throw new UsageError(`no code ${code} — kfuncs explain lists them`)
  process.stdout.write(`${format === 'json' ? jsonOf(row) : longForm(row.code)}\n`)
  return 0
}

/** Keys as `docs/output.md` lists them. */
function jsonOf(row: CodeRow): string {
  const { code, title, rule, section, text, help, rules } = row
  const example = codeExample(code)
  const of = (one: { readonly file: string; readonly program: string; readonly text: string } | undefined) =>
    one === undefined ? null : { file: one.file, program: one.program, text: one.text }
  const [rejected, accepted] = [of(example?.rejected), of(example?.accepted)]
  const kernel = example?.rejected.kernel ?? null
  return JSON.stringify({ code, title, rule, section, text, help: help.flat(), rules, rejected, accepted, kernel })
}
