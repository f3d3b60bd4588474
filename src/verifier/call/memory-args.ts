// SPDX-License-Identifier: Apache-2.0
// Memory handed to a helper or kfunc: a pointer and a size, or a pointer to something of known size.

import { nonNull, seenType } from '../access/nullness.ts'
import { accessBtfPointer } from '../access/btf-pointer.ts'
import { storedUnknown } from '../program/access.ts'
import { access, requireMapAccess, requireNoSpecialField } from '../access/memory.ts'
import {
  hasVarOff,
  isUnmoved,
  requireBuffer,
  requireMemRegion,
  requirePacket,
  requireUnmodified,
  SYSCALL_CONTEXT,
  valueBytes,
} from '../access/regions.ts'
import { requireStackInitialized } from '../access/stack.ts'
import { frameOf } from '../access/stack-bounds.ts'
import type { Walk } from '../engine/walk.ts'

import { markPrecise } from '../engine/precision.ts'
import type { Frame } from '../state/frame.ts'
import { violate } from '../violations/raise.ts'
import * as scalar from '../scalar/index.ts'
import {
  ALLOC,
  isNull,
  mayBeNull,
  NON_OWN,
  RCU,
  RDONLY,
  isMapValue,
  type RegState,
  RINGBUF,
  regTypeText,
  TRUSTED,
  typeText,
} from '../state/reg.ts'

export interface MemoryUse {
  readonly write: boolean
  readonly zeroOk: boolean
  /** The callee fills it: stack bytes need not be initialised, and are misc afterwards. */
  readonly uninit: boolean
  /** Asked by a global function's parameter: its body may well read less. */
  readonly byType?: boolean
}

/** Program types whose accesses to the context are not rewritten: it is memory as it stands. */
const plainContexts = new Set(
  'SYSCALL KPROBE TRACEPOINT RAW_TRACEPOINT RAW_TRACEPOINT_WRITABLE TRACING LSM STRUCT_OPS CGROUP_DEVICE LIRC_MODE2 NETFILTER'
    .split(' ')
    .map((type) => `BPF_PROG_TYPE_${type}`),
)

/** Bytes of a frame's stack that the callee will have written, once all arguments are known good. */
export interface StackFill {
  readonly frame: Frame
  readonly min: number
  readonly size: number
}

/** So many bytes behind the pointer are the callee's to read or write; answers those that it fills. */
export function requireMemory(walk: Walk, number: number, size: number, use: MemoryUse): StackFill | undefined {
  const reg = walk.reg(number)
  switch (reg.kind) {
    case 'pkt':
    case 'pkt_meta':
      requirePacket(walk, number, { off: 0, size, zeroOk: use.zeroOk })
      return undefined
    case 'map_key':
      if (use.write) violate('write-rdonly', { form: 'memory', reg: number, type: regTypeText(reg) })
      requireMemRegion(walk, number, { off: 0, size, memSize: walk.program.map(reg.map).keySize, zeroOk: use.zeroOk })
      return undefined
    case 'map_value':
      // until 7.3 a lookup that may have failed counts as memory, whatever it would give
      if (walk.model.rules.refinedLookups && mayBeNull(reg) && nonNull(walk.program, reg).kind !== 'map_value') break
      requireMapAccess(walk, number, { write: use.write, off: 0, size })
      requireMemRegion(walk, number, {
        off: 0,
        size,
        memSize: valueBytes(walk.program.map(reg.map)),
        zeroOk: use.zeroOk,
      })
      requireNoSpecialField(walk, { base: number, off: 0, size })
      return undefined
    case 'mem':
      requireMayWrite(reg, number, use)
      requireMemRegion(walk, number, { off: 0, size, memSize: reg.size, zeroOk: use.zeroOk })
      return undefined
    case 'buf':
      requireMayWrite(reg, number, use)
      requireBuffer(walk.model, number, reg.flags & RDONLY ? 'rdonly' : 'rdwr', { reg, off: 0, size })
      return undefined
    case 'fp': {
      const { min } = requireStackInitialized(walk, number, {
        off: 0,
        size,
        zeroOk: use.zeroOk,
        access: walk.model.rules.accessByKind ? (use.write ? 'overwrite' : 'read') : 'helper',
        raw: use.uninit,
        forgottenOk: use.byType ?? false,
      })
      return use.uninit && !hasVarOff(reg) ? { frame: frameOf(walk, reg), min, size } : undefined
    }
    case 'btf':
      accessBtfPointer(walk, number, { off: reg.off, size, write: false })
      return undefined
    case 'ctx': {
      // programs whose context is plain memory may pass it on: its last byte is tried
      if (walk.model.rules.syscallCtxMoves) {
        if (walk.program.linked.type !== 'BPF_PROG_TYPE_SYSCALL') break
        requireMemRegion(walk, number, { off: 0, size, memSize: SYSCALL_CONTEXT, zeroOk: use.zeroOk })
        return undefined
      }
      if (!plainContexts.has(walk.program.linked.type)) break
      if (size === 0) return use.zeroOk ? undefined : violate('zero-sized-read', { form: 'context', reg: number })
      const last = { base: number, off: size - 1, size: 1, atomic: false }
      access(
        walk,
        use.write ? { ...last, write: true, stored: storedUnknown } : { ...last, write: false, signed: false },
      )
      return undefined
    }
    default:
  }
  if (use.zeroOk && size === 0 && isNull(reg)) return undefined
  const seen = seenType(walk.program, reg)
  return violate('memory-type', { reg: number, seen, expected: typeText('fp', 0) })
}

