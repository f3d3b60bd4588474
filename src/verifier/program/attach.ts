// SPDX-License-Identifier: Apache-2.0
// May this program attach where it says: sleepable hooks, modifiable returns.

import { sizeOf } from '../../btf/index.ts'
import { isDisabledHook, isFaultable, isIterator, isLsmHook } from '../../kernel/index.ts'
import { type AttachTarget, MULTI_TARGET } from '../../object/index.ts'
import type { Model } from './model.ts'
import type { Program } from './program.ts'
import { type FuncProto, protoFault } from './func-proto.ts'
import { unsupported, violate } from '../violations/raise.ts'
import { checkExtension } from './extension.ts'
import { checkStructOps } from './struct-ops.ts'

const sleepableTracing = new Set(['BPF_TRACE_FENTRY', 'BPF_TRACE_FEXIT', 'BPF_MODIFY_RETURN', 'BPF_TRACE_ITER'])
/** With sleepable tracepoints came these. */
const laterSleepableTracing = new Set([
  'BPF_TRACE_RAW_TP',
  'BPF_TRACE_FSESSION',
  'BPF_TRACE_FENTRY_MULTI',
  'BPF_TRACE_FEXIT_MULTI',
  'BPF_TRACE_FSESSION_MULTI',
])

function canBeSleepable({ linked: prog, model: { rules } }: Program): boolean {
  switch (prog.type) {
    case 'BPF_PROG_TYPE_TRACING':
      return (
        sleepableTracing.has(prog.attachType ?? '') ||
        (rules.sleepableTracepoints && laterSleepableTracing.has(prog.attachType ?? ''))
      )
    case 'BPF_PROG_TYPE_LSM':
      return prog.attachType !== 'BPF_LSM_CGROUP'
    // uprobes
    case 'BPF_PROG_TYPE_KPROBE':
    case 'BPF_PROG_TYPE_STRUCT_OPS':
      return true
    case 'BPF_PROG_TYPE_RAW_TRACEPOINT':
    case 'BPF_PROG_TYPE_TRACEPOINT':
      return rules.sleepableTracepoints
    default:
      return false
  }
}

/** In the kernel's order: what may sleep, then the target by itself, then what may stand there. */
export function checkAttach(program: Program): void {
  const { linked: prog } = program
  if (program.isExtension) return checkExtension(program)
  if (prog.type === 'BPF_PROG_TYPE_SYSCALL') {
    if (!prog.sleepable) violate('syscall-sleepable')
    return
  }
  if (prog.sleepable && !canBeSleepable(program)) {
    violate('sleepable-type')
  }
  if (prog.type === 'BPF_PROG_TYPE_STRUCT_OPS') checkStructOps(program)
  else if (targeted.has(prog.type)) checkTarget(program)
}

/** Program types that stand at a function, typedef or program by its BTF id. */
const targeted = new Set(['BPF_PROG_TYPE_TRACING', 'BPF_PROG_TYPE_LSM'])

function checkTarget(program: Program): void {
  const { attach, type } = program.linked
  if (attach === undefined) return violate('attach-target', { form: 'none' })
  if (!attach.kernel) return unsupported('a program attached to another BPF program')
  switch (program.linked.attachType) {
    case 'BPF_TRACE_RAW_TP':
      return checkTracepoint(program, attach)
    case 'BPF_TRACE_ITER':
      return checkIterator(program.model, attach)
    default:
      checkFunction(program, attach)
      if (type === 'BPF_PROG_TYPE_LSM') return checkLsm(program, attach)
      return checkTraced(program, attach)
  }
}

const TRACEPOINT = 'btf_trace_'

function checkTracepoint({ linked: prog }: Program, { btf, btfId, name }: AttachTarget): void {
  if (btf.type(btfId).kind !== 'typedef') violate('attach-target', { form: 'no-typedef', btfId })
  if (!name.startsWith(TRACEPOINT)) violate('attach-target', { form: 'wrong-name', btfId, name })
  const tracepoint = name.slice(TRACEPOINT.length)
  if (prog.sleepable && !isFaultable(tracepoint)) violate('attach-not-sleepable', { form: 'tracepoint', tracepoint })
}

/** The prototype of what is hooked; rejected where it is no function. */
function targetProto({ btf, btfId }: AttachTarget): FuncProto {
  const func = btf.type(btfId)
  const proto = func.kind === 'func' ? btf.type(func.type) : undefined
  if (proto?.kind !== 'func_proto') return violate('attach-target', { form: 'no-function', btfId })
  return proto
}

/** Names of iterators are those of functions; of such functions there are many more than iterators. The kernel says nothing. */
function checkIterator(model: Model, attach: AttachTarget): void {
  const wrong = protoFault(attach.btf, targetProto(attach), attach.name, model.rules)
  if (wrong !== undefined) violate('attach-prototype', wrong)
  if (!isIterator(model.kernel.btf, attach.btf, attach.name)) violate('attach-iterator')
}

/** Attach types whose programs see what the function returned. */
const seesResult = new Set([
  'BPF_MODIFY_RETURN',
  'BPF_TRACE_FEXIT',
  'BPF_TRACE_FEXIT_MULTI',
  'BPF_TRACE_FSESSION',
  'BPF_TRACE_FSESSION_MULTI',
])

/** A trampoline stands before the function, so it must know how its arguments are passed. */
function checkFunction(program: Program, attach: AttachTarget): void {
  const {
    linked: prog,
    model: { kernel },
  } = program
  const { btf, name } = attach
  const proto = targetProto(attach)
  const wrong = protoFault(btf, proto, name, program.model.rules)
  if (wrong !== undefined) violate('attach-prototype', wrong)
  const { attachType } = prog
  if (seesResult.has(attachType ?? '') && (sizeOf(btf, proto.ret) ?? 0) > 8) {
    violate('attach-prototype', { form: 'wide-result', name })
  }
  if (prog.sleepable) {
    // which functions it will stand at is asked when it attaches to them
    if (name === MULTI_TARGET) return
    if (!kernel.sleepableAt(prog.type, name)) violate('attach-not-sleepable', { form: 'function', name })
  } else if (attachType === 'BPF_MODIFY_RETURN' && !kernel.modifiable(name)) violate('attach-modify', { name })
}
function checkLsm({ model: { kernel }, traits }: Program, { btfId, name }: AttachTarget): void {
  if (!traits.gpl) violate('lsm-gpl')
  if (isDisabledHook(kernel, name)) violate('lsm-disabled', { btfId, name })
  if (!isLsmHook(kernel, name)) violate('attach-target', { form: 'wrong-name', btfId, name })
}

/** Attach types whose programs never run where the function does not return, and that are refused for it. */
const noReturnTold = new Set(['BPF_TRACE_FEXIT', 'BPF_TRACE_FSESSION', 'BPF_TRACE_FSESSION_MULTI', 'BPF_MODIFY_RETURN'])

function checkTraced({ linked: prog, model: { kernel } }: Program, { name }: AttachTarget): void {
  if (kernel.functionSet('btf_id_deny').has(name)) violate('attach-denied', { name })
  if (!noReturnTold.has(prog.attachType ?? '') || !kernel.functionSet('noreturn_deny').has(name)) return
  violate('attach-noreturn', { name })
}
