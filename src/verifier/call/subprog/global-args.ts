// SPDX-License-Identifier: Apache-2.0
// Parameters of a global function: what it finds in its registers when it is verified, and what a caller must hand over.

import { structIdsMatch } from '../../../btf/index.ts'
import { structName } from '../../access/btf-pointer.ts'
import { contextMoves } from '../../access/regions.ts'
import { expectedText, typeFits } from '../../program/contract/accepted.ts'
import type { Argument, GlobalContract } from '../../program/contract/contract.ts'
import type { Walk } from '../../engine/walk.ts'
import { markPrecise } from '../../engine/precision.ts'
import { violate } from '../../violations/raise.ts'
import {
  isNull,
  isPkt,
  MAYBE_NULL,
  mayBeNull,
  pointer,
  RDONLY,
  type RegState,
  regTypeText,
  TRUSTED,
  UNTRUSTED,
  unknownScalar,
} from '../../state/reg.ts'
import { requireDynptr } from '../objects/dynptr.ts'
import { requireArgOffset, requirePlainMemory } from '../memory-args.ts'

/** Registers that a global function starts with, by its types. */
export function startRegs(walk: Walk, { args }: GlobalContract): RegState[] {
  return args.map((arg): RegState => {
    switch (arg.kind) {
      case 'ctx':
        return pointer('ctx')
      case 'dynptr':
        return pointer('dynptr', { dynptr: 'local', id: walk.newId() })
      case 'untrusted':
        return arg.type === undefined
          ? pointer('mem', { flags: RDONLY | UNTRUSTED, size: 0 })
          : pointer('btf', { btf: arg.type.btf, btfId: arg.type.id, flags: UNTRUSTED, id: walk.newId() })
      case 'mem':
        return pointer('mem', { size: arg.size!, flags: arg.nullable ? MAYBE_NULL : 0, id: walk.newId() })
      case 'btf': {
        const flags = TRUSTED | (arg.nullable ? MAYBE_NULL : 0)
        return pointer('btf', { btf: arg.type!.btf, btfId: arg.type!.id, flags, id: walk.newId() })
      }
      // numbers, and arena pointers, which are as good
      default:
        return unknownScalar
    }
  })
}

/** What the caller has in the register is what the parameter promises. */
export function requireGlobalArg(walk: Walk, arg: Argument, { effects }: GlobalContract, func: number): void {
  const number = arg.reg
  const reg = walk.reg(number)
  const details = { reg: number, arg: number - 1 }
  switch (arg.kind) {
    case 'scalar':
      if (reg.kind !== 'scalar') violate('global-arg', { form: 'scalar', ...details })
      return
    case 'untrusted':
      return
    case 'ctx':
      requireArgOffset(walk, number)
      if (reg.kind !== 'ctx') violate('global-arg', { form: 'ctx', ...details })
      return
    case 'arena':
      if (reg.kind !== 'arena' && reg.kind !== 'scalar') violate('global-arg', { form: 'arena', ...details })
      return
    case 'dynptr':
      requireArgOffset(walk, number)
      requireDynptr(walk, number, undefined, { mutates: false })
      return
    case 'mem':
      if (!contextMoves(walk.program, reg)) requireArgOffset(walk, number)
      if (walk.model.rules.objectsReadOnly && reg.kind === 'btf')
        violate('global-arg', { form: 'read-only', ...details })
      requirePlainMemory(walk, number, arg.size!, { byType: true })
      if (walk.model.rules.nullsExact && isNull(reg)) markPrecise(walk, number)
      if (walk.model.rules.objectsReadOnly && effects.movesPacket && isPacketMemory(reg))
        violate('global-arg', { form: 'packet', ...details, func })
      if (!arg.nullable && (mayBeNull(reg) || (walk.model.rules.nullsRefused && isNull(reg))))
        violate('global-arg', { form: 'null', ...details })
      return
    case 'btf':
      if (arg.nullable && isNull(reg)) {
        if (walk.model.rules.nullsExact) markPrecise(walk, number)
        return
      }
      requireKernelPointer(walk, arg)
      return requireArgOffset(walk, number)
    default:
  }
}

/** A pointer to the kernel's own struct, as helpers take one. */
function requireKernelPointer(walk: Walk, arg: Argument): void {
  const number = arg.reg
  const reg = walk.reg(number)
  if (!typeFits(reg, arg, 0))
    violate('argument-type', { reg: number, seen: regTypeText(reg), expected: expectedText(arg) })
  const { btf, id } = arg.type!
  if (structIdsMatch({ btf: reg.btf!, id: reg.btfId, off: reg.off }, { btf, id })) return
  const expected = btf.type(id).name
  const seen = structName(reg)
  violate('struct-mismatch', { form: 'helper', reg: number, expected, seen })
}

/** As plain memory a packet pointer, or a slice of the packet, would outlive what moves the packet. */
const isPacketMemory = (reg: RegState): boolean =>
  isPkt(reg) || (reg.kind === 'mem' && (reg.dynptr === 'skb' || reg.dynptr === 'skb_meta'))
