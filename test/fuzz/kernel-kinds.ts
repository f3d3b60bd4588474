// SPDX-License-Identifier: Apache-2.0
// Kernels, spoilt: profiles by their index and their bytes, images, raw BTF, modules, packed and not.
import { deflateRawSync, gzipSync } from 'node:zlib'
import { readElf, writeElf } from '../../src/binary/index.ts'
import { parseBtf } from '../../src/btf/index.ts'
import { addModuleFile, openKernel } from '../../src/kernel/index.ts'
import { assembleProfile, layOut, type ProfileIndex, wrapProfile } from '../../src/kernel/profile-format.ts'
import { extremes } from './mutate.ts'
import { expectFault, type Kind, one, type Pick, type World } from './world.ts'
import { spoiltTree, tour } from './value-kinds.ts'
import { nasty } from '../text/nasty.ts'

interface Source {
  readonly btf: Uint8Array
  readonly funcs: readonly number[]
  readonly structs: readonly number[]
}

/** The types of a good object, as those of a small kernel. */
function source(world: World, pick: Pick): Source {
  const elf = readElf(one(pick, world.objects).bytes)
  const section = elf.ok ? elf.value.section('.BTF') : undefined
  if (!elf.ok || section === undefined || !elf.value.littleEndian) return source(world, pick)
  const btf = Uint8Array.from(elf.value.data(section))
  const parsed = parseBtf(btf, { name: 'vmlinux' })
  if (!parsed.ok) return source(world, pick)
  const ids = Array.from({ length: parsed.value.count - 1 }, (_, i) => i + 1)
  const of = (kind: string) => ids.filter((id) => parsed.value.type(id).kind === kind)
  return { btf, funcs: of('func'), structs: of('struct') }
}

function spoiltBytes(good: Uint8Array, pick: Pick): Uint8Array {
  const bytes = Uint8Array.from(good)
  const view = new DataView(bytes.buffer)
  for (let left = pick(6); left > 0 && bytes.length > 4; left--) {
    const at = pick(3) === 0 ? pick(Math.min(64, bytes.length)) : pick(bytes.length)
    if (pick(2) === 0) bytes[at] = pick(256)
    else view.setUint32(Math.min(at & ~3, bytes.length - 4), pick(2) === 0 ? one(pick, extremes) : pick(300), true)
  }
  return pick(12) === 0 ? bytes.subarray(0, pick(bytes.length)) : bytes
}

const odd = (pick: Pick): unknown =>
  one(pick, [
    null,
    true,
    '',
    nasty,
    'constructor',
    0,
    -1,
    0.5,
    1e300,
    2 ** 53,
    [],
    {},
    [[]],
    [1, 2],
    [[1, 2]],
    one(pick, extremes),
    '6.12',
    '7.3',
    '6.99999',
    'generic_btf_ids',
  ])

/** A profile: its index as a tree, its blobs as bytes, itself as bytes. */
export const profile: Kind = (world, pick) => {
  const { btf, funcs, structs } = source(world, pick)
  const blobs = [
    pick(3) === 0 ? spoiltBytes(btf, pick) : btf,
    new TextEncoder().encode('CONFIG_HZ=250\n'),
    pick(2) === 0 ? new Uint8Array(8) : spoiltBytes(btf, pick),
  ]
  const { refs } = layOut(blobs)
  const sets = [
    { set: 'generic_btf_ids', members: funcs.slice(0, 5).map((id): [number, number] => [id, pick(0x2000)]) },
    { set: 'common_btf_ids', members: funcs.slice(0, 9).map((id): [number, number] => [id, pick(8)]) },
  ]
  const good: ProfileIndex = {
    format: 1,
    release: one(pick, ['6.12.90', '7.3', '6.1', '6.18.2']),
    btf: refs[0]!,
    config: refs[1]!,
    sets,
    destructors: structs.slice(0, 2).map((struct) => ({ struct, kfunc: 'f' })),
    lists: { sleepable_lsm_hooks: ['f'], btf_id_deny: [], rcu_protected_types: ['task_struct'] },
    errorInjection: ['f'],
    modules: pick(4) === 0 ? [{ name: 'm', btf: refs[2]!, sets: [], destructors: [] }] : [],
  }
  const index = pick(4) === 0 ? good : (spoiltTree(good, pick, odd) as ProfileIndex)
  const payload = assembleProfile(index, blobs)
  const whole = wrapProfile(payload.length, new Uint8Array(deflateRawSync(payload, { level: 1 })))
  const bytes = pick(6) === 0 ? spoiltBytes(whole, pick) : whole
  return { what: `profile ${JSON.stringify(index)?.slice(0, 200)}`, run: () => opened(bytes, pick) }
}

