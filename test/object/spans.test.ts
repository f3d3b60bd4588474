// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Span, spansOf } from '../../src/object/spans.ts'

test('of ranges over one another, the first in order that covers the place', () => {
  const span = fc.record({ start: fc.nat(30), end: fc.nat(40) })
  fc.assert(
    fc.property(fc.array(span), fc.nat(40), fc.integer({ min: 1, max: 8 }), (spans: Span[], from, size) => {
      const sorted = spans.toSorted((a, b) => a.start - b.start)
      const expected = sorted.find(({ start, end }) => start <= from && from + size <= end)
      expect(spansOf(spans, (one) => one)(from, from + size)).toBe(expected)
    }),
  )
})
