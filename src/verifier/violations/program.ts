// SPDX-License-Identifier: Apache-2.0
// The program as a whole: its instructions, functions, records, maps, where it attaches, how far it is walked.

import type { MapRefusal } from '../../kernel/index.ts'
import { type InKfunc, type Reg, says } from './row.ts'
import type { Wording } from './wording.ts'

export interface At {
  readonly insn: number
}
export interface Named {
  readonly name: string
}
/** An extension and the function that it replaces. */
export interface Replacing extends Named {
  readonly original: string
}
export interface ReplacingArgument extends Replacing {
  readonly index: number
}
/** What differs: the extension's, the original's. */
export interface Sides<T> {
  readonly own: T
  readonly theirs: T
}
/** Words of a lower floor's own table: of instructions. */
export interface Told {
  readonly told: string
}

/** A function on a chain of calls: its first instruction, the call that leads to it, the stack it takes. */
export interface StackFrame {
  readonly start: number
  readonly at: number | undefined
  readonly size: number
}
export interface Frames {
  readonly frames: readonly StackFrame[]
}

/** What a trampoline cannot pass, of a function that is called or attached to. */
const prototypes = <Also>() => ({
  'too-many': ({ name, count }: Also & Named & { count: number }) =>
    `The function ${name} has ${count} arguments. Too many.`,
  result: ({ name, kind }: Also & Named & { kind: string }) =>
    `The function ${name} return type ${kind} is unsupported.`,
  variadic: ({ name }: Also & Named) => `The function ${name} with variable args is unsupported.`,
  argument: ({ name, param, kind }: Also & Named & { param: number; kind: string }) =>
    `The function ${name} arg${param} type ${kind} is unsupported.`,
  void: ({ name }: Also & Named) => `The function ${name} has malformed void argument.`,
})

