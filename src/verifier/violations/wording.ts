// SPDX-License-Identifier: Apache-2.0
// How a kernel words what others word otherwise. The texts are the kernel's (kernel/bpf/verifier.c of the gate's first release).

import type { GateName, Kernel } from '../../kernel/index.ts'

/** Each turn of phrase and the gate that it came with. */
const gates = {
  /** Arguments of kfuncs and global functions go by their registers: R1 for arg#0. */
  byRegister: 'arguments-by-register',
  linesEnd: 'verifier-reports',
  bugWords: 'verifier-bug-words',
  bugsTold: 'verifier-bugs-told',
  tailCallMapTold: 'tail-call-map-told',
  sessionsHaveFuncIp: 'func-ip-in-sessions',
  withoutImpl: 'obj-new-without-impl',
  sleepableTypesUnnamed: 'sleepable-tracepoints',
  refusalsNamed: 'attach-refusals-named',
  sessions: 'tracing-sessions',
  objectIds: 'object-ids',
  sizesByUse: 'kfunc-args-by-declaration',
  globalsReturnVoid: 'global-throws',
  manyArgs: 'many-args',
  throwsNamed: 'throws-named',
} as const satisfies Record<string, GateName>

type Turns = { readonly [Turn in keyof typeof gates]: boolean }

/** One kernel's words. */
export interface Wording extends Turns {
  /** An argument, counted from 0: 'arg#0', or as `before` has it; 'R1'. */
  readonly arg: (index: number, before?: string) => string
  /** The argument of a helper in a register: 'arg1', 'R1'. */
  readonly helperArg: (reg: number) => string
  /** Memory and its length: 'arg#0 arg#1', 'R1 and R2'. */
  readonly argumentPair: (index: number) => string
  /** What kfuncs that macros wrap end in. */
  readonly impl: '' | '_impl'
}

export function wordingOf(kernel: Kernel): Wording {
  const turns = Object.fromEntries(Object.entries(gates).map(([turn, gate]) => [turn, kernel.gate(gate)])) as Turns
  const { byRegister } = turns
  const arg: Wording['arg'] = (index, before = 'arg#') => (byRegister ? `R${index + 1}` : `${before}${index}`)
  return {
    ...turns,
    arg,
    helperArg: (reg) => `${byRegister ? 'R' : 'arg'}${reg}`,
    argumentPair: (index) => `${arg(index)} ${byRegister ? 'and ' : ''}${arg(index + 1)}`,
    impl: turns.withoutImpl ? '' : '_impl',
  }
}

/** Gates that change words. */
export const wordingGates: ReadonlySet<string> = new Set(Object.values(gates))
