// SPDX-License-Identifier: Apache-2.0
// A program that was accepted, on its machine: compiled when it runs first.

import { fail, ok, type Result } from '../fault/index.ts'
import { type Callee, type Instance, jitProgramOf, type LowCall, withReplaced } from '../jit/index.ts'
import type { Kernel } from '../kernel/index.ts'
import type { Kfunc } from '../kfunc/index.ts'
import { asReplaced, type LinkedProgram } from '../object/index.ts'
import type { Facts } from '../verifier/index.ts'
import { behindOf, type Bound, modelOf, type Own } from './behind.ts'
import { type Called, type CallOptions, callSteps } from './calls/index.ts'
import type { Core, Invocation, ProgramFunction } from './core/core.ts'
import { beginWork, endWork, enter, giveBack, type Work, within } from './core/entry.ts'
import { MachineError } from './core/errors.ts'
import { wrongInput } from './core/options.ts'
import { BpfThrow } from './core/throw.ts'
import { runWaiting } from './core/waiting.ts'
import { programAddress } from './maps/objects.ts'
import { schedulerOf } from './objects/scheduler.ts'
import { type Execution, executionOf } from './execution.ts'
import { SanitizerError, sanitized } from './sanitize/index.ts'
import { type Run, type RunSteps, settled } from './steps.ts'
import {
  type Later,
  hasTestRun,
  noTestRun,
  type TestRun,
  type TestRunOptions,
  testRunOf,
  testRunSteps,
} from './testrun/index.ts'
import { targetOf } from './target.ts'

// read ahead: where the stack has just run out, looking them up fails
const [Known, Contradiction] = [MachineError, SanitizerError]

export class LoadedProgram {
  readonly name: string
  readonly section: string
  readonly type: string
  readonly linked: LinkedProgram
  readonly facts: Facts
  private readonly core: Core
  private readonly target: Invocation['target']
  private readonly map: Own['map']
  /** What a freplace program replaces a function of. */
  private readonly replaces: LoadedProgram | undefined
  /** Programs that stand in for its functions, by the functions' numbers. */
  private readonly replaced = new Map<number, LoadedProgram>()
  private made: Made | undefined
  private unloaded = false
  private detach: (() => void) | undefined
  /** Kfuncs it calls that may sleep; found when it is first asked. */
  private sleepable: readonly Kfunc[] | undefined
  /** It may sleep, and makes tail calls; found when it is first asked. */
  private leadsOn: boolean | undefined

  constructor(core: Core, { linked, facts, replaces }: Accepted, map: Own['map']) {
    this.core = core
    this.linked = linked
    this.facts = facts
    this.map = map
    this.replaces = replaces
    this.name = linked.name
    this.section = linked.section
    this.type = linked.type
    this.target = targetOf(linked)
  }

  /** Does BPF_PROG_TEST_RUN run it? Of tracing and struct_ops programs those on what the kernel has for tests; the others are called. */
  get hasTestRun(): boolean {
    return hasTestRun(this.linked)
  }

  /** Compiles it now, rather than when it runs first. */
  prepare(): Result<void> {
    try {
      this.make()
      return ok(undefined)
    } catch (error) {
      return this.faultOf(error)
    }
  }

  /** As BPF_PROG_TEST_RUN: a `Fault` says which option the type does not take, or what of the machine is not modelled. */
  testRun(options: TestRunOptions = {}): Result<TestRun> {
    const run = testRunOf(this.type)
    if (run === undefined) return fail(noTestRun(this.type), { program: this.name })
    const held: (() => void)[] = []
    try {
      return enter(this.core, this.name, () => {
        const unfit = wrongInput(options)
        if (unfit !== undefined) return fail(unfit.what, { program: this.name }, unfit.hint)
        if (options.liveFrames === true && this.type !== 'BPF_PROG_TYPE_XDP')
          return fail('only XDP has live frames (EINVAL)', { program: this.name })
        // 0 is once, as the kernel has it
        const given = options.repeat === 0 ? { ...options, repeat: 1 } : options
        return run(this.core, this, given, (free) => held.push(free))
      })
    } catch (error) {
      if (error instanceof Contradiction) throw new Contradiction({ ...error.report, input: options })
      return this.faultOf(error)
    } finally {
      for (const free of held) free()
    }
  }

