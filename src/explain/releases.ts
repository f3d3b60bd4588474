// SPDX-License-Identifier: Apache-2.0
// What gives back what a call took: of helpers by name here, of kfuncs as their partners have it.

import { partnerOf } from '../kfunc/index.ts'
import type { HelperContract, KfuncContract } from '../verifier/index.ts'
import { callArguments } from './text.ts'

/** What takes back what a helper gave or opened; first what a program calls that has no use for it. */
export const helperPartners: ReadonlyMap<string, readonly [string, ...string[]]> = new Map([
  ['bpf_sk_lookup_tcp', ['bpf_sk_release']],
  ['bpf_sk_lookup_udp', ['bpf_sk_release']],
  ['bpf_skc_lookup_tcp', ['bpf_sk_release']],
  // of a sockmap or sockhash
  ['bpf_map_lookup_elem', ['bpf_sk_release']],
  ['bpf_ringbuf_reserve', ['bpf_ringbuf_discard', 'bpf_ringbuf_submit']],
  ['bpf_ringbuf_reserve_dynptr', ['bpf_ringbuf_discard_dynptr', 'bpf_ringbuf_submit_dynptr']],
  ['bpf_spin_lock', ['bpf_spin_unlock']],
])

/** What gives what a helper takes back: 'bpf_sk_lookup_tcp()' … of bpf_sk_release. */
export const acquirersOf = (release: string): readonly string[] =>
  [...helperPartners].flatMap(([name, releases]) =>
    releases.includes(release) ? [`${name}()${name === 'bpf_map_lookup_elem' ? ' on a sockmap' : ''}`] : [],
  )

/** As C spells it: bpf_experimental.h wraps kfuncs called NAME_impl in macros of the plain name. */
export const macroName = (name: string): string => name.replace(/_impl$/, '')

/** The release of what a variable holds: `bpf_task_release(found);`; undefined of what no program calls. */
export function releaseStatement(release: string, variable: string): string | undefined {
  const name = macroName(release)
  if (!/^(?:scx_)?bpf_/.test(name)) return undefined
  return `${name}(${variable}${name.startsWith('bpf_ringbuf') ? ', 0' : ''});`
}

/** `bpf_spin_unlock(&v->lock);`: what closes a section takes what opened it. */
export function closerOf({ name, args }: HelperContract | KfuncContract, text: string | undefined): string | undefined {
  const partner = helperPartners.get(name)?.[0] ?? partnerOf(name)?.names[0]
  const given = args.length === 0 ? [] : callArguments(text ?? '', name)
  return partner === undefined || given === undefined
    ? undefined
    : `${partner}(${given.map((one) => one.trim()).join(', ')});`
}
