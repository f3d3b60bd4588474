// SPDX-License-Identifier: Apache-2.0
// Arithmetic that a pointer does not take: whether the C does it or only the compiler, and what was meant.

import type { LinkedProgram } from '../../object/index.ts'
import type { RegState } from '../../verifier/index.ts'
import { rulesOf } from '../codes/index.ts'
import { orList, type Values, yes } from '../fill.ts'
import { codeAt, functionAt, lineAt } from '../source.ts'
import { dereferenced, quoted } from '../text.ts'
import type { Case } from './case.ts'

/** KF110: what a pointer does not take, apart from numbers that are not bounded. */
const rules: ReadonlySet<string> = new Set([...rulesOf('KF110')].filter((rule) => rule.startsWith('pointer-')))

export function pointerValues({ report, causes, program }: Case): Values {
  const { rule, insn: at } = report
  const insn = program.insns[at]
  const { value } = causes
  if (rule === 'mixed-pointers') return mixedValues(at, program)
  if (!rules.has(rule) || insn === undefined) return {}
  const text = codeAt(program, at) ?? ''
  const inC = hasOperator(text, insn.op.name)
  const inPacket = [1, 2, 3, 4, 5, 6, 7, 8, 9].some((reg) => causes.path.at(-1)?.regs[reg]?.kind.startsWith('pkt'))
  return {
    operatorName: insn.op.name,
    bitsByCompiler: rule === 'pointer-bitwise' && !inC ? `“${insn.op.name}”` : undefined,
    negatedByCompiler: yes(rule === 'pointer-sub' && inPacket),
    packetBits: yes(rule === 'pointer-bitwise' && value?.kind.startsWith('pkt')),
    packetHalf: yes(rule === 'pointer-alu32' && value?.kind.startsWith('pkt')),
    packetEndMoved: yes(rule === 'pointer-kind' && value?.kind === 'pkt_end'),
    storedInParts: yes(rule === 'pointer-operator' && storesParts(program, at)),
    // the C may have its operator on a line that has no instruction any more
    addressUsed: yes(
      addressRules.has(rule) && isObject(value) && !(rule === 'pointer-operator' && storesParts(program, at)),
    ),
  }
}

/** The pointer that a line goes through, and what else it is set to: `from = &skb->len`. */
function mixedValues(at: number, program: LinkedProgram): Values {
  const name = dereferenced(codeAt(program, at) ?? '')
  if (name === undefined) return {}
  const set = new RegExp(`(?<![\\w.>])${quoted(name)}\\s*=(?!=)\\s*([^;]+);`)
  const own = lineAt(program, at)
  const whole = own === undefined ? undefined : functionAt(program, own)?.statements
  const assigned = (whole ?? program.lines.filter(({ file }) => file === own?.file)).flatMap(
    ({ text }) => set.exec(text)?.[1]?.trim() ?? [],
  )
  const kinds = [...new Set(assigned)]
  return { mixedPointer: name, mixedKinds: kinds.length < 2 || kinds.length > 3 ? undefined : orList(kinds) }
}

/** An address is computed with, in one way or another. */
const addressRules: ReadonlySet<string> = new Set([
  'pointer-operator',
  'pointer-bitwise',
  'pointer-alu32',
  'pointer-partial',
])

/** A pointer to something of the kernel's, of which the address itself may be wanted; of memory of one's own an offset is. */
const isObject = (value: RegState | undefined): boolean =>
  value !== undefined && (value.kind === 'btf' || value.kind === 'ctx' || value.kind.includes('sock'))

/** How C spells what an instruction does. */
const operators: ReadonlyMap<string, RegExp> = new Map([
  ['and', /&/],
  ['or', /\|/],
  ['xor', /[\^~]/],
  ['lsh', /<<|\*/],
  ['rsh', />>|\//],
  ['arsh', />>/],
  ['mul', /\*/],
  ['div', /\//],
  ['mod', /%/],
  ['neg', /-/],
])

/** Does the line have the operator, beside logical ones, addresses, pointers and what it goes through? */
function hasOperator(text: string, name: string): boolean {
  const plain = text.replaceAll(
    /&&|\|\||->|\/\*.*?\*\/|\/\/.*$|(?<![\w)\]]\s*)[&*]|\*+(?=\s*\))|\b(?:void|char|int|long|u?int\d+_t|[us]\d+|__[us]\d+|struct \w+)\s*\*+/g,
    ' ',
  )
  return operators.get(name)?.test(plain) ?? true
}

/** Does the compiler store the register byte by byte? It does where the place need not be aligned: in a packed struct. */
function storesParts({ insns }: LinkedProgram, at: number): boolean {
  const { dst } = insns[at]!
  return insns.slice(at + 1, at + 8).some(({ op, src }) => op.kind === 'store' && src === dst && (op.size ?? 8) < 8)
}