  /**
   * The same for programs that call kfuncs whose bodies answer promises (KF_SLEEPABLE ones may): others run while it waits. Programs of a type
   * that has sleepable ones and a context of bytes (syscall) wait in it, all others run as by `testRun`: compiled. Rejects where `testRun` throws.
   */
  async testRunAsync(options: TestRunOptions = {}): Promise<Result<TestRun>> {
    const steps = this.waits && wrongInput(options) === undefined ? testRunSteps(this.type) : undefined
    return steps === undefined ? this.testRun(options) : this.waiting((later) => steps(this.core, this, options, later))
  }

  /** `call` for programs that call kfuncs whose bodies answer promises. */
  async callAsync(options: CallOptions = {}): Promise<Result<Called>> {
    return this.waits && wrongInput(options) === undefined
      ? this.waiting(() => callSteps(this.core, this, options))
      : this.call(options)
  }

  /** It, or a program that its tail calls lead to. */
  private get waits(): boolean {
    this.leadsOn ??= this.linked.sleepable && this.facts.insns.some(isTailCall)
    return this.leadsOn || this.mayWait.size > 0
  }

  /** Kfuncs it calls whose bodies may answer promises. */
  private get mayWait(): ReadonlySet<string> {
    this.sleepable ??= sleepableCalls(this.facts, this.core.kernel)
    const waiting = this.sleepable.filter(({ name, body }) => body !== undefined || this.core.mocks.has(name))
    return new Set(waiting.map(({ name }) => name))
  }

  private async waiting<T>(make: (later: Later) => RunSteps<Result<T>>): Promise<Result<T>> {
    const { core, name } = this
    const work = beginWork(core)
    const held: (() => void)[] = []
    const part = <R>(run: () => R): R => within(core, work, name, run)
    try {
      const steps = make((free) => held.push(free))
      let step = part(() => steps.next())
      while (step.done !== true) {
        const run = step.value
        const ended = await this.runWaiting(work, run).then(
          (r0) => ({ r0 }),
          (error: unknown) => ({ error }),
        )
        step = part(() => {
          if ('r0' in ended) return steps.next(ended.r0)
          // told already, or a body's own
          core.thrown = ended.error
          return steps.throw(ended.error)
        })
      }
      return step.value
    } catch (error) {
      giveBack(core, work)
      return this.faultOf(error)
    } finally {
      for (const free of held) free()
      endWork(core, work)
    }
  }

  private runWaiting(work: Work, run: Run): Promise<bigint> {
    const { core } = this
    const { exceptionCallback, execution } = this.make()
    const { start } = execution
    return runWaiting(core, {
      work,
      invocation: this.invocation(run, exceptionCallback),
      start:
        'steps' in start
          ? { steps: (frame) => start.steps(run.context, frame) }
          : { compiled: (frame) => start.compiled(run.context, frame) },
      thrown: (error) => thrown(core, exceptionCallback, error),
    })
  }

  /** As the kernel calls programs that it has no test run for: kprobes, tracepoints, LSM hooks, struct_ops members, iterators … */
  call(options: CallOptions = {}): Result<Called> {
    try {
      return enter(this.core, this.name, () => {
        const unfit = wrongInput(options)
        if (unfit !== undefined) return fail(unfit.what, { program: this.name }, unfit.hint)
        return settled(this, callSteps(this.core, this, options))
      })
    } catch (error) {
      return this.faultOf(error)
    }
  }

  /** What the machine did not do; anything else is thrown on. */
  private faultOf(error: unknown): Result<never> {
    if (!(error instanceof Known)) throw error
    const { message, body } = error
    return fail(message, { program: this.name, ...error.place }, body === undefined ? undefined : `it was in ${body}`)
  }

