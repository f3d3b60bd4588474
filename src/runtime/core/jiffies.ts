// SPDX-License-Identifier: Apache-2.0
import type { Core } from './core.ts'

/** Ticks since boot, as bpf_jiffies64() tells them. */
export function jiffies64(core: Core): bigint {
  return (core.clock.now * ticksASecond(core)) / 1_000_000_000n
}
/** Of 32 bits, as the kernel keeps them where it only compares. */
export const jiffies = (core: Core): number => Number(BigInt.asUintN(32, jiffies64(core)))

/** msecs_to_jiffies(): rounded up; what is no time is as long as can be. */
export function ticksOf(core: Core, ms: number): number {
  if ((ms | 0) < 0) return 0x3fff_fffe
  return Number((BigInt(ms) * ticksASecond(core) + 999n) / 1000n)
}

const ticksASecond = (core: Core): bigint => BigInt(core.kernel.config('CONFIG_HZ') ?? '250')
