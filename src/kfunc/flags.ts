// SPDX-License-Identifier: Apache-2.0
// Every flag a kfunc can be registered with: kfuncs.rst "Annotating kfuncs". The only place that knows them.

/** One flag. `bit` is the position in the flags word of a set's (id, flags) pair; undefined where no kernel of that span defines one. */
export interface FlagRow {
  readonly name: string
  readonly bit: number | undefined
  /** First kernel with the flag, where it is newer than the set itself. */
  readonly since?: string
  /** First kernel without it. */
  readonly until?: string
  /** What it means to a caller, in one sentence. */
  readonly words: string
  /** The sentence of kfuncs.rst that states it; undefined where the document is silent. */
  readonly rule: string | undefined
  readonly source: string
}

export const flagRows = [
  {
    name: 'KF_ACQUIRE',
    bit: 0,
    words: 'returns a reference that the program must release or store in a map',
    rule: 'The verifier will then ensure that the pointer to the object is eventually released using a release kfunc, or transferred to a map using a referenced kptr (by invoking bpf_kptr_xchg).',
    source: 'kfuncs.rst "KF_ACQUIRE flag"; include/linux/btf.h',
  },
  {
    name: 'KF_RELEASE',
    bit: 1,
    words: 'takes back the reference passed in; every copy of the pointer is dead afterwards',
    rule: 'All copies of the pointer being released are invalidated as a result of invoking kfunc with this flag.',
    source: 'kfuncs.rst "KF_RELEASE flag"; include/linux/btf.h',
  },
  {
    name: 'KF_RET_NULL',
    bit: 2,
    words: 'may return NULL, so the result must be checked before use',
    rule: 'It forces the user to do a NULL check on the pointer returned from the kfunc before making use of it (dereferencing or passing to another helper).',
    source: 'kfuncs.rst "KF_RET_NULL flag"; include/linux/btf.h',
  },
  {
    name: 'KF_TRUSTED_ARGS',
    bit: 4,
    until: '7.0',
    words: 'takes only trusted pointers: unmodified, not NULL, and not found by walking another pointer',
    rule: 'It indicates that the all pointer arguments are valid, and that all pointers to BTF objects have been passed in their unmodified form (that is, at a zero offset, and without having been obtained from walking another pointer).',
    source: 'kfuncs.rst "KF_TRUSTED_ARGS flag"; include/linux/btf.h',
  },
  {
    name: 'KF_SLEEPABLE',
    bit: 5,
    words: 'may sleep, so only sleepable programs call it, outside RCU and preempt-disabled sections',
    rule: 'Such kfuncs can only be called by sleepable BPF programs (BPF_F_SLEEPABLE).',
    source: 'kfuncs.rst "KF_SLEEPABLE flag"; include/linux/btf.h',
  },
  {
    name: 'KF_DESTRUCTIVE',
    bit: 6,
    words: 'may bring the system down; the loader needs CAP_SYS_BOOT',
    rule: 'At the moment they only require CAP_SYS_BOOT capability, but more can be added later.',
    source: 'kfuncs.rst "KF_DESTRUCTIVE flag"; include/linux/btf.h',
  },
  {
    name: 'KF_RCU',
    bit: 7,
    words: 'takes trusted or RCU-protected pointers that are not NULL; their reference count may already be zero',
    rule: 'The kfuncs marked with KF_RCU expect either PTR_TRUSTED or MEM_RCU arguments.',
    source: 'kfuncs.rst "KF_RCU flag"; include/linux/btf.h',
  },
  {
    name: 'KF_ITER_NEW',
    bit: 8,
    words: 'constructs an iterator',
    rule: undefined,
    source: 'include/linux/btf.h; bpf_iterators.rst "BPF Iterators" (open-coded)',
  },
  {
    name: 'KF_ITER_NEXT',
    bit: 9,
    words: 'advances an iterator and returns the next element, NULL at the end',
    rule: undefined,
    source: 'include/linux/btf.h; bpf_iterators.rst "BPF Iterators" (open-coded)',
  },
  {
    name: 'KF_ITER_DESTROY',
    bit: 10,
    words: 'destroys an iterator',
    rule: undefined,
    source: 'include/linux/btf.h; bpf_iterators.rst "BPF Iterators" (open-coded)',
  },
  {
    name: 'KF_RCU_PROTECTED',
    bit: 11,
    words: 'must be called inside an RCU read-side critical section',
    rule: undefined,
    source: 'include/linux/btf.h (in 6.12 without a section of kfuncs.rst)',
  },
  {
    name: 'KF_FASTCALL',
    bit: 12,
    since: '6.13',
    words: 'clobbers only r0 (bpf_fastcall), so spills around the call can be dropped',
    rule: undefined,
    source: 'include/linux/btf.h of 6.13',
  },
  {
    name: 'KF_ARENA_RET',
    bit: 13,
    since: '6.16',
    words: 'returns a pointer into the arena',
    rule: undefined,
    source: 'include/linux/btf.h of 6.16',
  },
  {
    name: 'KF_ARENA_ARG1',
    bit: 14,
    since: '6.16',
    words: 'takes an arena pointer as its first argument',
    rule: undefined,
    source: 'include/linux/btf.h of 6.16',
  },
  {
    name: 'KF_ARENA_ARG2',
    bit: 15,
    since: '6.16',
    words: 'takes an arena pointer as its second argument',
    rule: undefined,
    source: 'include/linux/btf.h of 6.16',
  },
  {
    name: 'KF_IMPLICIT_ARGS',
    bit: 16,
    since: '7.0',
    words: 'has trailing arguments that the verifier fills in; programs call it without them',
    rule: undefined,
    source: 'include/linux/btf.h of 7.0',
  },
  {
    name: 'KF_SPINLOCK_SAFE',
    bit: 17,
    since: '7.3',
    words: 'may be called while a bpf_spin_lock is held',
    rule: undefined,
    source: 'include/linux/btf.h of 7.3',
  },
  {
    name: 'KF_PERFMON',
    bit: 18,
    since: '7.3',
    words: 'needs CAP_PERFMON in the loader',
    rule: undefined,
    source: 'include/linux/btf.h of 7.3',
  },
  {
    name: 'KF_DEPRECATED',
    bit: undefined,
    words: 'will change or go away in a later kernel; its documentation says what replaces it',
    rule: 'The KF_DEPRECATED flag is used for kfuncs which are scheduled to be changed or removed in a subsequent kernel release.',
    source: 'kfuncs.rst "KF_DEPRECATED flag"; documented, no bit defined',
  },
] as const satisfies readonly FlagRow[]

/** 'KF_ACQUIRE' … : the kernel's own spelling. */
export type KfuncFlag = (typeof flagRows)[number]['name']

const byName: ReadonlyMap<string, FlagRow> = new Map(flagRows.map((row): [string, FlagRow] => [row.name, row]))

/** The row of a flag by its kernel spelling. */
export const flagRow = (name: string): FlagRow | undefined => byName.get(name)

/** The flags of a set's flags word; bits no row knows come back in `unknown`. */
export function flagsOfWord(word: number): { readonly flags: ReadonlySet<KfuncFlag>; readonly unknown: number } {
  const flags = new Set<KfuncFlag>()
  let rest = word >>> 0
  for (const row of flagRows) {
    if (row.bit === undefined || (rest & (1 << row.bit)) === 0) continue
    flags.add(row.name)
    rest &= ~(1 << row.bit)
  }
  return { flags, unknown: rest >>> 0 }
}

/** The flags word of a set of flags, as BTF_ID_FLAGS would store it. Flags without a bit do not appear in it. */
export function wordOfFlags(flags: Iterable<string>): number {
  let word = 0
  for (const name of flags) {
    const bit = byName.get(name)?.bit
    if (bit !== undefined) word |= 1 << bit
  }
  return word >>> 0
}
