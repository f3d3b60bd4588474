// SPDX-License-Identifier: Apache-2.0
// What whoever filed a report would have wanted to read of the program rebuilt from it: what must be said, and what must not because it
// would not load or would not help.

import type { Want } from './want.ts'
import { argumentWants } from './wants/arguments.ts'
import { callerWants } from './wants/callers.ts'
import { kernelObjectWants } from './wants/kernel-objects.ts'
import { loadingWants } from './wants/loading.ts'
import { memoryWants } from './wants/memory.ts'
import { ownedWants } from './wants/owned.ts'
import { packetWants } from './wants/packet.ts'
import { pointerWants } from './wants/pointers.ts'
import { programWants } from './wants/program.ts'
import { referenceWants } from './wants/references.ts'

export const wants: readonly Want[] = [
  ...callerWants,
  ...argumentWants,
  ...kernelObjectWants,
  ...referenceWants,
  ...ownedWants,
  ...memoryWants,
  ...packetWants,
  ...pointerWants,
  ...programWants,
  ...loadingWants,
]
