// SPDX-License-Identifier: Apache-2.0
// Contexts of programs that the kernel has no test run for, by the kind of program.

import { attachProto } from '../../kernel/index.ts'
import type { LinkedProgram } from '../../object/index.ts'
import { programTraits } from '../../verifier/index.ts'
import type { Core } from '../core/core.ts'
import { MachineError } from '../core/errors.ts'
import { createObject, setFields } from '../core/objects.ts'
import type { Sysctl } from '../helpers/sysctl.ts'
import type { Sample } from '../objects/sample.ts'
import type { Argument, Placed } from './arguments.ts'
import { socketContext } from './sockets.ts'

export interface CallOptions {
  /**
   * What the function, tracepoint, LSM hook or struct_ops member is called with, the first first; those missing are 0. Of kprobes they are
   * the arguments in registers.
   */
  readonly args?: readonly Argument[]
  /** What the function answered: of fexit, kretprobe, uretprobe and LSM programs. */
  readonly returned?: Argument
  /** Registers of a kprobe or perf event by their names in struct pt_regs, beside those of arguments. */
  readonly ptRegs?: Readonly<Record<string, number | bigint>>
  /** What the link that attaches the program was given: bpf_get_attach_cookie(). */
  readonly cookie?: bigint
  /** Of perf events: what was sampled. */
  readonly sample?: Sample
  /** Of sysctl programs: which it is, and what is read or written; `ctx` is struct bpf_sysctl, made of it where it is left out. */
  readonly sysctl?: Sysctl
  /** The context as the program sees it, of all others: a tracepoint's record, struct bpf_sock_addr, bpf_sock_ops, bpf_sysctl … */
  readonly ctx?: Uint8Array
  /** The socket that the context is about (`machine.socket()`); one is made, with what `ctx` says of it, where it is left out. */
  readonly socket?: { readonly address: number }
  /** Bytes that the context is about: the message of sk_msg, the packet of sk_skb, sk_reuseport and sock_ops, the option's value of sockopt. */
  readonly data?: Uint8Array
}

export interface Context {
  readonly address: number
  /** So many of its bytes as the user API has them now, where they lie otherwise in memory. */
  shown?(length: number): Uint8Array
  /** What the system call answers until the program says otherwise. */
  readonly retval?: number
  /** What it is about, as it is now. */
  data?(): Uint8Array
  free(): void
}

/** Registers of arguments on x86-64, and of results. */
const argumentRegisters = ['di', 'si', 'dx', 'cx', 'r8', 'r9']
const RESULT_REGISTER = 'ax'

/** Program types whose context is an array of arguments, 64 bits each. */
const trampolines: ReadonlySet<string> = new Set([
  'BPF_PROG_TYPE_TRACING',
  'BPF_PROG_TYPE_LSM',
  'BPF_PROG_TYPE_STRUCT_OPS',
  'BPF_PROG_TYPE_RAW_TRACEPOINT',
  'BPF_PROG_TYPE_RAW_TRACEPOINT_WRITABLE',
])
/** Those whose context programs see as it lies in memory. */
const plain: ReadonlySet<string> = new Set([
  'BPF_PROG_TYPE_TRACEPOINT',
  'BPF_PROG_TYPE_CGROUP_DEVICE',
  'BPF_PROG_TYPE_CGROUP_SYSCTL',
  'BPF_PROG_TYPE_LIRC_MODE2',
  'BPF_PROG_TYPE_SYSCALL',
])

export function contextOf(core: Core, linked: LinkedProgram, options: CallOptions, args: Placed): Context {
  if (linked.attachType === 'BPF_TRACE_ITER') return iteratorContext(core, args)
  if (trampolines.has(linked.type)) return trampolineContext(core, linked, options, args)
  if (linked.type === 'BPF_PROG_TYPE_KPROBE') return registersContext(core, options, args)
  if (linked.type === 'BPF_PROG_TYPE_PERF_EVENT') return sampleContext(core, options)
  const ofSocket = socketContext(core, linked, options)
  if (ofSocket !== undefined) return ofSocket
  if (plain.has(linked.type)) return plainContext(core, options.ctx ?? sysctlContext(options))
  throw new MachineError(
    'not-modelled',
    `calls of ${linked.type} programs are not modelled by this machine (testRun() may run them)`,
  )
}

