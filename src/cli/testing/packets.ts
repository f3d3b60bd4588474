// SPDX-License-Identifier: Apache-2.0
// Tests by packets, in the convention of Cilium's data path (bpf/tests in its repository): SEC("tc/test/NAME/pktgen") fills a packet,
// …/setup runs the program under test on it, …/check looks at what came of it. Each is given packet and context as the one before left
// them; before the packet of a check stand the 32 bits that the setup returned. A check returns a status, and has written the results of
// its cases to suite_result_map. Tests of an object share its maps, and are run in the order of their names.
import { fail, formatFault, ok, type Result } from '../../fault/index.ts'
import type { BpfObject, ObjectProgram } from '../../object/index.ts'
import type { Loaded, LoadedProgram, Machine } from '../../runtime/index.ts'
import { type ProgTypeName, sectionRule } from '../../uapi/index.ts'
import { packetSection } from './opened.ts'
import { refused } from './refused.ts'
import { readSuiteResult, type SuiteResult } from './suite-result.ts'
import { comparisons } from './scapy.ts'
import type { OnMachine, Outcome, Test, Tested } from './types.ts'

type Part = 'pktgen' | 'setup' | 'check'
type Parts = ReadonlyMap<Part, readonly ObjectProgram[]>

/** Maps that one test must not leave to the next. */
const cleared = ['suite_result_map', 'mock_skb_meta_map']

export function packetTests(tested: Tested): readonly Test[] {
  const { object } = tested
  const byName = new Map<string, Map<Part, ObjectProgram[]>>()
  const types = new Map<string, ProgTypeName>()
  for (const program of object.programs) {
    const [, type = '', name = '', part] = packetSection.exec(program.section) ?? []
    if (part === undefined) continue
    const rule = sectionRule(type)
    if (rule !== undefined) types.set(program.name, rule.type)
    const parts = byName.get(name) ?? new Map<Part, ObjectProgram[]>()
    parts.set(part as Part, [...(parts.get(part as Part) ?? []), program])
    byName.set(name, parts)
  }
  const suite = new Suite(tested, types)
  return [...byName]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([name, parts]) =>
      testsOf(name, parts).map((one) => ({ name: one.name, run: () => suite.run(one.name, one.parts) })),
    )
}

/** Of several checks each is a test of its own, which begins with the same packet; Cilium's runner takes one of them, whichever. */
function testsOf(name: string, parts: Parts): readonly { readonly name: string; readonly parts: Parts }[] {
  const checks = parts.get('check') ?? []
  if (checks.length < 2) return [{ name, parts }]
  return checks.map((check) => ({ name: `${name}/${check.name}`, parts: new Map([...parts, ['check', [check]]]) }))
}

type Named = Outcome & { readonly name: string }

/** The object is loaded once, when its first test is run. */
class Suite {
  private readonly tested: Tested
  private readonly types: ReadonlyMap<string, ProgTypeName>
  private made: Result<OnMachine> | undefined

  constructor(tested: Tested, types: ReadonlyMap<string, ProgTypeName>) {
    this.tested = tested
    this.types = types
  }

  run(name: string, parts: Parts): readonly Named[] {
    const broken = (why: string): readonly Named[] => [{ name, status: 'error', why }]
    for (const [part, programs] of parts)
      if (programs.length > 1)
        return broken(`there are ${programs.length} ${part} programs: ${programs.map((one) => one.name).join(', ')}`)
    if (!parts.has('check')) return broken(`there is no ${name}/check, which says what came of it`)
    const made = this.load()
    if (!made.ok) return broken(formatFault(made.fault))
    const { machine, loaded } = made.value
    const refusal = this.refusedOf(loaded, parts)
    if (refusal !== undefined) return [{ name, ...refusal }]
    const { maps } = loaded
    try {
      const before = machine.printed.length
      const ran = runParts(machine, loaded, parts)
      const printed = machine.printed.slice(before).map((line) => line.trimEnd())
      if (!ran.ok) return [{ name, status: 'error', why: ran.fault.what, log: printed }]
      const result = readSuiteResult(maps.get(cleared[0]!)?.get(new Uint8Array(4)) ?? new Uint8Array(0))
      if (result === undefined) return broken(`what is in ${cleared[0]} is not a result`)
      return rowsOf(name, ran.value, result, [...printed, ...comparisons(maps.get('scapy_assert_map'))])
    } finally {
      for (const map of cleared) maps.get(map)?.set(new Uint8Array(4), new Uint8Array(maps.get(map)!.def.valueSize))
    }
  }

  private load(): Result<OnMachine> {
    const { object } = this.tested
    const programs = [...object.programs.filter(isPart), ...calledByTail(object)].map(({ name }) => name)
    this.made ??= this.tested.load({ types: this.types, programs, totalInsns: Number.POSITIVE_INFINITY })
    return this.made
  }

