// SPDX-License-Identifier: Apache-2.0
import { beforeAll, describe, expect, test } from 'vitest'
import { BtfBuilder, type BtfId } from '../../src/btf/index.ts'
import { scanIds } from '../../src/kernel/btf-ids.ts'
import type { Image, ImageReloc, ImageSection, ImageSymbol } from '../../src/kernel/elf-sections.ts'
import { addModule, type Kernel, openKernel } from '../../src/kernel/index.ts'
import { registrationsIn } from '../../src/kernel/module-registration.ts'

let kernel: Kernel
beforeAll(async () => {
  const opened = await openKernel('6.12', { modules: [] })
  if (!opened.ok) throw new Error(opened.fault.what)
  kernel = opened.value
})

/** A module's split BTF: `struct mine *mine_get(void)`, `void mine_put(struct mine *p)`. */
function moduleBtf(): Uint8Array {
  const builder = new BtfBuilder({ base: kernel.btf })
  const mine = builder.struct('mine', 8, [])
  const pointer = builder.ptr(mine)
  builder.func('mine_get', builder.funcProto(pointer, []))
  builder.func('mine_put', builder.funcProto(0 as BtfId, [{ name: 'p', type: pointer }]))
  return builder.bytes()
}

const xdp = {
  type: 'BPF_PROG_TYPE_XDP',
  attachType: undefined,
  sleepable: false,
  gpl: true,
  attachName: undefined,
  attachBtfId: undefined,
}

describe('addModule', () => {
  const source = {
    name: 'mine',
    sets: [
      {
        set: 'mine_ids',
        hooks: ['xdp'],
        kfuncs: { mine_get: ['KF_ACQUIRE', 'KF_RET_NULL'], mine_put: ['KF_RELEASE'] },
      },
    ],
    destructors: { mine: 'mine_put' },
  }

  test('gives a copy of the kernel with the module in it', () => {
    const added = addModule(kernel, { ...source, btf: moduleBtf() })
    if (!added.ok) throw new Error(added.fault.what)
    const kfunc = added.value.kfuncs.get('mine_get')!
    expect(kfunc.module).toBe('mine')
    expect([...kfunc.flags]).toEqual(['KF_ACQUIRE', 'KF_RET_NULL'])
    expect(added.value.kfuncAllowed(kfunc, xdp)).toBe(true)
    expect(added.value.kfuncAllowed(kfunc, { ...xdp, type: 'BPF_PROG_TYPE_SCHED_CLS' })).toBe(false)
    expect(added.value.destructors.at(-1)?.kfunc).toBe('mine_put')
    expect(kernel.kfuncs.has('mine_get')).toBe(false)
    expect(kernel.modules).toHaveLength(0)
  })

  test('refuses a kfunc that the module does not have', () => {
    const added = addModule(kernel, {
      ...source,
      btf: moduleBtf(),
      sets: [{ set: 's', hooks: ['xdp'], kfuncs: { other: [] } }],
    })
    expect(!added.ok && added.fault.what).toContain('other')
  })

  test('refuses a destructor for a struct that is not there', () => {
    const added = addModule(kernel, { ...source, btf: moduleBtf(), destructors: { nothing: 'mine_put' } })
    expect(!added.ok && added.fault.what).toContain('struct nothing')
  })

  test('a module without kfuncs says so in the notes', () => {
    const added = addModule(kernel, { name: 'mine', btf: moduleBtf() })
    expect(added.ok && added.value.notes[0]).toContain('registers no kfunc')
  })
})

describe('scanIds finds sets by their shape', () => {
  const idOf = (name: string): number => kernel.btf.find(name, 'func')!
  const ascending = (): number[] => [idOf('bpf_task_acquire'), idOf('bpf_task_release')].sort((x, y) => x - y)
  const words = (...values: number[]): Uint8Array => new Uint8Array(Uint32Array.from(values).buffer)
  const struct = (): number => kernel.btf.find('task_struct', 'struct')!

  test('count, 1, ascending (id, flags) is a marked set', () => {
    const { sets } = scanIds(kernel.btf, words(0, 2, 1, ...ascending().flatMap((id) => [id, 5]), 0))
    expect(sets.map(({ byte, marked }) => [byte, marked])).toEqual([[4, true]])
  })
  test('descending ids are none', () => {
    const [low, high] = ascending() as [number, number]
    expect(scanIds(kernel.btf, words(2, 1, high, 0, low, 0)).sets).toEqual([])
  })
  test('a count beyond the section is none', () => {
    expect(scanIds(kernel.btf, words(200, 1, idOf('bpf_task_acquire'), 0)).sets).toEqual([])
  })
  test('ids of structs are no kfuncs', () => {
    expect(scanIds(kernel.btf, words(1, 1, struct(), 0)).sets).toEqual([])
  })
  test('struct before function is a destructor pair', () => {
    expect(scanIds(kernel.btf, words(struct(), idOf('bpf_task_release_dtor'))).pairs).toHaveLength(1)
  })
  test('any bytes end in bounded time', () => {
    const noise = Uint8Array.from({ length: 4099 }, (_, i) => (i * 2_654_435_761) >>> 13)
    expect(() => scanIds(kernel.btf, noise)).not.toThrow()
    expect(scanIds(kernel.btf, new Uint8Array(3)).sets).toEqual([])
  })
})

