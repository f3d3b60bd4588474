// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest'
import { BtfBuilder } from '../../src/btf/index.ts'
import { funcName } from '../../src/explain/index.ts'
import type { LinkedProgram } from '../../src/object/index.ts'

const builder = new BtfBuilder()
const func = builder.func('f', builder.funcProto(builder.int('int', 4), []), 'global')
const btf = builder.build('o')

test.for([
  ['its name', func, 'f'],
  ['of a type without a name', func - 1, undefined],
  ['of void', 0, undefined],
  ['of a type that is not there', 65535, undefined],
] as const)('a func_info record: %s', ([, typeId, name]) => {
  const program = { funcs: [{ insn: 0, typeId }], btf } as unknown as LinkedProgram
  expect(funcName(program, 0)).toBe(name)
  expect(funcName(program, 1)).toBeUndefined()
})
