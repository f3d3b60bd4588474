// SPDX-License-Identifier: Apache-2.0
// Spin locks, RCU and preemption sections.

import { recordOfReg } from '../access/btf-pointer.ts'
import { constVar, hasVarOff } from '../access/regions.ts'
import type { Env } from '../env.ts'
import type { BtfRecord } from '../record.ts'
import { reject } from '../report.ts'
import { MAYBE_NULL, RCU, type RegState, UNTRUSTED } from '../state/reg.ts'
import { byteType, ITER } from '../state/stack.ts'
import { mapRegs, type Reference } from '../state/state.ts'
import { invalidateNonOwning } from './references.ts'

/** Special fields of what a pointer points into. */
export function recordAt(env: Env, reg: RegState): BtfRecord | undefined {
  if (reg.kind === 'map_value') return env.mapRecord(reg.map)
  if (reg.kind === 'btf' && reg.flags & 32) return recordOfReg(env, reg)
  return undefined
}

export function spinLock(env: Env, number: number, lock: boolean): void {
  const reg = env.reg(number)
  const details = { reg: number }
  if (hasVarOff(reg))
    reject(
      'lock-offset',
      `R${number} doesn't have constant offset. bpf_spin_lock has to be at the constant offset`,
      details,
    )
  const map = reg.kind === 'map_value' ? env.map(reg.map) : undefined
  if (map !== undefined && map.valueTypeId === 0)
    reject('lock-btf', `map '${map.name}' has to have BTF in order to use bpf_spin_lock`, details)
  const record = recordAt(env, reg)
  if (record === undefined || record.lockOff < 0) {
    return reject(
      'lock-none',
      `${map === undefined ? 'local' : 'map'} '${map === undefined ? 'kptr' : map.name}' has no valid bpf_spin_lock`,
      details,
    )
  }
  const at = reg.off + constVar(reg)
  if (at !== record.lockOff)
    reject('lock-offset', `off ${at} doesn't point to 'struct bpf_spin_lock' that is at ${record.lockOff}`, details)
  const { state } = env
  if (lock) {
    if (state.activeLocks > 0) reject('lock-two', 'Locking two bpf_spin_locks are not allowed', details)
    state.refs = [
      ...state.refs,
      {
        id: env.newId(),
        insn: env.insn,
        kind: 'lock',
        lockMap: map === undefined ? -1 : reg.map,
        lockBtf: map === undefined,
        lockId: reg.id,
        callback: 0,
      },
    ]
    state.activeLocks++
    return
  }
  if (state.activeLocks === 0) reject('unlock-none', 'bpf_spin_unlock without taking a lock', details)
  const held = state.refs.find((ref) => ref.kind === 'lock')!
  if (!guards(held, reg))
    reject('unlock-other', 'bpf_spin_unlock of different lock', {
      ...details,
      at: [{ label: 'the lock held is taken here', insn: held.insn }],
    })
  state.refs = state.refs.filter((ref) => ref !== held)
  state.activeLocks--
  invalidateNonOwning(env)
}

const guards = (lock: Reference, reg: RegState): boolean =>
  lock.lockId === reg.id && (reg.kind === 'map_value' ? lock.lockMap === reg.map : lock.lockBtf)

/** The lock beside a list head or tree root is held. */
export function requireLockHeld(env: Env, reg: RegState, what: string, number: number): void {
  const record = recordAt(env, reg)!
  const held = env.state.refs.find((ref) => ref.kind === 'lock' && guards(ref, reg))
  if (held === undefined) {
    reject('lock-not-held', `bpf_spin_lock at off=${record.lockOff} must be held for ${what}`, { reg: number })
  }
}

export function rcuLock(env: Env): void {
  if (env.state.activeRcu) reject('rcu-nested', 'nested rcu read lock (kernel function bpf_rcu_read_lock)')
  env.state.activeRcu = true
}
/** Leaving the section: what was only alive in it is untrusted. kfuncs.rst "KF_RCU flag". */
export function rcuUnlock(env: Env): void {
  if (!env.state.activeRcu) reject('rcu-unmatched', 'unmatched rcu read unlock (kernel function bpf_rcu_read_unlock)')
  env.state.activeRcu = false
  mapRegs(env.state, (reg) =>
    reg.flags & RCU ? { ...reg, flags: (reg.flags & ~(RCU | MAYBE_NULL)) | UNTRUSTED } : reg,
  )
  for (const frame of env.state.frames) {
    frame.stack.forEach((slot, i) => {
      if (byteType(slot, 7) !== ITER || (slot.reg.flags & RCU) === 0) return
      frame.stack[i] = { types: slot.types, reg: { ...slot.reg, flags: (slot.reg.flags & ~RCU) | UNTRUSTED } }
    })
  }
}
