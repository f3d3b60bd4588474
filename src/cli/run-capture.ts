// SPDX-License-Identifier: Apache-2.0
// kfuncs run --data FILE.pcap: a run for each packet of a capture, in its order, on maps that they share; how often which verdict came.
import { formatFault } from '../fault/index.ts'
import type { Loaded, LoadedProgram, Machine } from '../runtime/index.ts'
import { returnValueName } from '../uapi/index.ts'
import { jsonLine } from './output.ts'
import { type CapturedPacket, readCapture } from './pcap.ts'
import { eventLines, type Events, eventsJson } from './run-events.ts'
import { changesSince } from './run-maps.ts'
import { returnedLines } from './run-returned.ts'
import { changeLines, hexOrNull, resultText } from './run-told.ts'
import { complain, orTell } from './usage.ts'

interface CaptureRun {
  readonly machine: Machine
  readonly loaded: readonly Loaded[]
  readonly program: LoadedProgram
  readonly events: Events
  readonly capture: Uint8Array
  readonly ctx: ((length: number) => Uint8Array) | undefined
  readonly format: string
}

/** 0: every packet was run; 1: one was not. */
export function runCapture({ machine, loaded, program, events, capture, ctx, format }: CaptureRun): number {
  const packets = orTell(readCapture(capture))
  const changed = changesSince(loaded)
  const counts = new Map<string, number>()
  const write = (line: string): void => void process.stdout.write(`${line}\n`)
  let failed = 0
  for (const [i, packet] of packets.entries()) {
    const { data } = packet
    const run = program.testRun({ data, ...(ctx === undefined ? {} : { ctx: ctx(data.length) }) })
    if (!run.ok) failed++
    const what = run.ok ? resultText(program.type, run.value.retval) : 'not run'
    counts.set(what, (counts.get(what) ?? 0) + 1)
    const after = run.ok ? run.value.data : undefined
    const sent = events.take()
    if (format === 'json') {
      const said = run.ok
        ? { retval: run.value.retval, name: nameOf(program, run.value.retval), fault: null }
        : { retval: null, name: null, fault: run.fault.what }
      write(jsonLine({ packet: i + 1, length: data.length, ...said, data: hexOrNull(after), events: eventsJson(sent) }))
      continue
    }
    write(`packet ${i + 1}, ${lengthOf(packet)}: ${run.ok ? what : `not run: ${run.fault.what}`}`)
    if (after !== undefined) for (const line of returnedLines(machine, program, data, after)) write(line)
    for (const line of eventLines(sent)) write(line)
    if (!run.ok && packets.length === 1) complain(formatFault(run.fault))
  }
  const changes = changed()
  const verdicts = [...counts].sort(([, a], [, b]) => b - a)
  if (format === 'json') {
    write(
      jsonLine({
        program: program.name,
        packets: packets.length,
        verdicts: Object.fromEntries(verdicts),
        changes,
        printed: machine.printed,
      }),
    )
  } else {
    const told = verdicts.map(([name, count]) => `${count} ${name}`)
    write(
      `${program.name}: ${packets.length} packet${packets.length === 1 ? '' : 's'}${told.length === 0 ? '' : `: ${told.join(', ')}`}`,
    )
    for (const line of changeLines(changes, machine)) write(line)
  }
  return failed === 0 ? 0 : 1
}

const lengthOf = ({ data, length }: CapturedPacket): string =>
  data.length < length ? `${data.length} of ${length} bytes` : `${data.length} bytes`

const nameOf = ({ type }: LoadedProgram, retval: number): string | null => returnValueName(type, retval) ?? null
