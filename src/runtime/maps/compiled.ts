// SPDX-License-Identifier: Apache-2.0
// Look-ups as WebAssembly, for programs to call without a way through JavaScript. They read what Elements and PrefixTrie lay out.

import { Code, encodeModule, type FunctionType, moduleOf, type ValueType } from '../../jit/index.ts'
import type { Core } from '../core/core.ts'
import { HASH, HEADER, NEXT, seeds } from './elements.ts'
import { BYTES, CHILDREN, EXACT, LONGEST } from './prefix-trie.ts'

type Lookup = (key: number) => number

/** Keys beyond are compared by loops in JavaScript. */
const MOST_KEY_BYTES = 64

export interface HashShape {
  readonly keySize: number
  readonly buckets: number
  readonly mask: number
  /** From an element to its value. */
  readonly valueOffset: number
}

/** undefined: keys are too long for it, or nothing may be compiled. */
export function compiledHashLookup(core: Core, { keySize, buckets, mask, valueOffset }: HashShape): Lookup | undefined {
  if (keySize > MOST_KEY_BYTES) return undefined
  const [key, hash, element] = [0, 1, 2]
  const code = new Code()
  const mixed = (load: 'i32.load' | 'i32.load8_u', at: number, factor: number, shift: number): void => {
    code.get(hash).get(key).memory(load, at).op('i32.xor').i32(factor).op('i32.mul')
    code.get(hash).i32(shift).op('i32.shr_u', 'i32.xor').set(hash)
  }
  const whole = keySize & ~3
  code.i32(core.hashSeed).set(hash)
  for (let at = 0; at < whole; at += 4) mixed('i32.load', at, seeds.word, 15)
  for (let at = whole; at < keySize; at++) mixed('i32.load8_u', at, seeds.byte, 13)
  code.get(hash).get(hash).i32(16).op('i32.shr_u', 'i32.xor').i32(seeds.last).op('i32.mul').tee(hash)
  code.get(hash).i32(15).op('i32.shr_u', 'i32.xor').set(hash)
  code.get(hash).i32(mask).op('i32.and').i32(2).op('i32.shl').memory('i32.load', buckets).set(element)
  code.open('block').open('loop')
  code.get(element).op('i32.eqz').brIf(1)
  code.get(element).memory('i32.load', HASH).get(hash).op('i32.eq').open('if')
  // every part that differs leaves a bit
  code.i32(0)
  const differs = (load: 'i32.load' | 'i32.load8_u', at: number): void => {
    code
      .get(key)
      .memory(load, at)
      .get(element)
      .memory(load, HEADER + at)
      .op('i32.xor', 'i32.or')
  }
  for (let at = 0; at < whole; at += 4) differs('i32.load', at)
  for (let at = whole; at < keySize; at++) differs('i32.load8_u', at)
  code.op('i32.eqz').open('if').get(element).i32(valueOffset).op('i32.add', 'return', 'end', 'end')
  code.get(element).memory('i32.load', NEXT).set(element).br(0)
  code.op('end', 'end').i32(0).op('end')
  return lookup(core, code, 2)
}

/** `bits`: of the longest key there can be. undefined: nothing may be compiled. */
export function compiledTrieLookup(
  core: Core,
  { root, bits: most }: { root: number; bits: number },
): Lookup | undefined {
  const [key, length, node, found, bit, bits, left] = [0, 1, 2, 3, 4, 5, 6]
  const code = new Code()
  const fourBits = (): void => {
    code.get(key).get(bit).i32(3).op('i32.shr_u', 'i32.add').memory('i32.load8_u', BYTES)
    code.i32(4).get(bit).i32(4).op('i32.and', 'i32.sub', 'i32.shr_u').i32(15).op('i32.and').set(bits)
  }
  const entry = (table: number): void => {
    code.get(node).get(bits).i32(2).op('i32.shl', 'i32.add').memory('i32.load', table)
  }
  code.get(key).memory('i32.load', 0).tee(length).i32(most).op('i32.gt_u').open('if').i32(0).op('return', 'end')
  code.i32(root).set(node)
  code.open('block').open('loop')
  code.get(length).get(bit).op('i32.sub').tee(left).i32(4).op('i32.lt_s').brIf(1)
  fourBits()
  entry(LONGEST)
  code.tee(left).open('if').get(left).set(found).op('end')
  entry(CHILDREN)
  code.tee(node).op('i32.eqz').open('if').get(found).op('return', 'end')
  code.get(bit).i32(4).op('i32.add').set(bit).br(0).op('end', 'end')
  // fewer than four bits are left: the prefixes that end in this node, the longest first; a key that has no more bits has none to read
  code.i32(0).set(bits).get(left).open('if')
  fourBits()
  code.op('end').open('loop')
  code.get(node).i32(1).get(left).op('i32.shl').i32(1).op('i32.sub')
  code.get(bits).i32(4).get(left).op('i32.sub', 'i32.shr_u', 'i32.add').i32(2).op('i32.shl', 'i32.add')
  code.memory('i32.load', EXACT).tee(length).open('if').get(length).op('return', 'end')
  code.get(left).i32(1).op('i32.sub').tee(left).i32(0).op('i32.ge_s').brIf(0).op('end')
  code.get(found).op('end')
  return lookup(core, code, 6)
}

export interface CompiledFunction {
  readonly type: FunctionType
  readonly locals: readonly ValueType[]
  readonly body: Code
}

/** The function, over the machine's memory; undefined where nothing may be compiled. */
export function instance(core: Core, { type, locals, body }: CompiledFunction): unknown {
  const functions = [{ type, locals, body, export: 'run' }]
  const bytes = encodeModule({ types: [], imports: [], functions, globals: [], pages: 1, table: false })
  const module = moduleOf(bytes)
  if (module === undefined) return undefined
  return new WebAssembly.Instance(module, { env: { memory: core.memory.wasm } }).exports['run']
}

const lookupType: FunctionType = { params: ['i32'], result: 'i32' }
const lookup = (core: Core, body: Code, locals: number): Lookup | undefined =>
  instance(core, { type: lookupType, locals: Array.from({ length: locals }, () => 'i32' as const), body }) as
    | Lookup
    | undefined
