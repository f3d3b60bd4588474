// SPDX-License-Identifier: Apache-2.0
// A kfunc that the kernel has not: the first that we know with it, where that is a later one.

import { laterKernelWith } from '../../kfunc/index.ts'
import type { Kernel } from '../../kernel/index.ts'
import type { Values } from '../fill.ts'

export const laterValues = (name: string, { release }: Kernel): Values => ({
  laterKernel: laterKernelWith(name, release),
  ownRelease: release,
})
