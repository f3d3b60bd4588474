// SPDX-License-Identifier: Apache-2.0
// Models of the kernel's kfuncs, by name; a family a file.

import { mapKfuncs } from './maps.ts'
import type { Model, Models } from '../core/abi.ts'
import { arenaKfuncs } from './arena.ts'
import { cgroupKfuncs } from './cgroup.ts'
import { congestionKfuncs } from './congestion.ts'
import { conntrackKfuncs } from './conntrack.ts'
import { copyDynptrKfuncs } from './copy-dynptr.ts'
import { copyKfuncs } from './copy.ts'
import { cpumaskKfuncs } from './cpumask.ts'
import { cryptoKfuncs } from './crypto.ts'
import { dmabufKfuncs } from './dmabuf.ts'
import { dynptrKfuncs } from './dynptr.ts'
import { fileKfuncs } from './files.ts'
import { icmpKfuncs } from './icmp.ts'
import { iterKfuncs } from './iter.ts'
import { taskIterKfuncs } from './iter-task.ts'
import { keyKfuncs } from './keys.ts'
import { kernelSocketKfuncs } from './ksock.ts'
import { listKfuncs } from './list.ts'
import { lockKfuncs } from './locks.ts'
import { memoryGroupKfuncs } from './memcg.ts'
import { metadataKfuncs } from './metadata.ts'
import { ownedKfuncs } from './owned.ts'
import { qdiscKfuncs } from './qdisc.ts'
import { rbtreeKfuncs } from './rbtree.ts'
import { schedulerKfuncs } from './scheduler.ts'
import { sectionKfuncs } from './sections.ts'
import { sessionKfuncs } from './session.ts'
import { slabKfuncs } from './slab.ts'
import { socketKfuncs } from './sockets.ts'
import { streamKfuncs } from './streams.ts'
import { stringKfuncs } from './strings.ts'
import { taskKfuncs } from './task.ts'
import { throwKfuncs } from './throw.ts'
import { wakeupKfuncs } from './wakeup.ts'
import { wqKfuncs } from './wq.ts'
import { xdpKfuncs } from './xdp.ts'
import { xfrmKfuncs } from './xfrm.ts'

const families: readonly Models[] = [
  fileKfuncs,
  lockKfuncs,
  mapKfuncs,
  metadataKfuncs,
  sessionKfuncs,
  slabKfuncs,
  socketKfuncs,
  streamKfuncs,
  congestionKfuncs,
  arenaKfuncs,
  cgroupKfuncs,
  conntrackKfuncs,
  copyDynptrKfuncs,
  copyKfuncs,
  cpumaskKfuncs,
  cryptoKfuncs,
  dmabufKfuncs,
  dynptrKfuncs,
  iterKfuncs,
  kernelSocketKfuncs,
  keyKfuncs,
  memoryGroupKfuncs,
  qdiscKfuncs,
  schedulerKfuncs,
  wakeupKfuncs,
  icmpKfuncs,
  xfrmKfuncs,
  sectionKfuncs,
  taskIterKfuncs,
  stringKfuncs,
  taskKfuncs,
  throwKfuncs,
  wqKfuncs,
  xdpKfuncs,
  listKfuncs,
  ownedKfuncs,
  rbtreeKfuncs,
]

export const kfuncModels: ReadonlyMap<string, Model> = new Map(families.flatMap((family) => Object.entries(family)))
