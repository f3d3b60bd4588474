// SPDX-License-Identifier: Apache-2.0
// References, locks and sections; what a call and a return must find.

import { type Argument, type InHelper, type InKfunc, type KfuncArg, type Places, type Reg, says } from './row.ts'
import type { Wording } from './wording.ts'

/** A section that is open, by what opens it. */
export interface Open {
  readonly region: string
}
/** What a register holds where a range is asked of it; bounds that say nothing are left out. */
export interface Range extends Reg {
  readonly context: string
  readonly smin: bigint | undefined
  readonly smax: bigint | undefined
}
export function rangeWords({ context, reg, smin, smax }: Range): string {
  const known = `${smin === undefined ? '' : ` smin=${smin}`}${smax === undefined ? '' : ` smax=${smax}`}`
  return `At ${context} the register R${reg} has${known === '' ? ' unknown scalar value' : known}`
}

/** What ends the program. */
const endWords = (what: string, w: Wording): string =>
  what === 'bpf_throw' && !w.throwsNamed ? 'BPF_EXIT instruction in main prog' : what

export const sectionViolations = {
  'leaking-child': ({ refId, places: [insn] }: Places & { refId: number }) =>
    `Leaking reference id=${refId} alloc_insn=${insn}. Release it first.`,
  'reference-leak': {
    held: ({ refId, places }: Places & { refId: number }) =>
      `Unreleased reference id=${refId} alloc_insn=${places.at(-1)}`,
    ended: ({ what }: Places & { refId: number; what: string }, w: Wording) =>
      `${endWords(what, w)} would lead to reference leak`,
    'tail-call': says<InHelper & Places>('tail_call would lead to reference leak'),
  },
  'section-open': {
    ended: ({ what, region }: Open & { what: string }, w: Wording) =>
      `${endWords(what, w)} cannot be used inside ${region}-ed region`,
    missing: ({ closer }: Open & { closer: string }) => `${closer} is missing`,
    'missing-many': ({ closer, count }: Open & { closer: string; count: number }) =>
      `${count} ${closer}${count === 1 ? ' is' : '(s) are'} missing`,
  },
  'return-range': {
    outside: (range: Range & { min: number; max: number }) =>
      `${rangeWords(range)} should have been in [${range.min}, ${range.max}]`,
    told: ({ told }: Range & { told: string }) => told,
  },
  'return-type': {
    unknown: ({ context, reg, type }: Reg & { context: string; type: string }) =>
      `At ${context} the register R${reg} is not a known value (${type})`,
    subprog: ({ reg, type }: Reg & { type: string }) =>
      `At subprogram exit the register R${reg} is not a scalar value (${type})`,
    'set-retval': says<Reg>('R1 is not a scalar'),
    kfunc: ({ kfunc, kind, name }: InKfunc & { kind: string; name: string }) =>
      `kernel function ${kfunc} returns pointer type ${kind} ${name} is not supported`,
  },
  'callback-return': says<Reg>('R0 not a scalar value'),
  'lock-offset': {
    variable: ({ reg, name }: Reg & { name: 'bpf_spin' | 'bpf_res_spin' }) =>
      `R${reg} doesn't have constant offset. ${name}_lock has to be at the constant offset`,
    elsewhere: ({
      at,
      name,
      expectedOff,
    }: Reg & { at: number; name: 'bpf_spin' | 'bpf_res_spin'; expectedOff: number }) =>
      `off ${at} doesn't point to 'struct ${name}_lock' that is at ${expectedOff}`,
  },
  'lock-btf': ({ map, name }: Reg & { map: string; name: 'bpf_spin' | 'bpf_res_spin' }) =>
    `map '${map}' has to have BTF in order to use ${name}_lock`,
  'lock-none': ({
    place,
    map,
    name,
  }: Reg & { place: 'map' | 'local'; map: string; name: 'bpf_spin' | 'bpf_res_spin' }) =>
    `${place} '${map}' has no valid ${name}_lock`,
  'lock-two': says<Reg>('Locking two bpf_spin_locks are not allowed'),
  'lock-again': says<Reg & Places>('Acquiring the same lock again, AA deadlock detected'),
  'unlock-none': ({ name }: Reg & { name: string }) => `${name}_unlock without taking a lock`,
  'unlock-other': ({ name }: Reg & Places & { name: string }) => `${name}_unlock of different lock`,
  'unlock-order': ({ name }: Reg & Places & { name: string }) => `${name}_unlock cannot be out of order`,
  'lock-not-held': ({ lockOff, what }: Reg & { lockOff: number; what: string }) =>
    `bpf_spin_lock at off=${lockOff} must be held for ${what}`,
  'rcu-nested': () => 'nested rcu read lock (kernel function bpf_rcu_read_lock)',
  'rcu-unmatched': () => 'unmatched rcu read unlock (kernel function bpf_rcu_read_unlock)',
  'irq-stack': ({ arg }: KfuncArg, w: Wording) => `${w.arg(arg)} doesn't point to an irq flag on stack`,
  'irq-uninit': ({ arg }: Argument, w: Wording) => `expected uninitialized irq flag as ${w.arg(arg)}`,
  'irq-init': ({ arg }: Argument, w: Wording) => `expected an initialized irq flag as ${w.arg(arg)}`,
  'irq-family': ({ saved, family }: Reg & { saved: 'lock' | 'native'; family: 'lock' | 'native' }) =>
    `irq flag acquired by ${saved} kfuncs cannot be restored with ${family} kfuncs`,
  'irq-order': ({ refId, places: [insn] }: Reg & Places & { refId: number }) =>
    `cannot restore irq state out of order, expected id=${refId} acquired at insn_idx=${insn}`,
  'lock-global-call': says<{ seen: string }>('use static function instead'),
  'preempt-global-call': says<{ seen: string }>('use static function instead'),
  'sleep-global-call': {
    region: ({ func, region }: { func: string; region: string }) =>
      `sleepable global function ${func}() called in ${region}`,
    context: () => 'a non-sleepable BPF program context',
  },
} as const
