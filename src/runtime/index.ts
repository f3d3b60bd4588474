// SPDX-License-Identifier: Apache-2.0
export type { Sysctl } from './helpers/sysctl.ts'
export type { Argument, Called, CallOptions } from './calls/index.ts'
export type { Observer } from './core/core.ts'
export { Coverage } from './coverage.ts'
export { MachineError } from './core/errors.ts'
export { PerfEventArrayMap, type PerfRecord } from './maps/perf-events.ts'
export { RingBufferMap, UserRingBufferMap } from './maps/ringbuf.ts'
export { createMachine, type Held, type Loaded, type LoadOptions, Machine, type MachineOptions } from './machine.ts'
export { SanitizerError, type SanitizerReport, smallestInput } from './sanitize/index.ts'
export { type BodyParam, type BodySignature, bodySignature, type BodyValue } from './host/signature.ts'
export type { RuntimeMap } from './maps/map.ts'
export type { Cgroup, CgroupMemory, CgroupOptions } from './objects/cgroup.ts'
export type { SocketRedirect } from './helpers/sockmap.ts'
export type { File, FileOptions, Verity } from './objects/file.ts'
export type { Fields } from './core/objects.ts'
export type { Skb } from './objects/made-skb.ts'
export type { Socket, SocketOptions } from './objects/made-socket.ts'
export type { Redirect } from './objects/redirects.ts'
export type { RemoteEvent } from './objects/remote.ts'
export type { Sample } from './objects/sample.ts'
export type { Sent } from './objects/ksock.ts'
export type { Watchdog } from './objects/qdisc.ts'
export type { Kick, Queued, Scheduler, SchedulerExit } from './objects/scheduler.ts'
export type { Signal } from './objects/signals.ts'
export type { Task, TaskOptions } from './objects/task.ts'
export { type StructOps, type StructOpsAsync, StructOpsLink } from './struct-ops/index.ts'
export type { LoadedProgram } from './program.ts'
export { type Refusal, whyRefused } from './refusal.ts'
export type { TestRun, TestRunOptions } from './testrun/index.ts'
export {
  type Codec,
  codecs,
  decode,
  encode,
  loadSkeleton,
  MapView,
  ObjectsView,
  perCpu,
  RingView,
  type Skeleton,
  type SkeletonOptions,
  type SkeletonPlan,
  type VariablePlan,
} from './skeleton/index.ts'
