// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest'
import {
  destructorRows,
  filterRow,
  filterRows,
  flagRows,
  flagsOfWord,
  hookOfType,
  hookRows,
  isListedSafe,
  isNoCastAlias,
  iteratorFamily,
  type KnownSet,
  knownSets,
  partnerOf,
  partnerRows,
  recogniseSet,
  renamedKfunc,
  renamedKfuncs,
  safeRows,
  specialRows,
  suffixesOf,
  suffixRows,
  typesOfHook,
  wordOfFlags,
} from '../../src/kfunc/index.ts'

const unique = (values: readonly unknown[]): boolean => new Set(values).size === values.length

describe('every table against itself', () => {
  test.for([
    ['flags', flagRows.map(({ name }) => name)],
    ['flag bits', flagRows.flatMap(({ bit }) => bit ?? [])],
    ['suffixes', suffixRows.map(({ suffix }) => suffix)],
    ['hooks', hookRows.map(({ hook }) => hook)],
    ['program types of hooks', hookRows.flatMap(({ types }) => [...types])],
    ['filters', filterRows.map(({ name }) => name)],
    ['known sets', knownSets.map(({ set }) => set)],
    ['markers', knownSets.flatMap(({ markers }) => [...markers])],
    ['destructors', destructorRows.map(({ struct }) => struct)],
    ['special kfuncs', specialRows.map(({ kfunc }) => kfunc)],
    ['kfuncs renamed', renamedKfuncs.map(({ was }) => was)],
    ['safe types', safeRows.map(({ table, struct }) => `${table} ${struct}`)],
  ] as const)('%s are unique', ([, values]) => {
    expect(unique(values)).toBe(true)
  })

  test('every row names its source', () => {
    for (const row of [
      ...flagRows,
      ...suffixRows,
      ...hookRows,
      ...filterRows,
      ...knownSets,
      ...destructorRows,
      ...safeRows,
    ]) {
      expect(row.source).not.toBe('')
    }
  })

  test('sets go into hooks that exist, through filters that exist', () => {
    for (const { hooks, filter } of knownSets as readonly KnownSet[]) {
      for (const hook of hooks) expect(hookRows.map((row) => row.hook)).toContain(hook)
      if (filter !== undefined) expect(filterRow(filter)).toBeDefined()
    }
  })
})

describe('suffixesOf: the end of the name, as the kernel compares it', () => {
  test.for([
    ['mem__sz', ['sz']],
    ['buffer__szk', ['szk']],
    ['local_type_id__k', ['k']],
    ['ptr__uninit', ['uninit']],
    ['buffer__opt', ['opt']],
    ['name__str', ['str']],
    ['meta__ign', ['ign']],
    ['p__map', ['map']],
    ['m__const_map', ['const_map']],
    ['p__alloc', ['alloc']],
    ['p__refcounted_kptr', ['refcounted_kptr']],
    ['p__nullable', ['nullable']],
    ['it__iter', ['iter']],
    ['flags__irq_flag', ['irq_flag']],
    ['p__arena', ['arena']],
    ['p__arena__nullable', ['arena', 'nullable']],
    ['plain', []],
    ['__sz', []],
    ['mem_sz', []],
    ['mem__size', []],
    ['mem__sz_', []],
    ['', []],
  ] as const)('%s', ([name, suffixes]) => {
    expect(suffixesOf(name)).toEqual(suffixes)
  })
})

describe('flags words', () => {
  // include/linux/btf.h of 6.12.
  test.for([
    [0, []],
    [1 << 0, ['KF_ACQUIRE']],
    [1 << 1, ['KF_RELEASE']],
    [1 << 2, ['KF_RET_NULL']],
    [1 << 4, ['KF_TRUSTED_ARGS']],
    [1 << 5, ['KF_SLEEPABLE']],
    [1 << 6, ['KF_DESTRUCTIVE']],
    [1 << 7, ['KF_RCU']],
    [1 << 8, ['KF_ITER_NEW']],
    [1 << 9, ['KF_ITER_NEXT']],
    [1 << 10, ['KF_ITER_DESTROY']],
    [1 << 11, ['KF_RCU_PROTECTED']],
    [0x85, ['KF_ACQUIRE', 'KF_RET_NULL', 'KF_RCU']],
  ] as const)('%i', ([word, names]) => {
    expect([...flagsOfWord(word).flags]).toEqual(names)
    expect(wordOfFlags(names)).toBe(word)
  })

  test('a bit that no flag has comes back as unknown', () => {
    expect(flagsOfWord(1 << 3).unknown).toBe(8)
    expect(flagsOfWord(0x8000_0001).unknown).toBe(0x8000_0000)
  })

  test('KF_DEPRECATED is documented and has no bit', () => {
    expect(wordOfFlags(['KF_DEPRECATED'])).toBe(0)
  })
})

