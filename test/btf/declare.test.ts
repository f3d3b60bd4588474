// SPDX-License-Identifier: Apache-2.0
// Expectations: C's declarator syntax; layouts as a C compiler gives them.
import { describe, expect, test } from 'vitest'
import { BtfBuilder, dumpC, formatFunc, formatType, printC } from '../../src/btf/index.ts'

const b = new BtfBuilder()
const int = b.int('int', 4, { signed: true })
const char = b.int('char', 1)
const task = b.struct('task_struct', 16, [
  { name: 'pid', type: int, offset: 0 },
  { name: 'next', type: b.nextId + 1, offset: 8 },
])
const taskPtr = b.ptr(task)
const constChar = b.const(char)
const string = b.ptr(constChar)
const constString = b.const(string)
const rcu = b.ptr(b.typeTag('rcu', task))
const three = b.array(int, int, 3)
const ptrToArray = b.ptr(three)
const proto = b.funcProto(taskPtr, [{ name: 'p', type: taskPtr }])
const callback = b.ptr(proto)
const callbacks = b.array(callback, int, 2)
const variadic = b.funcProto(0, [
  { name: 'fmt', type: string },
  { name: '', type: 0 },
])
const func = b.func('bpf_task_acquire', proto, 'global')
const nothing = b.funcProto(int, [])
const log = b.func('log', variadic)
const none = b.func('none', nothing)
const u64 = b.typedef('u64', b.int('long unsigned int', 8))
const anonymous = b.union('', 8, [
  { name: 'x', type: u64, offset: 0 },
  { name: 'y', type: int, offset: 0 },
])
const packed = b.struct('packed', 9, [
  { name: 'c', type: char, offset: 0 },
  { name: 'wide', type: u64, offset: 1 },
])
const full = b.struct('full', 24, [
  { name: 'low', type: int, bitOffset: 0, bitSize: 3 },
  { name: 'high', type: int, bitOffset: 8, bitSize: 4 },
  { name: '', type: anonymous, offset: 8 },
  { name: 'in', type: task, offset: 16 },
])
const mode = b.enum('mode', { OFF: 0, ON: 1 })
const btf = b.build('x')

describe('formatType', () => {
  test.for([
    [0, 'void'],
    [int, 'int'],
    [taskPtr, 'struct task_struct *'],
    [string, 'const char *'],
    [constString, 'const char * const'],
    [rcu, 'struct task_struct __rcu *'],
    [three, 'int [3]'],
    [ptrToArray, 'int (*)[3]'],
    [callback, 'struct task_struct *(*)(struct task_struct *p)'],
    [callbacks, 'struct task_struct *(*[2])(struct task_struct *p)'],
    [mode, 'enum mode'],
  ] as const)('[%i] is %s', ([id, expected]) => {
    expect(formatType(btf, id)).toBe(expected)
  })
})

test.for([
  [func, 'struct task_struct *bpf_task_acquire(struct task_struct *p)'],
  [log, 'void log(const char *fmt, ...)'],
  [none, 'int none(void)'],
] as const)('formatFunc [%i]: %s', ([id, expected]) => {
  expect(formatFunc(btf, id)).toBe(expected)
})

describe('printC', () => {
  test('a struct with bitfields, a gap between them, and an anonymous union', () => {
    expect(printC(btf, full)).toBe(`struct full {
	int low: 3;
	char: 5;
	int high: 4;
	union {
		u64 x;
		int y;
	};
	struct task_struct in;
};`)
  })
  test('a struct that natural alignment cannot give', () => {
    expect(printC(btf, packed)).toBe(`struct packed {
	char c;
	u64 wide;
} __attribute__((packed));`)
  })
  test('an enum, a typedef, a function', () => {
    expect(printC(btf, mode)).toBe('enum mode {\n\tOFF = 0,\n\tON = 1,\n};')
    expect(printC(btf, u64)).toBe('typedef long unsigned int u64;')
    expect(printC(btf, none)).toBe('int none(void);')
  })
})

test('dumpC puts what is held by value first, and declares what is pointed to', () => {
  const c = new BtfBuilder()
  const number = c.int('int', 4)
  const holder = c.nextId
  c.struct('holder', 16, [
    { name: 'part', type: holder + 1, offset: 0 },
    { name: 'far', type: holder + 3, offset: 8 },
  ])
  c.struct('part', 4, [{ name: 'n', type: number, offset: 0 }])
  c.struct('far', 4, [{ name: 'n', type: number, offset: 0 }])
  c.ptr(holder + 2)
  c.enum('e', { SAME: 0 })
  c.enum('e', { SAME: 1 })
  const text = dumpC(c.build('x'))
  expect(text.ok && text.value.split('\n\n').map((part) => part.split('\n')[0])).toEqual([
    'struct part {',
    'struct far;',
    'struct holder {',
    'struct far {',
    'enum e {',
    'enum e___2 {',
  ])
  expect(text.ok && text.value).toContain('SAME___2 = 1')
})

test('a struct with a name that is a member without one is written out in its place: C has no other word for it', () => {
  const c = new BtfBuilder()
  const long = c.int('long', 8, { signed: true })
  const inner = c.struct('counters', 8, [{ name: 'inuse', type: long, offset: 0 }])
  c.struct('slab', 16, [
    { name: 'flags', type: long, offset: 0 },
    { name: '', type: inner, offset: 8 },
  ])
  const dumped = dumpC(c.build('x'))
  expect(dumped.ok && dumped.value.replaceAll(/\s+/g, ' ')).toBe(
    'struct counters { long inuse; }; struct slab { long flags; struct { long inuse; }; }; ',
  )
})
