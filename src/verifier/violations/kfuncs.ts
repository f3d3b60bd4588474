// SPDX-License-Identifier: Apache-2.0
// Calls of kfuncs.

import { type Inner, type InKfunc, type KfuncArg, type KfuncParam, type Reg, says } from './row.ts'
import type { Wording } from './wording.ts'

export const kfuncViolations = {
  'pointer-type': {
    memory: (
      { arg, kind, expected, what }: KfuncParam & { expected: string; kind: string; what: 'scalar' | 'void, scalar' },
      w: Wording,
    ) => `${w.arg(arg)} pointer type ${kind} ${expected} must point to ${what}, or struct with scalar`,
    unsupported: ({ kfunc, arg, kind, struct }: KfuncParam & { kind: string; struct: string }) =>
      `kernel function ${kfunc} args#${arg} pointer type ${kind} ${struct} is not supported`,
    register: (
      { arg, kind, expected, also }: KfuncArg & { expected: string; kind: string; also: '' | 'void, ' },
      w: Wording,
    ) => `${w.arg(arg)} pointer type ${kind} ${expected} must point to ${also}scalar, or struct with scalar`,
  },
  'root-arg': ({ arg }: KfuncArg, w: Wording) => `${w.arg(arg)} expected pointer to map value or allocated object`,
  'not-owned': says<KfuncArg>('allocated object must be referenced'),
  'root-offset': ({ reg, what }: KfuncArg & { what: 'bpf_list_head' | 'bpf_rb_root' }) =>
    `R${reg} doesn't have constant offset. ${what} has to be at the constant offset`,
  'root-none': ({ what, off }: KfuncArg & { what: 'bpf_list_head' | 'bpf_rb_root'; off: number }) =>
    `${what} not found at offset=${off}`,
  'not-allocated': ({ arg }: KfuncArg, w: Wording) => `${w.arg(arg)} expected pointer to allocated object`,
  'node-offset': ({ reg, what }: KfuncArg & { what: 'bpf_list_node' | 'bpf_rb_node' }) =>
    `R${reg} doesn't have constant offset. ${what} has to be at the constant offset`,
  'node-none': ({ what, off }: KfuncArg & { what: 'bpf_list_node' | 'bpf_rb_node'; off: number }) =>
    `${what} not found at offset=${off}`,
  'node-struct': ({
    root,
    what,
    expectedOff,
    expected,
    off,
    struct,
  }: KfuncArg & {
    root: 'bpf_list_head' | 'bpf_rb_root'
    what: 'bpf_list_node' | 'bpf_rb_node'
    expectedOff: number
    expected: string
    off: number
    struct: string
  }) =>
    `operation on ${root} expects arg#1 ${what} at offset=${expectedOff} in struct ${expected}, but arg is at offset=${off} in struct ${struct}`,
  'node-place': ({
    off,
    what,
    expectedOff,
    expected,
  }: KfuncArg & { off: number; what: 'bpf_list_node' | 'bpf_rb_node'; expectedOff: number; expected: string }) =>
    `arg#1 offset=${off}, but expected ${what} at offset=${expectedOff} in struct ${expected}`,
  'remove-owned': {
    refcounted: ({ kfunc }: KfuncArg) => `${kfunc} can only take non-owning or refcounted bpf_rb_node pointer`,
    'non-owning': says<KfuncArg>('rbtree_remove node input must be non-owning ref'),
  },
  'remove-in-callback': {
    named: ({ kfunc }: KfuncArg) => `${kfunc} not allowed in rbtree cb`,
    unnamed: says<KfuncArg>('rbtree_remove not allowed in rbtree cb'),
  },
  'mem-size': ({ arg, kind, struct }: KfuncArg & { kind: string; struct: string }, w: Wording) =>
    `${w.arg(arg)} reference type('${kind} ${struct}') size cannot be determined: -22`,
  'not-scalar': ({ reg }: KfuncParam & { seen?: string }) => `R${reg} is not a scalar`,
  'two-constants': (_: KfuncParam & { seen?: string }, w: Wording) =>
    `${w.bugWords ? 'verifier bug' : 'verifier internal error'}: only one constant argument permitted`,
  'not-constant': {
    constant: ({ reg }: KfuncParam & { seen?: string }) => `R${reg} must be a known constant`,
    size: ({ reg }: KfuncParam) => `R${reg} is not a const`,
  },
  'wq-arg': ({ arg }: KfuncArg, w: Wording) => `${w.arg(arg)} doesn't point to a map value`,
  'wq-offset': {
    variable: ({ reg, what }: KfuncArg & { what: string }) =>
      `R${reg} doesn't have constant offset. ${what} has to be at the constant offset`,
    elsewhere: ({ at, what, expectedOff }: KfuncArg & { at: number; what: string; expectedOff: number }) =>
      `off ${at} doesn't point to 'struct ${what}' that is at ${expectedOff}`,
  },
  'wq-btf': ({ map, what }: KfuncArg & { map: string; what: string }) =>
    `map '${map}' has to have BTF in order to use ${what}`,
  'wq-none': ({ map, what }: KfuncArg & { map: string; what: string }) => `map '${map}' has no valid ${what}`,
  'not-a-map': ({ reg }: KfuncArg) => `pointer in R${reg} isn't map pointer`,
  'wq-map': {
    object: ({
      what,
      objectReg,
      uid,
      reg,
      otherUid,
    }: Reg &
      InKfunc & {
        seen: string
        what: 'bpf_task_work' | 'timer' | 'workqueue'
        objectReg: number
        uid: string
        otherUid: string
      }) => `${what} pointer in R${objectReg} ${uid} doesn't match map pointer in R${reg} ${otherUid}`,
    workqueue: ({ uid, otherUid }: Reg & InKfunc & { seen: string; uid: string; otherUid: string }) =>
      `workqueue pointer in R1 ${uid} doesn't match map pointer in R2 ${otherUid}`,
  },
  'arg-type': ({ arg, kind }: InKfunc & { arg: number; kind: string }, w: Wording) =>
    `Unrecognized ${w.arg(arg)} type ${kind}`,
  'release-nothing': {
    none: ({ kfunc }: KfuncParam) => `release kernel function ${kfunc} expects refcounted PTR_TO_BTF_ID`,
    first: ({ kfunc, reg }: KfuncArg) => `release kfunc ${kfunc} expects referenced PTR_TO_BTF_ID passed to R${reg}`,
  },
  'null-to-trusted': ({ arg }: KfuncArg, w: Wording) => `Possibly NULL pointer passed to trusted ${w.arg(arg, 'arg')}`,
  'untrusted-arg': ({ reg }: KfuncArg) => `R${reg} must be referenced or trusted`,
  'not-rcu-arg': ({ reg }: KfuncArg) => `R${reg} must be a rcu pointer`,
  'two-sizes': says<KfuncParam>('2 or more rdonly/rdwr_buf_size parameters for kfunc'),
  'size-range': ({ reg }: Reg & Partial<KfuncParam>, w: Wording) =>
    `R${reg} ${w.sizesByUse ? 'allocation size' : 'rdonly/rdwr_buf_size'} exceeds u32 max`,
  'cast-ctx': {
    type: says<KfuncArg>('bpf_cast_to_kern_ctx is not supported for this program type'),
    'no-struct': ({ typeId }: KfuncArg & { typeId: number }) => `kern ctx type id ${typeId} is not a struct`,
  },
  'not-ctx': ({ arg, seen }: KfuncArg, w: Wording) => `${w.arg(arg)} expected pointer to ctx, but got ${seen}`,
  'not-func': ({ arg }: KfuncArg, w: Wording) => `${w.arg(arg, 'arg')} expected pointer to func`,
  'refcount-arg': ({ arg }: KfuncArg, w: Wording) => `${w.arg(arg)} is neither owning or non-owning ref`,
  'refcount-none': {
    'no-record': (_: KfuncArg, w: Wording) =>
      `${w.bugWords ? 'verifier bug' : 'verifier internal error'}: Couldn't find btf_record`,
    'no-field': ({ arg }: KfuncArg, w: Wording) => `${w.arg(arg)} doesn't point to a type with bpf_refcount field`,
  },
  'lock-arg': ({ arg }: KfuncArg, w: Wording) => `${w.arg(arg)} doesn't point to map value or allocated object`,
  'arena-none': ({ arg }: KfuncArg, w: Wording) =>
    `${w.arg(arg)} arena pointer requires a program with an associated arena`,
  'arena-arg': ({ arg }: KfuncArg, w: Wording) => `${w.arg(arg)} is not a pointer to arena or scalar`,
  'drop-kind': {
    object: ({ arg }: KfuncArg, w: Wording) => `${w.arg(arg)} expected for bpf_obj_drop${w.impl}()`,
    percpu: ({ arg }: KfuncArg, w: Wording) => `${w.arg(arg)} expected for bpf_percpu_obj_drop${w.impl}()`,
  },
  'dynptr-constructor': says<KfuncParam>(''),
  'css-task': says<InKfunc>('css_task_iter is only allowed in bpf_lsm, bpf_iter and sleepable progs'),
  'kfunc-missing': () => 'invalid kernel function call not eliminated in verifier pass',
  'kfunc-not-allowed': ({ kfunc }: InKfunc) => `calling kernel function ${kfunc} is not allowed`,
  'kfunc-sleepable': ({ kfunc }: InKfunc) => `program must be sleepable to call sleepable kfunc ${kfunc}`,
  trap: says<InKfunc>('unexpected __bpf_trap() due to uninitialized variable?'),
  'kfunc-rcu-protected': ({ kfunc }: InKfunc) => `kernel func ${kfunc} requires RCU critical section protection`,
  'kfunc-release-unknown': ({ kfunc, btfId }: InKfunc & { btfId: number }) =>
    `kfunc ${kfunc}#${btfId} reference has not been acquired before`,
  'drop-nmi': ({ kfunc }: KfuncParam) => `${kfunc} cannot be used in tracing programs on types with NMI unsafe fields`,
  'rcu-in-callback': says<InKfunc>('Calling bpf_rcu_read_{lock,unlock} in unnecessary rbtree callback'),
  'kfunc-sleep-rcu': ({ kfunc }: InKfunc) => `kernel func ${kfunc} is sleepable within rcu_read_lock region`,
  'preempt-unmatched': ({ kfunc }: InKfunc) => `unmatched attempt to enable preemption (kernel function ${kfunc})`,
  'kfunc-sleep-preempt': ({ kfunc }: InKfunc) => `kernel func ${kfunc} is sleepable within non-preemptible region`,
  'kfunc-sleep-irq': ({ kfunc }: InKfunc) => `kernel func ${kfunc} is sleepable within IRQ-disabled region`,
  'kfunc-sleep-lock': ({ kfunc }: InKfunc) => `kernel func ${kfunc} is sleepable within lock region`,
  'acquire-return': says<InKfunc>('acquire kernel function does not return PTR_TO_BTF_ID'),
  'slice-write': says<InKfunc>('the prog does not allow writes to packet data'),
  'cast-type': {
    'no-struct': says<InKfunc>('kfunc bpf_rdonly_cast type ID argument must be of a struct'),
    unknown: ({ id }: InKfunc & { id: number }) => `Unknown type ID ${id} passed to kfunc bpf_rdonly_cast`,
    'no-struct-or-void': says<InKfunc>('kfunc bpf_rdonly_cast type ID argument must be of a struct or void'),
  },
  'obj-new-type': {
    range: says<InKfunc>('local type ID argument must be in range [0, U32_MAX]'),
    'no-struct': says<InKfunc>('bpf_obj_new/bpf_percpu_obj_new type ID argument must be of a struct'),
  },
  'obj-new-btf': says<InKfunc>('bpf_obj_new/bpf_percpu_obj_new requires prog BTF'),
  'percpu-size': ({ size }: InKfunc & { size: number }) => `bpf_percpu_obj_new type size (${size}) is greater than 512`,
  'percpu-type': says<InKfunc>('bpf_percpu_obj_new type ID argument must be of a struct of scalars'),
  'percpu-fields': says<InKfunc>('bpf_percpu_obj_new type ID argument must not contain special fields'),
  'mem-len': ({ arg }: KfuncParam & { inner: Inner }, w: Wording) =>
    `${w.argumentPair(arg)} memory, len pair leads to invalid memory access`,
  'not-btf': {
    trusting: ({ arg, seen, expected }: KfuncArg & { expected: string }, w: Wording) =>
      `${w.arg(arg)} is ${seen} expected ${expected} or socket`,
    struct: (
      { arg, seen, kind, struct, also }: KfuncArg & { kind: string; struct: string; also: string | undefined },
      w: Wording,
    ) => `${w.arg(arg)} is ${seen} expected ${kind} ${struct}${also === undefined ? '' : ` or ${also}`}`,
  },
} as const
