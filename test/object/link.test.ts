// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { BtfBuilder } from '../../src/btf/index.ts'
import {
  type BpfObject,
  type LinkedProgram,
  type LinkTarget,
  linkProgram,
  missingMessage,
  openObject,
  type Ref,
  withSettings,
} from '../../src/object/index.ts'

const fixture = (name: string): Uint8Array => new Uint8Array(readFileSync(`test/fixtures/object/${name}`))
function opened(name: string, options = {}): BpfObject {
  const object = openObject(fixture(name), name, options)
  if (!object.ok) throw new Error(object.fault.what)
  return object.value
}

/** A kernel of a few types, with a module that brings a struct_ops. */
function kernel(): LinkTarget {
  const b = new BtfBuilder()
  const int = b.int('int', 4, { signed: true })
  const task = b.struct('task_struct', 16, [
    { name: 'flags', type: int, bitOffset: 0 },
    { name: 'pid', type: int, bitOffset: 64 },
  ])
  const pointer = b.ptr(task)
  const acquire = b.funcProto(pointer, [{ name: 'p', type: pointer }])
  const release = b.funcProto(0, [{ name: 'p', type: pointer }])
  b.func('bpf_task_acquire', acquire)
  b.func('bpf_task_release', release)
  b.func('vfs_open', b.funcProto(int, []))
  b.func('bpf_lsm_file_open', b.funcProto(int, []))
  b.typedef('btf_trace_sched_switch', b.ptr(b.funcProto(0, [])))
  const btf = b.build('vmlinux')
  const m = new BtfBuilder({ base: btf })
  const run = m.ptr(m.funcProto(int, [{ name: 'x', type: int }]))
  const ops = m.struct('demo_ops', 24, [
    { name: 'stop', type: run, bitOffset: 0 },
    { name: 'run', type: run, bitOffset: 64 },
    { name: 'flags', type: int, bitOffset: 128 },
  ])
  m.struct('bpf_struct_ops_demo_ops', 32, [
    { name: 'common', type: int, bitOffset: 0 },
    { name: 'data', type: ops, bitOffset: 64 },
  ])
  const config: Record<string, string> = {
    CONFIG_HZ: '250',
    CONFIG_FLAG: '7',
    CONFIG_DEFAULT_HOSTNAME: '"abcdefghijkl"',
  }
  return { btf, modules: [m.build('demo')], destructors: [], config: (name) => config[name], release: '6.12.3-cloud' }
}

const target = kernel()
function linked(object: BpfObject, program: string, to: LinkTarget = target): LinkedProgram {
  const result = linkProgram(object, program, to)
  if (!result.ok) throw new Error(result.fault.what)
  return result.value
}
const said = (object: BpfObject, program: string, to: LinkTarget = target): string => {
  const result = linkProgram(object, program, to)
  return result.ok ? 'linked' : result.fault.what
}
const basics = opened('basics.bpf.o')
const ops = opened('ops.bpf.o')
const refOf = (program: LinkedProgram, kind: Ref['kind']): [number, Ref] => {
  const found = [...program.refs].find(([, ref]) => ref.kind === kind)
  if (found === undefined) throw new Error(`no ${kind}`)
  return found
}

describe('subprograms', () => {
  const program = linked(basics, 'calls')
  const names = program.funcs.map(({ typeId }) => basics.btf?.type(typeId).name)

  // `calls` calls first, quiet, leaf; first calls second, which calls leaf: depth first, each once
  test('follow the program in the order in which libbpf meets their calls', () => {
    expect(names).toEqual(['calls', 'first', 'second', 'leaf', 'quiet'])
    expect(program.insns).toHaveLength(27) // as loaded into Linux 6.12
  })
  test('are called by the distance to where they now are', () => {
    for (const [at, ref] of program.refs) {
      if (ref.kind !== 'subprog') continue
      expect(program.funcs.map(({ insn }) => insn)).toContain(ref.insn)
      expect(program.insns[at]!.imm).toBe(ref.insn - at - 1)
    }
  })
  test('that are hidden count as static', () => {
    const linkage = (name: string) => basics.btf?.type(basics.btf.find(name, 'func')!)
    expect(linkage('quiet')).toMatchObject({ linkage: 'static' })
    expect(linkage('leaf')).toMatchObject({ linkage: 'global' })
  })
  test('bring their source lines', () => {
    const start = program.funcs[3]!.insn
    expect(program.lines.find(({ insn }) => insn >= start)).toMatchObject({
      text: '__noinline int leaf(int x) { barrier(x); return x + 1; }',
      file: expect.stringMatching(/basics\.bpf\.c$/),
    })
  })
  test('an exception callback joins though nothing calls it', () => {
    const throws = linked(basics, 'throws')
    expect(throws.funcs.map(({ typeId }) => basics.btf?.type(typeId).name)).toEqual(['throws', 'on_throw'])
  })
})

