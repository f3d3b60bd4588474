// SPDX-License-Identifier: Apache-2.0
// Objects with tests, as their runners load them. Tests by packets are Cilium's, whose runner is written in Go: ebpf-go reads the object,
// and tail calls whose programs carry the tag "tail:MAP/SLOT" are filled in before it is loaded (__declare_tail of its headers).
import { ok, remembered, type Result } from '../../fault/index.ts'
import { type BpfObject, openObject, type OpenOptions } from '../../object/index.ts'
import { withSlots } from '../slots.ts'

/** 'tc/test/NAME/check' */
export const packetSection = /^([^/]+)\/(?:.*\/)?([^/]+)\/(pktgen|setup|check)$/

/** The object as its runner's loader reads it, unless told who that is. */
export function openTests(bytes: Uint8Array, name: string, options: OpenOptions): Result<BpfObject> {
  const { loader } = options
  if (loader === 'libbpf') return openObject(bytes, name, options)
  const plain = loader === undefined ? openObject(bytes, name, options) : undefined
  if (plain?.ok === true && !testsPackets(plain.value)) return plain
  const byGo = openObject(bytes, name, { ...options, loader: 'ebpf-go' })
  // of what is no test of this kind libbpf's fault is told
  if (plain?.ok === false && !(byGo.ok && testsPackets(byGo.value))) return plain
  return byGo.ok ? ok(withSlots(byGo.value, tailCalls(byGo.value))) : byGo
}

const testsPackets = ({ programs }: BpfObject): boolean => programs.some(({ section }) => packetSection.test(section))

const tag = /^tail:(.+)\/(\d+)$/

/** By map: slot → name of the program. */
const tailCalls = remembered(({ btf, programs }: BpfObject): ReadonlyMap<string, ReadonlyMap<number, string>> => {
  const found = new Map<string, Map<number, string>>()
  if (btf === undefined) return found
  const names = new Set(programs.map(({ name }) => name))
  for (let id = btf.firstId; id < btf.count; id++) {
    const type = btf.type(id)
    if (type.kind !== 'decl_tag' || type.component !== -1) continue
    const [, map, slot] = tag.exec(type.name) ?? []
    const on = btf.type(type.type)
    if (map === undefined || on.kind !== 'func' || !names.has(on.name)) continue
    const slots = found.get(map) ?? new Map<number, string>()
    found.set(map, slots.set(Number(slot), on.name))
  }
  return found
})
