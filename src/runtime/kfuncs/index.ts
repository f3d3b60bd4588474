// SPDX-License-Identifier: Apache-2.0
// Models of the kernel's kfuncs, by name; a family a file.

import { mapKfuncs } from './maps.ts'
import type { Model, Models } from '../core/abi.ts'
import { dynptrKfuncs } from './dynptr.ts'
import { iterKfuncs } from './iter.ts'
import { sectionKfuncs } from './sections.ts'
import { throwKfuncs } from './throw.ts'

const families: readonly Models[] = [dynptrKfuncs, iterKfuncs, sectionKfuncs, throwKfuncs]

export const kfuncModels: ReadonlyMap<string, Model> = new Map(
  [...families, mapKfuncs].flatMap((family) => Object.entries(family)),
)
