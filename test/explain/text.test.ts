// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest'
import { fill, fillAll } from '../../src/explain/fill.ts'
import {
  argumentText,
  assignedName,
  callArguments,
  dereferenced,
  isMember,
  isSimple,
  memberNamed,
  nearest,
} from '../../src/explain/text.ts'

describe('reading one line of C', () => {
  test.for([
    ['f(a, b);', 'f', ['a', ' b']],
    ['x = f(g(1, 2), "a, b)", c[i, j]);', 'f', ['g(1, 2)', ' "a, b)"', ' c[i, j]']],
    ['f();', 'f', ['']],
    ['f(a,', 'f', undefined],
    ['f("a', 'f', undefined],
    ['g(a);', 'f', undefined],
  ] as const)('arguments of %s', ([line, name, wanted]) => {
    expect(callArguments(line, name)).toEqual(wanted)
  })

  test('an argument by its index, trimmed', () => {
    expect(argumentText('bpf_task_under_cgroup( copy , NULL)', 'bpf_task_under_cgroup', 0)).toBe('copy')
    expect(argumentText('f(a)', 'f', 1)).toBeUndefined()
    expect(argumentText(undefined, 'f', 0)).toBeUndefined()
  })

  test.for([
    ['\tref = bpf_task_acquire(task);', 'ref'],
    ['struct task_struct *ref = bpf_task_acquire(task);', 'ref'],
    ['ref = (struct task_struct *)bpf_task_acquire(task);', 'ref'],
    ['if (bpf_task_acquire(task))', undefined],
    ['v->ref = bpf_task_acquire(task);', 'ref'],
  ] as const)('what %s assigns to', ([line, wanted]) => {
    expect(assignedName(line, 'bpf_task_acquire')).toBe(wanted)
  })

  test.for([
    ['return task->pid;', 'task'],
    ['*v = 1;', 'v'],
    ['*(__u8 *)data = 3;', 'data'],
    ['a->x = b->y;', undefined],
    ['x = y * z;', undefined],
    ['return *(int *)lookup(&m, &k);', undefined],
  ] as const)('what %s reads through', ([line, wanted]) => {
    expect(dereferenced(line)).toBe(wanted)
  })

  test.for([
    ['x = skb->sk->sk_mark;', 'sk', 'skb->sk'],
    ['x = a.b->sk->c;', 'sk', 'a.b->sk'],
    ['x = skb->sk;', 'sk', undefined],
    ['x = sk->sk_mark;', 'sk', undefined],
  ] as const)('the member that %s goes through', ([line, field, wanted]) => {
    expect(memberNamed(line, field)).toBe(wanted)
  })

  test('names and fields', () => {
    expect(['a', 'a->b', 'a.b->c'].every(isSimple)).toBe(true)
    expect(['a + 1', '&a', 'f(a)', 'a[0]', ''].some(isSimple)).toBe(false)
    expect([isMember('a->b'), isMember('a'), isMember(undefined)]).toEqual([true, false, false])
  })

  test.for([
    ['bpf_task_aquire', 'bpf_task_acquire'],
    ['bpf_task_acquire2', 'bpf_task_acquire'],
    ['something_else', undefined],
  ] as const)('the name nearest to %s', ([name, wanted]) => {
    expect(nearest(name, ['bpf_task_acquire', 'bpf_cgroup_acquire', 'bpf_obj_new'])).toBe(wanted)
  })
})

describe('texts with places', () => {
  test('are filled, or say nothing', () => {
    expect(fill('call {partner}', { partner: 'f' })).toBe('call f')
    expect(fill('call {partner}', {})).toBeUndefined()
    expect(fill('{?packet}read again', { packet: 'yes' })).toBe('read again')
    expect(fill('{?packet}read again', {})).toBeUndefined()
    expect(fill('{constructor} {toString}', {})).toBeUndefined()
    expect(fill('struct { } {}', {})).toBe('struct { } {}')
  })

  test('of alternatives the first that can be filled counts', () => {
    expect(fillAll([['{a}', '{b}', 'c'], '{d}', 'e'], { b: 'B' })).toEqual(['B', 'e'])
  })
})
