// SPDX-License-Identifier: Apache-2.0
// kfuncs gen header: the C header of kfuncs for the authors of programs, of a module or of a kernel.
import { type Btf, type BtfId, dumpC, pointee, resolveType } from '../../btf/index.ts'
import type { Kernel } from '../../kernel/index.ts'
import { type Kfunc, spellDeclaration } from '../../kfunc/index.ts'
import { orTell } from '../usage.ts'
import type { ModuleFile } from './module-file.ts'
import { inComment } from './text.ts'

export interface HeaderOptions {
  /** Programs ask with bpf_ksym_exists() before they call. */
  readonly weak: boolean
  readonly source: string
}

/** With the types that the module's C text defines; the kernel's come from vmlinux.h, or wherever the program has them. */
export function moduleHeader({ module, linked: { btf, kfuncs } }: ModuleFile, options: HeaderOptions): string {
  const types: BtfId[] = []
  for (let id = btf.firstId; id < btf.count; id++) {
    const { kind, name } = btf.type(id)
    // what only the kernel has of struct_ops
    if (name.startsWith('bpf_struct_ops_')) continue
    if (name !== '' && ['struct', 'union', 'enum', 'enum64', 'typedef'].includes(kind)) types.push(id)
  }
  // what prototypes name is declared, too
  for (const kfunc of kfuncs) {
    const func = btf.type(kfunc.btfId)
    if (func.kind === 'func') types.push(func.type)
  }
  return header(
    module.name,
    [
      '#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)',
      orTell(dumpC(btf, types)).trimEnd(),
      '#pragma clang attribute pop',
      '',
      ...kfuncs.flatMap((kfunc) => declaration(kfunc, options)),
    ],
    options,
  )
}

/** Of the kernel's own, after vmlinux.h. */
export function kernelHeader(kernel: Kernel, kfuncs: readonly Kfunc[], options: HeaderOptions): string {
  const lines = kfuncs.flatMap((kfunc) => declaration(kfunc, options))
  const types = modulesTypes(kfuncs)
  return header(`kfuncs_${kernel.release}`, ['#include "vmlinux.h"', '', ...types, ...lines], options)
}

/** Structs that kfuncs of modules take, which vmlinux.h does not have: whole where they need none of the kernel's, else declared. */
function modulesTypes(kfuncs: readonly Kfunc[]): readonly string[] {
  const whole = new Map<Btf, Set<BtfId>>()
  const declared = new Set<string>()
  for (const { btf, params, ret } of kfuncs) {
    if (btf.base === undefined) continue
    for (const pointer of [ret, ...params.map(({ type }) => type)]) {
      const target = pointee(btf, pointer)
      const struct = target === undefined ? undefined : resolveType(btf, target)
      if ((struct?.kind !== 'struct' && struct?.kind !== 'union') || struct.id < btf.firstId || struct.name === '')
        continue
      if (standsAlone(btf, struct.id)) whole.set(btf, (whole.get(btf) ?? new Set()).add(struct.id))
      else declared.add(`${struct.kind} ${struct.name};`)
    }
  }
  const definitions = [...whole].flatMap(([btf, ids]) => [orTell(dumpC(btf, [...ids])).trimEnd(), ''])
  return [
    ...(declared.size === 0 ? [] : [...[...declared].sort(), '']),
    ...(definitions.length === 0
      ? []
      : [
          '#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)',
          ...definitions.slice(0, -1),
          '#pragma clang attribute pop',
          '',
        ]),
  ]
}

/** Nothing of the base is held by value but numbers: those are defined twice to no harm. */
function standsAlone(btf: Btf, id: BtfId, depth = 0): boolean {
  const type = resolveType(btf, id)
  if (type.kind === 'array') return standsAlone(btf, type.type, depth + 1)
  if (type.kind === 'int') return true
  if (type.kind !== 'struct' && type.kind !== 'union') return false
  return (
    depth < 16 && type.id >= btf.firstId && type.members.every((member) => standsAlone(btf, member.type, depth + 1))
  )
}

function header(name: string, lines: readonly string[], { source }: HeaderOptions): string {
  const guard = `__${name.toUpperCase().replaceAll(/\W/g, '_')}_H__`
  return [
    `/* kfuncs gen header ${inComment(source)}. Not to be edited. */`,
    `#ifndef ${guard}`,
    `#define ${guard}`,
    '',
    '#ifndef __ksym',
    '#define __ksym __attribute__((section(".ksyms")))',
    '#endif',
    '#ifndef __weak',
    '#define __weak __attribute__((weak))',
    '#endif',
    '',
    ...lines,
    `#endif /* ${guard} */`,
    '',
  ].join('\n')
}

/** Flags and deprecation above it: they are what callers are held to. */
function declaration(kfunc: Kfunc, { weak }: HeaderOptions): readonly string[] {
  const func = kfunc.btf.type(kfunc.btfId)
  if (func.kind !== 'func') return []
  const { since, replacement } = kfunc.deprecated ?? {}
  const old =
    kfunc.deprecated === undefined
      ? []
      : [
          `deprecated${since === undefined ? '' : ` since ${since}`}${replacement === undefined ? '' : `, use ${replacement}`}`,
        ]
  const words = [...(kfunc.flags.size === 0 ? [] : [[...kfunc.flags].join(' | ')]), ...old]
  return [
    ...(words.length === 0 ? [] : [`/* ${inComment(words.join('; '))} */`]),
    `extern ${spellDeclaration(kfunc.btf, func.type, func.name)} ${weak ? '__weak ' : ''}__ksym;`,
  ]
}
