// SPDX-License-Identifier: Apache-2.0
// kfuncs.rst "KF_DEPRECATED flag": a kfunc that is scheduled to be changed or removed still runs; who calls it hears of it, and what comes
// in its place. 6.12 has no bit for the flag, so the kernel is silent: what is known comes from kernel-doc, a module, or a profile.
import type { KfuncDeprecation } from '../kfunc/index.ts'
import type { Kernel } from '../kernel/index.ts'
import type { LinkedProgram } from '../object/index.ts'
import { lineAt } from './source.ts'

/** When, and what instead: 'since 1.0; to be removed in 1.2; use kc_k'; what kernel-doc says, where nothing else does. */
export function deprecationText({ since, removal, replacement, note }: KfuncDeprecation): string {
  const parts = [
    since && `since ${since}`,
    removal && `to be removed in ${removal}`,
    replacement && `use ${replacement}`,
  ]
  return parts.filter(Boolean).join('; ') || (note ?? '')
}

/** A warning for each line that calls a deprecated kfunc, where a program has lines, else for each call. */
export function deprecationWarnings(program: LinkedProgram, kernel: Kernel): string[] {
  const warnings = new Set<string>()
  const calls = [...program.refs].flatMap(([insn, ref]) => (ref.kind === 'kfunc' ? [{ insn, ref }] : []))
  for (const { insn, ref } of calls.sort((a, b) => a.insn - b.insn)) {
    const deprecated = kernel.kfuncs.get(ref.name)?.deprecated
    if (deprecated === undefined) continue
    const line = lineAt(program, insn)
    const place = line === undefined ? `insn ${insn}` : `${line.file}:${line.line}`
    const text = deprecationText(deprecated)
    warnings.add(`${place}: ${ref.name} is deprecated${text === '' ? '' : ` (${text})`}`)
  }
  return [...warnings]
}
