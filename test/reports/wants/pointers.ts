// SPDX-License-Identifier: Apache-2.0
// Arithmetic on pointers.

import type { Want } from '../want.ts'

export const pointerWants: readonly Want[] = [
  {
    object: '11-kfunc-as-value',
    says: [/address of kfunc bpf_cpumask_weight/, /parentheses/],
    never: [/Compute with numbers/],
  },
  { object: '32-xor-pointer', code: 'KF110', says: [/Compare packet pointers/, /barrier_var/] },
  {
    object: '32-xor-pointer-folded',
    code: 'KF110',
    says: [/no bit operation/, /compiler made/, /Compare pointers/, /barrier_var/],
  },
  {
    object: '76-stack-table',
    code: 'KF110',
    says: [/index into next is not bounded/, /ARRAY_SIZE\(next\)/, /local variable/],
  },
  { object: '77-map-plus-one', code: 'KF110', says: [/Pass the map unchanged: &m/], never: [/fixed offsets/] },
  { object: 'a6-atomic-packet', code: 'KF112', says: [/Load, compute and store/] },
  {
    object: 'd5-modulo-slot',
    code: 'KF110',
    says: [/“% 26”, on line 10/, /barrier_var\(slot\)/, /power of two/],
    never: [/right before it is used/],
  },
  { object: 'd5-modulo-slot-dropped', says: [/“% 26”/, /compiler removes/, /barrier_var\(slot\)/] },
  { object: 'g5-atomic-packed', code: 'KF113', says: [/multiple of 8/, /packed/], never: [/stack/, /memcpy/] },
  {
    object: 'h4-signed-index',
    code: 'KF110',
    says: [/check on line 12 is signed/, /slot < 0/, /unsigned/],
    never: [/ARRAY_SIZE/],
  },
  {
    object: 'i0-fields-compared',
    says: [/\(void \*\)\(long\)ctx->data/, /64-bit/],
    never: [/mask/i, /power of two/, /barrier_var/],
  },
  {
    object: 'i1-packed-pointer',
    says: [/packed/, /aligned|multiple of 8/, /byte/],
    never: [/power of two/, /Compute with numbers/, /data_end/],
  },
  {
    object: 's17-bucket-of-pointer',
    code: 'KF110',
    says: [/bpf_probe_read_kernel\(&address, sizeof\(address\), &/, /struct sock/],
    never: [/packed/, /add the result/],
  },
  {
    object: 's18-half-a-pointer',
    says: [/bpf_probe_read_kernel\(&address/, /32-bit/],
    never: [/data_end/],
  },
  { object: 'x36-letters-counted', code: 'KF110', says: [/signed number of 8 bits/, /__u8/, /ARRAY_SIZE\(letters\)/] },
  {
    object: 'y02-member-of-statistics',
    code: 'KF110',
    says: [/l->seen/, /unsigned/, /if \(member >= ARRAY_SIZE\(l->seen\)\)/],
    never: [/no instruction/],
  },
  {
    object: 'c21-number-of-int',
    says: [/writes a long/, /Declare the variable as long/],
    never: [/packed/],
  },
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
    object: 'found-returned-by-address',
    code: 'KF111',
    says: [/key_of\(\) returns the address of a local variable/, /key_of\(…, &key\)/],
    never: [/Store the value behind/],
  },
  {
    object: 'read-to-free-slot',
    code: 'KF110',
    says: [/the index into slots/, /if \(i >= ARRAY_SIZE\(slots\)\)/],
    never: [/sizeof\(buf\)/],
  },
  {
    object: 'two-sources-one-load',
    sources: true,
    code: 'KF112',
    says: [/from may be bpf_map_lookup_elem\(&forced, &zero\) or &skb->len/, /in each branch/, /barrier_var\(\)/],
  },
  { object: 'kept-across-calls', code: 'KF110', says: [/st->seen/, /member unsigned|member < 0/, /line 27/] },
  {
    object: 'payload-by-length',
    code: 'KF110',
    says: [/len is bounded before its bytes are swapped, on line 19/, /barrier_var\(len\)/],
    never: [/sizeof\(buf\)/],
  },
]
