// SPDX-License-Identifier: Apache-2.0
// Which programs to change: the examples and the selftests, those that call kfuncs and those the kernel accepts first.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Kernel } from '../../src/kernel/index.ts'
import { type LinkedProgram, linkProgram, openObject } from '../../src/object/index.ts'
import { lab, readVerdicts, root } from '../lab.ts'
import type { Batch } from './ask.ts'
import { formatMutant } from './edits.ts'
import { makeMutant } from './operators.ts'
import { type Random, randomOf } from './random.ts'

export interface Base {
  readonly obj: string
  readonly prog: string
  readonly accepted: boolean
  readonly kfuncs: boolean
}

/** Programs slower than this for the kernel are left alone. */
const maxInsns = 20_000

export async function bases(only: string | undefined, prog: string | undefined): Promise<Base[]> {
  const { programs } = JSON.parse(readFileSync(join(root, 'examples', 'verdicts.json'), 'utf8')) as {
    programs: { object: string; program: string; verdict: string; stage?: string; kfuncs: string[] }[]
  }
  const examples = programs
    .filter(({ object, stage }) => !object.startsWith('testmod/') && (stage ?? 'verifier') === 'verifier')
    .map(({ object, program, verdict, kfuncs }) => ({
      obj: `examples/${object}`,
      prog: program,
      accepted: verdict === 'accept',
      kfuncs: kfuncs.length > 0,
    }))
  const selftests = (await readVerdicts())
    .filter(({ obj, mode, verdict, verified_insns = 0 }) => {
      return obj.startsWith('v3/') && mode === 'priv' && /^(accept|reject)$/.test(verdict) && verified_insns < maxInsns
    })
    .map((row) => ({
      obj: row.obj,
      prog: row.prog,
      accepted: row.verdict === 'accept',
      kfuncs: (row.kfuncs?.length ?? 0) > 0,
    }))
  return [...examples, ...selftests].filter(
    (base) => (only === undefined || base.obj.includes(only)) && (prog === undefined || base.prog === prog),
  )
}

export const pathOf = (obj: string): string =>
  obj.startsWith('examples/') ? join(root, obj) : join(lab, 'corpus', obj)

/** Of eight programs five call kfuncs, and of eight seven are accepted as they are. */
export function choose(all: readonly Base[], count: number, random: Random): Base[] {
  if (all.length <= count) return [...all]
  const chosen = new Set<Base>()
  for (let tries = 0; chosen.size < count && tries < 100 * count; tries++) {
    const kfuncs = !random.oneIn(3)
    const accepted = !random.oneIn(8)
    const pool = all.filter((base) => base.kfuncs === kfuncs && base.accepted === accepted)
    if (pool.length > 0) chosen.add(random.pick(pool))
  }
  return [...chosen]
}

export function makeBatch(kernel: Kernel, { obj, prog }: Base, count: number, seed: string): Batch | undefined {
  const program = linkOf(kernel, obj, prog)
  if (program === undefined || [...program.refs.values()].some(({ kind }) => kind === 'missing')) return undefined
  const random = randomOf(`${seed} ${obj} ${prog}`)
  const mutants = new Set<string>()
  for (let tries = 0; mutants.size < count && tries < 4 * count; tries++) {
    const { mutant } = makeMutant(program, random)
    if (mutant.length > 0) mutants.add(formatMutant(mutant))
  }
  return { obj, prog, mutants: [...mutants] }
}

export function linkOf(kernel: Kernel, obj: string, prog: string): LinkedProgram | undefined {
  const object = openObject(readFileSync(pathOf(obj)), obj)
  if (!object.ok) return undefined
  const linked = linkProgram(object.value, prog, kernel)
  return linked.ok ? linked.value : undefined
}
