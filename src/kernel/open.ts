// SPDX-License-Identifier: Apache-2.0
// Opening a kernel, from whatever there is of one.

import { unpackKernelImage } from '../binary/index.ts'
import { argumentKinds, fail, ok, type Result, wrongArgument } from '../fault/index.ts'
import { readPackaged } from '../platform.ts'
import { buildKernel, type KernelParts } from './build-kernel.ts'
import { parseConfig, readConfig } from './config.ts'
import { btfParts, imageParts, releaseDistance } from './open-image.ts'
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
  /** The kernel's configuration, where the input does not hold it or holds another: /boot/config-*, /proc/config.gz. */
  readonly config?: Uint8Array
  /** Reads a bundled profile by its file name ('6.12.kfprofile') from elsewhere than the package. */
  readonly readProfile?: (file: string) => Promise<Uint8Array>
}

/** Kernels that come with the package; '6.12-scx' has sched_ext and HID-BPF, which Debian's 6.12 is built without. */
export const bundledKernels: readonly string[] = ['6.12', '6.12-scx', '7.3']

const kernelSource = {
  ...argumentKinds.bytes,
  what: `the name of a bundled kernel (${bundledKernels.join(', ')}) or ${argumentKinds.bytes.what}`,
}

/** Opens a kernel: a bundled one by name, or the bytes of a profile, of raw BTF, of a vmlinux or of a distribution's vmlinuz. */
export async function openKernel(
  source: string | Uint8Array = '6.12',
  options: OpenKernelOptions = {},
): Promise<Result<Kernel>> {
  const wrong =
    typeof source === 'string' ? undefined : wrongArgument('the first argument of openKernel()', source, kernelSource)
  if (wrong !== undefined) return { ok: false, fault: wrong }
  const parts = typeof source === 'string' ? await bundled(source, options) : await fromBytes(source, options)
  if (!parts.ok) return parts
  const gates = new Map([...parts.value.gates, ...Object.entries(options.gates ?? {})])
  const release = options.release ?? parts.value.release
  const configured = await withConfig(parts.value, release, options)
  return configured.ok ? ok(buildKernel({ ...configured.value, release, gates })) : configured
}

/** The configuration that was given; else the kernel's own; else that of the bundled kernel next to it, which is then said. */
async function withConfig(
  parts: KernelParts,
  release: string,
  options: OpenKernelOptions,
): Promise<Result<KernelParts>> {
  if (options.config !== undefined) {
    const config = await readConfig(options.config, 'config')
    return config.ok ? ok({ ...parts, config: config.value, configOf: undefined }) : config
  }
  if (parts.configOf !== 'unknown') return ok(parts)
  const [nearest] = [...bundledKernels].sort((a, b) => releaseDistance(a, release) - releaseDistance(b, release))
  const file = await bundledProfile(nearest!, options)
  const profile = file.ok ? await readProfile(file.value) : file
  if (!profile.ok) return ok(parts)
  const { index, blob } = profile.value
  return ok({ ...parts, config: parseConfig(() => blob(index.config)), configOf: index.release })
}

/** The profile's bytes, known by their digest. */
async function bundledProfile(name: string, { readProfile }: OpenKernelOptions): Promise<Result<Uint8Array>> {
  const file = `${name}.kfprofile`
  const bytes = readProfile === undefined ? await readPackaged(file) : ok(await readProfile(file))
  return bytes.ok ? bundledBytes(file, bytes.value) : bytes
}

async function bundled(name: string, options: OpenKernelOptions): Promise<Result<KernelParts>> {
  if (!bundledKernels.includes(name)) {
    return fail(
      `no kernel ${name} comes with kfuncs`,
      {},
      `bundled: ${bundledKernels.join(', ')}; or give the bytes of an image or BTF file: openKernel(readFileSync(path))`,
    )
  }
  const bytes = await bundledProfile(name, options)
  return bytes.ok ? fromBytes(bytes.value, { name: `${name}.kfprofile`, ...options }) : bytes
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
