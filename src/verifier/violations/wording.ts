// SPDX-License-Identifier: Apache-2.0
// Rules speak as 6.12 does; what a later kernel says otherwise is a row here. A row applies where its gate is open, first match first.

import type { GateName, Kernel } from '../../kernel/index.ts'

interface WordingRow {
  readonly gate: GateName
  /** Not in messages of these rules. */
  readonly except?: readonly string[]
  readonly from: RegExp
  readonly to: string | ((...matched: string[]) => string)
}

const register = (index: string): string => `R${Number(index) + 1}`

/** Message texts that changed, by gate. The texts are the kernel's (kernel/bpf/verifier.c of the gate's first release). */
const rows: readonly WordingRow[] = [
  {
    gate: 'arguments-by-register',
    from: /^arg#(\d+) arg#(\d+) memory, len pair/,
    to: (_, a, b) => `${register(a!)} and ${register(b!)} memory, len pair`,
  },
  {
    gate: 'arguments-by-register',
    except: ['subprog-arg', 'subprog-args', 'node-place'],
    from: /^arg#?(\d+) /,
    to: (_, n) => `${register(n!)} `,
  },
  {
    gate: 'arguments-by-register',
    from: /passed to trusted arg(\d+)/,
    to: (_, n) => `passed to trusted ${register(n!)}`,
  },
  { gate: 'arguments-by-register', from: /passed to helper arg(\d+)/, to: 'passed to helper R$1' },
  { gate: 'arguments-by-register', from: / as arg #(\d+)/, to: (_, n) => ` as ${register(n!)}` },
  { gate: 'arguments-by-register', from: / as arg#(\d+)$/, to: (_, n) => ` as ${register(n!)}` },
  // a line without its end loses its last letter
  { gate: 'verifier-reports', from: /cannot call exception cb directly$/, to: 'cannot call exception cb directl' },
  { gate: 'arguments-by-register', from: / args#(\d+) expected/, to: (_, n) => ` ${register(n!)} expected` },
  { gate: 'arguments-by-register', from: /^Unrecognized arg#(\d+)/, to: (_, n) => `Unrecognized ${register(n!)}` },
  { gate: 'verifier-bug-words', from: /^verifier internal error: Couldn't/, to: "verifier bug: Couldn't" },
  {
    gate: 'tail-call-map-told',
    from: /^kernel subsystem misconfigured verifier$/,
    to: 'expected prog array map for tail cal',
  },
  {
    gate: 'func-ip-in-sessions',
    from: /supported only for fentry\/fexit\/fmod_ret programs$/,
    to: 'supported only for fentry/fexit/fsession/fmod_ret programs',
  },
  {
    gate: 'obj-new-without-impl',
    from: /expected for bpf_(percpu_)?obj_drop_impl\(\)/,
    to: 'expected for bpf_$1obj_drop()',
  },
]

const byKernel = new WeakMap<Kernel, readonly WordingRow[]>()

/** The message as this kernel words it. */
export function reword(kernel: Kernel, rule: string, message: string): string {
  let open = byKernel.get(kernel)
  if (open === undefined) {
    open = rows.filter(({ gate }) => kernel.gate(gate))
    byKernel.set(kernel, open)
  }
  let text = message
  for (const { from, to, except } of open)
    if (except?.includes(rule) !== true)
      text = typeof to === 'string' ? text.replace(from, to) : text.replace(from, to as never)
  return text
}

/** Gates that only change words. */
export const wordingGates: ReadonlySet<string> = new Set(rows.map(({ gate }) => gate))
