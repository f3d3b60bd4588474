// SPDX-License-Identifier: Apache-2.0
// Models of the kernel's helper functions, by name; a family a file.

import type { Model, Models } from '../core/abi.ts'
import { mapHelpers } from './maps.ts'
import { controlHelpers } from './control.ts'
import { dynptrHelpers } from './dynptr.ts'
import { fileHelpers } from './files.ts'
import { headerOptionHelpers } from './header-options.ts'
import { infoHelpers } from './info.ts'
import { packetLoads } from './packet-loads.ts'
import { perfHelpers } from './perf.ts'
import { printHelpers } from './print.ts'
import { probeHelpers } from './probe.ts'
import { remoteHelpers } from './remote.ts'
import { ringBufferHelpers } from './ringbuf.ts'
import { seqHelpers } from './seq.ts'
import { skbHelpers } from './skb.ts'
import { stackHelpers } from './stack.ts'
import { storageHelpers } from './storage.ts'
import { assignHelpers } from './assign.ts'
import { syncookieHelpers } from './syncookies.ts'
import { attachHelpers } from './attach.ts'
import { lwtHelpers } from './lwt.ts'
import { mtuHelpers } from './mtu.ts'
import { networkHelpers } from './network.ts'
import { redirectHelpers } from './redirect.ts'
import { skbRoomHelpers } from './skb-room.ts'
import { socketHelpers } from './socket.ts'
import { sockmapHelpers } from './sockmap.ts'
import { sockoptHelpers } from './sockopt.ts'
import { stringHelpers } from './strings.ts'
import { syscallHelpers } from './syscall.ts'
import { sysctlHelpers } from './sysctl.ts'
import { taskHelpers } from './task.ts'
import { timerHelpers } from './timer.ts'
import { traceHelpers } from './trace.ts'
import { tunnelHelpers } from './tunnel.ts'
import { typedHelpers } from './typed.ts'
import { xdpHelpers } from './xdp.ts'

const families: readonly Models[] = [
  mapHelpers,
  controlHelpers,
  dynptrHelpers,
  fileHelpers,
  headerOptionHelpers,
  infoHelpers,
  packetLoads,
  perfHelpers,
  printHelpers,
  probeHelpers,
  remoteHelpers,
  ringBufferHelpers,
  seqHelpers,
  skbHelpers,
  storageHelpers,
  assignHelpers,
  attachHelpers,
  syncookieHelpers,
  lwtHelpers,
  stackHelpers,
  mtuHelpers,
  networkHelpers,
  redirectHelpers,
  skbRoomHelpers,
  socketHelpers,
  sockmapHelpers,
  sockoptHelpers,
  stringHelpers,
  syscallHelpers,
  sysctlHelpers,
  taskHelpers,
  timerHelpers,
  traceHelpers,
  tunnelHelpers,
  typedHelpers,
  xdpHelpers,
]

export const helperModels: ReadonlyMap<string, Model> = new Map(families.flatMap((family) => Object.entries(family)))
