// SPDX-License-Identifier: Apache-2.0
// --set, --map, --attach, --loader: what a loader decides before it loads an object, and which it is.
import { existsSync } from 'node:fs'
import { Option } from 'commander'
import { fullType } from '../check.ts'
import { type BpfObject, loaderNames, parseSetting, type Settings, type Unknown } from '../object/index.ts'
import type { TargetObject } from '../target.ts'
import type { ProgTypeName } from '../uapi/index.ts'
import type { SettingFlags } from './flags.ts'
import { orTell, readInput, requireType, UsageError } from './usage.ts'

/** An option that may be given more than once: a list of what was given. */
export const repeatable = (flags: string, words: string): Option =>
  new Option(flags, words)
    .default([])
    .argParser((value: string, before: readonly string[]): readonly string[] => [...before, value])

export const setOption = (): Option =>
  repeatable(
    '-G, --set <name=value>',
    "set a global variable before loading: mode=3, 'cfg.limits[2]=8', state=RUNNING, CONFIG_HZ=1000; or an attribute of a map: events.max_entries=4096; or @FILE of such lines (repeatable)",
  )

export const attachOption = (): Option =>
  repeatable(
    '--attach <prog=target>',
    "what a program attaches to, if its loader decides that: on_read=vfs_read, 'lsm_*=file_open' (repeatable)",
  )

export const mapOption = (): Option =>
  repeatable(
    '--map <name[key]=value>',
    'set an element of a map before the run: \'blocked[80]=1\', \'routes[{"prefixlen": 8, "data": "10.0.0.0"}]={"port": 3}\'; put a program into a program array: calls[0]=next; or @FILE of JSON: {"blocked": {"80": 1}} (repeatable)',
  )

/** Who reads the object: what it may hold depends on it. Without a default, `test` picks one by what the object is. */
export const loaderOption = (): Option =>
  new Option('--loader <name>', 'what loads the object: libbpf or ebpf-go (github.com/cilium/ebpf)').choices([
    ...loaderNames,
  ])

export const legacyMapsOption = (): Option =>
  new Option('--legacy-maps', 'accept maps defined in SEC("maps"), as aya has them; libbpf 1.x does not')

/** `--type` of `check`, where that is taken. */
export const progTypeOption = (): Option =>
  new Option('--prog-type <type>', 'the program type of sections that libbpf does not know: xdp, sched_cls …')

/** What --prog-type comes to. */
export function progTypeOf(type: string | undefined): ProgTypeName | undefined {
  requireType(type)
  return type === undefined ? undefined : (fullType(type) as ProgTypeName)
}

/** The same for each program; sections that libbpf knows keep theirs. */
export const allOf = ({ programs }: BpfObject, type: ProgTypeName | undefined): ReadonlyMap<string, ProgTypeName> =>
  new Map(type === undefined ? [] : programs.map(({ name }) => [name, type]))

/** What --set and --attach come to: NAME=VALUE each, or for --set @FILE with one a line. */
export function settingsOf({ set, attach }: Pick<SettingFlags, 'set' | 'attach'>): Settings {
  const lines = set.flatMap((text) =>
    text.startsWith('@') ? new TextDecoder().decode(readInput(text.slice(1))).split('\n') : [text],
  )
  const named = (texts: readonly string[]): ReadonlyMap<string, string> =>
    new Map(texts.filter((line) => line.trim() !== '').map((line) => orTell(parseSetting(line))))
  return { globals: named(lines), attach: named(attach) }
}

/** OBJECT, or OBJECT:PROGRAM. A file may have a colon in its name, too. */
export function targetOf(text: string | undefined): TargetObject | undefined {
  if (text === undefined) return undefined
  const colon = text.lastIndexOf(':')
  const [path, program] =
    colon < 1 || /^[A-Za-z]:[\\/][^:]*$/.test(text) || existsSync(text)
      ? [text, undefined]
      : [text.slice(0, colon), text.slice(colon + 1)]
  return { bytes: readInput(path), name: path, program }
}

/** What of --set and --attach none of several objects has. */
export class Unset {
  private unknown: readonly Unknown[] | undefined

  /** Of one object, what it does not have. */
  add(unknown: readonly Unknown[]): void {
    const before = this.unknown
    this.unknown =
      before?.filter((one) => unknown.some(({ kind, name }) => kind === one.kind && name === one.name)) ?? unknown
  }

  /** Throws a UsageError where something was set nowhere. */
  require(): void {
    const first = this.unknown?.[0]
    if (first === undefined) return
    const option = first.kind === 'program' ? '--attach' : '--set'
    throw new UsageError(`${option}: no object has a ${first.kind} ${first.name}`)
  }
}
