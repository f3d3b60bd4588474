// SPDX-License-Identifier: Apache-2.0
// What a verifier's log at level 2 says of single instructions: the kernel's and ours are read alike.

export interface LogFacts {
  /** The last instruction walked; undefined: none was. */
  readonly last: number | undefined
  /** By instruction, the registers and slots it used and changed, the first time. */
  readonly states: ReadonlyMap<number, string>
}

/** `12: (bf) r1 = r0 ; R0=… R1_w=…` */
const walked = /^(\d+): \([0-9a-f]{2}\) [^;]*(?:;\s*(.*))?$/
/** The same registers where something else was said in between: on a line of their own, numbered as the instruction that comes next. */
const after = /^\d+: ((?:frame\d+: )?(?:R\d+|fp-\d+)[_=].*)$/

export function factsOfLog(log: string): LogFacts {
  let last: number | undefined
  const states = new Map<number, string>()
  for (const line of log.split('\n')) {
    const insn = walked.exec(line)
    if (insn !== null) last = Number(insn[1])
    const text = insn === null ? after.exec(line)?.[1] : insn[2]
    if (text !== undefined && last !== undefined && !states.has(last)) states.set(last, text.trim())
  }
  return { last, states }
}

/** Said after the walk: of no instruction. */
const ofTheWhole =
  /^(combined stack size|stack size of subprog|the call stack of \d+ frames is too deep !|tail_calls are not allowed|sign extending loads from arena)/

/** The instruction that a message is about, `last` the one that was walked last. */
export function insnOf(message: string, last: number | undefined): number | undefined {
  if (ofTheWhole.test(message)) return undefined
  const named = /^infinite loop detected at insn (\d+)$/.exec(message)
  return named === null ? last : Number(named[1])
}
