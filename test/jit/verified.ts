// SPDX-License-Identifier: Apache-2.0
// Programs by chance, judged; those that are accepted run compiled and sanitized, on machines that are otherwise the same, and must come to
// the same: result, packet, context, maps. What the sanitizer finds, and a difference, is a bug of ours.
import { randomOf } from '../../conformance/mutants/random.ts'
import type { Kernel } from '../../src/kernel/index.ts'
import { createMachine, type Machine, SanitizerError, type TestRun } from '../../src/runtime/index.ts'
import type { Result } from '../../src/fault/index.ts'
import { releaseIn } from '../../src/uapi/index.ts'
import { factsOf, linkedOf, loadHandmade, type Made } from '../runtime/handmade.ts'
import { verifiedProgram } from './verified-programs.ts'

export interface Outcome {
  readonly seed: string
  /** Runs made both ways; 0: it was not accepted. */
  readonly runs: number
  /** What went wrong, with the program. */
  readonly wrong?: string
}

/** Programs for which a pair of machines is used: each program leaves maps behind. */
const PROGRAMS_A_MACHINE = 100

export class VerifiedRuns {
  private readonly kernel: Kernel
  private machines: readonly Machine[] = []
  private left = 0

  constructor(kernel: Kernel) {
    this.kernel = kernel
  }

  run(seed: string, { runs }: { readonly runs: number }): Outcome {
    const acquires = releaseIn(this.kernel.release, '6.15')
    const handmade = verifiedProgram(seed, { acquires })
    const linked = linkedOf(handmade, 'random')
    const facts = factsOf(linked, this.kernel)
    if (facts === undefined) return { seed, runs: 0 }
    if (this.left-- === 0) {
      this.machines = [createMachine(this.kernel), createMachine(this.kernel, { sanitize: true })]
      this.left = PROGRAMS_A_MACHINE - 1
    }
    const sides = this.machines.map((machine) => loadHandmade(machine, linked, facts))
    const random = randomOf(`${seed} inputs`)
    const told = (what: string): Outcome => ({ seed, runs, wrong: `program ${seed}: ${what}\n${handmade.text}` })
    for (let i = 0; i < runs; i++) {
      const data = Uint8Array.from({ length: random.oneIn(8) ? 60 : 64 + random.below(200) }, () => random.below(256))
      const ended = sides.map((side) => ending(side, data))
      const [compiled, sanitized] = ended as [string, string]
      if (compiled !== sanitized) {
        this.left = 0
        return told(`on ${Buffer.from(data).toString('hex')}\ncompiled  ${compiled}\nsanitized ${sanitized}`)
      }
    }
    return { seed, runs }
  }
}

/** All that is compared of a run. */
function ending({ program, maps }: Made, data: Uint8Array): string {
  let run: Result<TestRun>
  try {
    run = program.testRun({ data })
  } catch (error) {
    if (error instanceof SanitizerError) return error.message
    throw error
  }
  if (!run.ok) return run.fault.what
  const contents = maps.map((map) => [...map.entries()].map(([key, value]) => `${hex(key)}=${hex(value)}`).join(' '))
  return [run.value.retval, hex(run.value.data), ...contents].join('\n')
}

const hex = (bytes: Uint8Array = new Uint8Array(0)): string => Buffer.from(bytes).toString('hex')
