// SPDX-License-Identifier: Apache-2.0
// kfuncs test OBJ…: the C tests that objects hold, run on a modelled kernel.
import { formatFault, ok, type Result, thrownText } from '../fault/index.ts'
import type { Kernel } from '../kernel/index.ts'
import { type BpfObject, matches, type Settings, withSettings, type WithSettings } from '../object/index.ts'
import { createMachine, type LoadOptions, MachineError, type Observer, SanitizerError } from '../runtime/index.ts'
import { BUG, bugText } from './bug.ts'
import { objectName } from './check-object.ts'
import { coverageFor, writeCoverage } from './coverage.ts'
import type { KernelOptions, SettingFlags } from './flags.ts'
import { kernelOf } from './kernel.ts'
import { didYouMean } from './nearest.ts'
import { findObjects } from './objects.ts'
import { joined } from './observers.ts'
import { fileOutput, standardOutput } from './output.ts'
import { mappedPath } from './path-map.ts'
import { type Element, elementsOf, putElements, withPrograms } from './run-elements.ts'
import { openTests } from './testing/opened.ts'
import { packetTests } from './testing/packets.ts'
import { type TestFormat, testPrinters } from './testing/print.ts'
import { taggedTests } from './testing/tagged.ts'
import type { OnMachine, Test, TestRow } from './testing/types.ts'
import { allOf, progTypeOf, settingsOf, Unset } from './settings.ts'
import { tracer } from './trace.ts'
import type { ProgTypeName } from '../uapi/index.ts'
import { complain, readInput, UsageError } from './usage.ts'

export interface TestFlags extends KernelOptions, SettingFlags {
  /** Names of tests, with * and ?; none: all. */
  readonly name: readonly string[]
  /** NAME[KEY]=VALUE each, or @FILE. */
  readonly map: readonly string[]
  readonly progType?: string
  readonly cpu?: number
  readonly seed?: number
  readonly sanitize?: boolean
  /** Each instruction that is executed is told of. */
  readonly trace?: boolean
  readonly format: TestFormat
  readonly outputFile?: string
  readonly quiet?: boolean
  readonly coverage?: string
  readonly pathMap: readonly string[]
}

/** The exit status: 0 all passed or were skipped, 1 one did not, 2 something cannot be read, or there is no test, 3 a bug of ours. */
export async function test(named: readonly string[], flags: TestFlags): Promise<number> {
  const kernel = await kernelOf(flags)
  const settings = settingsOf(flags)
  const type = progTypeOf(flags.progType)
  const out = flags.outputFile === undefined ? standardOutput : fileOutput(flags.outputFile)
  const mapped = mappedPath(flags.pathMap)
  const coverage = coverageFor(flags.coverage)
  const observer = joined([
    ...(coverage === undefined ? [] : [coverage.observer]),
    ...(flags.trace === true ? [tracer(kernel)] : []),
  ])
  const elements = new Filled(elementsOf(flags.map))
  const printer = testPrinters[flags.format](out, { kernel: kernel.release, quiet: flags.quiet === true })
  const { paths, met, troubles } = await findObjects(named)
  let status = 0
  const fail = (message: string, worst = 2): void => {
    complain(message)
    status = Math.max(status, worst)
  }
  for (const { message } of troubles) fail(message)
  const names: string[] = []
  const unset = new Unset()
  let ran = 0
  for (const path of paths) {
    const opened = opening(path, settings, flags)
    if (typeof opened === 'string') {
      fail(opened)
      continue
    }
    const { object, unknown } = opened
    unset.add(unknown)
    const tests = testsOf(object, { kernel, flags, type, observer, elements: elements.of(object) })
    // what a folder holds besides tests is passed over
    if (tests.length === 0 && !met.has(path))
      fail(`${path}: no tests in this object — docs/testing.md says what is one`)
    names.push(...tests.map(({ name }) => name))
    for (const one of tests.filter(({ name }) => isWanted(name, flags.name))) {
      ran++
      for (const row of rowsOf(object.name, one, { own: flags.module.length > 0, fail })) {
        printer.add(row)
        if (row.status === 'fail' || row.status === 'error') status = Math.max(status, 1)
      }
    }
  }
  unset.require()
  elements.require()
  if (ran === 0 && status === 0) throw new UsageError(noTest(flags.name, names))
  printer.end()
  out.end()
  if (coverage !== undefined) writeCoverage(coverage, flags.coverage!, mapped)
  return status
}

