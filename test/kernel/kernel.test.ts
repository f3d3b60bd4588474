// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, test } from 'vitest'
import { describeKfunc, prototypeText } from '../../src/kfunc/index.ts'
import { addModule, gateOpen, gateRows, type Kernel, openKernel, versionOf } from '../../src/kernel/index.ts'

let kernel: Kernel
beforeAll(async () => {
  const opened = await openKernel()
  if (!opened.ok) throw new Error(opened.fault.what)
  kernel = opened.value
})

const program = (type: string, attachType?: string) => ({
  type: `BPF_PROG_TYPE_${type}`,
  attachType,
  sleepable: false,
  gpl: true,
  attachName: undefined,
  attachBtfId: undefined,
})

describe('the bundled 6.12 with sched_ext and HID-BPF', () => {
  test('has their structs and kfuncs; Debian’s has neither; both fit into the package', async () => {
    const opened = await openKernel('6.12-scx')
    if (!opened.ok) throw new Error(opened.fault.what)
    const own = opened.value
    expect(own.release).toMatch(/^6\.12\./)
    expect(own.notes).toEqual([])
    for (const struct of ['bpf_struct_ops_sched_ext_ops', 'bpf_struct_ops_hid_bpf_ops']) {
      expect(own.btf.find(struct, 'struct')).toBeDefined()
      expect(kernel.btf.find(struct, 'struct')).toBeUndefined()
    }
    for (const name of ['scx_bpf_dispatch', 'hid_bpf_get_data']) expect(own.kfuncs.has(name)).toBe(true)
    expect(own.functionSet('sleepable_lsm_hooks').size).toBeGreaterThan(40)
    expect(readFileSync('profiles/6.12-scx.kfprofile').length).toBeLessThan(1_500_000)
  })
})