function requireMayWrite(reg: RegState, number: number, { write }: MemoryUse): void {
  if (write && reg.flags & RDONLY) violate('write-rdonly', { form: 'memory', reg: number, type: regTypeText(reg) })
}

/** A pointer to plain data: readable and writable throughout. A null is let through. `byType`: as a `MemoryUse` has it. */
export function requirePlainMemory(walk: Walk, number: number, size: number, { byType }: { byType: boolean }): void {
  if (isNull(walk.reg(number))) return
  withoutNull(walk, number, () => {
    requireMemory(walk, number, size, { write: false, zeroOk: true, uninit: false, byType })
    requireMemory(walk, number, size, { write: true, zeroOk: true, uninit: false, byType })
  })
}

/** Checks a pointer as if it had been compared with null: what a map of maps or of sockets holds is then no plain memory. */
export function withoutNull(walk: Walk, number: number, check: () => void): void {
  const reg = walk.reg(number)
  if (!mayBeNull(reg)) return check()
  walk.setReg(number, nonNull(walk.program, reg))
  try {
    check()
  } finally {
    walk.setReg(number, reg)
  }
}

/** A size, and what the callee fills of the memory before it. */
export interface SizedMemory {
  readonly size: number
  readonly fill: StackFill | undefined
}

/** A size in `number`, its memory in the register before. kfuncs.rst "__sz annotation". */
export function requireSized(walk: Walk, number: number, use: MemoryUse): SizedMemory {
  const reg = walk.reg(number)
  if (reg.kind !== 'scalar') violate('size-type', { form: 'asked', reg: number, type: regTypeText(reg) })
  if (scalar.sminN(reg.var) < 0) {
    violate('size-negative', { reg: number })
  }
  if (scalar.uminN(reg.var) === 0 && !use.zeroOk) {
    violate('size-zero', { reg: number, umin: scalar.umin(reg.var), umax: scalar.umax(reg.var) })
  }
  const max = scalar.umaxN(reg.var)
  if (max >= 1 << 29) {
    violate('size-unbounded', { reg: number })
  }
  const fills = use.uninit && scalar.isConst(reg.var)
  const fill = requireMemory(walk, number - 1, max, fills === use.uninit ? use : { ...use, uninit: fills })
  markPrecise(walk, number)
  return { size: max, fill }
}

/** Kinds of kernel and allocated objects a pointer into which may be passed. */
const movable = new Set([0, ALLOC, TRUSTED, RCU, ALLOC | NON_OWN, ALLOC | NON_OWN | RCU])

/** What is given back is given back as it came. */
export function requireReleaseOffset(walk: Walk, number: number): void {
  const reg = walk.reg(number)
  if (reg.off !== 0) violate('release-offset', { reg: number })
  requireUnmodified(walk.model, number, reg, { fixedOk: false })
}

/** Offsets that a pointer argument may carry. */
export function requireArgOffset(walk: Walk, number: number): void {
  const reg = walk.reg(number)
  if (movesFreely(reg) || isUnmoved(reg)) return
  requireUnmodified(walk.model, number, reg, { fixedOk: reg.kind === 'btf' && movable.has(reg.flags) })
}

/** Pointers to plain memory, nothing said of them but who may write: any offset will do. */
function movesFreely({ kind, flags, dynptr }: RegState): boolean {
  switch (kind) {
    case 'fp':
    case 'pkt':
    case 'pkt_meta':
    case 'map_key':
    case 'map_value':
    case 'scalar':
    case 'arena':
      return flags === 0
    case 'mem':
      return dynptr === 'none' && (flags === 0 || flags === RDONLY || flags === RINGBUF)
    case 'buf':
      return flags === 0 || flags === RDONLY
    default:
      return false
  }
}

/** Maps whose values are at another address than what is read of them. */
const noConstants = new Set(['BPF_MAP_TYPE_INSN_ARRAY', 'BPF_MAP_TYPE_PERCPU_ARRAY'])

/** A string constant: in a read-only map, NUL-terminated. kfuncs.rst "__str annotation". */
export function requireConstString(walk: Walk, number: number): void {
  const reg = walk.reg(number)
  if (!isMapValue(reg)) violate('const-str', { form: 'type', reg: number, type: regTypeText(reg) })
  const map = walk.program.map(reg.map)
  if (noConstants.has(map.type)) {
    const kind = map.type.replace('BPF_MAP_TYPE_', '').toLowerCase()
    if (walk.model.rules.percpuData) violate('const-str', { form: 'map-type', reg: number, kind })
  }
  if ((map.flags & 0x80) === 0 || !map.frozen) violate('const-str', { form: 'writable', reg: number })
  if (!scalar.isConst(reg.var)) violate('const-str', { form: 'variable', reg: number })
  requireMemRegion(walk, number, { off: 0, size: map.valueSize - reg.off, memSize: map.valueSize, zeroOk: false })
  const from = reg.off + scalar.constNumber(reg.var)
  if (map.data !== undefined && !map.data.subarray(from).includes(0))
    violate('const-str', { form: 'unterminated', reg: number })
}
