// SPDX-License-Identifier: Apache-2.0
// Parameter annotations: kfuncs.rst "Annotating kfunc parameters". A parameter is annotated by the end of its name.
// The kernel compares the end of the whole name, so a name carries one annotation; the one pair it knows is a row here.

export interface SuffixRow {
  /** The annotation without its underscores. */
  readonly suffix: string
  /** Which parameters it is understood on. */
  readonly on: 'pointer' | 'scalar'
  readonly words: string
  readonly since?: string
  readonly until?: string
  readonly source: string
}

export const suffixRows = [
  {
    suffix: 'sz',
    on: 'scalar',
    words: 'the size in bytes of the memory that the parameter before it points to',
    source: 'kfuncs.rst "__sz Annotation"',
  },
  {
    suffix: 'szk',
    on: 'scalar',
    words: 'the size in bytes of the memory before it, and a constant known to the verifier',
    source: 'kernel/bpf/verifier.c of 6.12; named in kfuncs.rst "__opt Annotation"',
  },
  {
    suffix: 'k',
    on: 'scalar',
    words: 'a constant known to the verifier',
    source: 'kfuncs.rst "__k Annotation"',
  },
  {
    suffix: 'uninit',
    on: 'pointer',
    words: 'not initialised yet: the kfunc initialises it',
    source: 'kfuncs.rst "__uninit Annotation"',
  },
  {
    suffix: 'opt',
    on: 'pointer',
    words: 'a buffer that may be NULL, whatever its size argument says',
    until: '7.0',
    source: 'kfuncs.rst "__opt Annotation"',
  },
  {
    suffix: 'str',
    on: 'pointer',
    words: 'a constant string in read-only map memory',
    source: 'kfuncs.rst "__str Annotation"',
  },
  {
    suffix: 'ign',
    on: 'pointer',
    words: 'not checked: whatever the program passes reaches the kfunc',
    source: 'kernel/bpf/verifier.c of 6.12, is_kfunc_arg_ignore',
  },
  {
    suffix: 'map',
    on: 'pointer',
    words: 'a BPF map',
    source: 'kernel/bpf/verifier.c of 6.12; kfuncs.rst of 7.3',
  },
  {
    suffix: 'const_map',
    on: 'pointer',
    words: 'a BPF map known when the program is loaded',
    since: '7.3',
    source: 'kfuncs.rst of 7.3',
  },
  {
    suffix: 'alloc',
    on: 'pointer',
    words: 'an object from bpf_obj_new or bpf_percpu_obj_new that the program owns',
    source: 'kernel/bpf/verifier.c of 6.12',
  },
  {
    suffix: 'refcounted_kptr',
    on: 'pointer',
    words: 'an allocated object with a bpf_refcount, owned or not',
    source: 'kernel/bpf/verifier.c of 6.12',
  },
  {
    suffix: 'nullable',
    on: 'pointer',
    words: 'may be NULL',
    source: 'kernel/bpf/verifier.c of 6.12; kfuncs.rst of 7.0',
  },
  {
    suffix: 'iter',
    on: 'pointer',
    words: 'an iterator on the stack',
    source: 'kernel/bpf/verifier.c of 6.12',
  },
  {
    suffix: 'irq_flag',
    on: 'pointer',
    words: 'saved interrupt state on the stack',
    since: '6.14',
    source: 'kernel/bpf/verifier.c of 6.14',
  },
  {
    suffix: 'prog',
    on: 'pointer',
    words: 'ignored by the verifier: it passes the calling program’s own data',
    since: '6.17',
    until: '7.0',
    source: 'kfuncs.rst "__prog Annotation" of 6.17',
  },
  {
    suffix: 'nonown_allowed',
    on: 'pointer',
    words: 'an allocated object, also by a non-owning reference',
    since: '7.3',
    source: 'kfuncs.rst of 7.3',
  },
  {
    suffix: 'arena',
    on: 'pointer',
    words: 'memory in the arena of the program',
    since: '7.3',
    source: 'kfuncs.rst of 7.3',
  },
  {
    suffix: 'arena__nullable',
    on: 'pointer',
    words: 'memory in the arena of the program, or NULL',
    since: '7.3',
    source: 'kfuncs.rst of 7.3',
  },
] as const satisfies readonly SuffixRow[]

// Longest first, so that `p__arena__nullable` is that pair and not a plain `__nullable`.
const longestFirst: readonly SuffixRow[] = [...suffixRows].sort((a, b) => b.suffix.length - a.suffix.length)

/**
 * The annotations a parameter's name carries, without underscores: `mem__sz` → ['sz'], `p__arena__nullable` → ['arena', 'nullable'].
 * A name that is nothing but the suffix (`__sz`) carries none: the kernel wants a name before it.
 */
export function suffixesOf(paramName: string): readonly string[] {
  for (const { suffix } of longestFirst) {
    if (paramName.length > suffix.length + 2 && paramName.endsWith(`__${suffix}`)) return suffix.split('__')
  }
  return []
}

/** The row of one annotation. */
export const suffixRow = (suffix: string): SuffixRow | undefined => longestFirst.find((row) => row.suffix === suffix)

/** Scalars recognised by their whole name: the size of the memory the kfunc returns. kernel/bpf/verifier.c of 6.12. */
export const bufferSizeParams: ReadonlyMap<string, string> = new Map([
  ['rdonly_buf_size', 'the constant size of the read-only memory it returns'],
  ['rdwr_buf_size', 'the constant size of the writable memory it returns'],
])
