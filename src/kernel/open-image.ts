// SPDX-License-Identifier: Apache-2.0
// A kernel without a profile: from its ELF image (a stripped one keeps .BTF and .BTF_ids) or from raw BTF alone.

import { type Btf, parseBtf } from '../btf/index.ts'
import { attempt, FaultError, ok, type Result } from '../fault/index.ts'
import { type Kfunc, type KfuncFlag, kfuncsOfSets, prototypeOf } from '../kfunc/index.ts'
import type { KernelParts } from './build-kernel.ts'
import { configInside } from './config.ts'
import { type Image, readImage } from './elf-sections.ts'
import { gateOpen } from './gates.ts'
import { kernelGates } from './kernel-gates.ts'
import { knownDestructors, setsOfImage } from './image-sets.ts'
import { versionOf } from '../uapi/index.ts'
import { inferRelease } from './infer-release.ts'

/** The parts of a kernel from vmlinux. */
export async function imageParts(file: Uint8Array): Promise<Result<KernelParts>> {
  const image = readImage(file, { symbols: false })
  if (!image.ok) return image
  const parts = partsOf(image.value)
  if (!parts.ok) return parts
  const config = await configInside(image.value.find('.rodata')?.bytes ?? new Uint8Array())
  return config === undefined ? parts : ok({ ...parts.value, config, configOf: undefined })
}

function partsOf(image: Image): Result<KernelParts> {
  return attempt({}, () => {
    const bytes = image.find('.BTF')?.bytes
    if (bytes === undefined) {
      throw new FaultError('the image has no .BTF section', {}, 'a kernel built with CONFIG_DEBUG_INFO_BTF has one')
    }
    const btf = value(parseBtf(bytes, { name: 'vmlinux' }))
    const ids = image.find('.BTF_ids')?.bytes
    if (ids === undefined) return withoutIds(btf, releaseIn(image))
    const release = releaseIn(image) ?? inferRelease(btf)
    const found = setsOfImage(btf, ids, release, { littleEndian: image.littleEndian })
    const kfuncs = kfuncsOfSets(btf, undefined, found.sets)
    const notes = [...found.notes, ...tagNotes(btf, release, kfuncs)]
    return { ...empty(btf, release), kfuncs, destructors: found.destructors, lists: found.lists, notes }
  })
}

/**
 * The parts of a kernel from its raw BTF. Which functions are kfuncs is there since 6.11 (the decl tag `bpf_kfunc`); their
 * flags and registration never are, so those of `lenders` (kernels opened whole) are taken by name, and the notes say so.
 */
export function btfParts(bytes: Uint8Array, lenders: readonly KernelParts[] = []): Result<KernelParts> {
  return attempt({}, () => withoutIds(value(parseBtf(bytes, { name: 'vmlinux' })), undefined, lenders))
}

function withoutIds(btf: Btf, known: string | undefined, lenders: readonly KernelParts[] = []): KernelParts {
  const release = known ?? inferRelease(btf)
  const tagged = new Set(taggedKfuncs(btf))
  const borrowed = new Map<number, Kfunc>()
  const nearest = [...lenders].sort((a, b) => releaseDistance(a.release, release) - releaseDistance(b.release, release))
  for (const lender of nearest) {
    for (const kfunc of lender.kfuncs) {
      const id = btf.find(kfunc.name, 'func')
      if (id === undefined || borrowed.has(id)) continue
      if (tagged.size > 0 && !tagged.has(id) && !isFmodret(kfunc)) continue
      const flags = flagsUnder(kfunc.flags, lender.release, release)
      const registrations = kfunc.registrations.map((row) => ({ ...row, flags }))
      borrowed.set(id, { ...kfunc, ...prototypeOf(btf, id), btf, btfId: id, flags, registrations })
    }
  }
  const bare = [...tagged].filter((id) => !borrowed.has(id))
  const unknown = kfuncsOfSets(btf, undefined, [{ set: 'unknown', hooks: [], members: bare.map((id) => [id, 0]) }])
  const notes = [
    lenders.length === 0
      ? 'flags and registration of kfuncs are not in BTF: an image (vmlinux, vmlinuz) or a profile has them'
      : `flags and registration of kfuncs are not in BTF: those of ${nearest.map((lender) => lender.release).join(', else ')} are taken by name; an image or a profile would have this kernel’s own`,
    ...(bare.length === 0 ? [] : [`${bare.length} kfuncs are in neither: which programs may call them is not known`]),
    ...tagNotes(btf, release, []),
  ]
  return {
    ...empty(btf, release),
    kfuncs: [...borrowed.values(), ...unknown],
    destructors: knownDestructors(btf),
    lists: nearest[0]?.lists ?? new Map(),
    notes,
  }
}

/** How far two releases are apart, to pick the nearest. */
export const releaseDistance = (a: string, b: string): number => Math.abs((versionOf(a) ?? 0) - (versionOf(b) ?? 0))

/** Flags of another release: where kfuncs took any pointer unless flagged, one from a time when all want trusted ones keeps that. */
function flagsUnder(flags: ReadonlySet<KfuncFlag>, from: string, to: string): ReadonlySet<KfuncFlag> {
  if (!gateOpen(kernelGates.trustedByDefault, from) || gateOpen(kernelGates.trustedByDefault, to)) return flags
  return new Set<KfuncFlag>([...flags, 'KF_TRUSTED_ARGS'])
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
  config: new Map(),
  configOf: 'unknown',
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

/** A BTF that should have kfunc tags and lacks some, or whose prototypes are not split throughout, by name. DESIGN "Which kernels". */
function tagNotes(btf: Btf, release: string, kfuncs: readonly Kfunc[]): readonly string[] {
  if (!gateOpen(kernelGates.declTags, release)) return []
  const tagged = new Set(taggedKfuncs(btf))
  if (tagged.size === 0) return ['BTF has no kfunc tags (bpf_kfunc): it was made with a pahole older than 1.26']
  const bare = kfuncs.filter((kfunc) => !isFmodret(kfunc) && !tagged.has(kfunc.btfId))
  const whole = kfuncs.filter(
    ({ name, flags }) => flags.has('KF_IMPLICIT_ARGS') && btf.find(`${name}_impl`, 'func') === undefined,
  )
  return [
    ...(bare.length === 0
      ? []
      : [`BTF is half tagged: ${bare.length} of ${kfuncs.length} kfuncs lack the tag bpf_kfunc (${someOf(bare)})`]),
    ...(whole.length === 0
      ? []
      : [
          `BTF is half split: ${whole.length} kfuncs with KF_IMPLICIT_ARGS have no prototype NAME_impl (${someOf(whole)}); a call of one is refused`,
        ]),
  ]
}

const someOf = (kfuncs: readonly Kfunc[]): string =>
  kfuncs
    .slice(0, 3)
    .map(({ name }) => name)
    .join(', ') + (kfuncs.length > 3 ? ' …' : '')

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
