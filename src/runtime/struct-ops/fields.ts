// SPDX-License-Identifier: Apache-2.0
// Members of structs as values of TypeScript, read out of bytes.

import { type Btf, type BtfId, resolveType, sizeOf } from '../../btf/index.ts'

/** A number, or a BigInt of more than 32 bits; of `bool` a boolean, of an array of char text; all else is bytes. */
export function valueIn(btf: Btf, id: BtfId, bytes: Uint8Array): unknown {
  const type = resolveType(btf, id)
  if (type.kind === 'array') {
    const element = resolveType(btf, type.type)
    return element.kind === 'int' && element.size === 1 && element.name === 'char' ? textIn(bytes) : bytes.slice()
  }
  if (type.kind !== 'int' && type.kind !== 'enum' && type.kind !== 'enum64') return bytes.slice()
  const bits = wordIn(bytes)
  if (type.kind === 'int' && type.bool) return bits !== 0n
  return numberOf(bits, { size: sizeOf(btf, id) ?? 4, signed: type.signed })
}

export function numberOf(bits: bigint, { size, signed }: { readonly size: number; readonly signed: boolean }): unknown {
  const value = signed ? BigInt.asIntN(8 * size, bits) : BigInt.asUintN(8 * size, bits)
  return size > 4 ? value : Number(value)
}

const wordIn = (bytes: Uint8Array): bigint => bytes.reduceRight((word, byte) => (word << 8n) | BigInt(byte), 0n)

function textIn(bytes: Uint8Array): string {
  const end = bytes.indexOf(0)
  return new TextDecoder().decode(end === -1 ? bytes : bytes.subarray(0, end))
}
