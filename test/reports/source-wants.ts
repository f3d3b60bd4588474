// SPDX-License-Identifier: Apache-2.0
// What is wanted where the C is at hand: what stands in it and not in the object, and statements over several lines.

import type { Want } from './want.ts'

export const sourceWants: readonly Want[] = [
  {
    object: 'r0-tenth-of-ttl',
    sources: true,
    code: 'KF110',
    says: [/tenth >= sizeof\(by_ttl\)/, /line 24/, /no instruction/, /barrier_var\(tenth\)/],
    never: [/Bound the index/],
  },
  {
    object: 'r1-mask-of-quotient',
    sources: true,
    code: 'KF110',
    says: [/tenth &= 31/, /line 19/, /no instruction/, /barrier_var\(tenth\)/],
    never: [/Bound the index/],
  },
  {
    object: 'r2-call-over-lines',
    sources: true,
    code: 'KF012',
    says: [/Check where_it_was_created for NULL/, /if \(!where_it_was_created\)/],
  },
  {
    object: 'r3-value-over-lines',
    sources: true,
    code: 'KF101',
    says: [/Check seen first: if \(!seen\)/, /if \(seen\)/],
  },
  {
    object: '01-xdp-tcpopts-dropped',
    sources: true,
    code: 'KF104',
    says: [/\(void \*\)\(b \+ 1\) > c->end/, /line 48/, /no instruction/, /barrier_var\(b\)/],
    never: [/Nothing is left of lines/],
  },
  {
    object: '15-loop-map-bound-masked',
    sources: true,
    code: 'KF103',
    says: [/s->depth & 63/, /line 29/, /no instruction/, /local variable/],
  },
  {
    object: 'u0-mask-of-helper',
    sources: true,
    code: 'KF032',
    says: [/:38:/, /bpf_cpumask_release\(second\);/],
    never: [/\(fresh\)/, /\(cpumask\)/],
  },
  { object: 'u2-never-set', sources: true, code: 'KF026', says: [/seq, declared on line 10, is never given a value/] },
  { object: 'u4-void-helper', sources: true, code: 'KF101', says: [/if \(!seen\) return;/], never: [/return 0/] },
]