  /** r0 of one run on a context that lies in the machine's memory; `notes`: what its helpers leave behind. Throws a MachineError where the machine cannot go on. */
  run(context: number, notes: Invocation['notes'] = new Map()): bigint {
    const { core } = this
    const made = this.make()
    const { structOps } = this.linked
    const scheduler = structOps?.typeName === 'sched_ext_ops' ? schedulerOf(core) : undefined
    scheduler?.begin(structOps!.member)
    const r0 = this.inRun({ context, notes }, made, () => {
      try {
        return core.call(made.entry, context)
      } catch (error) {
        return thrown(core, made.exceptionCallback, error)
      }
    })
    scheduler?.end(r0)
    return r0
  }

  /** The low half of the last r0, without sign, of so many runs on one context; `each`: what is done around each that may redirect. */
  repeat(context: number, times: number, each: Around = {}): number {
    const made = this.make()
    const { repeat } = made
    if (repeat !== undefined)
      return this.inRun({ context, notes: new Map() }, made, () =>
        this.core.onStack((frame) => {
          let last = 0
          for (let left = times; left > 0; left -= MOST_AT_ONCE)
            last = repeat(context, frame, Math.min(left, MOST_AT_ONCE)) >>> 0
          return last
        }),
      )
    let last = 0
    for (let i = 0; i < times; i++) {
      each.before?.()
      last = Number(this.run(context) & 0xffff_ffffn)
      each.after?.(last)
    }
    return last
  }

  private inRun<T>(run: Run, { exceptionCallback }: Made, work: () => T): T {
    const { core } = this
    const outer = core.current
    core.current = this.invocation(run, exceptionCallback)
    try {
      return work()
    } finally {
      core.current = outer
    }
  }

  private invocation(run: Run, exceptionCallback: ProgramFunction | undefined): Invocation {
    return {
      program: this.name,
      type: this.type,
      attachType: this.linked.attachType,
      target: this.target,
      ...run,
      sleepable: this.linked.sleepable,
      exceptionCallback,
      tailCalls: 0,
    }
  }

  /** What stands for it where the kernel takes its descriptor: in program arrays, say. */
  get address(): number {
    return programAddress(this.core, this)
  }

  /** Its place in the machine's table of functions, for tail calls. */
  get place(): number {
    return this.make().execution.place
  }

  /**
   * A freplace program stands in for the function that it replaces, from the next run of that function's program on. A `Fault` where
   * another does already, as the kernel has it (EBUSY), and for programs of other types: those run, or are called.
   */
  attach(): Result<Attachment> {
    const { core, name, replaces, linked } = this
    if (replaces === undefined)
      return fail(`only freplace programs are attached; one of type ${this.type} is run or called`, { program: name })
    const { replaced } = replaces
    const start = replaces.linked.funcs.find(({ typeId }) => typeId === linked.attach?.btfId)?.insn
    const number = replaces.facts.subprogs.findIndex((func) => func.start === start)
    const other = replaced.get(number)
    if (other !== undefined)
      return fail(`${linked.attach?.name} of ${replaces.name} is replaced by ${other.name} already (EBUSY)`, {
        program: name,
      })
    const detach = (): void => {
      if (replaced.get(number) !== this) return
      replaced.delete(number)
      core.generation++
    }
    replaced.set(number, this)
    core.generation++
    this.detach = detach
    return ok({ detach })
  }

  /** It runs no more. */
  unload(): void {
    this.detach?.()
    this.unloaded = true
    this.made = undefined
  }

  private make(): Made {
    if (this.unloaded) throw new MachineError('misuse', `${this.name} was unloaded`)
    if (this.made?.generation !== this.core.generation) this.made = this.compile()
    return this.made
  }

