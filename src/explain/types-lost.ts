// SPDX-License-Identifier: Apache-2.0
// Types that the kernel did not take: what a program is refused for is often only that it has to do without them.

import type { LinkedProgram } from '../object/index.ts'
import type { Rejected } from './notes.ts'

const lost =
  /Error loading \.BTF into kernel|Retrying without BTF|have no special fields|missing \.BTF\.ext function info/

/** Rules that types decide: special fields, kptrs, callbacks, what a pointer read from memory points to. */
const byTypes: ReadonlySet<string> = new Set([
  'timer-btf',
  'timer-none',
  'lock-btf',
  'lock-none',
  'wq-btf',
  'wq-none',
  'kptr-btf',
  'kptr-none',
  'kptr-offset',
  'root-none',
  'root-arg',
  'node-none',
  'callback-func-info',
  'obj-new-btf',
  'subprog-btf',
  'lock-not-held',
])
/** Rules that the types of functions decide, not those of maps. */
const byFunctions: ReadonlySet<string> = new Set(['tail-call-return', 'ld-abs-return', 'attach-target'])
const ofMap = /^map '/
/** Rules that a number is broken by, where a pointer was meant: a kptr field that is not known as one. */
const byNumber: ReadonlySet<string> = new Set([
  'invalid-access',
  'memory-type',
  'argument-type',
  'not-btf',
  'pointer-type',
  'not-rcu-arg',
  'untrusted-arg',
  'mem-len',
])

/** What was said of types when the object was loaded, where the rule that was broken depends on them. */
export function typesLost(report: Rejected, program: LinkedProgram): readonly string[] {
  const last = report.path.at(-1)
  const { reg, arg } = report.details
  const number = reg ?? (arg === undefined ? program.insns[report.insn]?.src : arg + 1)
  const value = number === undefined ? undefined : last?.regs[number]
  if (byFunctions.has(report.rule))
    return [...new Set(program.warnings)].filter((text) => lost.test(text) && !ofMap.test(text))
  const depends =
    byTypes.has(report.rule) || (byNumber.has(report.rule) && (value === undefined || value.kind === 'scalar'))
  if (!depends) return []
  return [...new Set(program.warnings)].filter((text) => lost.test(text))
}
