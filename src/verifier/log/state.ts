// SPDX-License-Identifier: Apache-2.0
// Registers, stack slots and frames in the words of the kernel's log, as Linux 6.12 prints them:
// `R1_w=ctx() R10=fp0 fp-8_w=0 refs=2 cb`. Learnt from logs of the real kernel (test/verifier/log).

import type { Program } from '../program/program.ts'
import * as scalar from '../scalar/index.ts'
import { NON_OWN, type RegState, regTypeText } from '../state/reg.ts'
import { byteType, DYNPTR, ITER, type Slot, SPILL, isUnset, slotText, spilledBytes } from '../state/stack.ts'
import type { Frame } from '../state/frame.ts'
import type { State } from '../state/state.ts'

/** Bits of registers and stack slots to print; every one of them where undefined. */
export interface Only {
  readonly regs: number
  readonly slots: bigint
}

const iterStates: readonly string[] = ['<invalid>', 'active', 'drained']
const MAP_KINDS: ReadonlySet<string> = new Set(['map_ptr', 'map_key', 'map_value'])

/** What stands behind `R1=`. */
export function regText(program: Program, frame: Frame, reg: RegState): string {
  if (reg.kind === 'scalar') {
    const precise = reg.precise ? 'P' : ''
    if (scalar.isConst(reg.var)) return precise + scalar.formatConst(reg.var)
    const id = reg.id === 0 ? [] : [`id=${reg.id}${reg.delta === undefined ? '' : signed(reg.delta)}`]
    return `${precise}scalar(${join([...id, scalar.formatScalar(reg.var)])})`
  }
  const type = regTypeText(reg)
  if (reg.kind === 'arena') return type
  const fixed = scalar.isConst(reg.var)
  if (reg.kind === 'fp') {
    const place = reg.frame === frame.frameno ? type : `${type}[${reg.frame}]`
    return fixed
      ? `${place}${scalar.formatSigned(BigInt(reg.off + scalar.constNumber(reg.var)))}`
      : `${place}(${join(attributes(program, reg))})`
  }
  const name = reg.kind === 'btf' && reg.btf !== undefined ? reg.btf.type(reg.btfId).name : ''
  return `${type}${name}(${join(attributes(program, reg))})`
}

const signed = (value: number): string => (value < 0 ? `${value}` : `+${value}`)
const join = (parts: readonly string[]): string => parts.filter((part) => part !== '').join(',')

/** A pointer's attributes, in the kernel's order. */
function attributes(program: Program, reg: RegState): string[] {
  const parts: string[] = []
  if (reg.id !== 0) parts.push(`id=${reg.id}`)
  if (reg.refObjId !== 0) parts.push(`ref_obj_id=${reg.refObjId}`)
  if (reg.flags & NON_OWN) parts.push('non_own_ref')
  if (MAP_KINDS.has(reg.kind)) {
    const map = program.map(reg.map)
    // Of the map inside another one only its shape is known.
    const name = program.mapName(reg.map)
    if (name !== '') parts.push(`map=${name}`)
    parts.push(`ks=${map.keySize},vs=${map.valueSize}`)
  }
  if (reg.off !== 0) parts.push(`off=${scalar.formatSigned(BigInt(reg.off))}`)
  if (reg.kind === 'pkt' || reg.kind === 'pkt_meta')
    parts.push(`r=${scalar.formatUnsigned(BigInt.asUintN(64, BigInt(reg.size)))}`)
  if (reg.kind === 'mem') parts.push(`sz=${scalar.formatUnsigned(BigInt(reg.size))}`)
  if (reg.kind === 'dynptr') parts.push(`type=${reg.dynptr}`)
  if (!scalar.isConst(reg.var)) parts.push(scalar.formatScalar(reg.var))
  else if (!scalar.isZero(reg.var)) parts.push(`imm=${scalar.formatConst(reg.var)}`)
  return parts
}

/** What stands behind `fp-8=`; undefined for a part of something printed at its first slot. */
function slotState(program: Program, frame: Frame, slot: Slot): string | undefined {
  const { reg } = slot
  switch (byteType(slot, 7)) {
    case SPILL:
      return slotText(slot).slice(0, 8 - spilledBytes(slot)) + regText(program, frame, reg)
    case DYNPTR: {
      if (reg.frame !== 1) return undefined
      const parts = [`id=${reg.id}`]
      if (reg.refObjId !== 0) parts.push(`ref_id=${reg.refObjId}`)
      return `dynptr_${reg.dynptr}(${parts.join(',')},dynptr_id=${reg.id})`
    }
    case ITER: {
      if (reg.refObjId === 0) return undefined
      const name = reg.btf === undefined ? '<invalid>' : reg.btf.type(reg.btfId).name.slice('bpf_iter_'.length)
      return `iter_${name}(ref_id=${reg.refObjId},state=${iterStates[reg.aux] ?? '?'},depth=${reg.frame})`
    }
    default:
      return slotText(slot)
  }
}

/** A frame on one line, each part with a blank before it: ` frame1: R1_w=0 R10=fp0 fp-8=mmmmmmmm refs=2 cb`. */
export function frameText(program: Program, state: State, frame: Frame, only?: Only): string {
  let text = frame.frameno === 0 ? '' : ` frame${frame.frameno}:`
  for (let i = 0; i <= 10; i++) {
    const reg = frame.regs[i]!
    if (reg.kind === 'not_init' || (only !== undefined && (only.regs & (1 << i)) === 0)) continue
    text += ` R${i}${frame.wroteRegs & (1 << i) ? '_w' : ''}=${regText(program, frame, reg)}`
  }
  for (let s = 0; s < frame.stack.length; s++) {
    const slot = frame.stack[s]!
    if (isUnset(slot) || (only !== undefined && ((only.slots >> BigInt(s)) & 1n) === 0n)) continue
    const value = slotState(program, frame, slot)
    if (value !== undefined) text += ` fp-${(s + 1) * 8}${frame.wrote(s) ? '_w' : ''}=${value}`
  }
  const refs = [...state.refs].filter((ref) => ref.kind === 'ptr')
  if (refs.length > 0) text += ` refs=${refs.map((ref) => ref.id).join(',')}`
  if (frame.callback === 'sync') text += ' cb'
  if (frame.callback === 'async') text += ' async_cb'
  return text
}
