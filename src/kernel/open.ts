// SPDX-License-Identifier: Apache-2.0
// Opening a kernel, from whatever there is of one.

import { unpackKernelImage } from '../binary/index.ts'
import { fail, ok, type Result } from '../fault/index.ts'
import { readPackaged } from '../platform.ts'
import { buildKernel, type KernelParts } from './build-kernel.ts'
import { btfParts, imageParts } from './open-image.ts'
import { profileParts } from './open-profile.ts'
import { bundledBytes } from './digest.ts'
import { isProfile, readProfile } from './profile-format.ts'
import type { Kernel } from './types.ts'

export interface OpenKernelOptions {
  /** What the input is called, for messages. */
  readonly name?: string
  /** The release, where the input does not say or says wrong: '6.12'. It decides the gates. */
  readonly release?: string
  /** Of a profile's modules, only these. Default: all. */
  readonly modules?: readonly string[]
  /** Gates to open or shut whatever the release says. */
  readonly gates?: Readonly<Record<string, boolean>>
  /** Reads a bundled profile by its file name ('6.12.kfprofile') from elsewhere than the package. */
  readonly readProfile?: (file: string) => Promise<Uint8Array>
}

/** Kernels that come with the package. */
export const bundledKernels: readonly string[] = ['6.12', '7.3']

/** Opens a kernel: a bundled one by name, or the bytes of a profile, of raw BTF, of a vmlinux or of a distribution's vmlinuz. */
export async function openKernel(
  source: string | Uint8Array = '6.12',
  options: OpenKernelOptions = {},
): Promise<Result<Kernel>> {
  const parts = typeof source === 'string' ? await bundled(source, options) : await fromBytes(source, options)
  if (!parts.ok) return parts
  const gates = new Map([...parts.value.gates, ...Object.entries(options.gates ?? {})])
  return ok(buildKernel({ ...parts.value, release: options.release ?? parts.value.release, gates }))
}

async function bundled(name: string, options: OpenKernelOptions): Promise<Result<KernelParts>> {
  if (!bundledKernels.includes(name)) {
    return fail(
      `no kernel ${name} comes with kfuncs`,
      {},
      `bundled: ${bundledKernels.join(', ')}; or give an image or BTF file`,
    )
  }
  const file = `${name}.kfprofile`
  const bytes = options.readProfile === undefined ? await readPackaged(file) : ok(await options.readProfile(file))
  const known = bytes.ok ? await bundledBytes(file, bytes.value) : bytes
  return known.ok ? fromBytes(known.value, { name: file, ...options }) : known
}

async function fromBytes(bytes: Uint8Array, options: OpenKernelOptions): Promise<Result<KernelParts>> {
  if (isProfile(bytes)) {
    const profile = await readProfile(bytes)
    return profile.ok ? profileParts(profile.value, options) : profile
  }
  if (!isBtf(bytes)) {
    const image = await unpackKernelImage(bytes)
    return image.ok ? imageParts(image.value) : image
  }
  // BTF alone says neither flags nor registration: what bundled kernels have by the same name is the best guess there is.
  const lenders: KernelParts[] = []
  for (const name of bundledKernels) {
    const lender = await bundled(name, { ...options, modules: [] })
    if (lender.ok) lenders.push(lender.value)
  }
  return btfParts(bytes, lenders)
}

const isBtf = (bytes: Uint8Array): boolean =>
  bytes.length >= 2 && ((bytes[0] === 0x9f && bytes[1] === 0xeb) || (bytes[0] === 0xeb && bytes[1] === 0x9f))
