// SPDX-License-Identifier: Apache-2.0
// Kfuncs that take and answer numbers of each width: what test/runtime/programs/crossing.bpf.c calls.
import type { ModuleDefinition } from '../../src/index.ts'

const names = [
  'cross_u32',
  'cross_bool',
  'cross_u8',
  'cross_s16',
  'cross_u64',
  'cross_s64',
  'cross_void',
  'cross_none',
  'cross_bytes',
  'cross_two',
]

/** `seen` is filled with what each is given. */
export const crossing = (seen: unknown[], two: (a: number, b: number) => number): ModuleDefinition => {
  const told =
    <A extends unknown[], R>(body: (...args: A) => R) =>
    (...args: A): R => {
      seen.push(args.map((arg) => (arg instanceof Uint8Array ? [...arg] : arg)))
      return body(...args)
    }
  return {
    name: 'crossing',
    c: `__bpf_kfunc u32 cross_u32(u32 a, u32 b);
      __bpf_kfunc bool cross_bool(bool a, bool b);
      __bpf_kfunc u8 cross_u8(u8 a);
      __bpf_kfunc s16 cross_s16(s16 a, s8 b);
      __bpf_kfunc u64 cross_u64(u64 a, u64 b, u64 c, u64 d, u64 e);
      __bpf_kfunc s64 cross_s64(int a, s64 b, u32 c);
      __bpf_kfunc void cross_void(u64 a, bool b);
      __bpf_kfunc int cross_none(void);
      __bpf_kfunc int cross_bytes(u64 *to, u64 a);
      __bpf_kfunc int cross_two(int a, int b);`,
    register: { BPF_PROG_TYPE_SYSCALL: names },
    bodies: {
      cross_u32: told((a: number, b: number) => a + b),
      cross_bool: told((a: boolean, b: boolean) => a !== b),
      cross_u8: told((a: number) => a + 1),
      cross_s16: told((a: number, b: number) => a - b),
      cross_u64: told((a: bigint, b: bigint, c: bigint, d: bigint, e: bigint) => a - b + (c ^ d) * e),
      cross_s64: told((a: number, b: bigint, c: number) => b - BigInt(a) * BigInt(c)),
      cross_void: told(() => {}),
      cross_none: told(() => -7),
      cross_bytes: told((to: Uint8Array, a: bigint) => {
        new DataView(to.buffer, to.byteOffset).setBigUint64(0, a * 3n, true)
        return to.length
      }),
      cross_two: two,
    },
  }
}
