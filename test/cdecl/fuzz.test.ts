// SPDX-License-Identifier: Apache-2.0
// Whatever comes in as C: an answer or a fault with a place, in bounded time; never a throw.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cdeclToBtf, loadC } from '../../src/cdecl/index.ts'

const reader = await loadC()
if (!reader.ok) throw new Error(reader.fault.what)
const c = reader.value

function survives(text: string): void {
  for (const tolerant of [false, true]) {
    const unit = c.parse(text, 'fuzz.c', { tolerant })
    if (!unit.ok) expect(unit.fault.place.file).toBe('fuzz.c')
    else cdeclToBtf(unit.value, { name: 'fuzz' })
  }
}

const sample = `
#define N 4
/** foo - bar
 * @a: b
 */
__bpf_kfunc struct foo *foo_get(int a, const void *mem, u32 mem__sz, void (*cb)(int)) { return g(a); }
struct foo { int a : 3; char b[N]; union { u64 x; struct foo *next; }; } __attribute__((aligned(8)));
enum e { A, B = 1 << 3 };
typedef struct foo foo_t;
BTF_KFUNCS_START(set)
BTF_ID_FLAGS(func, foo_get, KF_ACQUIRE)
static const struct s x = { .owner = THIS_MODULE, };
`
const words = [
  'struct',
  'foo',
  '{',
  '}',
  '(',
  ')',
  '[',
  ']',
  ';',
  ',',
  '*',
  'int',
  ':',
  '3',
  '=',
  '#if 0\n',
  '#endif\n',
  '/*',
  '*/',
  '"',
  '__rcu',
  'enum',
  'typedef',
  '...',
  '\\\n',
  '\0',
]

describe('hostile C', () => {
  test('any string', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 300 }), survives), { numRuns: 300 })
  })
  test('any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => survives(new TextDecoder().decode(bytes))),
      { numRuns: 300 },
    )
  })
  test('any sequence of words', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...words), { maxLength: 60 }), (list) => survives(list.join(' '))),
      { numRuns: 500 },
    )
  })
  test('C with pieces cut out and put in', () => {
    const edit = fc.tuple(fc.nat(sample.length), fc.nat(20), fc.constantFrom('', ...words))
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 5 }), (edits) => {
        let text = sample
        for (const [at, length, word] of edits) text = text.slice(0, at) + word + text.slice(at + length)
        survives(text)
      }),
      { numRuns: 500 },
    )
  })

  const many = 100_000
  test.for([
    ['brackets without end', '('.repeat(many)],
    ['brackets within brackets', `int x${'('.repeat(many)}${')'.repeat(many)};`],
    ['stars', `int ${'*'.repeat(many)}p;`],
    ['dimensions', `int a${'[1]'.repeat(many)};`],
    ['a long sum', `int a[${'1+'.repeat(many)}1];`],
    ['structs within structs', `${'struct { '.repeat(many)}int a;${'} x;'.repeat(many)}`],
    [
      'a chain of typedefs',
      Array.from({ length: 10_000 }, (_, i) => `typedef ${i === 0 ? 'int' : `t${i - 1}`} t${i};`).join('\n'),
    ],
    ['a chain of typedefs, last first', Array.from({ length: 5_000 }, (_, i) => `typedef t${i + 1} t${i};`).join('\n')],
    [
      'arrays of arrays',
      Array.from({ length: 5_000 }, (_, i) => `typedef ${i === 0 ? 'int' : `t${i - 1}`} t${i}[65535];`).join('\n'),
    ],
    [
      'structs by value, last first',
      Array.from({ length: 5_000 }, (_, i) => `struct s${i} { struct s${i + 1} x; };`).join('\n'),
    ],
    [
      'defines of defines',
      `${Array.from({ length: 500 }, (_, i) => `#define d${i} d${i + 1}+d${i + 1}`).join('\n')}\nint a[d0];`,
    ],
    ['#if within #if', '#if 1\n'.repeat(many)],
    ['one word', 'x'.repeat(1 << 20)],
    ['words', 'x '.repeat(many)],
    ['quotes', '"'.repeat(many)],
    ['comments', '/**/'.repeat(many)],
    ['calls of calls in a body', `void f(void) { ${'f('.repeat(150)}${')'.repeat(150)}; ${'g();'.repeat(many)} }`],
    ['attributes', `int ${'__weak '.repeat(20_000)}x;`],
    ['too much', ' '.repeat((4 << 20) + 1)],
  ] as const)('%s', ([, text]) => {
    survives(text)
  })
})
