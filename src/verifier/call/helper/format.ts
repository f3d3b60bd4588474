// SPDX-License-Identifier: Apache-2.0
// bpf_snprintf's format is a constant: its conversions are checked against the arguments given. bpf-helpers(7) "bpf_snprintf".

import type { Walk } from '../../engine/walk.ts'
import { violate } from '../../violations/raise.ts'
import * as scalar from '../../scalar/index.ts'

const POINTER_WORDS = ['pks', 'pus', 'px', 'pK', 'ps', 'pS', 'pB', 'pi4', 'pI4', 'pi6', 'pI6', 'p']

export function requireFormat(walk: Walk): void {
  const format = walk.reg(3)
  const length = walk.reg(5)
  // R5 may be known only within bounds: then nothing can be matched up
  if (!scalar.isConst(length.var) || scalar.constNumber(length.var) % 8 !== 0)
    violate('snprintf-args', { reg: 5, helper: 'bpf_snprintf' })
  const args = scalar.constNumber(length.var) / 8
  const data = walk.program.map(format.map).data
  if (data === undefined) return
  const from = format.off + scalar.constNumber(format.var)
  const end = data.indexOf(0, from)
  const text = new TextDecoder('latin1').decode(data.subarray(from, end < 0 ? undefined : end))
  if (!isValid(text, args)) violate('snprintf-format', { reg: 3, helper: 'bpf_snprintf' })
}

function isValid(text: string, args: number): boolean {
  let used = 0
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code >= 0x80 || (code < 0x20 && !(code >= 9 && code <= 13))) return false
    if (text[i] !== '%') continue
    i++
    if (text[i] === '%') continue
    if (used >= args) return false
    while (i < text.length && '0+- #'.includes(text[i]!)) i++
    while (i < text.length && text[i]! >= '0' && text[i]! <= '9') i++
    const rest = text.slice(i)
    const pointer = POINTER_WORDS.find((word) => rest.startsWith(word))
    if (pointer !== undefined) {
      const next = rest[pointer.length]
      // a bare %p ends at white space, punctuation or the end
      if (pointer === 'p' && next !== undefined && /[0-9A-Za-z]/.test(next)) return false
      i += pointer.length - 1
    } else if (/^[sc]/.test(rest)) {
      // one letter
    } else {
      const number = /^l{0,2}[diuxX]/.exec(rest)
      if (number === null) return false
      i += number[0].length - 1
    }
    used++
  }
  return true
}
