// SPDX-License-Identifier: Apache-2.0
// From what a distribution ships (vmlinuz, module.ko.xz) to the ELF file in it. Layouts: the kernel's
// Documentation/arch/x86/boot.rst "The Real-Mode Kernel Header"; EFI zboot's header in the image itself.
import { fail, ok, type Place, type Result } from '../fault/index.ts'
import { type DecompressOptions, decompress } from './decompress.ts'
import { isElf } from './elf-read.ts'

/** How often a file may be packed within a packed file; a distribution needs two. */
const maxLayers = 4

/**
 * The ELF file (vmlinux, or a module) inside a kernel image: vmlinux itself, a bzImage, an EFI zboot image, or any of
 * them or a module compressed with gzip, xz, zstd or lz4. An image that holds no ELF (arm64's `Image`) is a fault.
 */
export async function unpackKernelImage(
  bytes: Uint8Array,
  options: DecompressOptions = {},
): Promise<Result<Uint8Array>> {
  const place = options.place ?? {}
  let current = bytes
  for (let layer = 0; layer < maxLayers; layer++) {
    if (isElf(current)) return ok(current)
    const payload = payloadOf(current, place)
    if (!payload.ok) return payload
    const { data, size } = payload.value
    const unpacked = await decompress(data, size === undefined ? options : { ...options, size })
    if (!unpacked.ok) return unpacked
    if (unpacked.value === current) break
    current = unpacked.value
  }
  if (isElf(current)) return ok(current)
  const hint = 'give vmlinux, vmlinuz, a module, or /sys/kernel/btf/vmlinux'
  if (isArm64Image(current)) return fail('an arm64 Image holds no ELF file', place, hint)
  return fail('not a kernel image: neither ELF, nor bzImage, nor compressed', place, hint)
}

interface Payload {
  readonly data: Uint8Array
  /** The unpacked size, where the wrapper says it. */
  readonly size?: number
}

/** What a boot wrapper carries; the bytes themselves where there is none. */
function payloadOf(bytes: Uint8Array, place: Place): Result<Payload> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.length >= 0x250 && view.getUint32(0x202, false) === 0x48647253 /* HdrS */)
    return bzImagePayload(bytes, view, place)
  if (bytes.length >= 64 && view.getUint16(0) === 0x4d5a && view.getUint32(4) === 0x7a696d67 /* zimg */) {
    return within(bytes, view.getUint32(8, true), view.getUint32(12, true), place)
  }
  return ok({ data: bytes })
}

function bzImagePayload(bytes: Uint8Array, view: DataView, place: Place): Result<Payload> {
  const version = view.getUint16(0x206, true)
  if (version < 0x0208) {
    const text = `${version >> 8}.${(version & 255).toString().padStart(2, '0')}`
    return fail(`boot protocol ${text} does not say where the kernel is`, { ...place, byte: 0x206 })
  }
  // boot.rst: 0 setup sectors means 4, and the boot sector comes before them.
  const setup = ((view.getUint8(0x1f1) || 4) + 1) * 512
  return within(bytes, setup + view.getUint32(0x248, true), view.getUint32(0x24c, true), place)
}

function within(bytes: Uint8Array, offset: number, length: number, place: Place): Result<Payload> {
  if (length === 0) return fail('the image carries no kernel', { ...place, byte: offset })
  if (offset + length > bytes.length) {
    const what = `the compressed kernel (${length} bytes at 0x${offset.toString(16)}) runs past the file of ${bytes.length} bytes`
    return fail(what, place, 'is the file cut short?')
  }
  const payload = bytes.subarray(offset, offset + length)
  // The kernel's build appends the unpacked size, four bytes, to all formats but gzip, which has its own.
  const isGzip = payload[0] === 0x1f && payload[1] === 0x8b
  if (isGzip || isElf(payload) || length < 8) return ok({ data: payload })
  const size = new DataView(payload.buffer, payload.byteOffset + length - 4, 4).getUint32(0, true)
  return ok({ data: payload.subarray(0, length - 4), size })
}

function isArm64Image(bytes: Uint8Array): boolean {
  return bytes[0x38] === 0x41 && bytes[0x39] === 0x52 && bytes[0x3a] === 0x4d && bytes[0x3b] === 0x64
}
