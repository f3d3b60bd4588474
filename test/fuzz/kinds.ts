// SPDX-License-Identifier: Apache-2.0
// Every kind of attempt, by name; a seed makes one of them.
import { ext, types } from './btf-kinds.ts'
import { anywhere, instructions, names, programs, relocations, symbols } from './elf-kinds.ts'
import { images, modules, profile } from './kernel-kinds.ts'
import { random } from './mutate.ts'
import { c, javascript, json } from './value-kinds.ts'
import type { Case, Kind, World } from './world.ts'

export const kinds: Readonly<Record<string, Kind>> = {
  anywhere,
  symbols,
  relocations,
  names,
  instructions,
  programs,
  types,
  ext,
  profile,
  images,
  modules,
  c,
  json,
  javascript,
}
const all = Object.entries(kinds)

/** The case of a seed. The same seed makes the same case, as long as the good objects are the same. */
export function caseOf(world: World, seed: number): Case & { readonly kind: string } {
  const [kind, make] = all[seed % all.length]!
  return { kind, ...make(world, random(seed)) }
}
