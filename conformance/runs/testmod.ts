// SPDX-License-Identifier: Apache-2.0
// The kfuncs of the selftests' own modules (bpf_testmod and its kin, and those of the kernel's net/bpf/test_run.c), which programs of the
// selftests call. They are no part of the machine: here they have bodies, as a user's own have. What they answer is what the selftests say.
import type { KfuncBody } from '../../src/kfunc/index.ts'
import { type Machine, MachineError } from '../../src/runtime/index.ts'

const EPERM = 1
const EINVAL = 22

interface Counted {
  readonly refs: { counter: number }
}
/** struct prog_test_ref_kfunc: the one that there is, for all programs; it leads to itself. */
interface RefKfunc {
  readonly a: number
  readonly b: number
  next?: RefKfunc
  readonly cnt: Counted
}
const AF_UNIX = 1
const AF_INET = 2
const AF_INET6 = 10

const nothing = (): void => {}

/** Numbers of a struct that a body was given as its bytes. */
const view = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
const sum = (...numbers: readonly (number | bigint)[]): bigint =>
  BigInt.asUintN(
    64,
    numbers.reduce<bigint>((all, one) => all + BigInt(one), 0n),
  )

/** By kfunc. */
function bodies(machine: Machine): ReadonlyMap<string, KfuncBody> {
  const percpu = machine.variables.get(PERCPU)!
  const shared: RefKfunc = { a: 42, b: 108, cnt: { refs: { counter: 1 } } }
  shared.next = shared
  const member = {}
  const firstWords = (_p: RefKfunc, size: number): Uint8Array | null =>
    size > 8 ? null : new Uint8Array(Int32Array.of(shared.a, shared.b).buffer)
  const table: Readonly<Record<string, KfuncBody>> = {
    bpf_testmod_test_mod_kfunc(i: number) {
      machine.memory.setU32(percpu, i)
    },
    ...iterator,
    ...arena,
    ...sockets,
    // no struct_ops of the modules' is attached when programs are run
    bpf_kfunc_st_ops_test_prologue: () => -1,
    bpf_kfunc_st_ops_test_epilogue: () => -1,
    bpf_kfunc_st_ops_test_pro_epilogue: () => -1,
    bpf_kfunc_multi_st_ops_test_1: () => -1,
    bpf_kfunc_multi_st_ops_test_1_assoc: () => -1,
    bpf_kfunc_st_ops_inc10(args: Uint8Array) {
      const at = view(args)
      at.setBigUint64(0, at.getBigUint64(0, true) + 10n, true)
      return Number(at.getBigUint64(0, true) & 0xffff_ffffn)
    },

    bpf_kfunc_get_default_trusted_ptr_test: () => member,
    bpf_testmod_ctx_create: () => ({ usage: { refs: { counter: 1 } } }),
    bpf_testmod_ctx_release: nothing,

    bpf_kfunc_call_test_acquire() {
      shared.cnt.refs.counter++
      return shared
    },
    bpf_kfunc_call_test_release() {
      shared.cnt.refs.counter--
    },
    bpf_kfunc_call_test_get_rdwr_mem: firstWords,
    bpf_kfunc_call_test_get_rdonly_mem: firstWords,

    bpf_kfunc_call_test1: (_sk: unknown, a: number, b: bigint, c: number, d: bigint) => sum(a, b, c, d),
    bpf_kfunc_call_test2: (_sk: unknown, a: number, b: number) => a + b,
    bpf_kfunc_call_test3: (sk: unknown) => sk,
    bpf_kfunc_call_test5: (a: number, b: number, c: number) => (a < 0 ? 2 : b < 0 ? 4 : c < 0 ? 6 : 0),
    bpf_kfunc_call_test_static_unused_arg: (arg: number) => arg,
    bpf_kfunc_implicit_arg: (a: number) => (a > 0 ? a : -EINVAL),
    bpf_kfunc_implicit_arg_legacy: (a: number, b: number) => a + b,
    bpf_kfunc_implicit_arg_legacy_impl: (a: number, b: number) => a + b,
    bpf_test_modorder_retx: () => 'x'.charCodeAt(0),
    bpf_test_modorder_rety: () => 'y'.charCodeAt(0),
    // 7.x looks at signs first
    bpf_kfunc_call_test4: (a: number, b: number, c: number, d: bigint) =>
      machine.kernel.gate('kfunc-trusted-by-default') && (a >= 0 || b >= 0 || c >= 0)
        ? [a, b, c].findIndex((one) => one >= 0) + 1
        : sum(a, b, c, d),
  }
  return new Map([...Object.entries(table), ...silent.map((name) => [name, nothing] as const)])
}

