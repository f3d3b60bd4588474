// SPDX-License-Identifier: Apache-2.0
// Bodies of kfuncs that take memory of the arena (`__arena`, `__arena__nullable`; since 7.3).
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { defineModule, openKernel, unwrap, withModule } from '../../src/index.ts'
import { createMachine } from '../../src/runtime/index.ts'

test('a body is given what lies there, and null only where its kfunc takes it', async () => {
  const word = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset)
  const given: (Uint8Array | null)[] = []
  const module = await defineModule({
    name: 'host',
    c: '__bpf_kfunc u64 host_word(u64 *value__arena);\n__bpf_kfunc u64 host_word_or_null(u64 *value__arena__nullable);',
    register: { BPF_PROG_TYPE_SYSCALL: ['host_word', 'host_word_or_null'] },
    bodies: {
      host_word(value: Uint8Array) {
        given.push(value)
        const old = word(value).getBigUint64(0, true)
        word(value).setBigUint64(0, old + 1n, true)
        return old
      },
      host_word_or_null: (value: Uint8Array | null) => (value === null ? 7 : word(value).getBigUint64(0, true)),
    },
  })
  const machine = createMachine(unwrap(withModule(unwrap(await openKernel('7.3')), unwrap(module))))
  const { programs, refused } = unwrap(machine.load(readFileSync('test/runtime/programs/arena-args.bpf.o')))
  expect([...refused.values()]).toEqual([])
  expect(unwrap(programs.get('words')!.testRun({ ctx: new Uint8Array(8) })).retval).toBe(0)
  expect(given.map((bytes) => bytes?.length)).toEqual([8, 8])
})