describe('the bundled 6.12', () => {
  test('has the release, its modules and every kfunc', () => {
    expect(kernel.release).toMatch(/^6\.12\./)
    expect(kernel.modules.map(({ name }) => name)).toContain('nf_conntrack')
    // 132 in marked sets of the image and update_socket_protocol, the rest in modules.
    expect([...kernel.kfuncs.values()].filter(({ module }) => module === undefined)).toHaveLength(133)
    expect(kernel.notes).toEqual([])
  })

  test('is at most 3 MB', () => {
    expect(readFileSync('profiles/6.12.kfprofile').length).toBeLessThan(3_000_000)
  })

  test('knows a kfunc with flags, prototype and registrations', () => {
    const kfunc = kernel.kfuncs.get('bpf_task_acquire')!
    expect([...kfunc.flags].sort()).toEqual(['KF_ACQUIRE', 'KF_RCU', 'KF_RET_NULL'])
    expect(prototypeText(kfunc)).toBe('struct task_struct *bpf_task_acquire(struct task_struct *p)')
    expect(kernel.kfuncById(kfunc.btf, kfunc.btfId)).toBe(kfunc)
    expect(kernel.kfuncById(kfunc.btf, 1)).toBeUndefined()
  })

  // Verdicts of the real 6.12.117: 'calling kernel function … is not allowed' or not.
  test.for([
    ['bpf_rcu_read_lock', 'RAW_TRACEPOINT', undefined, true],
    ['bpf_task_acquire', 'RAW_TRACEPOINT', undefined, false],
    ['bpf_task_acquire', 'TRACING', 'BPF_TRACE_FENTRY', true],
    ['bpf_task_acquire', 'LSM', 'BPF_LSM_MAC', true],
    ['bpf_task_acquire', 'KPROBE', undefined, false],
    ['bpf_task_acquire', 'SOCKET_FILTER', undefined, false],
    ['bpf_cpumask_create', 'SCHED_CLS', undefined, false],
    ['bpf_sock_destroy', 'TRACING', 'BPF_TRACE_ITER', true],
    ['bpf_sock_destroy', 'TRACING', 'BPF_TRACE_FENTRY', false],
    ['bpf_get_task_exe_file', 'LSM', 'BPF_LSM_MAC', true],
    ['bpf_get_task_exe_file', 'TRACING', 'BPF_TRACE_FENTRY', false],
    ['bpf_session_cookie', 'KPROBE', 'BPF_TRACE_KPROBE_SESSION', true],
    ['bpf_session_cookie', 'KPROBE', 'BPF_TRACE_KPROBE_MULTI', false],
    ['bpf_dynptr_from_skb', 'NETFILTER', undefined, true],
    ['bpf_dynptr_from_xdp', 'SCHED_CLS', undefined, false],
    ['bpf_xdp_ct_alloc', 'XDP', undefined, true],
    ['bpf_xdp_flow_lookup', 'SCHED_CLS', undefined, false],
    ['bpf_modify_return_test', 'TRACING', 'BPF_TRACE_FENTRY', false],
  ] as const)('%s in %s (%s): %s', ([name, type, attachType, allowed]) => {
    const kfunc = kernel.kfuncs.get(name)!
    expect(kernel.kfuncAllowed(kfunc, program(type, attachType))).toBe(allowed)
  })

  test('an extension calls what the program it replaces a part of may', () => {
    const kfunc = kernel.kfuncs.get('bpf_xdp_ct_alloc')!
    const target = { type: 'BPF_PROG_TYPE_XDP', attachType: undefined }
    expect(kernel.kfuncAllowed(kfunc, { ...program('EXT'), target })).toBe(true)
    expect(kernel.kfuncAllowed(kfunc, program('EXT'))).toBe(false)
  })

  test('knows where sleepable programs attach: only what this build allows', () => {
    expect(kernel.sleepableAt('BPF_PROG_TYPE_TRACING', 'bpf_fentry_test1')).toBe(true)
    expect(kernel.sleepableAt('BPF_PROG_TYPE_TRACING', '__x64_sys_getpgid')).toBe(false)
    expect(kernel.sleepableAt('BPF_PROG_TYPE_LSM', 'bpf_lsm_file_open')).toBe(true)
    expect(kernel.sleepableAt('BPF_PROG_TYPE_LSM', 'bpf_lsm_task_free')).toBe(false)
    expect(kernel.modifiable('bpf_modify_return_test')).toBe(true)
    expect(kernel.modifiable('security_file_open')).toBe(true)
    expect(kernel.modifiable('bpf_fentry_test2')).toBe(false)
    expect(kernel.functionSet('noreturn_deny').has('do_exit')).toBe(true)
    expect(kernel.functionSet('no such set').size).toBe(0)
  })

  test('reads BTF_TYPE_SAFE_* out of its own BTF', () => {
    expect(kernel.safePointer('rcu', 'task_struct', 'cgroups')).toBe(true)
    expect(kernel.safePointer('rcu', 'task_struct', 'last_wakee')).toBe(false)
    expect(kernel.safePointer('trusted_or_null', 'socket', 'sk')).toBe(true)
    expect(kernel.safePointer('trusted', 'socket', 'sk')).toBe(false)
  })

  test('has destructors and the build configuration', () => {
    const names = kernel.destructors.map(({ btf, struct, kfunc }) => [btf.type(struct).name, kfunc])
    expect(names).toContainEqual(['task_struct', 'bpf_task_release_dtor'])
    expect(kernel.config('CONFIG_BPF')).toBe('y')
    expect(kernel.config('CONFIG_NO_SUCH')).toBeUndefined()
  })

  test('describes every kfunc it has', () => {
    for (const kfunc of kernel.kfuncs.values()) expect(describeKfunc(kfunc).use).toContain(';')
    const { callers, returns, params } = describeKfunc(kernel.kfuncs.get('bpf_get_task_exe_file')!)
    expect(callers).toEqual(['only LSM programs'])
    expect(returns[0]).toContain('bpf_put_file')
    expect(params[0]?.words).toEqual(['a trusted struct task_struct, not NULL'])
  })
})