/** struct bpf_sysctl: whether it is written, and from where on. */
const sysctlContext = ({ sysctl }: CallOptions): Uint8Array =>
  sysctl === undefined ? new Uint8Array(0) : Uint8Array.of(sysctl.written === undefined ? 0 : 1, 0, 0, 0, 0, 0, 0, 0)

/** Room beyond what was given: a program may read as much of it as its type has. */
const ROOM = 512

function plainContext({ memory }: Core, ctx: Uint8Array): Context {
  const address = memory.allocate(ctx.length + ROOM, 'context')
  memory.write(address, ctx)
  return { address, free: () => memory.free(address) }
}

function registersContext(core: Core, { ptRegs = {}, returned }: CallOptions, { values }: Placed): Context {
  if (values.length > argumentRegisters.length)
    throw new MachineError('misuse', `${argumentRegisters.length} arguments at most are in registers`)
  const result = returned === undefined ? {} : { [RESULT_REGISTER]: values.at(-1)! }
  const given = returned === undefined ? values : values.slice(0, -1)
  const address = createObject(core, 'pt_regs', {
    ...Object.fromEntries(given.map((value, i) => [argumentRegisters[i]!, value])),
    ...result,
  })
  setFields(core, address, 'pt_regs', ptRegs)
  return { address, free: () => core.memory.free(address) }
}

/** struct bpf_perf_event_data, as programs see it. */
function sampleContext(core: Core, { ptRegs = {}, sample = {} }: CallOptions): Context {
  const address = createObject(core, 'bpf_perf_event_data', {
    ...Object.fromEntries(Object.entries(ptRegs).map(([name, value]) => [`regs.${name}`, value])),
    sample_period: sample.period,
    addr: sample.address,
  })
  return { address, free: () => core.memory.free(address) }
}

/** Their number before them, what was returned behind them. */
function trampolineContext(core: Core, linked: LinkedProgram, { returned }: CallOptions, args: Placed): Context {
  const { memory } = core
  const given = returned === undefined ? args.values : args.values.slice(0, -1)
  const count = Math.max(given.length, parametersOf(core, linked) ?? MOST_ARGUMENTS)
  const address = memory.allocate(8 * (count + 3), 'arguments of a call')
  memory.setNumber(address + 8, 8, count)
  for (const [i, value] of given.entries()) memory.setNumber(address + 16 + 8 * i, 8, value)
  if (returned !== undefined) memory.setNumber(address + 16 + 8 * count, 8, args.values.at(-1)!)
  return { address: address + 16, free: () => memory.free(address) }
}

/** MAX_BPF_FUNC_ARGS: what a function has that is not known. */
const MOST_ARGUMENTS = 12
/** How many arguments what the program is attached to, or implements, has; undefined: it does not say to what. */
function parametersOf({ kernel }: Core, linked: LinkedProgram): number | undefined {
  const target = attachProto(kernel.btf, programTraits(linked))
  return target === undefined ? undefined : target.proto.params.length - target.skip
}

/** struct bpf_iter__…: what it is about, then the element's parts. */
function iteratorContext(core: Core, { values }: Placed): Context {
  const seq = core.memory.allocate(Math.max(core.layouts.struct('seq_file')?.size ?? 0, 256), 'seq_file')
  const meta = createObject(core, 'bpf_iter_meta', { seq })
  const address = core.memory.allocate(8 * Math.max(8, values.length + 1), 'context of an iterator')
  core.memory.setPointer(address, meta)
  for (const [i, value] of values.entries()) core.memory.setNumber(address + 8 + 8 * i, 8, value)
  return {
    address,
    free: () => {
      for (const at of [address, meta, seq]) core.memory.free(at)
    },
  }
}
