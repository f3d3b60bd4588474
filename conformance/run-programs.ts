// SPDX-License-Identifier: Apache-2.0
// --run: programs run by the real kernel, each on the same inputs.
import { join } from 'node:path'
import { oracle, readRows, version } from './lab.ts'
import { runInKernel } from './runs/ask.ts'
import { corpora } from './runs/corpora.ts'
import { keepRows, type RunRow } from './runs/rows.ts'

interface RunOptions {
  readonly only: string | undefined
  /** Ask the real kernel (QEMU, two boots) instead of reading what it said. */
  readonly fresh: boolean
  /** Where the kernel's rows are kept, as runs-VERSION.jsonl.zst is. */
  readonly save: string | undefined
}

export async function runTable({ only, fresh, save }: RunOptions): Promise<{ text: string; failed: boolean }> {
  const rows = fresh
    ? runInKernel(await corpora(only))
    : await readRows<RunRow>(join(oracle, `runs-${version}.jsonl.zst`))
  if (save !== undefined) keepRows(save, rows)
  const ran = rows.filter(({ errno }) => errno === 0)
  const programs = new Set(ran.map(({ obj, prog }) => `${obj} ${prog}`))
  const varied = ran.filter(({ varies }) => varies !== undefined)
  const text = `${rows.length} runs; ${ran.length} of ${programs.size} programs that ran, ${varied.length} with something that differs from boot to boot`
  return { text, failed: false }
}
