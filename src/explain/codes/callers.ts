// SPDX-License-Identifier: Apache-2.0
// KF001 … KF009: may this program call this kfunc at all.
import type { CodeRow } from './row.ts'

export const callerCodes: readonly CodeRow[] = [
  {
    code: 'KF001', title: 'this program may not call the kfunc', rules: ['kfunc-not-allowed'], section: 'kfuncs.rst "Registering the kfuncs"',
    rule: 'A kfunc is visible only to the program types it is registered for, and only where its filter lets it through.',
    label: ['{kfunc} is not registered for {type} programs at this hook', 'this kfunc is not registered for this program'],
    help: ['{kfunc} may be called by: {callers}. This program is of type {type}, section "{section}".', 'Move the call to a program of such a type, or use a kfunc or helper that {type} programs may call.', 'A kfunc of a similar name that this program may call: {near}.'],
    text: 'Kfuncs are not open to everybody. A subsystem registers a set of them for each program type that may call it, and may narrow that further with a filter (by attach type, by hook, by struct_ops member). A call from anywhere else is refused, however correct its arguments are. `kfuncs show NAME` lists who may call a kfunc.',
    bad: 'SEC("tracepoint/syscalls/sys_enter_read")\nint on_read(void *ctx)\n{\n\tstruct task_struct *task = bpf_task_from_pid(1);   /* not for tracepoint programs */\n\n\tif (task)\n\t\tbpf_task_release(task);\n\treturn 0;\n}',
    good: 'SEC("tp_btf/sys_enter")                              /* tracing programs may */\nint BPF_PROG(on_enter, struct pt_regs *regs, long id)\n{\n\tstruct task_struct *task = bpf_task_from_pid(1);\n\n\tif (task)\n\t\tbpf_task_release(task);\n\treturn 0;\n}',
  },
  {
    code: 'KF002', title: 'the kernel has no such kfunc', rules: ['kfunc-missing', 'missing'], section: 'kfuncs.rst "kfunc lifecycle expectations"',
    rule: 'Kfuncs come and go with kernel versions and modules; a call of one that is not there must not be reachable.',
    label: ['{kfunc} is not there, and this path reaches its call', 'this path reaches something that the loader could not resolve'],
    help: ['Guard the call: if (bpf_ksym_exists({kfunc})) …, with {kfunc} declared __ksym __weak.', 'Did you mean {near}?', 'If a module brings it, load that module’s BTF as well (--module).'],
    text: 'The object calls a function that is declared __weak and that this kernel (with the modules given) does not have. The loader replaces such a call by one that can never succeed, so the program is accepted only when no path reaches it. bpf_ksym_exists() becomes a constant at load time, and the verifier does not follow the dead branch.',
    bad: 'void bpf_new_thing(void) __ksym __weak;\n\nSEC("tc")\nint prog(struct __sk_buff *skb)\n{\n\tbpf_new_thing();\n\treturn 0;\n}',
    good: 'void bpf_new_thing(void) __ksym __weak;\n\nSEC("tc")\nint prog(struct __sk_buff *skb)\n{\n\tif (bpf_ksym_exists(bpf_new_thing))\n\t\tbpf_new_thing();\n\treturn 0;\n}',
  },
  {
    code: 'KF003', title: 'kfuncs are for GPL-compatible programs', rules: ['kfunc-gpl', 'helper-gpl', 'lsm-gpl', 'struct-ops-gpl', 'btf-gpl'], section: 'kfuncs.rst "Introduction"',
    rule: 'Only programs under a GPL-compatible licence may call kernel functions.',
    label: ['the object’s licence is "{license}"', 'the program has no GPL-compatible licence'],
    help: ['Declare one of: GPL, GPL v2, GPL and additional rights, Dual BSD/GPL, Dual MIT/GPL, Dual MPL/GPL.', 'char _license[] SEC("license") = "GPL";'],
    text: 'The licence string in the object’s "license" section is compared with the ones the kernel takes as compatible with its own. Every kfunc, and some helpers, ask for it; the check is made before any instruction is looked at.',
    bad: 'char _license[] SEC("license") = "Apache-2.0";',
    good: 'char _license[] SEC("license") = "Dual BSD/GPL";',
  },
  {
    code: 'KF004', title: 'the kfunc belongs to device-bound programs', rules: ['kfunc-device'], section: 'Documentation/networking/xdp-rx-metadata.rst',
    rule: 'XDP metadata kfuncs are resolved against one device, so the program must be bound to it.',
    label: ['{kfunc} asks a device, and this program is bound to none'],
    help: ['Load with BPF_F_XDP_DEV_BOUND_ONLY and the interface index: bpf_program__set_ifindex(), bpf_program__set_flags().'],
    text: 'The metadata kfuncs are implemented by the driver. At load time the kernel replaces the call by the driver’s function, for which it has to know the device.',
  },
  {
    code: 'KF005', title: 'a sleepable kfunc in a program that must not sleep', rules: ['kfunc-sleepable', 'helper-sleep'], section: 'kfuncs.rst "KF_SLEEPABLE flag"',
    rule: 'Kfuncs marked KF_SLEEPABLE can only be called by sleepable programs (BPF_F_SLEEPABLE).',
    label: ['{kfunc} may sleep; this program may not', '{helper} may sleep; this program may not', 'what is called here may sleep; this program may not'],
    help: ['Make the program sleepable: SEC("{sleepableSection}") instead of SEC("{section}"), where the hook allows it.', 'Or defer the call to a work queue: the callback of bpf_wq runs where it may sleep.'],
    text: 'Most programs run where the kernel cannot wait: under RCU, with preemption disabled, in an interrupt. A kfunc that may wait for memory, a lock or the disk is marked KF_SLEEPABLE and is offered only to sleepable programs, whose section name ends in ".s".',
    bad: 'SEC("lsm/file_open")\nint BPF_PROG(flush, struct file *file)\n{\n\tstruct cgroup *cgrp = bpf_cgroup_from_id(1);\n\n\tif (!cgrp)\n\t\treturn 0;\n\tcgroup_rstat_flush(cgrp);\n\tbpf_cgroup_release(cgrp);\n\treturn 0;\n}',
    good: 'SEC("lsm.s/file_open")                    /* .s: sleepable */\nint BPF_PROG(flush, struct file *file)\n{\n\t/* as before */\n}',
  },
  {
    code: 'KF006', title: 'a sleepable call inside a section that must not sleep', rules: ['kfunc-sleep-rcu', 'kfunc-sleep-preempt', 'helper-sleep-rcu', 'helper-sleep-preempt'], section: 'kfuncs.rst "KF_SLEEPABLE flag"',
    rule: 'Between bpf_rcu_read_lock() and its unlock, or with preemption disabled, nothing may sleep.',
    label: ['{kfunc} may sleep, and the section is still open', '{helper} may sleep, and the section is still open', 'this may sleep, and the section is still open'],
    help: ['Close the section before the call, or make the call before opening it.', 'A pointer that must outlive the RCU section needs a reference of its own: acquire it inside, use it after.'],
    text: 'An RCU read section promises that the objects seen inside stay; a preempt-disabled section promises that nothing else runs on this CPU. Sleeping would break both promises.',
    bad: 'bpf_rcu_read_lock();\nbpf_copy_from_user(&buf, sizeof(buf), addr);   /* may fault a page in */\nbpf_rcu_read_unlock();',
    good: 'bpf_copy_from_user(&buf, sizeof(buf), addr);\nbpf_rcu_read_lock();\n/* … */\nbpf_rcu_read_unlock();',
  },
  {
    code: 'KF007', title: 'the kfunc is declared in a way the verifier cannot check', rules: ['too-many-args', 'arg-type', 'two-constants', 'two-sizes', 'mem-size', 'acquire-return', 'return-type@kfunc'], section: 'kfuncs.rst "Annotating kfunc parameters"',
    rule: 'Every parameter and result of a kfunc must be of a type the verifier has a rule for.',
    label: ['the prototype of {kfunc} cannot be checked', 'the prototype of this kfunc cannot be checked'],
    help: ['This is for the author of the kfunc, not of the program: give the parameter a size (void *mem, u32 mem__sz), a struct of scalars, or a BTF type.', '{kfunc} is: see the contract below its call; `kfuncs lint` names the rule it breaks.'],
    text: 'The verifier knows a fixed list of parameter kinds: scalars, the context, BTF objects, memory with a size, dynptrs, iterators, list and tree nodes, callbacks, maps, constant strings. A parameter outside the list makes every call of the kfunc impossible.',
    bad: '__bpf_kfunc void bpf_fill(void *mem);            /* how much memory? */',
    good: '__bpf_kfunc void bpf_fill(void *mem, u32 mem__sz);',
  },
  {
    code: 'KF008', title: 'this program may not call the helper', rules: ['helper-not-allowed', 'helper-unknown', 'packet-helper', 'map-helper'], section: 'Documentation/bpf/helpers.rst',
    rule: 'Each program type has its own list of helpers, and each helper its own list of map types.',
    label: ['{helper} is not for {type} programs, or not for this map', 'this helper is not for {type} programs'],
    help: ['`bpftool feature probe` or the manual page bpf-helpers(7) lists which program types have {helper}.', 'Move the call to a program type that has it, or find a kfunc that does the same.'],
    text: 'Helpers are the older interface: a fixed list, opened to program types one by one. Where the map argument is of a type the helper does not work on, the message says so.',
  },
]
