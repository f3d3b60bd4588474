// SPDX-License-Identifier: Apache-2.0
// --set, --map, --attach, --loader: what a loader decides before it loads an object, and which it is.
import { Option } from 'commander'
import { loaderNames, parseSetting, type Settings, type Unknown } from '../object/index.ts'
import type { SettingFlags } from './flags.ts'
import { orTell, readInput, UsageError } from './usage.ts'

/** A value that may be given more than once. */
export const collect = (value: string, before: readonly string[]): readonly string[] => [...before, value]

export const setOption = (): Option =>
  new Option(
    '-G, --set <name=value>',
    "a global variable's value before loading: mode=3, 'cfg.limits[2]=8', state=RUNNING, CONFIG_HZ=1000; a map's attribute: events.max_entries=4096; @FILE of such lines (may repeat)",
  )
    .default([])
    .argParser(collect)

export const attachOption = (): Option =>
  new Option(
    '--attach <prog=target>',
    "what a program attaches to, where its loader decides: on_read=vfs_read, 'lsm_*=file_open' (may repeat)",
  )
    .default([])
    .argParser(collect)

export const mapOption = (): Option =>
  new Option(
    '--map <name[key]=value>',
    'an element of a map before anything runs: \'blocked[80]=1\', \'routes[{"prefixlen": 8, "data": "10.0.0.0"}]={"port": 3}\'; a program in a program array: calls[0]=next; @FILE of JSON: {"blocked": {"80": 1}} (may repeat)',
  )
    .default([])
    .argParser(collect)

/** Who reads the object: what it may hold depends on it. Without a default, `test` picks one by what the object is. */
export const loaderOption = (): Option =>
  new Option('--loader <name>', 'who loads the object: libbpf, or ebpf-go, which is github.com/cilium/ebpf').choices([
    ...loaderNames,
  ])

/** What --set and --attach come to: NAME=VALUE each, or for --set @FILE with one a line. */
export function settingsOf({ set, attach }: Pick<SettingFlags, 'set' | 'attach'>): Settings {
  const lines = set.flatMap((text) =>
    text.startsWith('@') ? new TextDecoder().decode(readInput(text.slice(1))).split('\n') : [text],
  )
  const named = (texts: readonly string[]): ReadonlyMap<string, string> =>
    new Map(texts.filter((line) => line.trim() !== '').map((line) => orTell(parseSetting(line))))
  return { globals: named(lines), attach: named(attach) }
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
