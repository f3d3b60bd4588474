// SPDX-License-Identifier: Apache-2.0
// Linking one program of an object to one kernel: what libbpf does between opening an object and handing the program to the kernel,
// in its order, with only this program to be loaded. The result is what the verifier reads; nothing later looks at relocations.
import type { Btf } from '../../btf/index.ts'
import { attempt, Budget, fewOf, type Result } from '../../fault/index.ts'
import { type Insn, makeInsn } from '../../isa/index.ts'
import {
  defaultAttachType,
  isLoadable,
  loadableWith,
  progFlags,
  releaseIn,
  type SectionRule,
} from '../../uapi/index.ts'
import { exceptionCallback } from './exception-callback.ts'
import { refuse } from '../faults.ts'
import { loaders } from '../loaders.ts'
import { JumpTables } from '../jump-tables.ts'
import { findAttachTarget, findMultiTarget } from './attach.ts'
import { takenBtf } from './btf.ts'
import { type Layout, layOut } from './code.ts'
import { type CorePatches, patchCore, requireCorePlaces } from './core.ts'
import { resolveExterns } from './externs.ts'
import { type LinkedInfo, linkInfo } from './info.ts'
import { linkMaps, requireStructMaps } from './maps.ts'
import { alienIn } from './map-rules.ts'
import { shortName } from '../maps.ts'
import { linkData } from './refs.ts'
import { linkStructOps } from './struct-ops.ts'
import type {
  AttachTarget,
  BpfObject,
  LinkedProgram,
  LinkOptions,
  LinkTarget,
  ObjectFunction,
  ObjectProgram,
  Ref,
} from '../types.ts'

/** Links one program (by name or as the object lists it) to a kernel. What libbpf would refuse is a `Fault` with its sentence. */
export function linkProgram(
  object: BpfObject,
  program: ObjectProgram | string,
  target: LinkTarget,
  options: LinkOptions = {},
): Result<LinkedProgram> {
  const name = typeof program === 'string' ? program : program.name
  return attempt({ object: object.name, program: name }, () => {
    const found = typeof program === 'string' ? object.programs.find((p) => p.name === program) : program
    if (found === undefined) refuse(`no program '${name}' in this object`, {}, programsHint(object))
    return link(object, found, target, options)
  })
}

const programsHint = (object: BpfObject): string =>
  object.programs.length === 0 ? 'it has none' : `it has ${object.programs.map(({ name }) => name).join(', ')}`

function link(object: BpfObject, program: ObjectProgram, target: LinkTarget, options: LinkOptions): LinkedProgram {
  if (!object.littleEndian) {
    refuse(`elf: endianness mismatch in ${object.name}.`, {}, 'the kernel is little-endian: compile with -target bpfel')
  }
  const early = object.later.find(({ since }) => !releaseIn(loaderOf(target), since))
  if (early !== undefined) refuse(early.what, early.place, `loaders know it since Linux ${early.since}`)
  const { budget = new Budget() } = options
  const warnings = [...fewOf(object.warnings, 'warnings')]
  const resolved = resolveExterns(object, target, budget)
  for (const warning of resolved.warnings) warnings.push(warning)
  const structOps = linkStructOps(object, program, target)
  const layout = layOut(object, program.fn, exceptionCallback(object, program.fn))
  const patched = new Map<ObjectFunction, CorePatches>()
  budget.spend(layout.length >> 4)
  requireCorePlaces(object)
  for (const { fn } of layout.placed) patched.set(fn, patchCore(object, fn, target, budget))
  const release = loaderOf(target)
  const btf = takenBtf(object, target, warnings)
  const { maps, notes, ...made } = linkMaps(object, target, { kconfig: resolved.kconfig, btf, release, budget })
  if (structOps !== undefined) requireStructMaps(structOps.maps, maps, { btf, release })
  for (const warning of made.warnings) warnings.push(warning)
  const missing = (map: number): string | undefined =>
    made.missing.get(map) ?? (maps[map]?.structOps === undefined || structOps?.maps.has(map) ? undefined : '')
  const { insns, refs } = assemble(layout, patched)
  const tables = new JumpTables(object, program.name, maps.length)
  linkData({ object, target, layout, resolved: resolved.externs, maps, missing, tables, insns, refs })
  const used = new Set([...refs.values()].map((ref) => ('map' in ref ? ref.map : -1)))
  for (const map of [...used].sort((a, b) => a - b)) warnings.push(...(notes.get(map) ?? []))
  const info = linkInfo(object, layout, warnings, budget)

  const rule = ruleFor(object, program, target)
  const type = options.type ?? rule?.type
  if (type === undefined) {
    refuse(
      loaders[object.loader].untyped(program),
      { section: program.section },
      'name the section after what the program is: SEC("tc"), SEC("xdp") …',
    )
  }
  const alien = alienIn(shortName(program.name))
  if (alien !== undefined) {
    refuse(
      `prog '${program.name}': BPF program load failed: Invalid argument`,
      { section: program.section },
      `the kernel takes letters, digits, '_' and '.' in the first 15 characters of a name, not '${alien}'`,
    )
  }
  const traits = programTraits(rule, options, type)
  requireLoadable(program, type, traits.attachType)
  return {
    object: object.name,
    name: program.name,
    section: program.section,
    type,
    attachType: traits.attachType,
    sleepable: (traits.flags & progFlags.BPF_F_SLEEPABLE) !== 0,
    flags: traits.flags,
    attach: attachOf({ program, type, rule, target, options, structOps }),
    ...(program.target === undefined ? {} : { target: program.target }),
    structOps:
      structOps === undefined
        ? undefined
        : {
            mapName: structOps.mapName,
            typeName: structOps.typeName,
            member: structOps.member,
            memberIndex: structOps.memberIndex,
          },
    insns,
    refs,
    maps: tables.maps.length === 0 ? maps : [...maps, ...tables.maps],
    ...withTypes(info, btf),
    mapBtf: btf,
    license: object.license,
    warnings,
  }
}

