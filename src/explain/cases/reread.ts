// SPDX-License-Identifier: Apache-2.0
// A field that may be NULL and is named more than once: each mention in C is a load of its own, so a check of one says nothing of another.
// What is to be kept in a variable is the field, not what the field is in.

import { scalar } from '../../verifier/index.ts'
import type { Values } from '../fill.ts'
import { lineAt } from '../source.ts'
import { memberNamed } from '../text.ts'
import type { Case } from './case.ts'
import { fieldLoadedAt } from './trust.ts'

/** The member that a line both loads and goes through: `skb->sk` of `skb->sk->sk_mark`. */
export function rereadValues(one: Case): Values {
  const { report, causes, program } = one
  const from = causes.path[causes.origin]
  if (report.rule !== 'invalid-access' || causes.value === undefined || from === undefined) return {}
  const line = lineAt(program, report.insn)
  const field = fieldLoadedAt(from, one)
  // through the number 0 it goes nowhere, whatever is checked
  if (line === undefined || field === undefined || causes.value.kind === 'scalar') return {}
  if (!scalar.isConst(causes.value.var)) return {}
  const member = memberNamed(line.text, field)
  const at = lineAt(program, from.insn)
  return member === undefined || at?.line !== line.line || at.file !== line.file
    ? {}
    : { rereadMember: member, rereadName: field }
}
