// SPDX-License-Identifier: Apache-2.0
// Lists, trees and the locks beside them, by the names that they have in C: which lock is held, which node a head or root holds.

import { memberAt, resolveType } from '../../btf/index.ts'
import { scalar } from '../../verifier/index.ts'
import { callee } from '../calls.ts'
import { type Values, yes } from '../fill.ts'
import { codeAt } from '../source.ts'
import { argumentText } from '../text.ts'
import { type Case, placeWords } from './case.ts'

export function graphValues(one: Case): Values {
  const { rule } = one.report
  if (rule === 'unlock-other' || rule === 'unlock-order') return heldLock(one)
  if (rule === 'release-offset') return nodeInObject(one)
  return rule === 'node-place' || rule === 'node-struct' ? nodeValues(one) : {}
}

function heldLock({ report, program }: Case): Values {
  const at = report.details.at?.[0]?.insn
  const name = at === undefined ? undefined : callee(program, at)?.name
  if (at === undefined || name === undefined) return {}
  return { lockHeld: argumentText(codeAt(program, at), name, 0), lockHeldOn: placeWords(program, at) }
}

/** The member that a pointer into an object points to, where it is the node of a list or tree. */
function nodeInObject({ causes: { value } }: Case): Values {
  if (value?.btf === undefined || value.btfId === 0 || !scalar.isConst(value.var)) return {}
  const off = value.off + scalar.constNumber(value.var)
  const member = off === 0 ? undefined : memberAt(value.btf, value.btfId, off)
  const type = member === undefined ? undefined : resolveType(value.btf, member.type)
  return { nodeMember: type?.kind === 'struct' && /^bpf_(?:list|rb)_node$/.test(type.name) ? member?.name : undefined }
}

/** The node that the head or root holds, and the one that is passed. */
function nodeValues({ report, program }: Case): Values {
  const { violation } = report
  if ((violation?.id !== 'node-place' && violation?.id !== 'node-struct') || program.btf === undefined) return {}
  const { expected, expectedOff } = violation.params
  const own = program.btf.find(expected, 'struct')
  const field = own === undefined ? undefined : memberAt(program.btf, own, expectedOff)?.name
  const text = codeAt(program, report.insn)
  const name = callee(program, report.insn)?.name
  const argument = (index: number): string | undefined => argumentText(text, name, index)
  const given = argument(1)
  const isOther = violation.id === 'node-struct'
  return {
    nodeRoot: argument(0)?.replace(/^&/, ''),
    nodeOwner: expected,
    nodeField: field,
    nodeGiven: given,
    nodeRight:
      isOther || field === undefined || given === undefined || !/^&\w+->\w+$/.test(given)
        ? undefined
        : given.replace(/\w+$/, field),
    nodeOther: yes(isOther),
  }
}
