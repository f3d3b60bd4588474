// SPDX-License-Identifier: Apache-2.0
import { fileURLToPath } from 'node:url'
import { beforeAll, expect, test } from 'vitest'
import { type Kernel, openKernel } from '../../src/kernel/index.ts'
import { missingOf, nameOf } from './held.ts'
import { wants } from './wants.ts'

const folder = fileURLToPath(new URL('objects', import.meta.url))
const kernels = new Map<string, Kernel>()
beforeAll(async () => {
  for (const name of ['6.12-scx', '7.3'] as const) {
    const opened = await openKernel(name)
    if (!opened.ok) throw new Error(opened.fault.what)
    kernels.set(name, opened.value)
  }
})

const named = wants.map((want) => [nameOf(want), want] as const)

test.for(named)('%s: says what its reporter needed', ([, want]) => {
  expect(missingOf(want, kernels.get(want.kernel ?? '6.12-scx')!, folder)).toEqual([])
})