  /** Of the test's own programs, and those that tail calls may lead to, the first that is not accepted. */
  private refusedOf({ programs, refused: refusals }: Loaded, parts: Parts): Outcome | undefined {
    const { object } = this.tested
    const own = [...parts.values()].flat()
    const first = [...own, ...calledByTail(object)].find(({ name }) => !programs.has(name))
    return first === undefined
      ? undefined
      : refused(this.tested, first, { type: this.types.get(first.name), refusal: refusals.get(first.name) })
  }
}

const isPart = ({ section }: ObjectProgram): boolean => packetSection.test(section)

/** Programs that the object's prog arrays begin with. */
function calledByTail({ maps, programs }: BpfObject): readonly ObjectProgram[] {
  const names = new Set(maps.flatMap(({ slots }) => [...(slots?.values() ?? [])]))
  return programs.filter(({ name }) => names.has(name))
}

/**
 * The longest packet that programs of every type take: a page but for the room before it and behind it. XDP's leaves place for the status
 * of the setup before it: Cilium's runner gives those as long a one, which the kernel then has in fragments.
 */
const PACKET = 4096 - 256 - 320
const STATUS = 4
/** struct __sk_buff, and some. */
const CONTEXT = 256

/** Statuses, in the two ways that Cilium had them: 0 to 3, and since 2025 100 to 103. */
const statuses: ReadonlyMap<number, Outcome['status']> = new Map([
  [0, 'error'],
  [1, 'pass'],
  [2, 'fail'],
  [3, 'skip'],
  [100, 'error'],
  [101, 'pass'],
  [102, 'fail'],
  [103, 'skip'],
])

/** What the check returned. */
function runParts(machine: Machine, { programs }: Loaded, parts: Parts): Result<number> {
  const check = programs.get(parts.get('check')![0]!.name)!
  let data: Uint8Array = new Uint8Array(check.type === 'BPF_PROG_TYPE_XDP' ? PACKET - STATUS : PACKET)
  let ctx: Uint8Array | undefined = check.type === 'BPF_PROG_TYPE_SCHED_CLS' ? new Uint8Array(CONTEXT) : undefined
  for (const part of ['pktgen', 'setup', 'check'] as const) {
    const program = parts.get(part)?.[0]
    if (program === undefined) continue
    const ran = runPart(programs.get(program.name)!, { data, ctx })
    if (!ran.ok) return fail(`${part} cannot be run: ${ran.fault.what}`)
    const { retval } = ran.value
    if (part === 'check') return ok(retval)
    // what a program under test returns is no status: of the older numbers nothing can be said
    if (retval >= 100 && (statuses.get(retval) === 'error' || statuses.get(retval) === 'fail'))
      return fail(`${part} returned ${retval}: it could not do its part`)
    data = part === 'setup' ? withStatus(retval, ran.value.data ?? data) : (ran.value.data ?? data)
    ctx = longEnough(machine, ran.value.ctx ?? ctx, data)
  }
  return fail('there is no check')
}

const runPart = (program: LoadedProgram, { data, ctx }: { data: Uint8Array; ctx: Uint8Array | undefined }) =>
  program.testRun({ data, ...(ctx === undefined ? {} : { ctx }) })

function withStatus(status: number, packet: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(STATUS + packet.length)
  new DataView(bytes.buffer).setUint32(0, status, true)
  bytes.set(packet, STATUS)
  return bytes
}

/** A test run takes no packet that is longer than its context's wire_len, which the run before told of the packet without a status. */
function longEnough({ layouts }: Machine, ctx: Uint8Array | undefined, { length }: Uint8Array): Uint8Array | undefined {
  const field = layouts.find('__sk_buff', 'wire_len')
  if (ctx?.length !== CONTEXT || field === undefined) return ctx
  const view = new DataView(ctx.buffer, ctx.byteOffset, ctx.length)
  const told = view.getUint32(field.offset, true)
  if (told !== 0 && told < length) view.setUint32(field.offset, length, true)
  return ctx
}

const words = { error: 'says that it could not be run', fail: 'failed', skip: 'skipped', pass: '' } as const

/** A row a case; one of the whole where the check itself says something, or there is no case. */
function rowsOf(
  name: string,
  returned: number,
  { cases, log }: SuiteResult,
  printed: readonly string[],
): readonly Named[] {
  const rows: Named[] = cases.map((one) => {
    const status = statuses.get(one.status)
    return status === undefined
      ? { name: `${name}/${one.name}`, status: 'error', why: `its status is ${one.status}`, log: one.log }
      : { name: `${name}/${one.name}`, status, why: words[status], log: one.log }
  })
  const status = statuses.get(returned)
  const said = [...log, ...printed]
  if (status === undefined)
    return [...rows, { name, status: 'error', why: `check returned ${returned}, which is not a status`, log: said }]
  if (status === 'pass' && rows.length > 0) return rows
  return [...rows, { name, status, why: status === 'pass' ? '' : `check ${words[status]}`, log: said }]
}
