// SPDX-License-Identifier: Apache-2.0
// What this kernel's verifier does that 6.12's does not: its gates, asked once for a verification and read as plain booleans.

import type { GateName, Kernel } from '../../kernel/index.ts'

/** Each rule and the gate that opens it. What a gate means is said in its row. */
export const ruleGates = {
  trustedByDefault: 'kfunc-trusted-by-default',
  declaredArgs: 'kfunc-args-by-declaration',
  progAuxArgs: 'implicit-args',
  sessionCtx: 'tracing-sessions',
  spinLockSafe: 'kfunc-spinlock-safe',
  resilientLocks: 'resilient-spin-lock',
  arenaUnderLock: 'arena-kfuncs-under-lock',
  castToVoid: 'rdonly-cast-to-void',
  taskWork: 'task-work',
  rcuNests: 'rcu-locks-nest',
  rcuBySections: 'rcu-by-any-section',
  unlockEndsRcu: 'unlock-ends-rcu',
  callbackRefsShared: 'irq-kfuncs',
  releaseFirst: 'release-kfunc-first-argument',
  objectIds: 'object-ids',
  elementIds: 'callback-elements-told-apart',
  xchgUnderLock: 'kptr-xchg-under-lock',
  plainPointersRead: 'plain-pointers-read-only',
  kptrReturns: 'struct-ops-refcounted-args',
  trustedReturns: 'kfunc-returns-trusted',
  signedFillsUnlinked: 'signed-fills-unlinked',
  constantWqOffset: 'wq-constant-offset',
  refsByState: 'references-by-state',
  sleepableTracepoints: 'sleepable-tracepoints',
  sleepTold: 'sleep-told-by-region',
  nullsRefused: 'null-arguments-refused',
  timersInTracing: 'timers-in-tracing',
  moreSleepableMaps: 'more-sleepable-maps',
  fewSockmapWriters: 'few-sockmap-writers',
  arenaUnmixed: 'arena-arithmetic-unmixed',
  packetEndForgotten: 'packet-end-forgotten',
  nullsExact: 'null-arguments-exact',
  objectsReadOnly: 'global-memory-written',
  currentTaskInlined: 'current-task-inlined',
  privateStack: 'private-stack',
  deepCalls: 'deepest-call-16',
  manyArgs: 'many-args',
  tailCallsReturn: 'tail-calls-return',
  callbacksCannotTailCall: 'callbacks-cannot-tail-call',
  contextSleep: 'sleep-by-context',
  sleepableGlobals: 'sleepable-global-calls',
  setRetvalRange: 'set-retval-range',
  refinedLookups: 'map-lookups-refined',
  untrustedLeaves: 'untrusted-leaves',
  circular: 'circular-ranges',
  nullByRegister: 'null-by-register',
  linkedDifferences: 'linked-differences',
  accessByKind: 'helper-access-by-kind',
  arraysHaveAll: 'array-lookups-never-null',
  ctxOffsets: 'context-constant-offset',
  oneOffset: 'pointers-in-one-offset',
  packetReachPlain: 'packet-reach-plain',
  syscallCtxMoves: 'syscall-context-moves',
  objectsInFrame: 'objects-below-frame-top',
  nmiUnsafeDrop: 'nmi-unsafe-drop',
  globalThrows: 'global-throws',
  arenaTypes: 'kfunc-arena-args',
  reportsFirst: 'verifier-reports',
  xchgBorrowed: 'kptr-xchg-borrowed',
  percpuData: 'percpu-data',
  unionArguments: 'union-arguments',
  indirectJumps: 'indirect-jumps',
  allPointersSpill: 'all-pointers-spill',
  loopsByComponent: 'loops-by-component',
  stackAhead: 'stack-liveness-ahead',
  spilledZerosRead: 'spilled-zeros-read',
  loadAcquire: 'load-acquire',
  bareMayGoto: 'may-goto-next',
  fieldsFirst: 'fields-checked-first',
  loneIdsForgotten: 'lone-ids-forgotten',
  miscMeetsScalars: 'loops-compare-bytes-as-numbers',
  bugsTold: 'verifier-bugs-told',
  signedArenaLoads: 'arena-signed-loads',
  rcuProtectedCalls: 'kfunc-rcu-protected-calls',
} as const satisfies Record<string, GateName>

export type Rules = Readonly<Record<keyof typeof ruleGates, boolean>>

const known = new WeakMap<Kernel, Rules>()

export function rulesOf(kernel: Kernel): Rules {
  let rules = known.get(kernel)
  if (rules === undefined) {
    rules = Object.fromEntries(Object.entries(ruleGates).map(([rule, gate]) => [rule, kernel.gate(gate)])) as Rules
    known.set(kernel, rules)
  }
  return rules
}
