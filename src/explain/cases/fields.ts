// SPDX-License-Identifier: Apache-2.0
// A field that only the kernel touches (a lock, a timer, a kptr …), met by a plain load or store: which field of which struct.

import { type Btf, type BtfId, formatType, memberAt, resolveType, sizeOf, typeTags } from '../../btf/index.ts'
import { scalar } from '../../verifier/index.ts'
import { type Values, yes } from '../fill.ts'
import { codeAt } from '../source.ts'
import { innermost } from '../violations.ts'
import type { Case } from './case.ts'
import { variableAt } from './object.ts'

export function fieldValues(one: Case): Values {
  const { report, program, causes } = one
  const broken = innermost(report.violation)
  if (broken?.id === 'kptr-type' || broken?.id === 'kptr-variable') return kptrMet(one)
  if (broken?.id !== 'special-field-access') return {}
  const kind = broken.params.field
  const found = fieldTouched(one, kind)
  const text = codeAt(program, report.insn) ?? ''
  const whole = /\bmem(?:set|cpy|move|cmp)\s*\(|^\s*\*\s*\w+\s*=|=\s*\*\s*\w+\s*;|=\s*\{|=\s*\(struct/.test(text)
  return {
    fieldKind: kind,
    fieldName: found?.name,
    fieldOwner: found?.owner,
    fieldWhole: yes(whole || (found !== undefined && !new RegExp(`\\b${found.name}\\b`).test(text))),
    fieldCalls: calls.get(kind),
    fieldInMap: yes(causes.value?.kind === 'map_value'),
  }
}

/** The kptr that bpf_kptr_xchg() or a store goes to: its name and what it holds. */
function kptrMet({ report, program, causes }: Case): Values {
  const insn = program.insns[report.insn]
  const pointer = causes.path.at(-1)?.regs[insn?.op.kind === 'call' ? 1 : (insn?.dst ?? 0)]
  const map = pointer?.kind === 'map_value' ? program.maps[pointer.map] : undefined
  const btf = program.mapBtf
  if (pointer === undefined || map === undefined || btf === undefined || map.valueTypeId === 0) return {}
  const fixed = scalar.isConst(pointer.var) ? scalar.constNumber(pointer.var) : 0
  const member = memberAt(btf, map.valueTypeId, pointer.off + fixed)
  if (member === undefined) return {}
  return {
    kptrName: member.name,
    kptrHolds: formatType(btf, member.type).replace(/\s*\*$/, ''),
    kptrTable: member.name,
  }
}

/** What is called in the place of a load or store. */
const calls: ReadonlyMap<string, string> = new Map([
  ['bpf_spin_lock', 'bpf_spin_lock() and bpf_spin_unlock()'],
  ['bpf_res_spin_lock', 'bpf_res_spin_lock() and bpf_res_spin_unlock()'],
  ['bpf_timer', 'bpf_timer_init(), bpf_timer_set_callback(), bpf_timer_start() and bpf_timer_cancel()'],
  ['bpf_wq', 'bpf_wq_init(), bpf_wq_set_callback() and bpf_wq_start()'],
  ['bpf_list_head', 'bpf_list_push_front() and the other list kfuncs'],
  ['bpf_list_node', 'bpf_list_push_front() and the other list kfuncs'],
  ['bpf_rb_root', 'bpf_rbtree_add() and the other tree kfuncs'],
  ['bpf_rb_node', 'bpf_rbtree_add() and the other tree kfuncs'],
  ['bpf_refcount', 'bpf_refcount_acquire()'],
  ['kptr', 'bpf_kptr_xchg()'],
])

interface Field {
  readonly name: string
  /** 'struct policer' */
  readonly owner: string
}

/** The field of this kind that the access overlaps. */
function fieldTouched({ report, program, causes }: Case, kind: string): Field | undefined {
  const { value } = causes
  const insn = program.insns[report.insn]
  if (value === undefined || insn === undefined) return undefined
  const from =
    value.off +
    (insn.op.kind === 'call' ? 0 : insn.off) +
    (scalar.isConst(value.var) ? scalar.constNumber(value.var) : 0)
  const map = value.kind === 'map_value' ? program.maps[value.map] : undefined
  if (value.kind === 'btf' && value.btf !== undefined) return fieldIn(value.btf, value.btfId, from, kind)
  const btf = program.mapBtf ?? program.btf
  if (map === undefined || btf === undefined) return undefined
  const variable = map.internal === undefined ? undefined : variableAt(btf, map.section, from)
  if (variable !== undefined) return { name: variable.name, owner: map.section }
  return map.valueTypeId === 0 ? undefined : fieldIn(btf, map.valueTypeId, from, kind)
}

const DEEPEST = 8

function fieldIn(btf: Btf, id: BtfId, from: number, kind: string, depth = 0): Field | undefined {
  const type = resolveType(btf, id)
  if (type.kind !== 'struct' || depth > DEEPEST) return undefined
  for (const member of type.members) {
    const start = member.bitOffset / 8
    const size = sizeOf(btf, member.type) ?? 0
    if (start + size <= from || start >= from + 8) continue
    const own = resolveType(btf, member.type)
    const isIt =
      kind === 'kptr'
        ? typeTags(btf, member.type).some((tag) => tag.startsWith('kptr') || tag.endsWith('kptr'))
        : own.kind === 'struct' && own.name === kind
    if (isIt) return { name: member.name, owner: formatType(btf, id) }
    const within = fieldIn(btf, member.type, from - start, kind, depth + 1)
    if (within !== undefined) return within
  }
  return undefined
}