describe('externs', () => {
  test('kfuncs are called by BTF id, flavours aside; a missing weak one leaves the marker', () => {
    const program = linked(basics, 'kfuncs')
    const kfuncs = [...program.refs].flatMap(([at, ref]) => (ref.kind === 'kfunc' ? [[at, ref.name] as const] : []))
    expect(kfuncs.map(([, name]) => name)).toEqual(['bpf_task_acquire', 'bpf_task_release'])
    const [at] = kfuncs[0]!
    expect(program.insns[at]).toMatchObject({ src: 2, off: 0, imm: target.btf.find('bpf_task_acquire', 'func') })
    const [missing, ref] = refOf(program, 'missing')
    expect(ref).toEqual({ kind: 'missing', what: 'kfunc', name: 'bpf_gone' })
    const index = basics.externs.findIndex(({ name }) => name === 'bpf_gone')
    expect(program.insns[missing]).toMatchObject({ code: 0x85, src: 0, imm: 2002000000 + index })
  })
  test('.kconfig is laid out by alignment, size and name, and filled in', () => {
    const program = linked(basics, 'globals')
    const data = program.maps.find(({ internal }) => internal === 'kconfig')?.data
    const version = (6 << 16) + (12 << 8) + 3
    expect([...data!]).toEqual([250, 0, 0, 0, version & 255, 12, 6, 0, 7, ...Buffer.from('abcdefg'), 0])
  })
  test('values that are given come before the configuration’s, and are its where it has none', () => {
    const given = (values: Readonly<Record<string, string>>): BpfObject => {
      const set = withSettings(basics, { globals: new Map(Object.entries(values)) })
      if (!set.ok || set.value.unknown.length > 0) throw new Error('not set')
      return set.value.object
    }
    const bytes = (object: BpfObject, to = target) =>
      linked(object, 'globals', to).maps.find(({ internal }) => internal === 'kconfig')?.data
    expect([...bytes(given({ CONFIG_HZ: '1000', CONFIG_DEFAULT_HOSTNAME: '"x"' }))!.subarray(0, 11)]).toEqual([
      1000 & 255,
      1000 >> 8,
      0,
      0,
      3,
      12,
      6,
      0,
      7,
      'x'.charCodeAt(0),
      0,
    ])
    expect(
      bytes(given({ CONFIG_HZ: '100', CONFIG_DEFAULT_HOSTNAME: '"x"' }), { ...target, config: () => undefined })?.[0],
    ).toBe(100)
    expect(said(given({ CONFIG_HZ: 'y' }), 'globals')).toMatch(/extern \(kcfg\) 'CONFIG_HZ': /)
  })
  test('a variable of a big-endian object is written as that machine reads it', () => {
    const object = opened('basics-be.bpf.o')
    const name = object.btf!.type(object.maps.find(({ section }) => section === '.rodata')!.valueTypeId)
    const variable = name.kind === 'datasec' ? object.btf!.type(name.entries[0]!.type).name : ''
    const set = withSettings(object, { globals: new Map([[variable, '258']]) })
    const data = set.ok ? set.value.object.maps.find(({ section }) => section === '.rodata')!.data! : new Uint8Array()
    expect([...data.subarray(0, 4)]).toEqual([0, 0, 1, 2])
  })
  test('a strong value that the configuration lacks refuses every program', () => {
    expect(said(basics, 'alone', { ...target, config: () => undefined })).toBe(
      "extern 'CONFIG_HZ' (strong): not resolved",
    )
  })
  test('where the configuration is another kernel’s, its values are taken, and that is said; none is no reason to refuse', () => {
    const program = linked(basics, 'alone', { ...target, configOf: '6.12.9' })
    expect(program.warnings).toContain(
      "CONFIG_HZ is taken as 250, as Linux 6.12.9 has it: this kernel's configuration is not known; --config FILE says it",
    )
    const bare = linked(basics, 'alone', { ...target, config: () => undefined, configOf: 'unknown' })
    expect(bare.warnings).toContain(
      "CONFIG_HZ is left 0: this kernel's configuration is not known; --config FILE says it",
    )
    expect(linked(basics, 'alone').warnings.join()).not.toContain('CONFIG_HZ')
  })
  test('a value of the wrong type is named', () => {
    const config = (name: string) => (name === 'CONFIG_HZ' ? 'y' : undefined)
    expect(said(basics, 'alone', { ...target, config })).toBe(
      "extern (kcfg) 'CONFIG_HZ': value 'y' implies bool, tristate, or char type",
    )
  })
  test('a missing kfunc and one with another prototype are refused in libbpf’s words', () => {
    expect(said(opened('missing.bpf.o'), 'calls')).toBe(
      "extern (func ksym) 'bpf_no_such_kfunc': not found in kernel or module BTFs",
    )
    expect(said(opened('mismatch.bpf.o'), 'calls')).toMatch(
      /^extern \(func ksym\) 'bpf_task_release': func_proto \[\d+\] incompatible with vmlinux \[\d+\]$/,
    )
  })
})

