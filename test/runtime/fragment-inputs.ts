// SPDX-License-Identifier: Apache-2.0
// Packets of XDP that are, or are to be, in fragments; what comes out, short enough to be kept.
import { createHash } from 'node:crypto'

export interface FragmentInput {
  readonly data: Uint8Array
  /** struct xdp_md: data, data_end */
  readonly ctx?: Uint8Array
}

const input = (size: number, ...context: readonly number[]): FragmentInput => ({
  data: Uint8Array.from({ length: size }, (_, i) => (7 * i + (i >> 8)) & 0xff),
  ...(context.length === 0
    ? {}
    : { ctx: new Uint8Array(Uint32Array.from({ length: 6 }, (_, i) => context[i] ?? 0).buffer) }),
})

/** In the order they are run in. */
export const fragmentInputs: ReadonlyMap<string, FragmentInput> = new Map([
  ['retval', input(64)],
  ['jumbo', input(9000)],
  ['pieces', input(9000, 0, 100)],
  ['meta', input(9000, 8, 3600)],
  ['two', input(3600)],
  ['head', input(2000, 0, 4)],
  ['behind', input(2000, 8, 8)],
  ['full', input(64_960)],
  ['more', input(65_000, 0, 14)],
  ['shorter', input(9000, 0, 9001)],
  ['backward', input(9000, 20, 16)],
  ['odd', input(9000, 6, 200)],
  ['wide', input(9000, 220, 400)],
  ['widest', input(9000, 216, 400)],
  ['tiny', input(20, 8, 20)],
  ['least', input(22, 8, 22)],
  ['whole', input(3520, 0, 3520)],
  ['over', input(3521, 0, 3521)],
  ['metaover', input(3600, 128, 3600)],
  ['none', input(64, 0, 0)],
  ['enormous', input(73_153)],
])

/** What a run came to: an error, or the result, the packet's length and digest, where it is in the first page, and the program's answers. */
export type Outcome =
  | { readonly errno: number }
  | {
      readonly retval: number
      readonly size: number
      readonly digest: string
      readonly ctx: readonly number[]
      readonly answers: readonly number[]
    }

/** `bss`: the program's variables, among them its answers. */
export function outcomeOf(
  { retval, data, ctx }: { readonly retval: number; readonly data: Uint8Array; readonly ctx: Uint8Array | undefined },
  bss: Uint8Array,
  object: 'fragments' | 'fragments_later',
): Outcome {
  const words = new DataView(bss.buffer, bss.byteOffset)
  const shown = ctx === undefined ? undefined : new DataView(ctx.buffer, ctx.byteOffset)
  const answers = Array.from({ length: 64 }, (_, i) => Number(words.getBigInt64(answersAt[object] + 8 * i, true)))
  return {
    retval,
    size: data.length,
    digest: createHash('sha1').update(data).digest('hex').slice(0, 12),
    ctx: shown === undefined ? [] : [shown.getUint32(0, true), shown.getUint32(4, true)],
    answers: answers.slice(0, answers.findLastIndex((answer) => answer !== 0) + 1),
  }
}

/** Where `answers` lies among the variables of each object. */
const answersAt = { fragments: 0x208, fragments_later: 8 } as const
