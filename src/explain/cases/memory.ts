// SPDX-License-Identifier: Apache-2.0
// A call that wants memory of the program is given the address of a field of the context, of a socket or of a kernel object.

import { memberAt, resolveType } from '../../btf/index.ts'
import type { RegState } from '../../verifier/index.ts'
import { callee } from '../calls.ts'
import { type Values, yes } from '../fill.ts'
import { codeAt } from '../source.ts'
import { argumentText, isMember } from '../text.ts'
import { structName } from '../words.ts'
import type { Case } from './case.ts'

export function fieldGiven({ report, program, causes }: Pick<Case, 'report' | 'program' | 'causes'>): Values {
  const { value } = causes
  if (value?.kind === 'scalar') return addressGiven({ report, program })
  const owner = value === undefined ? undefined : ownerWords(value)
  if (owner === undefined || report.details.reg === undefined) return {}
  const text = argumentText(codeAt(program, report.insn), callee(program, report.insn)?.name, report.details.reg - 1)
  const plain = text?.replace(/^\([^()]*\*\s*\)\s*/, '')
  const field = plain?.replace(/^&/, '')
  if (isCharArray(value!) && isMember(plain)) return { stringWhat: `${plain}, a part of ${owner},`, stringExpr: plain }
  return plain?.startsWith('&') && isMember(field)
    ? { fieldWhat: `${field}, a part of ${owner},`, fieldExpr: field }
    : {
        objectWhat: `A part of ${owner}`,
        ofContext: yes(value!.kind === 'ctx'),
        packetOutput: yes(
          value!.kind === 'ctx' &&
            /SCHED_|XDP|SOCKET_FILTER|CGROUP_SKB|LWT_|SK_SKB/.test(program.type) &&
            callee(program, report.insn)?.name === 'bpf_perf_event_output',
        ),
      }
}

/** A variable that is a pointer in C, and an address that the hook gave: of user space, or of the kernel. */
function addressGiven({ report, program }: Pick<Case, 'report' | 'program'>): Values {
  const name = argumentText(
    codeAt(program, report.insn),
    callee(program, report.insn)?.name,
    (report.details.reg ?? 1) - 1,
  )
  if (name === undefined || !/^[A-Za-z_]\w*$/.test(name)) return {}
  const declared = new RegExp(`\\w\\s*\\*+\\s*(?:const\\s+)?${name}\\s*[,;)=]`)
  if (!program.lines.some(({ text }) => declared.test(text))) return {}
  const ofUser = /^(?:tp|tracepoint)\/syscalls\/|^u(?:ret)?probe|^usdt/.test(program.section)
  return { addressName: name, addressUser: yes(ofUser), addressAny: yes(!ofUser) }
}

function ownerWords(value: RegState): string | undefined {
  if (value.kind === 'ctx') return 'the context'
  if (value.kind === 'btf' && value.btfId !== 0) return `a struct ${structName(value)} of the kernel`
  return value.kind.includes('sock') ? 'a socket' : undefined
}

/** Does it point to text within a kernel object? */
function isCharArray({ kind, btf, btfId, off }: RegState): boolean {
  const member = kind === 'btf' && btf !== undefined && btfId !== 0 ? memberAt(btf, btfId, off) : undefined
  const type = member === undefined ? undefined : resolveType(btf!, member.type)
  const element = type?.kind === 'array' ? resolveType(btf!, type.type) : undefined
  return element?.kind === 'int' && element.size === 1
}
