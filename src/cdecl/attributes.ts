// SPDX-License-Identifier: Apache-2.0
// Macros that decorate a declaration and expand to attributes or nothing. C's grammar cannot know them, so they leave the
// text before it (chunks.ts) and stay in the declaration's `attributes`. `tag`: the BTF type tag the macro means
// (compiler_types.h, bpf_helpers.h). `args`: it takes parentheses.

export interface AttributeMacro {
  readonly args?: true
  readonly tag?: string
}

export const attributeMacros: Readonly<Record<string, AttributeMacro>> = Object.assign(Object.create(null), {
  // kfuncs: btf.h
  __bpf_kfunc: {},
  __bpf_hook: {},
  // type tags: compiler_types.h
  __rcu: { tag: 'rcu' },
  __user: { tag: 'user' },
  __percpu: { tag: 'percpu' },
  __kernel: {},
  __iomem: {},
  __force: {},
  __private: {},
  __nocast: {},
  // BPF programs: bpf_helpers.h, bpf_experimental.h
  __kptr: { tag: 'kptr' },
  __kptr_untrusted: { tag: 'kptr_untrusted' },
  __percpu_kptr: { tag: 'percpu_kptr' },
  __uptr: { tag: 'uptr' },
  __arena: { tag: 'arena' },
  __arena_global: {},
  __ksym: {},
  __kconfig: {},
  __weak: {},
  __hidden: {},
  __contains: { args: true },
  __arg_ctx: {},
  __arg_nonnull: {},
  __arg_nullable: {},
  __arg_trusted: {},
  __arg_arena: {},
  __bpf_fastcall: {},
  SEC: { args: true },
  // compilers
  __attribute__: { args: true },
  __attribute: { args: true },
  __declspec: { args: true },
  __extension__: {},
  __inline: {},
  __inline__: {},
  __always_inline: {},
  __noinline: {},
  noinline: {},
  noinline_for_stack: {},
  __must_check: {},
  __maybe_unused: {},
  __always_unused: {},
  __used: {},
  __packed: {},
  __aligned: { args: true },
  __printf: { args: true },
  __scanf: { args: true },
  __nonnull: { args: true },
  __alloc_size: { args: true },
  __counted_by: { args: true },
  __section: { args: true },
  __alias: { args: true },
  __no_sanitize: { args: true },
  __acquires: { args: true },
  __releases: { args: true },
  __must_hold: { args: true },
  __malloc: {},
  __cold: {},
  __hot: {},
  __pure: {},
  __attribute_const__: {},
  __noreturn: {},
  __init: {},
  __exit: {},
  __initdata: {},
  __init_or_module: {},
  __net_init: {},
  __net_exit: {},
  __net_initdata: {},
  __read_mostly: {},
  __ro_after_init: {},
  __cacheline_aligned: {},
  __cacheline_aligned_in_smp: {},
  ____cacheline_aligned: {},
  ____cacheline_aligned_in_smp: {},
  __randomize_layout: {},
  __visible: {},
  __retain: {},
  __nocfi: {},
  __ref: {},
  __refdata: {},
  __sched: {},
  __latent_entropy: {},
  __designated_init: {},
  asmlinkage: {},
  notrace: {},
  __no_kcsan: {},
  __no_sanitize_address: {},
}) as Record<string, AttributeMacro>

/** Words of C itself: never macros, never callees. */
export const keywords: ReadonlySet<string> = new Set(
  (
    'auto break case char const continue default do double else enum extern float for goto if inline int long register ' +
    'restrict return short signed sizeof static struct switch typedef union unsigned void volatile while _Alignas _Alignof ' +
    '_Atomic _Bool _Complex _Generic _Noreturn _Thread_local bool typeof __typeof__ __typeof asm __asm__ __volatile__ ' +
    '__restrict __restrict__ __const __signed__ __int128 __thread'
  ).split(' '),
)
