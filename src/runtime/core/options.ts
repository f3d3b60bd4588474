// SPDX-License-Identifier: Apache-2.0
// Options as JavaScript may pass them: what cannot be meant is refused, so that a limit that is misspelt is not a limit that is missing.

import { argumentKinds, type Fault, kindOf, wrongArgument } from '../../fault/index.ts'
import type { CoreOptions } from './core.ts'

/** CONFIG_NR_CPUS of x86-64 with CONFIG_MAXSMP, which the bundled kernels have. */
const MOST_CPUS = 8192

interface Rule {
  readonly what: string
  readonly fits: (value: unknown) => boolean
}
const from = (least: number, most: number): Rule => ({
  what: `a whole number from ${least}${most === Number.MAX_SAFE_INTEGER ? '' : ` to ${most}`}`,
  fits: (value) => Number.isSafeInteger(value) && Number(value) >= least && Number(value) <= most,
})
const limit: Rule = {
  what: 'a number that is not negative',
  fits: (value) => typeof value === 'number' && value >= 0,
}
const flag: Rule = { what: 'true or false', fits: (value) => typeof value === 'boolean' }

const rules: Readonly<Record<keyof CoreOptions, Rule>> = {
  seed: from(0, Number.MAX_SAFE_INTEGER),
  cpus: from(1, MOST_CPUS),
  timeNs: { what: 'a BigInt that is not negative', fits: (value) => typeof value === 'bigint' && value >= 0n },
  memoryLimit: limit,
  sanitize: flag,
  interpret: flag,
  traceReferences: flag,
  insnLimit: limit,
  mapEntryLimit: limit,
  observer: { what: 'an object', fits: (value) => typeof value === 'object' && value !== null },
}

const byName: ReadonlyMap<string, Rule> = new Map(Object.entries(rules))

/** Of createMachine(): why they are none; undefined where they are. */
export function wrongOptions(options: unknown): string | undefined {
  if (typeof options !== 'object' || options === null)
    return `the options of a machine are an object; this is ${kindOf(options)}`
  for (const [name, value] of Object.entries(options)) {
    const rule = byName.get(name)
    if (rule === undefined) return `a machine has no option ${name}; it has ${Object.keys(rules).join(', ')}`
    if (value !== undefined && !rule.fits(value)) return `${name} is ${rule.what}; this is ${shown(value)}`
  }
  return undefined
}

const shown = (value: unknown): string =>
  ['number', 'bigint', 'boolean'].includes(typeof value) ? String(value) : kindOf(value)

const times = from(0, 0xffff_ffff)
// read ahead: where the stack has just run out, looking it up fails
const Bytes = Uint8Array

/** Of a test run or a call: what is no bytes, or no number of times. */
export function wrongInput(options: unknown): Fault | undefined {
  if (typeof options !== 'object' || options === null) return fault(`options are an object; this is ${kindOf(options)}`)
  const { data, ctx, repeat, liveFrames } = options as Readonly<Record<string, unknown>>
  if (repeat !== undefined && !times.fits(repeat)) return fault(`repeat is ${times.what}; this is ${shown(repeat)}`)
  if (liveFrames !== undefined && !flag.fits(liveFrames))
    return fault(`liveFrames is ${flag.what}; this is ${shown(liveFrames)}`)
  return wrongBytes('data', data) ?? wrongBytes('ctx', ctx)
}

const wrongBytes = (name: string, value: unknown): Fault | undefined =>
  value === undefined || value instanceof Bytes ? undefined : wrongArgument(name, value, argumentKinds.input)

const fault = (what: string): Fault => ({ kind: 'fault', what, place: {} })
