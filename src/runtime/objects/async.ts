// SPDX-License-Identifier: Apache-2.0
// What a program asks to happen later: timers, work queues, task work. Each is a field of a map's value, struct bpf_async_kern: it holds a
// pointer to what the kernel keeps of it. It happens when the machine's clock is told to go on.

import type { Core, Invocation } from '../core/core.ts'
import { errno } from '../core/errno.ts'
import { remember } from '../core/remember.ts'
import type { RuntimeMap } from '../maps/map.ts'

export type AsyncKind = 'bpf_timer' | 'bpf_wq' | 'bpf_task_work'

export interface Async {
  readonly kind: AsyncKind
  readonly map: RuntimeMap
  /** Of the map's value that it lies in. */
  readonly value: number
  /** The function that is to be called, and for whom. undefined: there is none (any more). */
  callback: { readonly address: number; readonly invocation: Invocation } | undefined
  /** Takes back what is to happen; false: nothing is. */
  cancel: (() => boolean) | undefined
}

class Asyncs {
  /** The one whose callback runs. */
  running: Async | undefined
  private readonly core: Core
  /** By what the field in the map's value points to. */
  private readonly kept = new Map<number, Async>()

  constructor(core: Core) {
    this.core = core
  }

  /** undefined: it was not initialized. */
  at(field: number): Async | undefined {
    return this.kept.get(this.core.memory.pointer(field))
  }

  /** 0, or -EBUSY where it is there already. */
  init(field: number, map: RuntimeMap, kind: AsyncKind): number {
    const { memory } = this.core
    if (memory.pointer(field) !== 0) return -errno.EBUSY
    const offset = map.fields.list.find((of) => of.kind === kind)?.offset ?? 0
    const address = memory.allocate(16, kind)
    this.kept.set(address, { kind, map, value: field - offset, callback: undefined, cancel: undefined })
    memory.setPointer(field, address)
    return 0
  }

  /** At `at` of the clock; what was to happen before does not. */
  schedule(one: Async, at: bigint): void {
    one.cancel?.()
    const { clock } = this.core
    one.cancel = clock.schedule(at < clock.now ? clock.now : at, () => {
      one.cancel = undefined
      this.call(one)
    })
  }

  /** It does not happen: 1, or 0 where it was not to. */
  takeBack(one: Async): 0 | 1 {
    const waited = one.cancel?.() ?? false
    one.cancel = undefined
    return waited ? 1 : 0
  }

  /** The value that it lies in goes. */
  release(field: number): void {
    const address = this.core.memory.pointer(field)
    const one = this.kept.get(address)
    if (one === undefined) return
    one.cancel?.()
    one.callback = undefined
    this.kept.delete(address)
    this.core.memory.free(address)
  }

  private call(one: Async): void {
    const { core } = this
    const { callback } = one
    if (callback === undefined) return
    const [current, running] = [core.current, this.running]
    core.current = { ...callback.invocation, context: 0, tailCalls: 0, notes: new Map() }
    this.running = one
    const key = keyOf(core, one)
    try {
      core.call(core.functionAt(callback.address), one.map.address, key.address, one.value)
    } finally {
      if (key.isOwn) core.memory.free(key.address)
      core.current = current
      this.running = running
    }
  }
}

export const asyncsOf = remember((core: Core): Asyncs => {
  const asyncs = new Asyncs(core)
  for (const kind of ['bpf_timer', 'bpf_wq', 'bpf_task_work'] as const)
    core.fieldReleases.set(kind, (field) => asyncs.release(field))
  return asyncs
})

/** Where the key of the value lies: before it, but in an array, whose index is written somewhere. */
function keyOf({ memory }: Core, { map, value }: Async): { readonly address: number; readonly isOwn: boolean } {
  if (map.def.type !== 'BPF_MAP_TYPE_ARRAY') return { address: value - ((map.def.keySize + 7) & ~7), isOwn: false }
  const address = memory.allocate(4, 'key of a callback')
  memory.setU32(address, (value - map.firstValue!) / ((map.def.valueSize + 7) & ~7))
  return { address, isOwn: true }
}

/** Of the program that runs now. */
export function setCallback(core: Core, field: number, callback: number): number {
  const one = asyncsOf(core).at(field)
  if (one === undefined) return -errno.EINVAL
  one.callback = { address: callback, invocation: core.current! }
  return 0
}