/** .BTF_ids of one set, registered nowhere. */
function idsOf(funcs: readonly number[], pick: Pick): Uint8Array {
  const members = funcs.slice(0, 6)
  const words = [members.length, pick(3), ...members.flatMap((id) => [id, pick(64)]), members.length, ...members]
  return new Uint8Array(Uint32Array.from(words).buffer)
}

function image(world: World, pick: Pick, type: number): Uint8Array {
  const { btf, funcs } = source(world, pick)
  const banner = new TextEncoder().encode(`Linux version ${one(pick, ['6.12.9', '7.3.0', '6.1.0-x', nasty])} (x) `)
  return writeElf({
    machine: one(pick, [62, 183, 247]),
    type,
    sections: [
      { name: '.rodata', data: banner },
      { name: '.BTF', data: pick(3) === 0 ? spoiltBytes(btf, pick) : btf },
      { name: '.BTF_ids', data: pick(3) === 0 ? spoiltBytes(idsOf(funcs, pick), pick) : idsOf(funcs, pick), align: 4 },
      {
        name: '.init.text',
        data: Uint8Array.of(0xbf, 26, 0, 0, 0, 0xe8, 0, 0, 0, 0),
        relocations: [{ offset: 6, symbol: 'register_btf_kfunc_id_set', type: 4 }],
      },
    ],
    symbols: [
      { name: 'register_btf_kfunc_id_set' },
      { name: '__BTF_ID__set8__x', section: '.BTF_ids', value: 0, size: 8 },
    ],
  })
}

function packed(bytes: Uint8Array, pick: Pick): Uint8Array {
  const way = pick(5)
  if (way < 2) return bytes
  const gzip = new Uint8Array(gzipSync(bytes, { level: 1 }))
  if (way === 2) return gzip
  const boot = new Uint8Array(1024 + gzip.length)
  const view = new DataView(boot.buffer)
  view.setUint8(0x1f1, 1)
  view.setUint32(0x202, 0x48647253)
  view.setUint16(0x206, 0x020f, true)
  view.setUint32(0x24c, gzip.length, true)
  boot.set(gzip, 1024)
  return boot
}

/** An image or raw BTF, packed or not. */
export const images: Kind = (world, pick) => {
  const good = pick(4) === 0 ? source(world, pick).btf : image(world, pick, 2)
  const bytes = packed(pick(2) === 0 ? spoiltBytes(good, pick) : good, pick)
  const last = pick(3) === 0 ? spoiltBytes(bytes, pick) : bytes
  return { what: `image of ${last.length} bytes`, run: () => opened(last, pick) }
}

/** A module file on a good kernel. */
export const modules: Kind = (world, pick) => {
  const good = image(world, pick, 1)
  const ko = packed(pick(2) === 0 ? spoiltBytes(good, pick) : good, pick)
  const kernel = one(pick, world.kernels)
  return {
    what: `module of ${ko.length} bytes`,
    run: async () => {
      const result = await addModuleFile(kernel, { name: 'm', ko })
      if (result.ok) tour(result.value, pick)
      else expectFault(result.fault)
    },
  }
}

async function opened(bytes: Uint8Array, pick: Pick): Promise<void> {
  const kernel = await openKernel(bytes)
  if (kernel.ok) tour(kernel.value, pick)
  else expectFault(kernel.fault)
}
