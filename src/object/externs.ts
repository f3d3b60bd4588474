// SPDX-License-Identifier: Apache-2.0
// Externs: undefined symbols of type NOTYPE that BTF places in .kconfig or .ksyms. kfuncs are functions in .ksyms.
// Their order decides the layout of .kconfig and the marker of a missing kfunc; it is libbpf 1.5's.
import {
  alignOf,
  type Btf,
  type BtfId,
  type BtfType,
  essentialName,
  resolveType,
  sizeOf,
  skipModifiersAndTypedefs,
} from '../btf/index.ts'
import { refuse } from './faults.ts'
import { findKind } from './fixed-btf.ts'
import type { Extern, KconfigType } from './types.ts'
import { type ObjectSymbol, type ElfView, stb, stt } from './view.ts'

export const isExternSymbol = (symbol: ObjectSymbol): boolean =>
  symbol.section === 0 && symbol.type === stt.notype && (symbol.bind === stb.global || symbol.bind === stb.weak)

/** Every extern, sorted: .kconfig first by alignment (wide first), size, name; then .ksyms by name. */
export function collectExterns(elf: ElfView, btf: Btf | undefined): Extern[] {
  const symbols = elf.symbols.filter((symbol) => isExternSymbol(symbol) && symbol.name !== '')
  if (symbols.length === 0) return []
  if (btf === undefined) refuse('BTF is required, but is missing or corrupted.', {}, 'compile with -g')
  const sections = sectionsByVariable(btf)
  const externs = symbols.map((symbol) => describe(btf, sections, symbol))
  externs.sort(
    (a, b) =>
      Number(b.kind === 'kconfig') - Number(a.kind === 'kconfig') ||
      (a.kind === 'kconfig' ? b.align - a.align || a.size - b.size : 0) ||
      compareBytes(a.name, b.name),
  )
  let end = 0
  return externs.map((extern) => {
    if (extern.kind !== 'kconfig') return extern
    const offset = Math.ceil(end / extern.align) * extern.align
    end = offset + extern.size
    return { ...extern, offset }
  })
}

const compareBytes = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** Which data section each variable or function of the BTF stands in: the first that lists it. */
function sectionsByVariable(btf: Btf): ReadonlyMap<BtfId, string> {
  const sections = new Map<BtfId, string>()
  for (let id = btf.firstId; id < btf.count; id++) {
    const type = btf.type(id)
    if (type.kind !== 'datasec') continue
    for (const entry of type.entries) if (!sections.has(entry.type)) sections.set(entry.type, type.name)
  }
  return sections
}

function describe(btf: Btf, sections: ReadonlyMap<BtfId, string>, symbol: ObjectSymbol): Extern {
  const { name } = symbol
  const found = variableNamed(btf, name)
  if (found === undefined)
    refuse(
      `failed to find BTF for extern '${name}': -2`,
      {},
      libraryHint(name) ??
        `${name} is not defined in this object, and its type is not known: compile with -g, define it here, or link the object that does (bpftool gen object)`,
    )
  if (found.linkage !== 'extern') refuse(`failed to find BTF for extern '${name}': -22`)
  const section = sections.get(found.id)
  if (section === undefined)
    refuse(`failed to find BTF for extern '${name}' [${found.id}] section: -2`, {}, undefinedHint(name, found))
  const weak = symbol.bind === stb.weak
  const common = { name, weak, symbol: symbol.index, btfId: found.id, offset: 0, size: 0, align: 1, signed: false }
  if (section === '.kconfig') return { ...common, ...kconfigOf(btf, found) }
  if (section !== '.ksyms') refuse(`unrecognized extern section '${section}'`)
  const typeId = skipModifiersAndTypedefs(btf, found.type)
  const kind = typeId === 0 ? 'ksym_untyped' : found.kind === 'func' ? 'ksym_func' : 'ksym_var'
  return { ...common, kind, typeId, config: undefined }
}

/** A name that is declared and nowhere defined: of another object, or of the kernel without saying so. */
function undefinedHint(name: string, { kind }: VarOrFunc): string {
  const what = kind === 'func' ? `${name}()` : name
  const define =
    kind === 'func' ? 'define it here (static inline, where several files share a header)' : 'define it here'
  const own = kind === 'func' ? libraryHint(name) : undefined
  if (own !== undefined) return own
  return `${what} is declared, but not defined in this object: ${define}; link the object that does (bpftool gen object all.bpf.o a.bpf.o b.bpf.o); or, where it is the kernel's, declare it with ${kind === 'func' ? '__ksym, as kfuncs are' : '__ksym or __kconfig'}`
}

/** A function of the C library; some the compiler calls in the place of another. */
function libraryHint(name: string): string | undefined {
  const own = inPlaceOf.get(name)
  const called = madeOf.get(name)
  return own === undefined
    ? undefined
    : `${called === undefined ? `${name}()` : `${called}(), of which the compiler makes ${name}(),`} is of the C library, which no BPF program has: use ${own} instead`
}

type VarOrFunc = Extract<BtfType, { kind: 'var' | 'func' }>

