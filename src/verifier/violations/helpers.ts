// SPDX-License-Identifier: Apache-2.0
// Calls of helpers.

import { type InHelper, type KfuncArg, type Reg, says } from './row.ts'
import type { Wording } from './wording.ts'

const tailCallMap = ({ tailCallMapTold }: Wording): string =>
  tailCallMapTold ? 'expected prog array map for tail cal' : 'kernel subsystem misconfigured verifier'

export const helperViolations = {
  'memory-type': ({ reg, seen, expected }: Reg & { seen: string; expected: string }) =>
    `R${reg} type=${seen} expected=${expected}`,
  'size-type': {
    asked: ({ reg, type }: Reg & { type: string }) => `R${reg} type=${type} expected=scalar`,
    // noticed where it was to be traced back
    traced: (_: Reg & { type: string }, w: Wording) => (w.bugWords ? 'verifier bug: backtracking misuse' : ''),
  },
  'size-negative': ({ reg }: Reg) => `R${reg} min value is negative, either use unsigned or 'var &= const'`,
  'size-zero': ({ reg, umin, umax }: Reg & { umin: bigint; umax: bigint }) =>
    `R${reg} invalid zero-sized read: u64=[${umin},${umax}]`,
  'size-unbounded': ({ reg }: Reg) => `R${reg} unbounded memory access, use 'var &= const' or 'if (var < const)'`,
  'release-offset': ({ reg }: Reg) =>
    `R${reg} must have zero offset when passed to release func or trusted arg to kfunc`,
  'const-str': {
    type: ({ reg, type }: Reg & { type: string }) => `R${reg} type=${type} expected=map_value`,
    'map-type': ({ reg, kind }: Reg & { kind: string }) =>
      `R${reg} points to ${kind} map which cannot be used as const string`,
    writable: ({ reg }: Reg) => `R${reg} does not point to a readonly map'`,
    variable: ({ reg }: Reg) => `R${reg} is not a constant address'`,
    unterminated: says<Reg>('string is not zero-terminated'),
    argument: ({ arg }: KfuncArg, w: Wording) => `${w.arg(arg)} doesn't point to a const string`,
  },
  'snprintf-args': says<Reg & InHelper>(''),
  'snprintf-format': says<Reg & InHelper>('Invalid format string'),
  'helper-not-allowed': {
    // a helper's own words, from the table of helpers
    told: ({ told }: InHelper & { told: string }) => told,
    'func-ip-type': ({ helper, id, progType }: InHelper & { id: number; progType: number }) =>
      `func ${helper}#${id} not supported for program type ${progType}`,
    'func-ip-attach': ({ helper, id }: InHelper & { id: number }, w: Wording) =>
      `func ${helper}#${id} supported only for ${w.sessionsHaveFuncIp ? 'fentry/fexit/fsession/fmod_ret' : 'fentry/fexit/fmod_ret'} programs`,
    type: ({ helper, id }: InHelper & { id: number }) => `program of this type cannot use helper ${helper}#${id}`,
  },
  'map-first': {
    'tail-call': (_: unknown, w: Wording) => tailCallMap(w),
    key: () => 'invalid map_ptr to access map->key',
    value: () => 'invalid map_ptr to access map->value',
  },
  'kptr-btf': ({ map }: Reg & { map: string }) => `map '${map}' has to have BTF in order to use bpf_kptr_xchg`,
  'kptr-none': ({ reg }: Reg) => `R${reg} has no valid kptr`,
  'kptr-unreferenced': ({ at }: Reg & { at: number }) => `off=${at} kptr isn't referenced kptr`,
  'packet-helper': says<Reg>('helper access to the packet is not allowed'),
  'release-const-dynptr': {
    const: says<Reg>('CONST_PTR_TO_DYNPTR cannot be released'),
    unowned: says<Reg>('cannot release unowned const bpf_dynptr'),
  },
  'release-unreferenced': {
    dynptr: ({ reg }: Reg) => `arg ${reg} is an unacquired reference`,
    register: ({ reg, helper }: Reg & InHelper, w: Wording) =>
      w.objectIds
        ? `release helper ${helper} expects referenced PTR_TO_BTF_ID passed to R${reg}`
        : `R${reg} must be referenced when passed to release function`,
  },
  'two-references': ({
    reg,
    refId,
    otherRefId,
  }: Reg & { refId: number; otherRefId: number; arg?: number; kfunc?: string; seen?: string }) =>
    `verifier internal error: more than one arg with ref_obj_id R${reg} ${refId} ${otherRefId}`,
  'helper-writes-object': ({ helper, reg, type }: Reg & InHelper & { type: string }) =>
    `${helper}() may write into memory pointed by R${reg} type=${type}`,
  'null-to-helper': {
    allocated: (_: Reg & InHelper & { arg: number }, w: Wording) =>
      `${w.bugWords ? 'verifier bug' : 'verifier internal error'}: invalid PTR_TO_BTF_ID register for type match`,
    kernel: ({ reg }: Reg & InHelper & { arg: number }, w: Wording) =>
      `Possibly NULL pointer passed to helper ${w.helperArg(reg)}`,
  },
  'timer-map': ({ otherMapUid, mapUid }: Reg & { otherMapUid: number; mapUid: number }) =>
    `timer pointer in R1 map_uid=${otherMapUid} doesn't match map pointer in R2 map_uid=${mapUid}`,
  'lock-in-callback': {
    spin: () => "can't spin_{lock,unlock} in rbtree cb",
    resilient: says<KfuncArg>("can't res_spin_{lock,unlock} in rbtree cb"),
  },
  'const-size': ({ reg }: Reg, w: Wording) => `R${reg} is not a ${w.sizesByUse ? 'const' : "known constant'"}`,
  'timer-offset': {
    variable: ({ reg }: Reg) => `R${reg} doesn't have constant offset. bpf_timer has to be at the constant offset`,
    elsewhere: ({ at, expectedOff }: Reg & { at: number; expectedOff: number }) =>
      `off ${at} doesn't point to 'struct bpf_timer' that is at ${expectedOff}`,
  },
  'timer-btf': ({ map }: Reg & { map: string }) => `map '${map}' has to have BTF in order to use bpf_timer`,
  'timer-none': ({ map }: Reg & { map: string }) => `map '${map}' has no valid bpf_timer`,
  'helper-unknown': ({ id }: InHelper & { id: number }) => `invalid func unknown#${id}`,
  'helper-gpl': says<InHelper>('cannot call GPL-restricted function from non-GPL compatible program'),
  'helper-sleep': {
    region: ({ helper, id, region }: InHelper & { id: number; region: string }) =>
      `sleepable helper ${helper}#${id} in ${region}`,
    program: says<InHelper>('helper call might sleep in a non-sleepable prog'),
  },
  'helper-sleep-rcu': ({ helper, id }: InHelper & { id: number }) =>
    `sleepable helper ${helper}#${id} in rcu_read_lock region`,
  'helper-sleep-preempt': ({ helper, id }: InHelper & { id: number }) =>
    `sleepable helper ${helper}#${id} in non-preemptible region`,
  'helper-sleep-irq': ({ helper, id }: InHelper & { id: number }) =>
    `sleepable helper ${helper}#${id} in IRQ-disabled region`,
  'callback-map': says<Reg & InHelper>('callback function not allowed for map'),
  'release-unknown': ({ helper, id }: InHelper & { id: number }) =>
    `func ${helper}#${id} reference has not been acquired before`,
  'lock-held': () => 'tail_call cannot be used inside bpf_spin_lock-ed region',
  'irq-held': () => 'tail_call cannot be used inside bpf_local_irq_save-ed region',
  'rcu-held': () => 'tail_call cannot be used inside bpf_rcu_read_lock-ed region',
  'preempt-held': () => 'tail_call cannot be used inside bpf_preempt_disable-ed region',
  'local-storage-flags': () => "get_local_storage() doesn't support non-zero flags",
  'dynptr-from-mem': ({ type }: { type: string }) => `Unsupported reg type ${type} for bpf_dynptr_from_mem data`,
  'set-retval-void': () => "BPF_LSM_CGROUP that attach to void LSM hooks can't modify return value!",
  // the words of the table of maps and helpers
  'map-helper': {
    told: ({ told }: InHelper & { told: string }) => told,
    'tail-call': (_: InHelper, w: Wording) => tailCallMap(w),
  },
} as const
