// SPDX-License-Identifier: Apache-2.0
// Layouts are those of the System V ABI for AMD64, section 3.1.2.
import { describe, expect, test } from 'vitest'
import { BtfBuilder } from '../../src/btf/index.ts'
import { cdeclToBtf, loadC } from '../../src/cdecl/index.ts'

const reader = await loadC()
if (!reader.ok) throw new Error(reader.fault.what)

function build(text: string, base?: ReturnType<BtfBuilder['build']>) {
  const unit = reader.ok ? reader.value.parse(text, 'x.c') : reader
  if (!unit.ok) throw new Error(JSON.stringify(unit.fault))
  return cdeclToBtf(unit.value, { name: 'm', ...(base === undefined ? {} : { base }) })
}
function btfOf(text: string, base?: ReturnType<BtfBuilder['build']>) {
  const btf = build(text, base)
  if (!btf.ok) throw new Error(JSON.stringify(btf.fault))
  return btf.value
}
function layout(text: string) {
  const btf = btfOf(text)
  const type = btf.type(btf.find('s', 'struct', 'union')!)
  if (type.kind !== 'struct' && type.kind !== 'union') throw new Error(type.kind)
  return [
    type.size,
    ...type.members.map(({ bitOffset, bitSize }) => (bitSize === 0 ? bitOffset / 8 : `${bitOffset}:${bitSize}`)),
  ]
}

describe('struct layout', () => {
  test.for([
    ['struct s { char a; int b; };', [8, 0, 4]],
    ['struct s { char a; long b; char c; };', [24, 0, 8, 16]],
    ['struct s { char a[3]; short b; };', [6, 0, 4]],
    ['struct s { char a; long b; } __attribute__((packed));', [9, 0, 1]],
    ['struct __attribute__((packed)) s { char a; long b; };', [9, 0, 1]],
    ['struct s { char a; } __attribute__((aligned(8)));', [8, 0]],
    ['struct s { char a; char b __attribute__((aligned(4))); };', [8, 0, 4]],
    ['struct s { char a; int b : 3; int c : 30; };', [8, 0, '8:3', '32:30']],
    ['struct s { int a : 3; int : 0; int b : 3; };', [8, '0:3', '32:3']],
    ['struct s { unsigned long a : 40; int b; };', [16, '0:40', 8]],
    ['union s { char a[5]; int b; };', [8, 0, 0]],
    ['struct s { char a; union { int x; char y; }; struct { char z; } q; };', [12, 0, 4, 8]],
    ['struct s { int n; u64 tail[]; };', [8, 0, 8]],
    ['struct s { struct s *next; struct t *other; }; struct t { struct s inner; };', [16, 0, 8]],
  ] as const)('%s', ([text, expected]) => {
    expect(layout(text)).toEqual(expected)
  })
})

describe('types', () => {
  test('a prototype becomes FUNC and FUNC_PROTO with the parameters by name', () => {
    const btf = btfOf('struct t { int x; }; struct t *f(const struct t *p, u32 n__sz, int list[3], int (*cb)(void));')
    const func = btf.type(btf.find('f', 'func')!)
    const proto = func.kind === 'func' ? btf.type(func.type) : undefined
    if (proto?.kind !== 'func_proto') throw new Error('no prototype')
    expect(proto.params.map(({ name, type }) => [name, btf.type(type).kind])).toEqual([
      ['p', 'ptr'],
      ['n__sz', 'typedef'],
      ['list', 'ptr'],
      ['cb', 'ptr'],
    ])
  })

  test('what the base has is referred to, what nobody has is a forward', () => {
    const builder = new BtfBuilder()
    const int = builder.int('int', 4, { signed: true })
    const task = builder.struct('task_struct', 4, [{ name: 'pid', type: int, offset: 0 }])
    const base = builder.build('vmlinux')
    const btf = btfOf('int f(struct task_struct *t, struct stranger *s);', base)
    expect(btf.firstId).toBe(base.count)
    const kinds = []
    for (let id = btf.firstId; id < btf.count; id++) kinds.push(btf.type(id).kind)
    expect(kinds.sort()).toEqual(['func', 'func_proto', 'fwd', 'ptr', 'ptr'])
    expect(btf.find('task_struct', 'struct')).toBe(task)
  })

  test.for([
    ['struct s { struct s inner; };', /without a size/],
    ['struct s { struct unknown u; };', /without a size/],
    ['struct s { foo_t x; };', /unknown type name 'foo_t'/],
    ['struct foo { int a; }; int f(foo *p);', /did you mean 'struct foo'/],
    ['struct s { int a; }; struct s { int b; };', /defined twice/],
    ['int f(int a); long f(int a);', /declared twice/],
    ['typedef t t2; typedef t2 t;', /defined by itself/],
    ['struct s { char a[4294967295]; };', /more than/],
    ['struct s { char a : 9; };', /wider than its type/],
  ] as const)('%s is a fault', ([text, what]) => {
    const btf = build(text)
    expect(btf.ok ? '' : btf.fault.what).toMatch(what)
    expect(btf.ok ? undefined : btf.fault.place.line).toBe(1)
  })
})