/** They do nothing. */
const silent: readonly string[] = [
  'bpf_kfunc_common_test',
  'bpf_kfunc_dynptr_test',
  'bpf_kfunc_trusted_vma_test',
  'bpf_kfunc_trusted_task_test',
  'bpf_kfunc_trusted_num_test',
  'bpf_kfunc_rcu_task_test',
  'bpf_kfunc_call_test_pass_ctx',
  'bpf_kfunc_call_test_pass1',
  'bpf_kfunc_call_test_pass2',
  'bpf_kfunc_call_test_mem_len_pass1',
  'bpf_kfunc_call_test_mem_len_fail2',
  'bpf_kfunc_call_test_ref',
  'bpf_kfunc_call_test_destructive',
  'bpf_kfunc_call_test_sleepable',
  'bpf_kfunc_call_int_mem_release',
  'bpf_kfunc_put_default_trusted_ptr_test',
]

interface Sequence {
  value: bigint
  left: number
}
const iterator: Readonly<Record<string, KfuncBody>> = {
  bpf_iter_testmod_seq_new(it: Sequence, value: bigint, count: number) {
    it.left = count
    it.value = count < 0 ? 0n : value
    return count < 0 ? -EINVAL : 0
  },
  bpf_iter_testmod_seq_next(it: Sequence) {
    if (it.left <= 0) return null
    it.left--
    return it.value
  },
  bpf_iter_testmod_seq_value: (offset: number, it: Sequence) => (it.left < 0 ? 0n : it.value + BigInt(offset)),
  bpf_iter_testmod_seq_destroy: nothing,
}

const word = (bytes: Uint8Array | null): bigint => (bytes === null ? 0n : view(bytes).getBigUint64(0, true))
/** Where the kernel has what is at 0 of the arena: nowhere near what programs take for NULL. */
const ARENA = 2 ** 40
const arena: Readonly<Record<string, KfuncBody>> = {
  bpf_kfunc_arena_arg_test(value: Uint8Array) {
    const old = word(value)
    view(value).setBigUint64(0, BigInt.asUintN(64, old + 1n), true)
    return old
  },
  bpf_kfunc_arena_cap_test: (value: Uint8Array) => ARENA + value.byteOffset,
  bpf_kfunc_arena_cap_nullable_test: (value: Uint8Array | null) => (value === null ? 0 : ARENA + value.byteOffset),
  bpf_kfunc_arena_args5_test: (...values: readonly (Uint8Array | null)[]) => sum(...values.map(word)),
  bpf_kfunc_arena_mixed_test: (...values: readonly (Uint8Array | null)[]) => sum(...values.map(word)),
}

/** Those that use the module's socket: none of the programs' inputs makes one. */
const socketless = (): number => -EPERM
const sockets: Readonly<Record<string, KfuncBody>> = {
  bpf_kfunc_init_sock(args: Uint8Array) {
    const family = view(args).getInt32(0, true)
    if (![AF_UNIX, AF_INET, AF_INET6].includes(family)) return -EINVAL
    throw new MachineError('not-modelled', 'a socket of bpf_testmod is not modelled by this machine')
  },
  bpf_kfunc_close_sock: nothing,
  bpf_kfunc_call_kernel_connect: socketless,
  bpf_kfunc_call_kernel_bind: socketless,
  bpf_kfunc_call_kernel_listen: socketless,
  bpf_kfunc_call_kernel_sendmsg: socketless,
  bpf_kfunc_call_sock_sendmsg: socketless,
  bpf_kfunc_call_kernel_getsockname: socketless,
  bpf_kfunc_call_kernel_getpeername: socketless,
}

const PERCPU = 'bpf_testmod_ksym_percpu'

/**
 * The machine of a laboratory: its kernel has the modules. Their variable is 123 at first, but the kernel was asked object by object, and
 * kfunc_call_race had made it 0 before any other reads it.
 */
export function addTestModules(machine: Machine): { readonly called: () => boolean } {
  const at = machine.memory.allocate(8, PERCPU)
  machine.variables.set(PERCPU, at)
  const mocks = [...bodies(machine)].flatMap(([name, body]) =>
    machine.kernel.kfuncs.has(name) ? [machine.mock(name, body)] : [],
  )
  return { called: () => mocks.some(({ calls }) => calls.length > 0) }
}
