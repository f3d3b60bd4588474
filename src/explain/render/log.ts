// SPDX-License-Identifier: Apache-2.0
// The log as the kernel's verifier writes it: the report's lines, the message, the footer.

import { printable } from '../../fault/index.ts'
import type { OutcomeReport } from '../types.ts'

/** Kernel-format log of a verification (`verify` with `log`); without log lines, its message and footer. */
export function renderLog(report: OutcomeReport): string {
  const lines = [...report.log]
  if (report.verdict === 'reject') {
    const message = report.message.split('\n')
    const tail = lines.slice(-message.length).join('\n')
    if (tail !== report.message) lines.push(...message)
  } else if (report.verdict === 'unsupported') lines.push(`; not judged at insn ${report.insn}: ${report.what}`)
  lines.push(
    `processed ${report.insnsProcessed} insns (limit 1000000) max_states_per_insn ${maxStatesPerInsn(report)} total_states ${report.states} peak_states ${report.peakStates} mark_read 0`,
  )
  return `${lines.map((line) => printable(line, 'listing')).join('\n')}\n`
}

const maxStatesPerInsn = (report: OutcomeReport): number =>
  (report as { readonly maxStatesPerInsn?: number }).maxStatesPerInsn ?? 0
