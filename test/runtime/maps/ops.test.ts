// SPDX-License-Identifier: Apache-2.0
// Every line of the .ops files beside this: the machine's maps answer as the real kernel did (ask.sh).
import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { unwrap } from '../../../src/fault/index.ts'
import { openKernel } from '../../../src/kernel/index.ts'
import { Player } from './player.ts'

const here = new URL('./', import.meta.url)
const kernel = unwrap(await openKernel('6.12'))
/** Where 7.3 answers otherwise, or is asked what 6.12 does not know. */
const later = unwrap(await openKernel('7.3'))
const opsIn = (folder: URL): string[] => readdirSync(folder).filter((name) => name.endsWith('.ops'))
const files = [
  ...opsIn(here).filter((name) => name !== 'create.ops'),
  ...opsIn(new URL('7.3/', here)).map((name) => `7.3/${name}`),
]

test.for(files)('%s: as the kernel answers', (file) => {
  const lines = readFileSync(new URL(file, here), 'utf8').split('\n')
  const player = new Player(file.startsWith('7.3/') ? later : kernel)
  const wrong: string[] = []
  for (const line of lines) {
    const [operation, answer] = line.split(' -> ')
    if (answer === undefined || operation!.startsWith('#')) continue
    // the verifier refused the program
    if (answer.startsWith('load: ')) continue
    const got = player.answer(operation!)
    if (got !== answer) wrong.push(`${operation}: ${got}, and the kernel: ${answer}`)
  }
  expect(wrong).toEqual([])
})

test('create.ops: what the kernel creates, the object floor takes for creatable', () => {
  const player = new Player(kernel)
  const wrong: string[] = []
  let compared = 0
  for (const line of readFileSync(new URL('create.ops', here), 'utf8').split('\n')) {
    const [operation, answer] = line.split(' -> ')
    if (answer === undefined || isLoadersMatter(operation!) || answer === 'ENOMEM') continue
    compared++
    const words = operation!.split(' ')
    // what is within another map is made first
    const got = player.judge(words) ?? (words[1]!.startsWith('m') || answer !== 'ok' ? 'ok' : player.answer(operation!))
    if (got !== answer) wrong.push(`${operation}: ${got}, and the kernel: ${answer}`)
  }
  expect(wrong).toEqual([])
  expect(compared).toBeGreaterThan(1900)
})

/** What libbpf sees to before it asks: entries of perf event arrays, types that do not fit, maps of maps without a map to be like. */
function isLoadersMatter(operation: string): boolean {
  const [, , type = '', , value, entries] = operation.split(' ')
  if (type === 'perf_event_array' && entries === '0') return true
  if (operation.endsWith('lock') || (operation.endsWith('typed') && value !== '4')) return true
  return type.endsWith('of_maps') && !/inner=(?!nothing)/.test(operation)
}