describe('what Linux 6.12 was given by libbpf', () => {
  test.for([
    ['alone', 2],
    ['calls', 27],
    ['globals', 49],
    ['throws', 4],
    ['kfuncs', 19],
    ['traced', 3],
    ['frags', 9],
    ['probe', 9],
  ] as const)('%s: %i instructions', ([name, count]) => {
    expect(linked(basics, name).insns).toHaveLength(count)
  })
  test.for([
    ['traced', 'failed to resolve CO-RE relocation <byte_off> [69] struct task_struct.core_only (0:1 @ offset 4)'],
    ['frags', "BPF map 'no_value' is referenced but wasn't created"],
    ['kfuncs', "kfunc 'bpf_gone' is referenced but wasn't resolved"],
  ] as const)('%s stops at a marker that libbpf words', ([name, message]) => {
    const [, ref] = refOf(linked(basics, name), 'missing')
    expect(ref.kind === 'missing' && missingMessage(ref)).toBe(message)
  })
})

describe('references', () => {
  test('CO-RE moves an access to where this kernel has the member', () => {
    const program = linked(basics, 'kfuncs')
    expect(program.insns.some(({ op, off }) => op.kind === 'load' && op.size === 4 && off === 8)).toBe(true)
  })
  test('CO-RE poisons what this kernel lacks', () => {
    const [at, ref] = refOf(linked(basics, 'traced'), 'missing')
    expect(ref).toMatchObject({ what: 'core', name: expect.stringContaining('task_struct.core_only') })
    expect(linked(basics, 'traced').insns[at]).toMatchObject({ code: 0x85, imm: 0xbad2310 })
  })
  test('globals are values of their section’s map', () => {
    const program = linked(basics, 'globals')
    const values = [...program.refs.values()].flatMap((ref) =>
      ref.kind === 'map_value' ? [`${program.maps[ref.map]!.section}+${ref.offset}`] : [],
    )
    const config = ['.kconfig+0', '.kconfig+4', '.kconfig+8', '.kconfig+9']
    const data = ['.bss+0', '.data+0', '.data.own+0', '.data.own+8']
    expect([...new Set(values)].sort()).toEqual([...data, ...config, '.rodata+0'])
    const [at] = refOf(program, 'map')
    expect(program.insns[at]!.src).toBe(1)
  })
  test('a map that no kernel makes leaves libbpf’s marker in both slots', () => {
    const program = linked(basics, 'frags')
    const index = basics.maps.findIndex(({ name }) => name === 'no_value')
    const [at] = refOf(program, 'missing')
    for (const slot of [at, at + 1]) expect(program.insns[slot]).toMatchObject({ code: 0x85, imm: 2001000000 + index })
  })
  test('a map without a size gets the one a loader would choose, and says so', () => {
    const program = linked(basics, 'probe')
    expect(program.maps.find(({ name }) => name === 'no_size')?.maxEntries).toBe(1)
    // libbpf gives the whole object up for a map that is not made; every program of it hears so
    const unmade =
      "map 'no_value': failed to create: Invalid argument(-22): value_size of a hash must be at least 1, not 0"
    expect(program.warnings).toEqual([unmade, "map 'no_size' leaves max_entries to its loader; taken as 1"])
    expect(linked(basics, 'alone').warnings).toEqual([unmade])
  })
})

