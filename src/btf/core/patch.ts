// SPDX-License-Identifier: Apache-2.0
// Writing a resolved CO-RE value into its instruction. Behaviour of libbpf 1.5.

import { attempt, FaultError, type Result } from '../../fault/index.ts'
import { imm64, type Insn, makeInsn, makeLdImm64 } from '../../isa/index.ts'
import type { CoreResolution } from './resolve.ts'

/** The "helper" a poisoned instruction calls: 0xbad2310, read "bad relo". */
export const CORE_POISON = 195896080

export const isCorePoison = (insn: Insn): boolean => insn.code === 0x85 && insn.src === 0 && insn.imm === CORE_POISON

/**
 * The instruction (both slots of an ld_imm64) with the value of `resolution` in it: the immediate of an ALU instruction with an
 * immediate, the offset of a load or store (and its size, where the field's differs), or the 64-bit immediate.
 */
export function patchInsn(insn: Insn, next: Insn | undefined, resolution: CoreResolution): Result<readonly Insn[]> {
  return attempt({}, () => patch(insn, next, resolution))
}

function patch(insn: Insn, next: Insn | undefined, resolution: CoreResolution): readonly Insn[] {
  const { asked, original, value, validate, poison } = resolution
  const refuse = (why: string): FaultError => new FaultError(`CO-RE relocation ${asked}: ${why}`)
  const expect = (got: bigint, bits: number, what: string): void => {
    const want = BigInt.asUintN(bits, original)
    if (!validate || BigInt.asUintN(bits, got) === want) return
    throw refuse(`unexpected ${what}: got ${got}, expected ${original}`)
  }
  const { code, dst, src, off, imm } = insn
  switch (code & 7) {
    case 4: // ALU
    case 7: // ALU64
      if ((code & 8) !== 0) break
      if (poison) return [poisoned]
      expect(BigInt(imm), 32, 'immediate')
      return [makeInsn({ code, dst, src, off, imm: Number(BigInt.asIntN(32, value)) })]
    case 1: // LDX
    case 2: // ST
    case 3: {
      // STX
      if (poison) return [poisoned]
      expect(BigInt(off), 64, 'offset')
      if (value > 0x7fffn) throw refuse(`offset ${value} does not fit an instruction`)
      if (resolution.sizeMismatch) return [poisoned]
      const sized = resolution.size === resolution.originalSize ? code : withSize(code, resolution, refuse)
      return [makeInsn({ code: sized, dst, src, off: Number(value), imm })]
    }
    case 0: {
      const plain = code === 0x18 && src === 0 && off === 0
      if (!plain || next === undefined || next.code !== 0 || next.dst !== 0 || next.src !== 0 || next.off !== 0) break
      if (poison) return [poisoned, poisoned]
      expect(imm64(insn, next), 64, 'immediate')
      return makeLdImm64(dst, value)
    }
  }
  throw refuse(`instruction 0x${code.toString(16)} cannot carry it`)
}

const poisoned = makeInsn({ code: 0x85, imm: CORE_POISON })

/** Bytes → the size bits of a load or store opcode. */
const sizeBits: Readonly<Record<number, number>> = { 4: 0x00, 2: 0x08, 1: 0x10, 8: 0x18 }

function withSize(code: number, { originalSize, size }: CoreResolution, refuse: (why: string) => FaultError): number {
  if (sizeBits[originalSize] !== (code & 0x18)) throw refuse(`the access is not of the field's ${originalSize} bytes`)
  const bits = sizeBits[size]
  if (bits === undefined) throw refuse(`the field has ${size} bytes here, no access does`)
  return (code & ~0x18) | bits
}
