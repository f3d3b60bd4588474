// SPDX-License-Identifier: Apache-2.0
// KF150 … KF199: the program as a whole, and what is ours to say rather than the kernel's.
import type { CodeRow } from './row.ts'

const doc = 'Documentation/bpf/verifier.rst'

export const programCodes: readonly CodeRow[] = [
  {
    code: 'KF150', title: 'the program cannot attach where it wants to', rules: ['syscall-sleepable', 'sleepable-type', 'attach-not-sleepable', 'attach-modify', 'attach', 'attach-denied', 'attach-noreturn', 'lsm-disabled', 'struct-ops-member'], section: 'libbpf "Program Types and ELF Sections"',
    rule: 'Some hooks take sleepable programs and some do not; fmod_ret needs a function that allows its result to be changed.',
    label: ['{message}'],
    help: [['This function takes no sleepable programs: SEC("{plainSection}") instead of SEC("{section}").', 'Make it sleepable: SEC("{sleepableSection}") instead of SEC("{section}").', 'Section "{section}" decides where the program attaches and whether it may sleep.'], 'Choose another hook: the kernel lists functions with error injection or on its allow-lists.'],
    text: 'This is decided before any instruction is looked at.',
  },
  {
    code: 'KF151', title: 'the return value is out of range', rules: ['return-range', 'return-type', 'ld-abs-return', 'tail-call-return', 'set-retval-void'], section: doc,
    rule: 'What a program or callback returns must be a number in the range its hook gives a meaning to.',
    label: ['{reg} is {value}; {expected} is wanted', '{reg} is {value}', '{message}'],
    help: ['Return a value in {expected} on every path, also on this one.', 'A value read from memory has no range: compare it first, or return a constant.'],
    text: 'For many program types only a few return values make sense. The verifier wants to see that on every path.',
    bad: 'SEC("lsm/file_open")\nint BPF_PROG(f, struct file *file)\n{\n\treturn 1;                    /* 0 or a negative errno */\n}',
    good: 'SEC("lsm/file_open")\nint BPF_PROG(f, struct file *file)\n{\n\treturn -1;\n}',
  },
  {
    code: 'KF152', title: 'a path never ends', rules: ['infinite-loop'], section: doc,
    rule: 'Each loop must make progress that the verifier can see, or be an iterator, bpf_loop() or may_goto.',
    label: ['the program comes back here with nothing changed'],
    help: ['Count with a bounded variable: for (i = 0; i < 100; i++).', 'Use bpf_for(i, 0, n), bpf_loop() or can_loop for loops whose bound is not known.'],
    text: 'The state at the loop’s head is the same as one time around before.',
    bad: 'while (*p)\n\t;',
    good: 'bpf_for(i, 0, 100)\n\tif (!p[i])\n\t\tbreak;',
  },
  {
    code: 'KF153', title: 'the program is too complex', rules: ['too-large', 'complexity', 'size'], section: doc,
    rule: 'At most a million instructions are looked at, over all paths.',
    label: ['{message}'],
    help: ['Split work into global functions, which are verified once.', 'Turn unrolled or deeply branching loops into bpf_loop() or bpf_for().'],
    text: 'Each branch doubles the paths unless the verifier finds that both sides come to the same.',
  },
  {
    code: 'KF154', title: 'the call stack is too deep', rules: ['call-depth', 'stack-depth', 'recursion', 'tail-call-depth'], section: doc,
    rule: 'At most 8 frames and 512 bytes of stack along any chain of calls; 256 before tail calls; no recursion.',
    label: ['{message}'],
    help: ['Move big variables into a per-CPU array map.', 'Let the compiler inline small functions: static __always_inline.'],
    text: 'Each frame is rounded up to 32 bytes (16 with the JIT).',
  },
  {
    code: 'KF155', title: 'the instructions do not form a program', rules: ['encoding', 'reserved', 'jump-range', 'last-insn', 'unreachable', 'insn-index', 'ld-imm64', 'frame-pointer', 'div-zero', 'shift'], section: 'RFC 9669',
    rule: 'Every instruction is well formed and reachable, jumps stay inside their function, and R10 is never written.',
    label: ['{message}'],
    help: ['Code from a compiler is well formed; look at inline assembly, or at a tool that rewrote the object.'],
    text: 'These checks come before the program is looked at path by path.',
  },
  {
    code: 'KF156', title: 'the map does not go with this program', rules: ['map-program', 'map-fd', 'local-storage-flags'], section: doc,
    rule: 'Maps with locks, timers, list heads or trees, and some map types, are closed to some program types.',
    label: ['{message}'],
    help: ['Use the map from a program of another type, or take the special field out of its value.'],
    text: 'A tracing program may interrupt the holder of a lock, so tracing programs may not use maps with bpf_spin_lock.',
  },
  {
    code: 'KF157', title: 'the format string does not go with its arguments', rules: ['snprintf-args', 'snprintf-format'], section: 'Documentation/bpf/helpers (bpf_snprintf)',
    rule: 'A format string is a constant, and each of its conversions has an argument in the data array.',
    label: ['{message}'],
    help: ['Use BPF_SNPRINTF(out, sizeof(out), "…", args…), which builds the array.', 'Conversions: %d %i %u %x %ld %lu %lx %lld %llu %llx %p %pB %pK %px %ps %pS %pi4 %pI4 %pi6 %pI6 %s %c.'],
    text: 'The kernel reads the string at load time and checks it against the size of the array.',
  },
  {
    code: 'KF198', title: 'kfuncs cannot judge this yet', rules: ['unsupported'], section: 'docs/contract.md',
    rule: 'What the verifier model does not cover is never accepted and never rejected on a guess.',
    label: ['what stands here is not modelled'],
    help: ['Ask the kernel itself: bpftool prog load, or veristat.'],
    text: 'The program may be fine and it may not: it uses something that this version of kfuncs has no rule for.',
  },
  {
    code: 'KF199', title: 'the verifier rejects the program', rules: [], section: doc,
    rule: 'Every path through a program must be proven safe.',
    label: ['{message}'],
    help: [],
    text: 'A rule of the verifier that has no page of its own; the message of the kernel says which.',
  },
]
