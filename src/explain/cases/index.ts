// SPDX-License-Identifier: Apache-2.0
// What each kind of fault gives to the texts of its code.

import type { Values } from '../fill.ts'
import { boundsValues } from './bounds.ts'
import { callbackValues } from './callbacks.ts'
import { callingValues } from './calling.ts'
import { callValues } from './calls.ts'
import type { Case } from './case.ts'
import { complementValues } from './complement.ts'
import { copyValues } from './copies.ts'
import { followedValues } from './followed.ts'
import { formatValues } from './format.ts'
import { contextValues } from './context.ts'
import { effortValues } from './effort.ts'
import { failingValues } from './failing.ts'
import { droppedValues } from './dropped.ts'
import { fieldValues } from './fields.ts'
import { globalValues } from './globals.ts'
import { givenValues } from './given.ts'
import { graphValues } from './graph.ts'
import { handedValues } from './handed.ts'
import { hookValues } from './hook.ts'
import { leakCaseValues } from './leaks.ts'
import { loopValues } from './loops.ts'
import { madeValues } from './made.ts'
import { mapValues } from './maps.ts'
import { mergedValues } from './merged.ts'
import { neighbourValues } from './neighbours.ts'
import { objectReadValues } from './object-reads.ts'
import { ownerValues } from './owners.ts'
import { packetValues } from './packet.ts'
import { paramValues } from './params.ts'
import { pointerValues } from './pointers.ts'
import { rereadValues } from './reread.ts'
import { remainderValues } from './remainder.ts'
import { returnValues } from './returns.ts'
import { sectionValues } from './sections.ts'
import { smallValues } from './small.ts'
import { symbolValues } from './symbols.ts'
import { socketValues } from './sockets.ts'
import { trustValues } from './trust.ts'
import { twinValues } from './twins.ts'
import { structValues } from './writes.ts'

export { type Case, plural } from './case.ts'

const kinds: readonly ((one: Case) => Values)[] = [
  packetValues,
  boundsValues,
  droppedValues,
  pointerValues,
  fieldValues,
  symbolValues,
  callbackValues,
  formatValues,
  copyValues,
  neighbourValues,
  globalValues,
  socketValues,
  trustValues,
  contextValues,
  structValues,
  callValues,
  callingValues,
  givenValues,
  returnValues,
  rereadValues,
  remainderValues,
  complementValues,
  mergedValues,
  loopValues,
  effortValues,
  smallValues,
  sectionValues,
  ownerValues,
  mapValues,
  graphValues,
  followedValues,
  twinValues,
  handedValues,
  leakCaseValues,
  objectReadValues,
  hookValues,
  failingValues,
  madeValues,
  paramValues,
]

/** All that is known: what one kind cannot say another may. */
export const caseValues = (one: Case): Values =>
  Object.fromEntries(
    kinds.flatMap((valuesFor) => Object.entries(valuesFor(one)).filter(([, value]) => value !== undefined)),
  )