describe('what a program is and attaches to', () => {
  test.for([
    ['alone', 'BPF_PROG_TYPE_XDP', 'BPF_XDP', 0, undefined],
    ['globals', 'BPF_PROG_TYPE_SCHED_CLS', undefined, 0, undefined],
    ['kfuncs', 'BPF_PROG_TYPE_TRACING', 'BPF_TRACE_FENTRY', 0x10, 'vfs_open'],
    ['asleep', 'BPF_PROG_TYPE_LSM', 'BPF_LSM_MAC', 0, 'bpf_lsm_file_open'],
    ['traced', 'BPF_PROG_TYPE_TRACING', 'BPF_TRACE_RAW_TP', 0, 'btf_trace_sched_switch'],
    ['frags', 'BPF_PROG_TYPE_XDP', 'BPF_XDP', 0x20, undefined],
    ['probe', 'BPF_PROG_TYPE_KPROBE', 'BPF_TRACE_UPROBE_MULTI', 0, undefined],
  ] as const)('%s is %s', ([name, type, attachType, flags, attach]) => {
    const program = linked(basics, name)
    expect([program.type, program.attachType, program.flags, program.attach?.name]).toEqual([
      type,
      attachType,
      flags,
      attach,
    ])
  })
  test.for([
    ['lost', "prog 'lost': failed to find kernel BTF type ID of 'nothing_there': -3"],
    ['replaces', "prog 'replaces': attach program FD is not set"],
    ['targetless', "prog 'targetless': no BTF-based attach target is specified, use bpf_program__set_attach_target()"],
    ['untyped', "prog 'untyped': missing BPF prog type, check ELF section name 'made_up'"],
    ['nobody', "no program 'nobody' in this object"],
  ] as const)('%s is refused as libbpf does', ([name, message]) => {
    expect(said(basics, name)).toBe(message)
  })
  test('a type may be given where the section has none', () => {
    expect(linkProgram(basics, 'untyped', target, { type: 'BPF_PROG_TYPE_XDP' })).toMatchObject({
      ok: true,
      value: { type: 'BPF_PROG_TYPE_XDP', attachType: undefined },
    })
  })
  test('a big-endian object is read, and not linked to this kernel', () => {
    const object = opened('basics-be.bpf.o')
    expect(object.programs).toHaveLength(basics.programs.length)
    expect(said(object, 'alone')).toBe('elf: endianness mismatch in basics-be.bpf.o.')
  })
})

describe('struct_ops', () => {
  test('a program is the member of the kernel’s struct that its variable names it for', () => {
    const program = linked(ops, 'run')
    const ofKernel = target.modules[0]!
    expect(program.structOps).toEqual({ mapName: 'fits', typeName: 'demo_ops', member: 'run', memberIndex: 1 })
    expect(program.attach).toMatchObject({ btf: ofKernel, btfId: ofKernel.find('demo_ops', 'struct') })
    expect(program.maps.find(({ name }) => name === 'fits')?.valueSize).toBe(32)
    expect(linked(ops, 'stop')).toMatchObject({ sleepable: true, structOps: { memberIndex: 0 } })
  })
  test('a member the kernel lacks, and a program nothing names, are refused', () => {
    expect(said(ops, 'absent')).toBe('struct_ops init_kern newer: Cannot find member absent in kernel BTF')
    expect(said(ops, 'forgotten')).toMatch(/^prog 'forgotten': SEC\("struct_ops"\) program isn't referenced anywhere/)
  })
})
