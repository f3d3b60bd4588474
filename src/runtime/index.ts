// SPDX-License-Identifier: Apache-2.0
export { MachineError } from './core/errors.ts'
export { PerfEventArrayMap, type PerfRecord } from './maps/perf-events.ts'
export { RingBufferMap, UserRingBufferMap } from './maps/ringbuf.ts'
export { createMachine, type Loaded, type LoadOptions, Machine, type MachineOptions, type Refusal } from './machine.ts'
export type { RuntimeMap } from './maps/map.ts'
export type { LoadedProgram } from './program.ts'
export type { TestRun, TestRunOptions } from './testrun/index.ts'