  private compile(): Made {
    const { core, facts } = this
    const linked = asReplaced(this.linked)
    // functions that are called back have an address before they are compiled
    const functions = new Map<number, ProgramFunction>()
    let execution: Execution | undefined
    const functionFrom = (insn: number): ProgramFunction => {
      let func = functions.get(insn)
      if (func === undefined) {
        const number = facts.subprogs.findIndex(({ start }) => start === insn)
        const name = facts.subprogs[number]?.name ?? ''
        let low: LowCall | undefined
        func = {
          name: name === '' ? linked.name : name,
          call: (registers, frame) => execution!.run(number, registers, frame),
          low: () => {
            low ??= execution!.low(number)
            return low
          },
        }
        functions.set(insn, func)
      }
      return func
    }
    const imports = new Map<string, Bound>()
    const own = jitProgramOf(linked, facts, behindOf(core, linked, { map: this.map, functionFrom }, imports))
    const jit = withReplaced(own, this.standIns(imports))
    core.observer?.loaded?.(linked)
    const options = {
      jit,
      imports,
      linked,
      mayWait: this.mayWait,
      sanitized: core.sanitizes
        ? sanitized(core, { linked, facts, map: this.map, viewed: new Set(jit.fields?.keys()) })
        : undefined,
    }
    execution = executionOf(core, options)
    const callback = facts.subprogs.find(({ exceptionCallback }) => exceptionCallback)
    return {
      generation: core.generation,
      entry: functionFrom(0),
      execution,
      exceptionCallback: callback === undefined ? undefined : functionFrom(callback.start),
      repeat:
        this.replaced.size > 0 ||
        facts.insns.some((fact) => fact?.call !== undefined && modelOf(fact.call)?.ofOneRun === true)
          ? undefined
          : execution.repeat,
    }
  }

  /** What is called instead of functions that others stand in for. */
  private standIns(imports: Map<string, Bound>): ReadonlyMap<number, Callee> {
    const { core } = this
    return new Map(
      [...this.replaced].map(([number, program]) => {
        const name = `replaced ${number}`
        // before anything is counted
        program.make()
        imports.set(name, (...registers: readonly bigint[]) =>
          core.onStack((frame) => BigInt.asIntN(64, program.standIn(registers, frame))),
        )
        return [number, { name, params: fiveWords, result: 'i64', callsBack: true }]
      }),
    )
  }

  /** Called as the function that it replaces is. What it throws ends it, and not who called. */
  private standIn(registers: readonly bigint[], frame: number): bigint {
    const { entry, exceptionCallback } = this.make()
    try {
      return entry.call(
        registers.map((value) => BigInt.asUintN(64, value)),
        frame,
      )
    } catch (error) {
      return thrown(this.core, exceptionCallback, error)
    }
  }
}

/** R1 to R5. */
const fiveWords = ['i64', 'i64', 'i64', 'i64', 'i64'] as const

/** A program that was accepted. */
export interface Accepted {
  readonly linked: LinkedProgram
  readonly facts: Facts
  /** The program that it replaces a function of. */
  readonly replaces?: LoadedProgram | undefined
}

export interface Attachment {
  /** The function is its own program's again. */
  detach(): void
}

const isTailCall = (fact: Facts['insns'][number]): boolean =>
  fact?.call?.kind === 'helper' && fact.call.name === 'bpf_tail_call'

function sleepableCalls({ insns }: Facts, { kfuncs }: Kernel): readonly Kfunc[] {
  const called = insns.flatMap((fact) => (fact?.call?.kind === 'kfunc' ? (kfuncs.get(fact.call.name) ?? []) : []))
  return called.filter(({ flags }) => flags.has('KF_SLEEPABLE'))
}

/** r0 of a program that ended by bpf_throw(). */
function thrown(core: Core, exceptionCallback: ProgramFunction | undefined, error: unknown): bigint {
  if (!(error instanceof BpfThrow)) throw error
  return exceptionCallback === undefined ? error.cookie : core.call(exceptionCallback, error.cookie)
}

/** Runs of one call: engines go over to code that they compiled better between calls. */
const MOST_AT_ONCE = 4096

/** What is done before and after a run. */
export interface Around {
  readonly before?: () => void
  readonly after?: (retval: number) => void
}

interface Made {
  /** Of the machine, as it was linked to what it calls. */
  readonly generation: number
  readonly entry: ProgramFunction
  readonly execution: Execution
  readonly exceptionCallback: ProgramFunction | undefined
  /** So many runs as one call; undefined: each is one. */
  readonly repeat: Instance['repeat'] | undefined
}
