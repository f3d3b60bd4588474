// SPDX-License-Identifier: Apache-2.0
// Compressed files by their first bytes: gzip (the platform's own), xz, zstd, and lz4 in the kernel's legacy framing.
// Decoders are loaded when first needed. Output is bounded: a small file that unpacks without end is a fault.
import { attempt, FaultError, fail, ok, type Place, type Result } from '../fault/index.ts'

/** More than any kernel with its debug information. */
const defaultLimit = 1024 * 1024 * 1024

export interface DecompressOptions {
  readonly place?: Place
  /** Most bytes of output; 1 GiB unless told. */
  readonly limit?: number
  /** Bytes of output, where something outside the data says it; only zstd makes use of it. */
  readonly size?: number
}

type Decoder = (bytes: Uint8Array, limit: number, size?: number) => Promise<Uint8Array>
interface Format {
  readonly name: string
  readonly magic: readonly number[]
  readonly decode: Decoder | undefined
}

/** Formats by their first bytes; those without a decoder are known, to be named in the fault. */
const formats: readonly Format[] = [
  { name: 'gzip', magic: [0x1f, 0x8b], decode: gunzip },
  { name: 'xz', magic: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00], decode: unxz },
  { name: 'zstd', magic: [0x28, 0xb5, 0x2f, 0xfd], decode: unzstd },
  { name: 'lz4', magic: [0x02, 0x21, 0x4c, 0x18], decode: unlz4 },
  { name: 'bzip2', magic: [0x42, 0x5a, 0x68], decode: undefined },
  { name: 'lzma', magic: [0x5d, 0x00, 0x00], decode: undefined },
  { name: 'lzo', magic: [0x89, 0x4c, 0x5a, 0x4f], decode: undefined },
]

/** The name of the compression that these bytes begin with, or undefined. */
export function compressionOf(bytes: Uint8Array): string | undefined {
  return formatOf(bytes)?.name
}

function formatOf(bytes: Uint8Array): Format | undefined {
  return formats.find(({ magic }) => magic.every((byte, index) => bytes[index] === byte))
}

/** Unpacks one layer of compression; bytes that are not compressed come back as they are. */
export async function decompress(bytes: Uint8Array, options: DecompressOptions = {}): Promise<Result<Uint8Array>> {
  const place = options.place ?? {}
  const format = formatOf(bytes)
  if (format === undefined) return ok(bytes)
  if (format.decode === undefined) {
    return fail(`${format.name} compression cannot be read here`, place, `unpack the file first (${format.name} -d)`)
  }
  try {
    return ok(await format.decode(bytes, options.limit ?? defaultLimit, options.size))
  } catch (error) {
    if (error instanceof FaultError) return attempt(place, () => raise(error))
    // What a decoder library says of broken data; its message is for those who know the format.
    const detail = error instanceof Error && error.message !== '' ? `: ${error.message}` : ''
    return fail(`the ${format.name} data is broken${detail}`, place)
  }
}

function raise(error: Error): never {
  throw error
}

/** Chunks put together, refused once they are more than `limit`. */
class Output {
  private readonly chunks: Uint8Array[] = []
  private length = 0
  private readonly limit: number

  constructor(limit: number) {
    this.limit = limit
  }

  push(chunk: Uint8Array): void {
    this.length += chunk.length
    if (this.length > this.limit) throw new FaultError(`unpacks to more than ${this.limit} bytes`)
    this.chunks.push(chunk)
  }

  concat(): Uint8Array {
    const whole = new Uint8Array(this.length)
    let at = 0
    for (const chunk of this.chunks) {
      whole.set(chunk, at)
      at += chunk.length
    }
    return whole
  }
}

async function drain(stream: ReadableStream<Uint8Array>, limit: number): Promise<Uint8Array> {
  const output = new Output(limit)
  const reader = stream.getReader()
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return output.concat()
      output.push(value)
    }
  } finally {
    await reader.cancel().catch(() => undefined)
  }
}

/** One chunk after another of a megabyte, so that no decoder sees all of its input before `limit` can stop it. */
function chunked(bytes: Uint8Array): ReadableStream<Uint8Array<ArrayBuffer>> {
  let at = 0
  return new ReadableStream({
    pull(controller) {
      if (at >= bytes.length) return controller.close()
      controller.enqueue(bytes.slice(at, at + (1 << 20)))
      at += 1 << 20
    },
  })
}

function gunzip(bytes: Uint8Array, limit: number): Promise<Uint8Array> {
  return drain(chunked(bytes).pipeThrough(new DecompressionStream('gzip')), limit)
}

