// SPDX-License-Identifier: Apache-2.0
// A kernel without a profile: from its ELF image (a stripped one keeps .BTF and .BTF_ids) or from raw BTF alone.

import { type Btf, parseBtf } from '../btf/index.ts'
import { attempt, FaultError, type Result } from '../fault/index.ts'
import { type Kfunc, kfuncsOfSets, prototypeOf } from '../kfunc/index.ts'
import type { KernelParts } from './build-kernel.ts'
import { parseConfig } from './config.ts'
import { type Image, readImage } from './elf-sections.ts'
import { gateOpen } from './gates.ts'
import { knownDestructors, setsOfImage } from './image-sets.ts'
import { inferRelease } from './infer-release.ts'

/** The parts of a kernel from vmlinux. */
export function imageParts(file: Uint8Array): Result<KernelParts> {
  return attempt({}, () => {
    const image = value(readImage(file, { symbols: false }))
    const bytes = image.find('.BTF')?.bytes
    if (bytes === undefined) {
      throw new FaultError('the image has no .BTF section', {}, 'a kernel built with CONFIG_DEBUG_INFO_BTF has one')
    }
    const btf = value(parseBtf(bytes, { name: 'vmlinux' }))
    const ids = image.find('.BTF_ids')?.bytes
    if (ids === undefined) return withoutIds(btf, releaseIn(image))
    const found = setsOfImage(btf, ids, image.littleEndian)
    const release = releaseIn(image) ?? inferRelease(btf)
    const kfuncs = kfuncsOfSets(btf, undefined, found.sets)
    const notes = [...found.notes, ...tagNotes(btf, release, kfuncs.length)]
    return { ...empty(btf, release), kfuncs, destructors: found.destructors, lists: found.lists, notes }
  })
}

/**
 * The parts of a kernel from its raw BTF. Which functions are kfuncs is there since 6.11 (the decl tag `bpf_kfunc`); their
 * flags and registration never are, so those of `like` (a kernel opened whole) are taken by name, and the notes say so.
 */
export function btfParts(bytes: Uint8Array, like?: KernelParts): Result<KernelParts> {
  return attempt({}, () => withoutIds(value(parseBtf(bytes, { name: 'vmlinux' })), undefined, like))
}

function withoutIds(btf: Btf, known: string | undefined, like?: KernelParts): KernelParts {
  const release = known ?? inferRelease(btf)
  const tagged = new Set(taggedKfuncs(btf))
  const borrowed = new Map<number, Kfunc>()
  for (const kfunc of like?.kfuncs ?? []) {
    const id = btf.find(kfunc.name, 'func')
    if (id !== undefined && (tagged.size === 0 || tagged.has(id) || isFmodret(kfunc))) {
      borrowed.set(id, { ...kfunc, ...prototypeOf(btf, id), btf, btfId: id })
    }
  }
  const bare = [...tagged].filter((id) => !borrowed.has(id))
  const unknown = kfuncsOfSets(btf, undefined, [{ set: 'unknown', hooks: [], members: bare.map((id) => [id, 0]) }])
  const notes = [
    like === undefined
      ? 'flags and registration of kfuncs are not in BTF: an image (vmlinux, vmlinuz) or a profile has them'
      : `flags and registration of kfuncs are not in BTF: those of ${like.release} are taken by name; an image or a profile would have this kernel’s own`,
    ...(bare.length === 0
      ? []
      : [`${bare.length} kfuncs are newer than that: which programs may call them is not known`]),
    ...tagNotes(btf, release, undefined),
  ]
  return {
    ...empty(btf, release),
    kfuncs: [...borrowed.values(), ...unknown],
    destructors: knownDestructors(btf),
    lists: like?.lists ?? new Map(),
    notes,
  }
}

const isFmodret = ({ registrations }: Kfunc): boolean => registrations.every(({ hook }) => hook === 'fmodret')

const empty = (btf: Btf, release: string): KernelParts => ({
  release,
  btf,
  modules: [],
  kfuncs: [],
  destructors: [],
  lists: new Map(),
  errorInjection: new Set(),
  config: parseConfig(() => new Uint8Array()),
  notes: [],
  gates: new Map(),
})

/** Functions with the decl tag pahole writes for members of kfunc sets. */
function taggedKfuncs(btf: Btf): readonly number[] {
  const ids: number[] = []
  for (let id = btf.firstId as number; id < btf.count; id++) {
    const type = btf.type(id)
    if (type.kind === 'decl_tag' && type.name === 'bpf_kfunc' && type.component === -1) ids.push(type.type)
  }
  return ids
}

/** A BTF that should have kfunc tags and lacks some, by name. DESIGN "Which kernels". */
function tagNotes(btf: Btf, release: string, inSets: number | undefined): readonly string[] {
  if (!gateOpen('kfunc-decl-tags', release)) return []
  const tagged = taggedKfuncs(btf).length
  if (tagged === 0) return ['BTF has no kfunc tags (bpf_kfunc): it was made with a pahole older than 1.26']
  if (inSets !== undefined && tagged < inSets)
    return [`BTF has kfunc tags for ${tagged} of ${inSets} kfuncs: it is half tagged`]
  return []
}

/** '6.12.117+deb12-cloud-amd64' from the banner 'Linux version …' in read-only data. */
function releaseIn(image: Image): string | undefined {
  const wanted = new TextEncoder().encode('Linux version ')
  for (const { name, bytes } of image.sections) {
    if (name !== '.rodata') continue
    for (let at = bytes.indexOf(wanted[0]!); at >= 0 && at < bytes.length; at = bytes.indexOf(wanted[0]!, at + 1)) {
      if (!wanted.every((byte, i) => bytes[at + i] === byte)) continue
      const text = new TextDecoder('latin1').decode(bytes.subarray(at + wanted.length, at + wanted.length + 80))
      const release = /^\d+\.\d+\S*/.exec(text)?.[0]
      if (release !== undefined) return release
    }
  }
  return undefined
}

function value<T>(result: Result<T>): T {
  if (!result.ok) throw new FaultError(result.fault.what, result.fault.place, result.fault.hint)
  return result.value
}
