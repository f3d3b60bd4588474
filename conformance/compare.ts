// SPDX-License-Identifier: Apache-2.0
// Our verdicts beside the kernel's: what agrees, what does not, in numbers and by name.
import { type Answer, normalise } from './judge.ts'
import type { Row } from './lab.ts'

export type Outcome = 'same' | 'false accept' | 'false reject' | 'unsupported' | 'load error' | 'crash' | 'timeout'

export interface Compared {
  readonly row: Row
  readonly answer: Answer
  readonly outcome: Outcome
  /** Rejected by both: is the first message the same, numbers aside? */
  readonly message: boolean | undefined
  /** Same verdict: did the walk take exactly as many instructions, and keep as many states, as the kernel's? Fewer would be paths that we did not look at. */
  readonly effort: 'same' | 'fewer' | 'more' | undefined
}

export function compare(row: Row, answer: Answer): Compared {
  const outcome = outcomeOf(row, answer)
  const both = row.verdict === 'reject' && answer.verdict === 'reject'
  const message = both ? normalise(messageOf(row)) === normalise(answer.message) : undefined
  const kernels = row.verified_insns
  const comparable = outcome === 'same' && kernels !== undefined && row.stage === 'verifier'
  const states = row.total_states ?? answer.states
  const more = answer.insns === kernels ? answer.states - states : answer.insns - (kernels ?? 0)
  const effort = more === 0 ? 'same' : more < 0 ? 'fewer' : 'more'
  return { row, answer, outcome, message, effort: comparable ? effort : undefined }
}

/** The kernel's first line about a rejection. Of an endless loop the oracle kept the last: one of the two states it shows. */
function messageOf({ msg = '', log_tail = '' }: Row): string {
  return msg.startsWith('old state: ') ? (/^infinite loop detected.*$/m.exec(log_tail)?.[0] ?? msg) : msg
}

function outcomeOf({ verdict }: Row, answer: Answer): Outcome {
  switch (answer.verdict) {
    case 'accept':
      return verdict === 'accept' ? 'same' : 'false accept'
    case 'reject':
      return verdict === 'accept' ? 'false reject' : verdict === 'reject' ? 'same' : 'load error'
    case 'load_error':
      return verdict === 'load_error' ? 'same' : 'load error'
    // What the loader refuses we need not judge, but then must not call it accepted.
    case 'unsupported':
      return 'unsupported'
    default:
      return answer.verdict
  }
}

export interface Counts {
  readonly programs: number
  readonly same: number
  readonly falseAccepts: number
  readonly falseRejects: number
  readonly unsupported: number
  readonly other: number
  readonly rejected: number
  readonly messages: number
}

export function count(all: readonly Compared[]): Counts {
  const of = (outcome: Outcome): number => all.filter((one) => one.outcome === outcome).length
  const same = of('same')
  const falseAccepts = of('false accept')
  const falseRejects = of('false reject')
  const unsupported = of('unsupported')
  return {
    programs: all.length,
    same,
    falseAccepts,
    falseRejects,
    unsupported,
    other: all.length - same - falseAccepts - falseRejects - unsupported,
    rejected: all.filter(({ row }) => row.verdict === 'reject').length,
    messages: all.filter(({ message }) => message).length,
  }
}

export const percent = (part: number, whole: number): string =>
  whole === 0 ? '-' : `${((100 * part) / whole).toFixed(1)}%`

/** One row per group, the whole last. */
export function table(all: readonly Compared[], group: (one: Compared) => string, title: string): string {
  const groups = new Map<string, Compared[]>()
  for (const one of all) groups.set(group(one), [...(groups.get(group(one)) ?? []), one])
  const head = [
    title,
    'programs',
    'same',
    '',
    'false acc',
    'false rej',
    'unsupp',
    'other',
    'rejected',
    'message same',
    '',
  ]
  const cells = (name: string, list: readonly Compared[]): string[] => {
    const c = count(list)
    return [
      name,
      c.programs,
      c.same,
      percent(c.same, c.programs),
      c.falseAccepts,
      c.falseRejects,
      c.unsupported,
      c.other,
      c.rejected,
      c.messages,
      percent(c.messages, c.rejected),
    ].map(String)
  }
  const rows = [...groups].sort(([, a], [, b]) => b.length - a.length).map(([name, list]) => cells(name, list))
  return layOut([head, ...rows, cells('all', all)])
}

function layOut(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, i) => Math.max(...rows.map((row) => row[i]!.length)))
  return rows
    .map((row) =>
      row
        .map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

/** Programs judged alike whose walks differ in length, by how the counts differ. */
export function efforts(all: readonly Compared[]): string {
  const compared = all.filter(({ effort }) => effort !== undefined)
  const differ = compared.filter(({ effort }) => effort !== 'same')
  const lines = differ.map(
    ({ row, answer, effort }) =>
      `${effort}: ${row.obj} ${row.prog}: ${answer.insns} insns, ${answer.states} states; kernel ${row.verified_insns}, ${row.total_states}`,
  )
  const same = compared.length - differ.length
  return [
    ...lines,
    `as many instructions verified and states kept as the kernel: ${same} of ${compared.length} programs (${percent(same, compared.length)})`,
  ].join('\n')
}

/** Every program where we and the kernel differ, worst first. */
export function disagreements(all: readonly Compared[]): string {
  const order: Outcome[] = ['false accept', 'crash', 'timeout', 'false reject', 'load error', 'unsupported', 'same']
  const worst = all
    .filter(({ outcome, message }) => outcome !== 'same' || message === false)
    .sort((a, b) => order.indexOf(a.outcome) - order.indexOf(b.outcome))
  return worst
    .map(({ row, answer, outcome }) => {
      const what = outcome === 'same' ? 'other message' : outcome
      return `${what}: ${row.obj} ${row.prog} (${row.prog_type})\n    kernel ${row.verdict}: ${row.msg ?? row.libbpf?.split('\n')[0] ?? ''}\n    ours ${answer.verdict}: ${answer.message.split('\n')[0]} [insn ${answer.insn}]`
    })
    .join('\n')
}
