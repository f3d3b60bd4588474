// SPDX-License-Identifier: Apache-2.0
// The table of violations: each is raised by some rule, explained by some code, and its words are a real kernel's.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { decompress } from '../../src/binary/index.ts'
import { isExplained } from '../../src/explain/index.ts'
import { openKernel } from '../../src/kernel/index.ts'
import { orElse, Rejection, violate, violateAgain } from '../../src/verifier/violations/raise.ts'
import { detailsOf } from '../../src/verifier/violations/details.ts'
import { formsOf, type Violation, violationIds, wordsOf } from '../../src/verifier/violations/table.ts'
import { type Wording, wordingOf } from '../../src/verifier/violations/wording.ts'
import unseen from './unseen-words.json' with { type: 'json' }

const files = (folder: string, ends: readonly string[]): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => ends.some((end) => path.endsWith(end)))
    .map((path) => join(folder, path))

describe('the table', () => {
  const rules = files('src/verifier', ['.ts']).filter((path) => !path.includes('violations'))
  const source = rules.map((path) => readFileSync(path, 'utf8')).join('\n')

  test('has nothing that no rule raises', () => {
    const raised = new Set([...source.matchAll(/\bviolate\(([^{)]*)/g)].flatMap(([, id]) => strings(id!)))
    expect(violationIds.filter((id) => !raised.has(id))).toEqual([])
    const forms = new Set([...source.matchAll(/\bform: ([^,}]*)/g)].flatMap(([, form]) => strings(form!)))
    // the end of a range, as the rule has it
    forms.add('min').add('max')
    expect(violationIds.flatMap((id) => formsOf(id).filter((form) => !forms.has(form)))).toEqual([])
  })

  test('has each id once, and a code for it', () => {
    expect(violationIds).toEqual([...new Set(violationIds)])
    expect(violationIds.filter((id) => !isExplained(id))).toEqual([])
  })

  test('is the only place with words: a rule throws nothing else', () => {
    expect(source).not.toMatch(/\bnew Rejection\(/)
  })
})

const strings = (text: string): string[] => [...text.matchAll(/'([^']*)'/g)].map(([, string]) => string!)

describe('a violation', () => {
  const caught = (check: () => never): Violation => orElse<Violation>(check, (violation) => violation)

  test('is its id and what is known of the case', () => {
    expect(
      caught(() => violate('stack-bounds', { form: 'fixed', reg: 1, access: 'read', min: -520, size: 8 })),
    ).toEqual({
      id: 'stack-bounds',
      params: { form: 'fixed', reg: 1, access: 'read', min: -520, size: 8 },
    })
    expect(caught(() => violate('div-zero'))).toEqual({ id: 'div-zero', params: {} })
  })

  test('takes what its row has, by its type', () => {
    // never called: the compiler is the test
    const wrong = [
      // @ts-expect-error no such rule
      () => violate('no-such-rule'),
      // @ts-expect-error what the row words is missing
      () => violate('shift'),
      // @ts-expect-error of another type
      () => violate('shift', { by: '64' }),
      // @ts-expect-error of another form
      () => violate('stack-bounds', { form: 'fixed', reg: 1, access: 'read', varOff: '(0x0; 0xff)', off: 0, size: 8 }),
    ]
    expect(wrong.length).toBe(4)
    const told = (violation: Violation): number | string | undefined =>
      violation.id === 'max-outside' ? violation.params.outside.memSize : undefined
    const outside = { region: 'map_value', reg: 1, id: 0, off: 8, size: 8, memSize: 8 } as const
    expect(told({ id: 'max-outside', params: { reg: 1, outside } })).toBe(8)
  })

  test('that was caught goes on as it is, or within another', async () => {
    const wording = await wordingFor('6.12')
    const inner = caught(() => violate('size-unbounded', { reg: 2 }))
    expect(caught(() => violateAgain(inner, { arg: 1 }))).toEqual({ id: 'size-unbounded', params: { reg: 2, arg: 1 } })
    const outer = caught(() => violate('mem-len', { reg: 1, arg: 0, kfunc: 'f', inner }))
    expect(outer.id === 'mem-len' && outer.params.inner.id).toBe('size-unbounded')
    expect(detailsOf(outer, wording).seen).toBe(wordsOf(inner, wording))
    expect(() => violateAgain(inner)).toThrow(Rejection)
  })

  test.for<[string, Violation, string, string]>([
    [
      'arguments go by their registers',
      { id: 'null-to-trusted', params: { reg: 2, arg: 1, kfunc: 'f', seen: 'ptr_' } },
      'Possibly NULL pointer passed to trusted arg1',
      'Possibly NULL pointer passed to trusted R2',
    ],
    [
      'memory and its length',
      { id: 'mem-len', params: { reg: 1, arg: 0, kfunc: 'f', inner: { id: 'size-unbounded', params: { reg: 2 } } } },
      'arg#0 arg#1 memory, len pair leads to invalid memory access',
      'R1 and R2 memory, len pair leads to invalid memory access',
    ],
    [
      'names without _impl',
      { id: 'drop-kind', params: { form: 'object', reg: 1, arg: 0, kfunc: 'bpf_obj_drop', seen: 'ptr_' } },
      'arg#0 expected for bpf_obj_drop_impl()',
      'R1 expected for bpf_obj_drop()',
    ],
  ])('is worded by the kernel: %s', async ([, violation, early, late]) => {
    expect(wordsOf(violation, await wordingFor('6.12'))).toBe(early)
    expect(wordsOf(violation, await wordingFor('7.3'))).toBe(late)
  })
})

async function wordingFor(release: string): Promise<Wording> {
  const kernel = await openKernel(release)
  if (!kernel.ok) throw new Error(kernel.fault.what)
  return wordingOf(kernel.value)
}

// unseen-words.json: rows of which no real kernel's message is kept here. Those that are seen at last can go from it. Rows without words of
// their own, a lower floor's or none, are not asked.
test('words are what some real kernel said, but for those known to be unseen', async () => {
  const said = (await keptMessages()).join('\n')
  const unknown = violationIds.flatMap((id) => {
    const forms = formsOf(id)
    return (forms.length === 0 ? [undefined] : forms).flatMap((form) => {
      const patterns = patternsOf(id, form)
      if (patterns.length === 0 || patterns.some((pattern) => isSaid(said, pattern))) return []
      return [form === undefined ? id : `${id} ${form}`]
    })
  })
  const known: ReadonlySet<string> = new Set(unseen)
  expect(unknown.filter((row) => !known.has(row))).toEqual([])
})

/** Is some line of the text these pieces with anything between them? */
function isSaid(lines: string, pieces: readonly string[]): boolean {
  const longest = pieces.reduce((long, piece) => (piece.length > long.length ? piece : long), '')
  const whole = new RegExp(`^${pieces.map(escaped).join('.*')}$`)
  for (let at = lines.indexOf(longest); at >= 0; at = lines.indexOf(longest, at + 1)) {
    const end = lines.indexOf('\n', at)
    const line = lines.slice(lines.lastIndexOf('\n', at) + 1, end < 0 ? undefined : end)
    if (whole.test(line)) return true
  }
  return false
}
const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

/** Every message of a real kernel that is kept in the repository. */
async function keptMessages(): Promise<readonly string[]> {
  const said = new Set<string>()
  const collect = (value: unknown): void => {
    if (typeof value === 'string') for (const line of value.split('\n')) said.add(line.replace(/^(reject|error): /, ''))
    else if (typeof value === 'object' && value !== null) for (const one of Object.values(value)) collect(one)
  }
  const lines = (text: string): void => {
    for (const line of text.split('\n')) if (line.startsWith('{')) collect(JSON.parse(line))
  }
  for (const path of files('conformance/oracle', ['.jsonl.zst'])) {
    const bytes = await decompress(readFileSync(path), { limit: 64 << 20 })
    if (!bytes.ok) throw new Error(bytes.fault.what)
    lines(new TextDecoder().decode(bytes.value))
  }
  for (const path of files('test', ['.jsonl'])) lines(readFileSync(path, 'utf8'))
  for (const path of [...files('test/fixtures', ['.json']), 'examples/verdicts.json', 'test/runtime/replaced.json'])
    collect(JSON.parse(readFileSync(path, 'utf8')))
  for (const path of files('test/verifier', ['.bpf']))
    for (const [, message] of readFileSync(path, 'utf8').matchAll(/; error(?: [\d.]+)?: (.*)/g)) collect(message)
  return [...said]
}

/** The row's words, whatever its parameters: the pieces that are always there. */
function patternsOf(id: string, form: string | undefined): (readonly string[])[] {
  const hole = '\u0001'
  const turns = [true, false].map(
    (open) =>
      new Proxy({} as Wording, {
        get: (_, name) =>
          name === 'arg' || name === 'helperArg' || name === 'argumentPair'
            ? () => hole
            : name === 'impl'
              ? open
                ? ''
                : '_impl'
              : open,
      }),
  )
  const accesses = ['read', 'write', 'helper']
  const words = turns.flatMap((wording) =>
    accesses.flatMap((access) =>
      [hole, 1].map((count) => {
        const given: Record<string, unknown> = { form, access, count, places: [hole] }
        const params = new Proxy({}, { get: (_, name) => given[name as string] ?? hole, has: () => true })
        return wordsOf({ id, params } as unknown as Violation, wording)
      }),
    ),
  )
  return [...new Set(words)].filter((text) => text !== '' && text !== hole).map((text) => text.split(hole))
}