async function unxz(bytes: Uint8Array, limit: number): Promise<Uint8Array> {
  const library: unknown = await import('xz-decompress')
  const { XzReadableStream } = commonJs(library as typeof import('xz-decompress'))
  return drain(new XzReadableStream(chunked(bytes)), limit)
}

/** A CommonJS package's exports, whether the loader names them or leaves them under `default`. */
function commonJs<T extends object>(library: T): T {
  return 'default' in library ? (library.default as T) : library
}

/**
 * With the size known, the decoder writes into one buffer, without moving the 128 MiB window of a kernel's
 * frame block by block. The frame's checksum is not verified.
 */
async function unzstd(bytes: Uint8Array, limit: number, knownSize?: number): Promise<Uint8Array> {
  const window = zstdWindow(bytes)
  if (window > maxZstdWindow) throw new FaultError(`the zstd data needs a window of ${window} bytes`)
  const library = await import('fzstd')
  const size = knownSize ?? zstdContentSize(bytes)
  if (size !== undefined) {
    if (size > limit) throw new FaultError(`unpacks to ${size} bytes, more than ${limit}`)
    return library.decompress(bytes, new Uint8Array(size))
  }
  const output = new Output(limit)
  const decoder = new library.Decompress((chunk) => output.push(chunk))
  const step = 1 << 20
  for (let at = 0; at < bytes.length; at += step) {
    decoder.push(bytes.subarray(at, at + step), at + step >= bytes.length)
  }
  return output.concat()
}

/** Twice what the kernel's build uses (`zstd --ultra -22`). */
const maxZstdWindow = 256 * 1024 * 1024

/** RFC 8878 §3.1.1.1.2: the window the first frame asks for; 0 where the content is one segment. */
function zstdWindow(bytes: Uint8Array): number {
  const descriptor = bytes[4] ?? 0
  if ((descriptor & 0x20) !== 0) return 0
  const byte = bytes[5] ?? 0
  const base = 2 ** (10 + (byte >> 3))
  return base + (base / 8) * (byte & 7)
}

/** RFC 8878 §3.1.1.1: the frame's content size, where its header says it. */
function zstdContentSize(bytes: Uint8Array): number | undefined {
  const descriptor = bytes[4] ?? 0
  const isSingleSegment = (descriptor & 0x20) !== 0
  const width = [isSingleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6]!
  const at = 5 + (isSingleSegment ? 0 : 1) + [0, 1, 2, 4][descriptor & 3]!
  if (width === 0 || at + width > bytes.length) return undefined
  let size = 0
  for (let i = width - 1; i >= 0; i--) size = size * 256 + bytes[at + i]!
  return width === 2 ? size + 256 : size
}

/**
 * lz4's legacy frame (lz4_Frame_format.md "Legacy frame"), which `lz4 -l` and so the kernel's build write: a magic,
 * then blocks of up to 8 MiB, each with its packed length before it.
 */
async function unlz4(bytes: Uint8Array, limit: number): Promise<Uint8Array> {
  const output = new Output(limit)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let at = 4
  while (at + 4 <= bytes.length) {
    const size = view.getUint32(at, true)
    if (size === 0x184c2102) {
      at += 4
      continue
    }
    if (size === 0 || size > bytes.length - at - 4) throw new Error('a block runs past the data')
    output.push(lz4Block(bytes.subarray(at + 4, at + 4 + size)))
    at += 4 + size
  }
  return output.concat()
}

const lz4BlockLimit = 8 * 1024 * 1024

/** One block, lz4_Block_format.md: token, literals, a match further back; the last sequence has no match. */
function lz4Block(input: Uint8Array): Uint8Array {
  const output = new Uint8Array(lz4BlockLimit)
  let from = 0
  let to = 0
  const extended = (nibble: number): number => {
    let length = nibble
    if (nibble !== 15) return length
    for (;;) {
      const byte = input[from++]
      if (byte === undefined) throw new Error('a length runs past the block')
      length += byte
      if (byte !== 255) return length
    }
  }
  while (from < input.length) {
    const token = input[from++]!
    const literals = extended(token >> 4)
    if (literals > input.length - from || literals > output.length - to) throw new Error('literals run past the block')
    output.set(input.subarray(from, from + literals), to)
    from += literals
    to += literals
    if (from >= input.length) break
    const distance = input[from]! | ((input[from + 1] ?? 0) << 8)
    from += 2
    const length = extended(token & 15) + 4
    if (distance === 0 || distance > to || length > output.length - to)
      throw new Error('a match lies outside the block')
    for (const end = to + length; to < end; to++) output[to] = output[to - distance]!
  }
  return output.slice(0, to)
}