/** A text says why it cannot be read. */
function opening(
  path: string,
  settings: Settings,
  flags: Pick<TestFlags, 'loader' | 'legacyMaps'>,
): WithSettings | string {
  try {
    const opened = openTests(readInput(path), objectName(path), flags)
    if (!opened.ok) return formatFault(opened.fault)
    const set = withSettings(opened.value, settings)
    return set.ok ? set.value : formatFault(set.fault)
  } catch (error) {
    if (error instanceof UsageError) return error.message
    throw error
  }
}

/** Elements that maps have before their tests, by the objects that have the maps. */
class Filled {
  private readonly elements: readonly Element[]
  private readonly names = new Set<string>()

  constructor(elements: readonly Element[]) {
    this.elements = elements
  }

  of({ maps }: BpfObject): readonly Element[] {
    for (const { name } of maps) this.names.add(name)
    return this.elements.filter((one) => maps.some(({ name }) => name === one.map))
  }

  /** Throws a UsageError where no object has the map. */
  require(): void {
    const first = this.elements.find(({ map }) => !this.names.has(map))
    if (first === undefined) return
    const near = didYouMean(first.map, [...this.names])
    throw new UsageError(`${first.what}: no object has a map ${first.map}${near === undefined ? '' : ` — ${near}`}`)
  }
}

interface Around {
  readonly kernel: Kernel
  readonly flags: Pick<TestFlags, 'cpu' | 'seed' | 'sanitize' | 'module'>
  readonly type: ProgTypeName | undefined
  readonly observer: Observer | undefined
  readonly elements: readonly Element[]
}

function testsOf(plain: BpfObject, { kernel, flags, type, observer, elements }: Around): readonly Test[] {
  const { cpu = 0, seed = 0, sanitize = false } = flags
  const { object, programs, rest } = withPrograms(plain, elements)
  const load = (options: LoadOptions): Result<OnMachine> => {
    const machine = createMachine(kernel, {
      seed,
      cpus: cpu + 1,
      sanitize,
      traceReferences: flags.module.length > 0,
      ...(observer === undefined ? {} : { observer }),
    })
    machine.cpu = cpu
    const wanted = [...new Set([...(options.programs ?? []), ...programs])]
    const types = new Map([...allOf(object, type), ...(options.types ?? [])])
    const loaded = machine.load(object, { ...options, programs: wanted, types })
    if (!loaded.ok) return loaded
    putElements(machine, loaded.value, rest)
    return ok({ machine, loaded: loaded.value })
  }
  const tested = { object, kernel, type, load }
  return [...taggedTests(tested), ...packetTests(tested)]
}

const isWanted = (name: string, patterns: readonly string[]): boolean =>
  patterns.length === 0 || patterns.some((pattern) => matches(pattern, name))

interface Whose {
  /** There are bodies of the user's own. */
  readonly own: boolean
  readonly fail: (message: string, worst?: number) => void
}

function rowsOf(object: string, { name, run }: Test, { own, fail }: Whose): readonly TestRow[] {
  const start = process.hrtime.bigint()
  const told = (): readonly (Omit<TestRow, 'object' | 'timeUs' | 'log'> & { readonly log?: readonly string[] })[] => {
    try {
      return run()
    } catch (error) {
      if (error instanceof UsageError) throw error
      const isOurs = error instanceof SanitizerError || (!own && !(error instanceof MachineError))
      if (isOurs) fail(`${object}: ${name}: ${bugText(error)}`, BUG)
      return [{ name, status: 'error', why: thrownText(error) }]
    }
  }
  const rows = told()
  const timeUs = Math.round(Number(process.hrtime.bigint() - start) / 1000)
  // cases are parts of one run: the first has its time
  return rows.map((row, i) => ({ ...row, object, log: row.log ?? [], timeUs: i === 0 ? timeUs : 0 }))
}

function noTest(patterns: readonly string[], names: readonly string[]): string {
  if (names.length === 0) return 'no tests in these objects — docs/testing.md says what is one'
  const meant = patterns.length === 1 ? didYouMean(patterns[0]!, names) : undefined
  const some = `there ${names.length === 1 ? 'is' : 'are'} ${names.slice(0, 12).join(', ')}${names.length > 12 ? ' …' : ''}`
  return `no test is called ${patterns.join(' or ')} — ${meant ?? some}`
}
