// SPDX-License-Identifier: Apache-2.0
// Look-ups as WebAssembly, for programs to call without a way through JavaScript. They read what Elements and PrefixTrie lay out.

import {
  Code,
  encodeModule,
  type FunctionType,
  type HashTable,
  moduleOf,
  type ValueType,
  writeHashLookup,
} from '../../jit/index.ts'
import type { Core } from '../core/core.ts'
import { BYTES, CHILDREN, EXACT, LONGEST } from './prefix-trie.ts'

type Lookup = (key: number) => number

/** Keys beyond are compared by loops in JavaScript. */
const MOST_KEY_BYTES = 64

/** As it stands in programs. undefined: keys are too long for it, or nothing may be compiled. */
export function compiledHashLookup(core: Core, table: HashTable): Lookup | undefined {
  const { keySize } = table
  if (keySize > MOST_KEY_BYTES) return undefined
  const [key, element, address, aside, whole] = [0, 1, 2, 3, 4] as const
  const code = new Code()
  const pushAddress = (): void => void code.get(key)
  const pushWhole = (): void => void code.get(key).memory(keySize === 4 ? 'i64.load32_u' : 'i64.load', 0)
  writeHashLookup(code, table, { pushWhole, pushAddress, whole, address, element, aside })
  return lookup(core, code.op('end'), ['i32', 'i32', 'i32', 'i64'])
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
  return lookup(
    core,
    code,
    Array.from({ length: 6 }, () => 'i32' as const),
  )
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
const lookup = (core: Core, body: Code, locals: readonly ValueType[]): Lookup | undefined =>
  instance(core, { type: lookupType, locals, body }) as Lookup | undefined
