// SPDX-License-Identifier: Apache-2.0
// Maps that the kernel makes and their near twins that it does not: test/fixtures/object/maps.bpf.c, judged by the real kernel.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { check } from '../../src/check.ts'
import { openKernel } from '../../src/kernel/index.ts'
import { mapRules } from '../../src/object/link/map-rules.ts'
import { mapTypes } from '../../src/uapi/index.ts'
import verdicts from '../fixtures/object/maps.verdicts.json' with { type: 'json' }

const opened = await openKernel('6.12')
if (!opened.ok) throw new Error(opened.fault.what)
const kernel = opened.value
const objects = [...new Set(verdicts.programs.map(({ object }) => object))]

test.for(objects)('%s', (name) => {
  const checked = check(readFileSync(`test/fixtures/object/${name}`), kernel, { name })
  if (!checked.ok) throw new Error(checked.fault.what)
  const ours = checked.value.map(({ program, verdict, warnings }) => {
    const said = warnings.find((line) => line.startsWith(`map '${program.replace('use_', '')}': failed to create: `))
    return {
      object: name,
      program,
      verdict,
      ...(said === undefined ? {} : { error: /create: (.*?\(-\d+\)):/.exec(said)?.[1] }),
    }
  })
  const theirs = verdicts.programs.filter(({ object }) => object === name)
  const byName = (a: { program: string }, b: { program: string }) => (a.program < b.program ? -1 : 1)
  expect(ours.sort(byName)).toEqual(theirs.sort(byName))
})

test('every map type has a rule, but for what struct_ops and later kernels have', () => {
  const ruled = mapRules.flatMap(({ types }) => types.split(' ')).sort()
  const known = mapTypes.map(({ name }) => name.replace('BPF_MAP_TYPE_', '')).sort()
  expect(known.filter((name) => !ruled.includes(name))).toEqual(['STRUCT_OPS', 'UNSPEC'])
  expect(new Set(ruled).size).toBe(ruled.length)
})

test('who uses a map that is not made is told what is wrong with it, and to guard no call', () => {
  const checked = check(readFileSync('test/fixtures/object/maps1.bpf.o'), kernel, { program: 'use_hash_mmapable' })
  const diagnostic = checked.ok ? checked.value[0]?.diagnostic : undefined
  expect(diagnostic?.code).toBe('KF161')
  expect(diagnostic?.primary.label).toBe(
    'the kernel refuses to create map hash_mmapable: map_flags of a hash cannot have BPF_F_MMAPABLE',
  )
  expect(diagnostic?.help.join(' ')).not.toContain('ksym')
})