describe('hooks', () => {
  test.for([
    ['BPF_PROG_TYPE_LSM', 'tracing'],
    ['BPF_PROG_TYPE_TRACEPOINT', 'tracing'],
    ['BPF_PROG_TYPE_CGROUP_SYSCTL', 'cgroup'],
    ['BPF_PROG_TYPE_LWT_SEG6LOCAL', 'lwt'],
    ['BPF_PROG_TYPE_UNSPEC', 'common'],
    ['BPF_PROG_TYPE_RAW_TRACEPOINT', undefined],
    ['BPF_PROG_TYPE_SK_MSG', undefined],
  ] as const)('%s', ([type, hook]) => {
    expect(hookOfType(type)).toBe(hook)
    if (hook !== undefined && hook !== 'common') expect(typesOfHook(hook)).toContain(type)
  })
})

describe('partners', () => {
  test.for([
    ['bpf_task_acquire', 'acquire', 'bpf_task_release'],
    ['bpf_task_release', 'release', 'bpf_task_acquire'],
    ['bpf_iter_num_new', 'acquire', 'bpf_iter_num_destroy'],
    ['bpf_iter_num_destroy', 'release', 'bpf_iter_num_new'],
    ['bpf_rcu_read_lock', 'acquire', 'bpf_rcu_read_unlock'],
    ['bpf_ct_insert_entry', 'acquire', 'bpf_ct_release'],
  ] as const)('%s', ([name, role, other]) => {
    expect(partnerOf(name)?.role).toBe(role)
    expect(partnerOf(name)?.names).toContain(other)
  })

  test('a kfunc without a pair has none', () => {
    expect(partnerOf('bpf_dynptr_size')).toBeUndefined()
  })

  test('every acquire of the table finds its row', () => {
    for (const { acquire, release } of partnerRows) {
      for (const name of acquire) expect(partnerOf(name)?.names).toEqual(release)
    }
  })

  test('iterator families by name', () => {
    expect(iteratorFamily('bpf_iter_css_task_next')).toMatchObject({
      name: 'css_task',
      struct: 'bpf_iter_css_task',
      method: 'next',
    })
    expect(iteratorFamily('bpf_iter_new')).toBeUndefined()
    expect(iteratorFamily('iter_num_new')).toBeUndefined()
  })
})

test('recogniseSet goes by a marker among the members', () => {
  expect(recogniseSet(['bpf_task_from_pid', 'bpf_task_release'], '6.12')?.set).toBe('generic_btf_ids')
  expect(recogniseSet(['some_kfunc'], '6.12')).toBeUndefined()
})

test('no-cast aliases are the exact pair of names', () => {
  expect(isNoCastAlias('nf_conn', 'nf_conn___init')).toBe(true)
  expect(isNoCastAlias('nf_conn___init', 'nf_conn')).toBe(true)
  expect(isNoCastAlias('nf_conn', 'nf_conn')).toBe(false)
  expect(isNoCastAlias('nf_conn', 'nf_ct___init')).toBe(false)
})

test('BTF_TYPE_SAFE_* rows answer by table, struct and field', () => {
  expect(isListedSafe('rcu', 'task_struct', 'cgroups')).toBe(true)
  expect(isListedSafe('trusted', 'task_struct', 'cgroups')).toBe(false)
  expect(isListedSafe('rcu', 'task_struct', 'last_wakee')).toBe(false)
})

describe('a kfunc under another name', () => {
  const has =
    (...names: readonly string[]) =>
    (name: string) =>
      names.includes(name)

  test('is told to who asks for the old one, and to who asks for the new one', () => {
    expect(renamedKfunc('scx_bpf_dispatch', has('scx_bpf_dsq_insert'))?.is).toBe('scx_bpf_dsq_insert')
    expect(renamedKfunc('scx_bpf_dsq_insert', has('scx_bpf_dispatch'))?.was).toBe('scx_bpf_dispatch')
  })

  test('is none where the kernel has both, or neither', () => {
    expect(renamedKfunc('scx_bpf_dispatch', has('scx_bpf_dispatch', 'scx_bpf_dsq_insert'))).toBeUndefined()
    expect(renamedKfunc('scx_bpf_dispatch', has())).toBeUndefined()
    expect(renamedKfunc('bpf_task_release', has('bpf_task_acquire'))).toBeUndefined()
  })
})
