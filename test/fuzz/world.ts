// SPDX-License-Identifier: Apache-2.0
// What every case stands on: both kernels, the C reader, good objects; and what is asked of an object, however spoilt.
import { readFileSync } from 'node:fs'
import { type CReader, loadC } from '../../src/cdecl/index.ts'
import { checkProgram, openForCheck } from '../../src/check.ts'
import { renderGithub, renderJson, renderLog, renderPretty, renderSarif } from '../../src/explain/index.ts'
import { type Fault, formatFault, type Result } from '../../src/fault/index.ts'
import { type Kernel, openKernel } from '../../src/kernel/index.ts'
import { objects } from './objects.ts'

/** Numbers below the one given. */
export type Pick = (below: number) => number

export interface Good {
  readonly name: string
  readonly bytes: Uint8Array
}

export interface World {
  readonly kernels: readonly Kernel[]
  readonly c: CReader
  readonly objects: readonly Good[]
}

/** One attempt. `what` says how it was made; `run` comes to an end whatever was spoilt, and throws only if we are wrong. */
export interface Case {
  readonly what: string
  readonly run: () => unknown
}

/** A kind of attempts: the same numbers make the same case. */
export type Kind = (world: World, pick: Pick) => Case

/** Instructions walked in a case: loops may go to the kernel's million, which says nothing new and takes seconds. */
const maxInsns = 100_000

export async function makeWorld(files: readonly string[] = objects()): Promise<World> {
  const value = <T>(result: Result<T>): T => {
    if (!result.ok) throw new Error(formatFault(result.fault))
    return result.value
  }
  return {
    kernels: [value(await openKernel('6.12')), value(await openKernel('7.3'))],
    c: value(await loadC()),
    objects: files.map((name) => ({ name, bytes: readFileSync(name) })),
  }
}

export const one = <T>(pick: Pick, all: readonly T[]): T => all[pick(all.length)]!

const unseen = /[^\P{Cc}\n]|[\p{Zl}\p{Zp}\p{Cf}\p{Cs}\p{Default_Ignorable_Code_Point}]/u

/** Text of ours that a stranger had a part in. */
export function expectHarmless(text: string): void {
  const found = unseen.exec(text)
  if (found !== null) throw new Error(`text holds ${JSON.stringify(found[0])} at ${found.index}`)
}

/** A fault says what, and printably. */
export function expectFault(fault: Fault): void {
  if (fault.what === '') throw new Error('a fault without a what')
  expectHarmless(formatFault(fault))
}

/** Opens it, judges one of its programs (or, seldom, all), and prints what comes of it in every format. */
export function judge({ name, bytes }: Good, kernel: Kernel, pick: Pick): void {
  const log = pick(8) === 0
  const opened = openForCheck(bytes, { name, legacyMaps: pick(5) === 0 })
  if (!opened.ok) return expectFault(opened.fault)
  const { object, programs } = opened.value
  const some = programs.length === 0 || pick(16) === 0 ? programs : [one(pick, programs)]
  for (const program of some) {
    const outcome = checkProgram(object, program, kernel, { log, maxInsns })
    const texts = [renderPretty(outcome), renderJson(outcome), renderGithub(outcome), renderSarif([outcome])]
    if (outcome.report !== undefined) texts.push(renderLog(outcome.report).replaceAll('\t', ' '))
    texts.forEach(expectHarmless)
  }
}