function variableNamed(btf: Btf, name: string): VarOrFunc | undefined {
  const ids = [findKind(btf, name, 'var'), findKind(btf, name, 'func')].filter((id) => id !== undefined)
  if (ids.length === 0) return undefined
  const type = btf.type(Math.min(...ids))
  return type.kind === 'var' || type.kind === 'func' ? type : undefined
}

/** Values of a kernel's configuration are lines of text. */
const MAX_KCONFIG = 4096

function kconfigOf(btf: Btf, variable: VarOrFunc) {
  const { name } = variable
  if (variable.kind === 'func') refuse(`extern function ${name} is unsupported under .kconfig section`)
  const size = sizeOf(btf, variable.type) ?? 0
  if (size <= 0) refuse(`failed to resolve size of extern (kcfg) '${name}': -22`)
  if (size > MAX_KCONFIG) refuse(`extern (kcfg) '${name}': ${size} bytes are more than any value has`)
  const align = alignOf(btf, variable.type) ?? 0
  if (align <= 0) refuse(`failed to determine alignment of extern (kcfg) '${name}': -22`)
  const config = kconfigType(btf, variable.type)
  if (config === undefined) refuse(`extern (kcfg) '${name}': type is unsupported`)
  const type = resolveType(btf, variable.type)
  const signed = type.kind === 'int' && type.signed
  return { kind: 'kconfig' as const, typeId: variable.type, size, align, config, signed }
}

function kconfigType(btf: Btf, id: BtfId): KconfigType | undefined {
  const type = resolveType(btf, id)
  switch (type.kind) {
    case 'int':
      if (type.bool) return type.size === 1 ? 'bool' : undefined
      if (type.size === 1) return 'char'
      return type.size === 2 || type.size === 4 || type.size === 8 ? 'int' : undefined
    case 'enum':
    case 'enum64':
      return type.name === 'libbpf_tristate' && (type.kind === 'enum64' || type.size === 4) ? 'tristate' : undefined
    case 'array':
      return type.count > 0 && resolveType(btf, type.type).kind === 'int' && kconfigType(btf, type.type) === 'char'
        ? 'chars'
        : undefined
    default:
      return undefined
  }
}

/** The kernel's name of a kfunc: `bpf_task_acquire___local` without its flavour. */
export const externTarget = (extern: Extern): string =>
  extern.kind === 'ksym_func' ? essentialName(extern.name) : extern.name

/** Functions of the C library, and what a BPF program has for them. */
const inPlaceOf: ReadonlyMap<string, string> = new Map([
  ['memcmp', '__builtin_memcmp() with a size that is a small constant, a loop over the bytes, or bpf_strncmp()'],
  ['memcpy', '__builtin_memcpy() with a constant size, or bpf_probe_read_kernel() where the size varies'],
  ['memmove', '__builtin_memmove() with a constant size'],
  ['memset', '__builtin_memset() with a constant size'],
  ['strlen', 'the result of bpf_probe_read_kernel_str() and the like, or a loop with a bound'],
  ['strcmp', 'bpf_strncmp()'],
  ['strncmp', 'bpf_strncmp()'],
  ['strcpy', 'bpf_probe_read_kernel_str()'],
  ['strncpy', 'bpf_probe_read_kernel_str()'],
  ['snprintf', 'BPF_SNPRINTF()'],
  ['sprintf', 'BPF_SNPRINTF()'],
  ['printf', 'bpf_printk()'],
  ['malloc', 'a value of a per-CPU array map, or bpf_obj_new()'],
  ['free', 'nothing: values of maps stay, objects of bpf_obj_new() go by bpf_obj_drop()'],
  ['puts', 'bpf_printk()'],
  ['putchar', 'bpf_printk()'],
  ['fprintf', 'bpf_printk()'],
  ['calloc', 'a value of a per-CPU array map, or bpf_obj_new()'],
  ['strstr', 'a loop with a bound over a copy of the text'],
  ['strchr', 'a loop with a bound over a copy of the text'],
  ['strtol', 'bpf_strtol()'],
  ['strtoul', 'bpf_strtoul()'],
  ['atoi', 'bpf_strtol()'],
  ['time', 'bpf_ktime_get_ns()'],
  ['clock_gettime', 'bpf_ktime_get_ns(), bpf_ktime_get_boot_ns() or bpf_ktime_get_tai_ns()'],
  ['gettimeofday', 'bpf_ktime_get_ns()'],
  ['sleep', 'a bpf_timer'],
  ['usleep', 'a bpf_timer'],
  ['get_nprocs', 'a const volatile variable that user space sets before the object is loaded'],
  ['sysconf', 'a const volatile variable that user space sets before the object is loaded'],
  ['gettid', '(__u32)bpf_get_current_pid_tgid()'],
  ['getuid', '(__u32)bpf_get_current_uid_gid()'],
  ['random', 'bpf_get_prandom_u32()'],
  ['exit', 'return; nothing else ends a program'],
  ['abort', 'return, or bpf_throw()'],
  ['rand', 'bpf_get_prandom_u32()'],
  ['getpid', 'bpf_get_current_pid_tgid() >> 32'],
])

/** What the compiler calls in the place of what C calls. */
const madeOf: ReadonlyMap<string, string> = new Map([
  ['puts', 'printf'],
  ['putchar', 'printf'],
])