export const programViolations = {
  map: ({ fd }: { fd: number }) => `fd ${fd} is not pointing to valid bpf_map`,
  'kfunc-gpl': says<InKfunc>('cannot call kernel function from non-GPL compatible program'),
  'kfunc-count': says<InKfunc>('too many different kernel function calls'),
  'kfunc-device': says<InKfunc>('metadata kfuncs require device-bound program'),
  'jump-table': {
    none: ({ start }: { start: number }) => `no jump tables found for subprog starting at ${start}`,
    outside: ({ insn, start, end }: { insn: number; start: number; end: number }) =>
      `jump table for insn ${insn} points outside of the subprog [${start},${end}]`,
  },
  'call-target': () => 'call to invalid destination',
  'subprog-count': () => 'too many subprograms',
  'jump-range': ({ insn, target }: { insn: number; target: number }) =>
    `jump out of range from insn ${insn} to ${target}`,
  'last-insn': () => 'last insn is not an exit or jmp',
  'func-info': {
    size: ({ size }: { size: number }) => `invalid func info rec size ${size}`,
    tail: () => 'nonzero tailing record in func info',
    start: ({ insn }: At) => `nonzero insn_off ${insn} for the first func info record`,
    order: ({ insn, previous }: At & { previous: number }) =>
      `same or smaller insn offset (${insn}) than previous func info record (${previous})`,
    type: ({ typeId }: { typeId: number }) => `invalid type id ${typeId} in func info`,
    count: () => "number of funcs in func_info doesn't match number of subprogs",
    layout: () => "func_info BTF section doesn't match subprog layout in BPF program",
  },
  'ld-abs-return': {
    'without-btf': () => 'LD_ABS is not allowed in subprogs without BTF',
    'not-int': () => "LD_ABS is only allowed in functions that return 'int'.",
  },
  'tail-call-return': {
    'without-btf': () => 'tail_call is not allowed in subprogs without BTF',
    'not-int': () => "tail_call is only allowed in functions that return 'int'.",
  },
  'exception-cb-many': () => 'multiple exception callback tags for main subprog',
  'exception-cb': {
    'not-found': ({ name }: Named) => `exception callback '${name}' could not be found in BTF`,
    static: ({ name }: Named) => `exception callback '${name}' must have global linkage`,
    'no-func-info': () => 'exception callback type id not found in func_info',
    'at-start': () => 'invalid exception callback insn_off in func_info: 0',
  },
  unreachable: ({ insn }: At) => `unreachable insn ${insn}`,
  'jump-ld-imm64': ({ insn }: At) => `jump into the middle of ldimm64 insn ${insn}`,
  'jump-room': ({ insn }: At) => `insn ${insn} cannot be patched due to 16-bit range`,
  'arena-signed-load': () => 'sign extending loads from arena are not supported yet',
  recursion: ({ from, to }: { from: string; to: string }) => `recursive call from ${from}() to ${to}()`,
  'call-depth': {
    ahead: ({ frames }: { frames: number }) => `the call stack of ${frames} frames is too deep !`,
    walked: ({ frames }: { frames: number }) => `the call stack of ${frames} frames is too deep`,
  },
  'struct-ops-gpl': () => 'struct ops programs must have a GPL compatible license',
  'struct-ops-member': ({ member, struct }: { member: string; struct: string }) =>
    `attach to unsupported member ${member} of struct ${struct}`,
  'struct-ops-arena': ({ member }: { member: string }) =>
    `arena argument of ${member} requires a program with an associated arena`,
  'struct-ops-tail-call': () => 'program with __ref argument cannot tail call',
  'syscall-sleepable': () => 'Syscall programs can only be sleepable',
  'attach-target': {
    none: () => 'Tracing programs must provide btf_id',
    replaced: () => 'Cannot replace kernel functions',
    'no-typedef': ({ btfId }: { btfId: number }) => `attach_btf_id ${btfId} is not a typedef`,
    'wrong-name': ({ btfId, name }: { btfId: number; name: string }) =>
      `attach_btf_id ${btfId} points to wrong type name ${name}`,
    'no-function': ({ btfId }: { btfId: number }) => `attach_btf_id ${btfId} is not a function`,
  },
  'replaced-function': {
    missing: ({ name }: Named) => `Subprog ${name} doesn't exist`,
    'exception-callback': () => 'Extension programs cannot attach to exception callback',
    static: () => 'Cannot replace static functions',
    packet: () => 'Extension program changes packet data, while original does not',
    sleeps: () => 'Extension program may sleep, while original does not',
    again: () => 'Cannot recursively attach',
    traced: (_: unknown, w: Wording) => `Cannot extend fentry/fexit${w.sessions ? '/fsession' : ''}`,
  },
  'replaced-prototype': {
    'no-types': () => 'Program extension requires BTF',
    'not-global': ({ name }: Named) => `${name}() is not a global function`,
    count: ({ name, original, own, theirs }: Replacing & Sides<number>) =>
      `${name}() has ${own} args while ${original}() has ${theirs} args`,
    result: ({ name, original, own, theirs }: Replacing & Sides<string>) =>
      `Return type ${own} of ${name}() doesn't match type ${theirs} of ${original}()`,
    kind: ({ index, name, original, own, theirs }: ReplacingArgument & Sides<string>) =>
      `arg${index} in ${name}() is ${own} while ${original}() has ${theirs}`,
    size: ({ index, name, original, own, theirs }: ReplacingArgument & Sides<number>) =>
      `arg${index} in ${name}() has size ${own} while ${original}() has ${theirs}`,
    type: ({ index, name }: ReplacingArgument) => `arg${index} in ${name}() has unrecognized type`,
    pointer: ({ index, name }: Named & { index: number }) => `arg${index} in ${name}() is not a pointer to context`,
    struct: ({ index, name, original, own, theirs }: ReplacingArgument & Sides<string>) =>
      `arg${index} ${name}(struct ${own} *) doesn't match ${original}(struct ${theirs} *)`,
  },
  'attach-not-sleepable': {
    tracepoint: ({ tracepoint }: { tracepoint: string }) =>
      `Sleepable program cannot attach to non-faultable tracepoint ${tracepoint}`,
    function: ({ name }: Named) => `${name} is not sleepable`,
  },
  'attach-iterator': () => '',
  'attach-modify': ({ name }: Named) => `${name}() is not modifiable`,
  'lsm-gpl': () => 'LSM programs must have a GPL compatible license',
  'lsm-disabled': ({ btfId, name }: { btfId: number; name: string }) =>
    `attach_btf_id ${btfId} points to disabled hook ${name}`,
  'line-info': {
    // the kernel says nothing
    size: ({ size: _ }: { size: number }) => '',
    tail: () => 'nonzero tailing record in line_info',
    order: ({ record, insn, previous, insns }: { record: number; insn: number; previous: number; insns: number }) =>
      `Invalid line_info[${record}].insn_off:${insn} (prev_offset:${previous} prog->len:${insns})`,
    code: ({ record }: { record: number }) => `Invalid insn code at line_info[${record}].insn_off`,
    line: ({ record }: { record: number }) => `Invalid line_info[${record}].line_off or .file_name_off`,
    missing: ({ func }: { func: number }) => `missing bpf_line_info for func#${func}`,
    'missing-last': ({ count, func }: { count: number; func: number }) =>
      `missing bpf_line_info for ${count} funcs starting from func#${func}`,
  },
  'map-fd': {
    fd: ({ fd }: { fd: number }) => `fd ${fd} is not pointing to valid bpf_map`,
    index: () => 'fd_idx without fd_array is invalid',
  },
  'map-count': ({ most }: { most: number }) => `The total number of maps per program has reached the limit of ${most}`,
  'map-cgroup-storage': () => 'only one cgroup storage of each type is allowed',
  'map-arena': () => 'Only one arena per program',
  'insn-array': () => 'Failed to properly initialize insn array',
  'map-value-offset': {
    limit: ({ off }: { off: number }) => `direct value offset of ${off} is not allowed`,
    outside: ({ valueSize, off }: { valueSize: number; off: number }) =>
      `invalid access to map value pointer, value_size=${valueSize} off=${off}`,
  },
  'map-value-type': () => 'no direct value access support for this map type',
  'throw-in-callback': ({ insn, subprog }: { insn: number; subprog: number }) =>
    `bpf_throw kfunc (insn ${insn}) cannot be called from callback subprog ${subprog}`,
  // a line without its end loses its last letter
  'exception-cb-call': ({ insn }: At, w: Wording) =>
    `insn ${insn} cannot call exception cb direct${w.linesEnd ? 'l' : 'ly'}`,
  'ld-abs-callback': () => 'cannot use BPF_LD_[ABS|IND] within callback',
  'tail-call-depth': ({ depth }: Frames & { depth: number }) =>
    `tail_calls are not allowed when call stack of previous frames is ${depth} bytes. Too large`,
  'stack-depth': {
    one: ({ subprog, size }: Frames & { subprog: number; size: number }) =>
      `stack size of subprog ${subprog} is ${size}. Too large`,
    combined: ({ calls, total }: Frames & { calls: number; total: number }) =>
      `combined stack size of ${calls} calls is ${total}. Too large`,
  },
  'tail-call-callback': () => 'cannot tail call within callback',
  complexity: ({ jumps }: { jumps: number }) => `The sequence of ${jumps} jumps is too complex.`,
  'throw-in-loop': ({ chain }: { chain: string }) => `verifier bug: scc exit: no visit info for call chain (${chain})`,
  'gotox-type': ({ reg, seen }: Reg & { seen: string }) => `R${reg} has type ${seen}, expected PTR_TO_INSN`,
  'gotox-table': {
    low: ({ reg, value }: Reg & { value: bigint }) => `the sum of R${reg} umin_value ${value} is too big`,
    high: ({ reg, value }: Reg & { value: bigint }) => `the sum of R${reg} umax_value ${value} is too big`,
    outside: ({ reg, low, high, maxEntries }: Reg & { low: number; high: number; maxEntries: number }) =>
      `R${reg} points to outside of jump table: [${low},${high}] max_entries ${maxEntries}`,
  },
  'infinite-loop': ({ insn }: At) => `infinite loop detected at insn ${insn}`,
  'insn-index': ({ insn, insns }: { insn: number; insns: number }) => `invalid insn idx ${insn} insn_cnt ${insns}`,
  'too-large': {
    walked: ({ insns }: { insns: number }) => `BPF program is too large. Processed ${insns} insn`,
    liveness: ({ analyses }: { analyses: number }) => `liveness analysis exceeded complexity limit (${analyses} calls)`,
  },
  'lock-call': () => 'function calls are not allowed while holding a lock',
  'return-stack': says<Reg>('cannot return stack pointer to the caller'),
  size: ({ insns }: { insns: number }) => `program has ${insns} insns`,
  'exception-cb-args': {
    void: () => 'exception cb cannot return void',
    count: () => 'exception cb only supports single integer argument',
  },
  'kfunc-prototype': {
    ...prototypes<InKfunc>(),
    // the prototype with the arguments that the verifier fills in is not in the kernel's types
    'no-implementation': ({ btfId }: InKfunc & { btfId: number }) =>
      `kernel function btf_id ${btfId} does not have a valid func_proto`,
  },
  'attach-prototype': {
    ...prototypes<unknown>(),
    'wide-result': ({ name }: Named) =>
      `Attach to function ${name} with a >8 byte return value is not supported for this attach type`,
  },
  // the kernel says why only where it names what is its own fault
  'function-removed': ({ insn }: At, w: Wording) =>
    w.bugsTold ? `verifier bug: No program to jit at insn ${insn} (subprog < 0)` : '',
  'sleepable-type': (_: unknown, w: Wording) =>
    w.sleepableTypesUnnamed
      ? 'Program of this type cannot be sleepable'
      : 'Only fentry/fexit/fmod_ret, lsm, iter, uprobe, and struct_ops programs can be sleepable',
  'attach-denied': ({ name }: Named, w: Wording) =>
    w.refusalsNamed ? `Attaching tracing programs to function '${name}' is rejected.` : '',
  'attach-noreturn': ({ name }: Named, w: Wording) =>
    `Attaching ${w.sessions ? 'fexit/fsession/fmod_ret' : 'fexit/fmod_ret'} to __noreturn function${w.refusalsNamed ? ` '${name}'` : 's'} is rejected.`,
  encoding: ({ told }: Told) => told,
  reserved: ({ told }: Told) => told,
  'map-program': ({ told }: MapRefusal) => told,
} as const
