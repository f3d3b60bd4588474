// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest'
import { laterKernelWith } from '../../src/kfunc/index.ts'

test.for<[name: string, release: string, string | undefined]>([
  ['bpf_strlen', '6.12.117+deb12-cloud-amd64', '6.18'],
  ['bpf_strlen___own', '6.16.3', '6.18'],
  ['bpf_strlen', '6.18.0', undefined],
  ['bpf_strlen', 'of nobody', undefined],
  ['bpf_task_release', '6.1.0', undefined],
  ['bpf_of_nobody', '6.12.0', undefined],
  // there since 6.12, where sched_ext is
  ['scx_bpf_create_dsq', '6.1.0', undefined],
])('the first kernel with %s after %s', ([name, release, first]) => {
  expect(laterKernelWith(name, release)).toBe(first)
})