describe('opening', () => {
  test('raw BTF borrows flags and registrations by name, and says so', async () => {
    const raw = await openKernel(bytesOfBtf(), { name: 'vmlinux.btf' })
    expect(raw.ok && raw.value.kfuncs.size).toBe(1)
    const value = raw.ok ? raw.value : undefined
    expect([...value!.kfuncs.get('bpf_task_release')!.flags]).toEqual(['KF_RELEASE'])
    expect(value!.notes[0]).toContain('not in BTF')
  })

  test.for([
    ['nothing', new Uint8Array()],
    ['text', new TextEncoder().encode('hello, kernel')],
    ['a profile cut short', readFileSync('profiles/6.12.kfprofile').subarray(0, 5000)],
    ['a profile with a lying size', lyingProfile()],
    ['ELF magic and nothing else', Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, 2, 1, 1)],
    ['BTF magic and nothing else', Uint8Array.of(0x9f, 0xeb, 1, 0)],
  ] as const)('%s is a fault', async ([, bytes]) => {
    const opened = await openKernel(bytes)
    expect(opened.ok).toBe(false)
  })

  test('a host without Node’s modules inflates through the web’s streams', async () => {
    const process = globalThis.process as { getBuiltinModule: unknown }
    const { getBuiltinModule } = process
    process.getBuiltinModule = undefined
    try {
      const opened = await openKernel(readFileSync('profiles/6.12.kfprofile'))
      expect(opened.ok && opened.value.kfuncs.size).toBe(kernel.kfuncs.size)
      expect((await openKernel(lyingProfile())).ok).toBe(false)
    } finally {
      process.getBuiltinModule = getBuiltinModule
    }
  })

  test('a name that is not bundled is a fault that lists those that are', async () => {
    const opened = await openKernel('2.6')
    expect(!opened.ok && opened.fault.hint).toContain('6.12')
  })

  test('gates can be opened and shut by hand', async () => {
    const opened = await openKernel('6.12', { gates: { 'kfunc-trusted-by-default': true } })
    expect(opened.ok && opened.value.gate('kfunc-trusted-by-default')).toBe(true)
    expect(kernel.gate('kfunc-trusted-by-default')).toBe(false)
  })

  test('a module adds to a copy and needs a base it fits', () => {
    const twice = addModule(kernel, { name: 'nf_conntrack', btf: new Uint8Array() })
    expect(!twice.ok && twice.fault.what).toContain('already has')
    const broken = addModule(kernel, { name: 'mine', ko: new Uint8Array(100) })
    expect(broken.ok).toBe(false)
  })
})

describe('gates', () => {
  test.for([
    ['kfunc-trusted-by-default', '6.12.117', false],
    ['kfunc-trusted-by-default', '7.0', true],
    ['iter-next-any', '6.12.117', true],
    ['iter-next-any', '6.1.0', false],
    ['kfunc-prog-suffix', '6.18', true],
    ['kfunc-prog-suffix', '7.1', false],
    ['many-args', '7.3.4', true],
  ] as const)('%s in %s: %s', ([name, release, open]) => {
    expect(gateOpen(name, release)).toBe(open)
  })

  test('an unknown gate is a mistake of ours and throws', () => {
    expect(() => gateOpen('no-such-gate', '6.12')).toThrow('no gate')
  })

  test('every row has a version', () => {
    for (const { since } of gateRows) expect(versionOf(since)).toBeGreaterThan(5000)
  })
})

/** Raw BTF with `struct task_struct;` and `void bpf_task_release(struct task_struct *p)`. btf.rst "Type Encoding". */
function bytesOfBtf(): Uint8Array {
  const names = new TextEncoder().encode('\0task_struct\0p\0bpf_task_release\0')
  const word = (kind: number, vlen = 0): number => (kind << 24) | vlen
  const types = [
    [1, word(7), 0], // 1: fwd task_struct
    [0, word(2), 1], // 2: pointer to it
    [0, word(13, 1), 0, 13, 2], // 3: void (struct task_struct *p)
    [15, word(12, 1), 3], // 4: bpf_task_release
  ].flat()
  const out = new Uint8Array(24 + types.length * 4 + names.length)
  const view = new DataView(out.buffer)
  view.setUint16(0, 0xeb9f, true)
  view.setUint8(2, 1)
  for (const [i, value] of [24, 0, types.length * 4, types.length * 4, names.length].entries())
    view.setUint32(4 + i * 4, value, true)
  for (const [i, value] of types.entries()) view.setUint32(24 + i * 4, value, true)
  out.set(names, 24 + types.length * 4)
  return out
}

function lyingProfile(): Uint8Array {
  const bytes = Uint8Array.from(readFileSync('profiles/6.12.kfprofile'))
  new DataView(bytes.buffer).setUint32(8, 100, true)
  return bytes
}
