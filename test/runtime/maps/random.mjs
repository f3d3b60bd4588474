// SPDX-License-Identifier: Apache-2.0
// node random.mjs > random.ops: operations that follow from a seed, for ask.sh to get answers to.
let state = 11
const below = (most) => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0
  return Math.floor((state / 2 ** 32) * most)
}
const pick = (list) => list[below(list.length)]
const hex = (number, bytes) =>
  Array.from({ length: bytes }, (_, i) => ((number / 256 ** i) & 0xff).toString(16).padStart(2, '0')).join('')
const flags = () => pick(['any', 'any', 'any', 'noexist', 'exist', '3', '8'])

/** Keys of few values, so that they meet. */
const prefix = (bits, bytes) => {
  const length = pick([0, 1, 3, 7, 8, 9, 12, 15, 16, 17, 23, 24, 31, 32, 33].filter((bit) => bit <= bits + 1))
  return hex(length, 4) + Array.from({ length: bytes }, () => pick(['00', '01', '80', 'c0', 'ff', '7f', '3c'])).join('')
}
const index = (most) => () => hex(below(most), 4)
const maps = [
  ['hash', '4 8 12', index(20), 8, []],
  ['hash', '3 5 12 flags=1', () => hex(below(20), 3), 5, []],
  ['hash', '13 1 6', () => hex(0, 12) + hex(below(9), 1), 1, []],
  ['lru_hash', '4 8 64', index(20), 8, []],
  ['percpu_hash', '4 4 12', index(20), 16, []],
  ['array', '4 8 6', index(8), 8, ['next']],
  ['percpu_array', '4 4 6', index(8), 16, ['next']],
  ['lpm_trie', '6 4 14 flags=1', () => prefix(16, 2), 4, ['next', 'keys']],
  ['lpm_trie', '8 4 20 flags=1', () => prefix(32, 4), 4, ['next', 'keys']],
  ['queue', '0 4 5', undefined, 4, []],
  ['stack', '0 4 5', undefined, 4, []],
]
for (const [number, [type, sizes, key, value, more]] of maps.entries()) {
  const name = `${type}${number}`
  console.log(`create ${name} ${type} ${sizes}`)
  const operations =
    key === undefined
      ? ['update', 'update', 'lookup', 'take']
      : ['update', 'update', 'lookup', 'delete', 'take', 'p:update', 'p:lookup', 'p:delete', ...more]

  const size = Number(sizes.split(' ')[1])
  for (let i = 0; i < 240; i++) {
    const at = key?.() ?? '-'
    const operation = pick(operations)
    if (operation === 'keys') console.log(`keys ${name}`)
    else if (operation === 'next') console.log(`next ${name} ${below(8) === 0 ? '-' : at}`)
    else if (operation === 'update') console.log(`update ${name} ${at} ${hex(below(2 ** 31), value)} ${flags()}`)
    else if (operation === 'p:update' && !type.startsWith('percpu'))
      console.log(`p:update ${name} ${at} ${hex(below(2 ** 31), size)} ${flags()}`)
    else if (type.startsWith('percpu') && operation.startsWith('p:'))
      console.log(`p:lookup_percpu ${name} ${at} ${below(3)}`)
    else if (operation === 'take' && key !== undefined && below(2) === 0) console.log(`lookup ${name} ${at}`)
    else console.log(`${operation} ${name} ${at}`)
  }
  if (key !== undefined) console.log(`keys ${name}`)
}
