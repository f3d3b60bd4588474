// SPDX-License-Identifier: Apache-2.0
// A module of kfuncs as `gen` takes it: host.ts, host.json, or the C text alone, of which every __bpf_kfunc is a kfunc.
import { basename, extname } from 'node:path'
import { hasAttribute, loadC } from '../../cdecl/index.ts'
import type { Kernel } from '../../kernel/index.ts'
import {
  defineModule,
  type Kfunc,
  type KfuncModule,
  type LinkedModule,
  linkModule,
  type ModuleDefinition,
} from '../../kfunc/index.ts'
import { definitionIn } from '../kernel.ts'
import { orTell, readInput, UsageError } from '../usage.ts'

export interface ModuleFile {
  readonly module: KfuncModule
  readonly linked: LinkedModule
  readonly kfuncs: readonly Kfunc[]
}

/** Over a kernel, whose types the C text may use. */
export async function moduleFile(path: string, kernel: Kernel): Promise<ModuleFile> {
  const definition = extname(path) === '.c' || extname(path) === '.h' ? await fromC(path) : await definitionIn(path)
  const module = orTell(await defineModule(definition, { base: kernel.btf }))
  const linked = orTell(linkModule(module, kernel.btf))
  return { module, linked, kfuncs: linked.kfuncs }
}

async function fromC(path: string): Promise<ModuleDefinition> {
  const c = new TextDecoder().decode(readInput(path))
  const unit = orTell(orTell(await loadC()).parse(c, path))
  const inSets = new Set(
    unit.macros.flatMap(({ name, args }) => (name === 'BTF_ID_FLAGS' && args?.[0] === 'func' ? [args[1] ?? ''] : [])),
  )
  const kfuncs = unit.declarations.flatMap((one) =>
    one.kind === 'function' && (hasAttribute(one, '__bpf_kfunc') || inSets.has(one.name)) ? [one.name] : [],
  )
  if (kfuncs.length === 0)
    throw new UsageError(
      `${path}: no kfunc — write __bpf_kfunc before a prototype, or name it in BTF_ID_FLAGS(func, NAME)`,
    )
  const name = basename(path, extname(path)).replaceAll(/\W/g, '_')
  return { name, c, file: path, register: [{ types: ['BPF_PROG_TYPE_UNSPEC'], kfuncs: [...new Set(kfuncs)] }] }
}
