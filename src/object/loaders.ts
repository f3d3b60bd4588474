// SPDX-License-Identifier: Apache-2.0
// Who reads the object file and hands its programs to the kernel. Loaders do not agree on what an object may hold, so neither can verdicts:
// libbpf 1.x (C, bpftool, libbpf-rs, libbpfgo), and ebpf-go (github.com/cilium/ebpf: Cilium, Tetragon, Inspektor Gadget, pwru).
import { type SectionRule, sectionRule, sectionRules } from '../uapi/index.ts'

export const loaderNames = ['libbpf', 'ebpf-go'] as const
export type LoaderName = (typeof loaderNames)[number]

export interface LoaderRules {
  /** A static function outside .text is a program, too. */
  readonly staticPrograms: boolean
  /** Functions outside .text may be called by others. */
  readonly callsPrograms: boolean
  /** SEC("maps") of structs is read. */
  readonly legacyMaps: boolean
  /** What `pinning` of a map may be; of any other value than 1 nothing follows here. */
  readonly pinnings: 'none or by name' | 'any'
  /** Hidden global functions are verified as static ones: libbpf rewrites their linkage. */
  readonly hiddenIsStatic: boolean
  /** SEC("?…") keeps a program from being loaded. */
  readonly optionalPrograms: boolean
  /** Maps of global data are named after the object and the section, or only the section. */
  readonly dataMapNames: 'object and section' | 'section'
  /** Sizes of 0 of perf event arrays and maps of maps are filled in. */
  readonly fillsSizes: boolean
  /** Ring buffers are made a power of two of pages large. */
  readonly roundsRings: boolean
  /** Functions follow a program depth first as calls are met, or breadth first by name. */
  readonly order: 'depth first' | 'breadth first'
  /** The exception callback that a tag names is appended though nothing calls it. */
  readonly exceptionCallbacks: boolean
  /** What it says of a program whose section's name means nothing to it. */
  untyped(program: { readonly name: string; readonly section: string }): string
  /** What it takes a section's name to mean. */
  section(name: string): SectionRule | undefined
}

export const loaders: Readonly<Record<LoaderName, LoaderRules>> = {
  libbpf: {
    staticPrograms: false,
    callsPrograms: false,
    legacyMaps: false,
    pinnings: 'none or by name',
    hiddenIsStatic: true,
    optionalPrograms: true,
    dataMapNames: 'object and section',
    fillsSizes: false,
    roundsRings: true,
    order: 'depth first',
    exceptionCallbacks: true,
    untyped: ({ name, section }) => `prog '${name}': missing BPF prog type, check ELF section name '${section}'`,
    section: sectionRule,
  },
  'ebpf-go': {
    staticPrograms: true,
    callsPrograms: true,
    legacyMaps: true,
    pinnings: 'any',
    hiddenIsStatic: false,
    optionalPrograms: false,
    dataMapNames: 'section',
    fillsSizes: true,
    roundsRings: false,
    order: 'breadth first',
    exceptionCallbacks: false,
    untyped: ({ name }) => `cannot load program ${name}: program type is unspecified`,
    section: sectionByPrefix,
  },
}

/** ebpf-go: a row that takes a target must be what stands before the first '/'; of any other the name need only begin with it. */
function sectionByPrefix(name: string): SectionRule | undefined {
  const section = name.startsWith('?') ? name.slice(1) : name
  const [kind = ''] = section.split('/', 1)
  return sectionRules.find((row) => (row.extras ? row.section === kind : section.startsWith(row.section)))
}