describe('registrationsIn reads the module’s own calls', () => {
  // movq $set, %rsi (7 bytes); movl $type, %edi (5) or xorl %edi, %edi (2); call (5).
  const rsi = [0x48, 0xc7, 0xc6, 0, 0, 0, 0]
  const call = [0xe8, 0, 0, 0, 0]
  const register: ImageSymbol = { name: 'register_btf_kfunc_id_set', section: 0, value: 0 }

  function image(
    code: readonly number[],
    textRelocs: readonly ImageReloc[],
    { machine = 62, filter = false } = {},
  ): Image {
    const sections: ImageSection[] = [
      { index: 0, name: '', bytes: new Uint8Array() },
      { index: 1, name: '.init.text', bytes: Uint8Array.from(code) },
      { index: 2, name: '.rodata', bytes: new Uint8Array(24) },
      { index: 3, name: '.BTF_ids', bytes: new Uint8Array(64) },
    ]
    const symbols: ImageSymbol[] = [{ name: 'my_filter', section: 1, value: 0 }]
    const dataRelocs: ImageReloc[] = [
      { offset: 8, symbol: { name: '', section: 3, value: 0 }, addend: 16 },
      ...(filter ? [{ offset: 16, symbol: { name: '', section: 1, value: 0 }, addend: 0 }] : []),
    ]
    return {
      littleEndian: true,
      machine,
      sections,
      symbols,
      find: (name) => sections.find((section) => section.name === name),
      relocs: ({ index }) => (index === 1 ? textRelocs : index === 2 ? dataRelocs : []),
    }
  }
  const setAt = (offset: number): ImageReloc => ({ offset, symbol: { name: '', section: 2, value: 0 }, addend: 0 })
  const callAt = (offset: number): ImageReloc => ({ offset, symbol: register, addend: -4 })

  test.for([
    [6, 'xdp'],
    [3, 'tc'],
    [26, 'tracing'],
    [29, 'tracing'],
    [31, 'syscall'],
    [27, 'struct_ops'],
  ] as const)('program type %i goes to %s', ([type, hook]) => {
    const code = [...rsi, 0xbf, type, 0, 0, 0, ...call]
    expect(registrationsIn(image(code, [setAt(3), callAt(13)]))).toEqual([{ byte: 16, hook, filter: undefined }])
  })

  test('a cleared %edi is every program type', () => {
    const code = [...rsi, 0x31, 0xff, ...call]
    expect(registrationsIn(image(code, [setAt(3), callAt(10)]))).toEqual([
      { byte: 16, hook: 'common', filter: undefined },
    ])
  })

  test('two calls are two registrations, each with its own type', () => {
    const one = [...rsi, 0xbf, 6, 0, 0, 0, ...call]
    const two = [...rsi, 0xbf, 3, 0, 0, 0, ...call]
    const found = registrationsIn(image([...one, ...two], [setAt(3), callAt(13), setAt(20), callAt(30)]))
    expect(found.map(({ hook }) => hook)).toEqual(['xdp', 'tc'])
  })

  test('a filter comes with its name', () => {
    const code = [...rsi, 0xbf, 6, 0, 0, 0, ...call]
    expect(registrationsIn(image(code, [setAt(3), callAt(13)], { filter: true }))[0]?.filter).toBe('my_filter')
  })

  test('another machine’s code is not read', () => {
    const code = [...rsi, 0xbf, 6, 0, 0, 0, ...call]
    expect(registrationsIn(image(code, [setAt(3), callAt(13)], { machine: 183 }))).toEqual([])
  })

  test('a call whose set or type cannot be seen is left out', () => {
    expect(registrationsIn(image(call, [callAt(1)]))).toEqual([])
    expect(registrationsIn(image([...rsi, ...call], [setAt(3), callAt(8)]))).toEqual([])
  })
})
