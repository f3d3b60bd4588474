// SPDX-License-Identifier: Apache-2.0
// Makes a kernel profile (docs/kernel-profile.md).
//
//   node scripts/make-profile.ts --out profiles/6.12.kfprofile --release R --btf vmlinux.btf --ids vmlinux.btf_ids
//        [--names btfids-syms.elf] --config config [--module NAME=FILE.ko[.xz] …]
//
// Without --names (stock images of 6.16 and later have no symbols for .BTF_ids) sets are named by their members.

import { readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { deflateRawSync } from 'node:zlib'
import { readElf, unpackKernelImage } from '../src/binary/index.ts'
import { type Btf, parseBtf } from '../src/btf/index.ts'
import { destructorRows, recogniseSet } from '../src/kfunc/index.ts'
import { scanIds } from '../src/kernel/btf-ids.ts'
import { setsOfImage } from '../src/kernel/image-sets.ts'
import { assembleProfile, layOut, type ProfileIndex, wrapProfile } from '../src/kernel/profile-format.ts'

/** ELF type of a file that is not linked yet. */
const relocatable = 1

const { values: args } = parseArgs({
  options: {
    out: { type: 'string' },
    release: { type: 'string' },
    btf: { type: 'string' },
    ids: { type: 'string' },
    names: { type: 'string' },
    config: { type: 'string' },
    module: { type: 'string', multiple: true, default: [] },
  },
})
const need = (name: 'out' | 'release' | 'btf' | 'ids' | 'config'): string => {
  const value = args[name]
  if (value === undefined) throw new Error(`--${name} is missing`)
  return value
}
function must<T>(result: { ok: true; value: T } | { ok: false; fault: { what: string } }): T {
  if (!result.ok) throw new Error(result.fault.what)
  return result.value
}

const vmlinuxBytes = btfAlone(readFileSync(need('btf')))
const vmlinux = must(parseBtf(vmlinuxBytes, { name: 'vmlinux' }))
const ids = readFileSync(need('ids'))
const { sets, lists } =
  args.names === undefined ? recognised(vmlinux, ids) : named(vmlinux, ids, readFileSync(args.names))

const modules = []
for (const spec of args.module) {
  const [name, file] = spec.split('=') as [string, string]
  const bytes = must(await unpackKernelImage(readFileSync(file)))
  const elf = must(readElf(bytes))
  const section = elf.section('.BTF')
  if (section === undefined) throw new Error(`${file} has no .BTF`)
  const btfBytes = elf.data(section)
  const btf = must(parseBtf(btfBytes, { name, base: vmlinux }))
  const idSection = elf.section('.BTF_ids')
  const own = idSection === undefined ? [] : setsOfModule(btf, elf.data(idSection), bytes)
  modules.push({ name, btfBytes, sets: own, destructors: [] })
}

const blobs = [vmlinuxBytes, readFileSync(need('config')), ...modules.map(({ btfBytes }) => btfBytes)]
const { refs } = layOut(blobs)
const index: ProfileIndex = {
  format: 1,
  release: need('release'),
  btf: refs[0]!,
  config: refs[1]!,
  sets,
  destructors: destructorRows.flatMap(({ struct, kfunc }) => {
    const id = vmlinux.find(struct, 'struct')
    return id !== undefined && vmlinux.find(kfunc, 'func') !== undefined ? [{ struct: id, kfunc }] : []
  }),
  lists,
  errorInjection: [],
  modules: modules.map(({ name, sets, destructors }, i) => ({ name, btf: refs[2 + i]!, sets, destructors })),
}
const payload = assembleProfile(index, blobs)
const file = wrapProfile(payload.length, deflateRawSync(payload, { level: 9, memLevel: 9 }))
writeFileSync(need('out'), file)
const kfuncs = [...sets, ...modules.flatMap((module) => module.sets)].reduce(
  (sum, { members }) => sum + members.length,
  0,
)
console.log(`${need('out')}: ${file.length} bytes, ${sets.length} sets, ${kfuncs} kfuncs, ${modules.length} modules`)

/** Without what objcopy leaves behind a section: its header says where it ends. btf.rst "BTF Encoding". */
function btfAlone(bytes: Uint8Array): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return bytes.subarray(0, view.getUint32(4, true) + view.getUint32(16, true) + view.getUint32(20, true))
}

interface NamedSet {
  readonly set: string
  readonly members: [number, number][]
}

/** By the members: what an image opened without a profile knows too. */
function recognised(btf: Btf, section: Uint8Array): { sets: NamedSet[]; lists: Record<string, string[]> } {
  const found = setsOfImage(btf, section, need('release'))
  for (const note of found.notes) console.warn(note)
  return {
    sets: found.sets.map(({ set, members }) => ({ set, members: members.map(([id, flags]) => [id, flags]) })),
    lists: Object.fromEntries([...found.lists].map(([name, names]) => [name, [...names]])),
  }
}

function setsOfModule(btf: Btf, section: Uint8Array, bytes: Uint8Array): NamedSet[] {
  const { sets } = named(btf, section, bytes)
  return sets.length > 0 ? sets : recognised(btf, section).sets
}

/** Every set and list of a .BTF_ids section by the name its symbol gives it; a scan without names must find the same sets. */
function named(btf: Btf, section: Uint8Array, symbolsOf: Uint8Array) {
  const words = new Uint32Array(Uint8Array.from(section).buffer, 0, section.length >> 2)
  const elf = must(readElf(symbolsOf))
  const base = elf.section('.BTF_ids')!
  // A module's symbols count from the section, a kernel's from address 0.
  const start = elf.type === relocatable ? 0n : base.addr
  const sets: { set: string; members: [number, number][] }[] = []
  const lists: Record<string, string[]> = {}
  for (const { name, value, shndx } of elf.symbols) {
    if (shndx !== base.index) continue
    const at = Number(value - start) >> 2
    if (name.startsWith('__BTF_ID__set8__')) {
      const members: [number, number][] = []
      for (let i = 0; i < words[at]!; i++) members.push([words[at + 2 + 2 * i]!, words[at + 3 + 2 * i]!])
      sets.push({ set: name.slice('__BTF_ID__set8__'.length), members: members.filter(([id]) => id !== 0) })
    } else if (name.startsWith('__BTF_ID__set__')) {
      const members = [...words.subarray(at + 1, at + 1 + words[at]!)].filter((id) => id !== 0)
      lists[name.slice('__BTF_ID__set__'.length)] = members.map((id) => btf.type(id).name)
    }
  }
  for (const { set, members } of sets) {
    const known = recogniseSet(
      members.map(([id]) => btf.type(id).name),
      need('release'),
    )
    if (known?.set !== set) console.warn(`set ${set} is recognised as ${known?.set ?? 'nothing'}`)
  }
  const scanned = scanIds(btf, section).sets
  if (scanned.length !== sets.length) console.warn(`${sets.length} named sets, but a scan finds ${scanned.length}`)
  return { sets, lists }
}
