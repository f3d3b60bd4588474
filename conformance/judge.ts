// SPDX-License-Identifier: Apache-2.0
// Our own verdict on one program of one object, as the oracle's loader asks the kernel: this program alone.
import { readFileSync } from 'node:fs'
import { formatFault } from '../src/fault/index.ts'
import type { Kernel } from '../src/kernel/index.ts'
import { type BpfObject, linkProgram, openObject } from '../src/object/index.ts'
import { verify } from '../src/verifier/index.ts'

export interface Answer {
  readonly verdict: 'accept' | 'reject' | 'unsupported' | 'load_error' | 'crash' | 'timeout'
  readonly message: string
  readonly rule: string
  readonly insn: number
  readonly insns: number
  readonly states: number
  readonly ms: number
  readonly log: readonly string[]
}

const nothing = { rule: '', insn: -1, insns: 0, states: 0, log: [] }
const opened = new Map<string, BpfObject>()

export function judge(
  kernel: Kernel,
  path: string,
  prog: string,
  options: { readonly log?: boolean; readonly trace?: boolean; readonly type?: string; readonly flags?: number } = {},
): Answer {
  const start = performance.now()
  const done = (answer: Omit<Answer, 'ms'>): Answer => ({ ...answer, ms: performance.now() - start })
  try {
    let object = opened.get(path)
    if (object === undefined) {
      const result = openObject(readFileSync(path), path.slice(path.lastIndexOf('/') + 1))
      if (!result.ok) return done({ ...nothing, verdict: 'load_error', message: formatFault(result.fault) })
      object = result.value
      opened.clear()
      opened.set(path, object)
    }
    const linked = linkProgram(object, prog, kernel, options.type === undefined ? {} : { type: options.type })
    if (!linked.ok) return done({ ...nothing, verdict: 'load_error', message: formatFault(linked.fault) })
    // load flags that the selftest asks for: strict alignment and the like
    const program = { ...linked.value, flags: linked.value.flags | (options.flags ?? 0) }
    const report = verify(program, kernel, { log: options.log ?? false, trace: options.trace ?? false })
    const counts = { insns: report.insnsProcessed, states: report.states, log: report.log }
    if (report.verdict === 'accept') return done({ ...nothing, ...counts, verdict: 'accept', message: '' })
    const { verdict, insn } = report
    const message = verdict === 'unsupported' ? report.what : report.message
    return done({ ...counts, verdict, insn, message, rule: verdict === 'reject' ? report.rule : '' })
  } catch (error) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
    const message = options.log
      ? text
      : text
          .split('\n')
          .slice(0, 3)
          .join(' ')
          .replaceAll(/\(?file:\S*\//g, '(')
    return done({ ...nothing, verdict: 'crash', message })
  }
}

/** Numbers differ between machines and runs: ids, addresses, offsets of types. They become N. */
export const normalise = (message: string): string =>
  (message.split('\n')[0] ?? '').replaceAll(/0x[0-9a-f]+|-?\d+/gi, 'N').trim()
