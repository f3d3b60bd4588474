// SPDX-License-Identifier: Apache-2.0
import { fileURLToPath } from 'node:url'
import { beforeAll, expect, test } from 'vitest'
import { type Kernel, openKernel } from '../../src/kernel/index.ts'
import { cOf } from './c-of.ts'
import { missingOf, nameOf } from './held.ts'
import type { Want } from './want.ts'
import { wants } from './wants.ts'

const objects = fileURLToPath(new URL('objects', import.meta.url))
const sources = await cOf(fileURLToPath(new URL('src', import.meta.url)))
const kernels = new Map<string, Kernel>()
beforeAll(async () => {
  for (const name of ['6.12-scx', '7.3'] as const) {
    const opened = await openKernel(name)
    if (!opened.ok) throw new Error(opened.fault.what)
    kernels.set(name, opened.value)
  }
})

const named = wants.map((want) => [nameOf(want), want] as const)
const kernelOf = ({ kernel }: Want): Kernel => kernels.get(kernel ?? '6.12-scx')!

test.for(named.filter(([, want]) => want.sources !== true))('%s: says what its reporter needed', ([, want]) => {
  expect(missingOf(want, kernelOf(want), { objects })).toEqual([])
})

test.for(named)('%s, its C at hand: says it, too', ([, want]) => {
  expect(missingOf(want, kernelOf(want), { objects, sources })).toEqual([])
})

test.for(named.filter(([, want]) => want.sources === true))('%s: without its C says something else', ([, want]) => {
  expect(missingOf(want, kernelOf(want), { objects })).not.toEqual([])
})
