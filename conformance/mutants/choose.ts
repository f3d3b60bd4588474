// SPDX-License-Identifier: Apache-2.0
// Which programs to change: the examples and the selftests, those that call kfuncs and those the kernel accepts first.
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Kernel } from '../../src/kernel/index.ts'
import { type LinkedProgram, linkProgram, openObject } from '../../src/object/index.ts'
import { argumentOf, lab, readRows, readVerdicts, type Row, root } from '../lab.ts'
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

/** Which programs: of these objects, of this name; of objects of one's own, with what the kernel said of them. */
export interface Wanted {
  readonly only?: string | undefined
  readonly prog?: string | undefined
  readonly verdicts?: string | undefined
}

export async function bases({ only, prog, verdicts }: Wanted): Promise<Base[]> {
  const all =
    verdicts === undefined
      ? [...exampleBases(), ...basesOf((await readVerdicts()).filter(({ obj }) => obj.startsWith('v3/')))]
      : basesOf(await readRows<Row>(verdicts))
  return all.filter(
    (base) => (only === undefined || base.obj.includes(only)) && (prog === undefined || base.prog === prog),
  )
}

function exampleBases(): Base[] {
  const { programs } = JSON.parse(readFileSync(join(root, 'examples', 'verdicts.json'), 'utf8')) as {
    programs: { object: string; program: string; verdict: string; stage?: string; kfuncs: string[] }[]
  }
  return programs
    .filter(({ object, stage }) => !object.startsWith('testmod/') && (stage ?? 'verifier') === 'verifier')
    .map(({ object, program, verdict, kfuncs }) => ({
      obj: `examples/${object}`,
      prog: program,
      accepted: verdict === 'accept',
      kfuncs: kfuncs.length > 0,
    }))
}

function basesOf(rows: readonly Row[]): Base[] {
  return rows
    .filter(({ mode, verdict, verified_insns = 0 }) => {
      return mode === 'priv' && /^(accept|reject)$/.test(verdict) && verified_insns < maxInsns
    })
    .map(({ obj, prog, verdict, kfuncs }) => ({
      obj,
      prog,
      accepted: verdict === 'accept',
      kfuncs: (kfuncs?.length ?? 0) > 0,
    }))
}

const ownCorpus = argumentOf('--corpus')

export const pathOf = (obj: string): string => {
  if (ownCorpus !== undefined) return resolve(ownCorpus, obj)
  return obj.startsWith('examples/') ? join(root, obj) : join(lab, 'corpus', obj)
}

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