/** A program without any record of a function or a line has no types, whatever BTF was loaded beside it. */
function withTypes({ funcs, ...info }: LinkedInfo, btf: Btf | undefined) {
  const recorded = btf === undefined ? [] : funcs
  return { ...info, funcs: recorded, btf: recorded.length === 0 && info.lines.length === 0 ? undefined : btf }
}

/** The release whose libbpf is the loader: it knows what that kernel's tree has. */
const loaderOf = ({ release }: LinkTarget): string => release ?? '6.12'

/** What the loader, that of the kernel's time, takes the program's section to mean. */
function ruleFor({ loader }: BpfObject, { section }: ObjectProgram, target: LinkTarget): SectionRule | undefined {
  const rule = loaders[loader].section(section)
  return rule?.since !== undefined && !releaseIn(loaderOf(target), rule.since) ? undefined : rule
}

/** Of a type that is not the section's own, the section's name says nothing more: bpf_program__set_type(). */
function programTraits(section: SectionRule | undefined, options: LinkOptions, type: string) {
  const rule = type === section?.type ? section : undefined
  const flags =
    (rule?.flags.includes('sleepable') ? progFlags.BPF_F_SLEEPABLE : 0) |
    (rule?.flags.includes('xdp_frags') ? progFlags.BPF_F_XDP_HAS_FRAGS : 0)
  const implied = rule?.flags.includes('usdt') ? 'BPF_TRACE_UPROBE_MULTI' : rule?.attach
  return { flags, attachType: options.attachType ?? implied ?? defaultAttachType(type) }
}

/** The most of a name that the kernel keeps. */
const KERNEL_NAME = 15
const kernelNames = /^[A-Za-z0-9_.]*$/

/** What the kernel looks at before it calls its verifier. */
function requireLoadable({ name, section }: ObjectProgram, type: string, attachType: string | undefined): void {
  const what = `prog '${name}': BPF program load failed: Invalid argument`
  if (!kernelNames.test(name.slice(0, KERNEL_NAME)))
    refuse(
      what,
      { section },
      `the kernel takes letters, digits, '_' and '.' in the first ${KERNEL_NAME} characters of a name`,
    )
  if (isLoadable(type, attachType)) return
  const wanted = loadableWith(type) ?? []
  const hint =
    wanted.length === 0
      ? `programs of type ${type} are loaded without an attach type`
      : `the kernel loads programs of type ${type} with an attach type: ${wanted.join(', ')}; the section's name says which`
  refuse(what, { section }, hint)
}

function attachOf(from: {
  readonly program: ObjectProgram
  readonly type: string
  readonly rule: SectionRule | undefined
  readonly target: LinkTarget
  readonly options: LinkOptions
  readonly structOps: ReturnType<typeof linkStructOps>
}): AttachTarget | undefined {
  const { program, type, rule, target, options, structOps } = from
  if (options.attach !== undefined) return options.attach
  if (type === 'BPF_PROG_TYPE_STRUCT_OPS') {
    if (structOps === undefined) {
      return refuse(
        `prog '${program.name}': SEC("struct_ops") program isn't referenced anywhere, did you forget to use it?`,
        { section: program.section },
        `name it in a member of a variable of the struct that it is for: SEC(".struct_ops.link") struct … ops = { .${program.section.split('/')[1] ?? 'member'} = (void *)${program.name} }`,
      )
    }
    return { kernel: true, btf: structOps.btf, btfId: structOps.typeId, name: structOps.typeName }
  }
  if (type !== rule?.type) return undefined
  const { flags } = rule
  if (flags.includes('attach_many')) return findMultiTarget(program, target)
  return flags.includes('attach_btf') ? findAttachTarget(program, target, options.attachTo) : undefined
}

/** The functions one after the other, calls between them pointed at where they now are. */
function assemble(layout: Layout, patched: ReadonlyMap<ObjectFunction, CorePatches>) {
  const insns: Insn[] = []
  const refs = new Map<number, Ref>()
  for (const { fn, base } of layout.placed) {
    const core = patched.get(fn)
    for (const insn of core?.insns ?? fn.insns) insns.push(insn)
    for (const [at, name] of core?.poisoned ?? []) refs.set(base + at, { kind: 'missing', what: 'core', name })
  }
  for (const [at, targetInsn] of layout.targets) {
    const insn = insns[at]!
    const address = insn.code === 0x18
    const imm = targetInsn - at - 1
    insns[at] = makeInsn({ ...insn, src: address ? 4 : insn.src, imm })
    refs.set(at, { kind: address ? 'func' : 'subprog', insn: targetInsn })
  }
  return { insns, refs }
}
