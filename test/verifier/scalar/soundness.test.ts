// SPDX-License-Identifier: Apache-2.0
// Random straight-line programs with branches, run on concrete values beside the abstract ones: whatever happens, the
// abstract value allows the concrete one, and on a path that really is taken nothing is contradictory.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Domain, Scalar } from '../../../src/verifier/scalar/index.ts'
import * as scalar from '../../../src/verifier/scalar/index.ts'
import { allows, aluNames, jumpNames, jumps, run, s64, text, u64 } from './concrete.ts'

/** Words near the places where ranges wrap, change sign or change their high half. */
const edges = [0n, 0x7fn, 0xffn, 0x7fffn, 0xffffn, 1n << 31n, 1n << 32n, 1n << 63n, 0xffffffff80000000n, 1n << 64n]
const word = fc.oneof(
  fc.bigInt({ min: 0n, max: 0xffffffffffffffffn }),
  fc.tuple(fc.constantFrom(...edges), fc.integer({ min: -3, max: 3 })).map(([v, d]) => u64(v + BigInt(d))),
  fc
    .tuple(fc.bigInt({ min: 0n, max: 0xffffffffffffffffn }), fc.integer({ min: 0, max: 63 }))
    .map(([v, n]) => v >> BigInt(n)),
)
const width = fc.constantFrom(32 as const, 64 as const)
const slot = fc.nat({ max: 2 })

const step = fc.oneof(
  fc.record({ kind: fc.constant('alu' as const), name: fc.constantFrom(...aluNames), width, dst: slot, src: slot }),
  fc.record({ kind: fc.constant('aluK' as const), name: fc.constantFrom(...aluNames), width, dst: slot, k: word }),
  fc.record({ kind: fc.constant('jump' as const), name: fc.constantFrom(...jumpNames), width, dst: slot, src: slot }),
  fc.record({ kind: fc.constant('jumpK' as const), name: fc.constantFrom(...jumpNames), width, dst: slot, k: word }),
  fc.record({ kind: fc.constant('zext' as const), dst: slot }),
  fc.record({
    kind: fc.constant('swap' as const),
    name: fc.constantFrom('le', 'be', 'bswap'),
    dst: slot,
    bytes: fc.constantFrom(2, 4, 8),
  }),
  fc.record({ kind: fc.constant('truncate' as const), dst: slot, bytes: fc.constantFrom(1, 2, 4) }),
  fc.record({ kind: fc.constant('movsx' as const), width, dst: slot, bytes: fc.constantFrom(1, 2, 4) }),
  fc.record({ kind: fc.constant('move' as const), dst: slot, src: slot }),
  fc.record({ kind: fc.constant('clamp' as const), dst: slot, k: word, signed: fc.boolean() }),
  fc.record({ kind: fc.constant('offset' as const), dst: slot, src: slot, plus: fc.boolean() }),
  fc.record({ kind: fc.constant('link' as const), dst: slot, delta: fc.integer() }),
)
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never
interface Reg {
  value: bigint
  known: Scalar
}

function apply(domain: Domain, regs: Reg[], s: Step): void {
  const dst = regs[s.dst]!
  const src: Reg = 'src' in s ? regs[s.src]! : 'k' in s ? { value: s.k, known: scalar.constant(s.k) } : dst
  switch (s.kind) {
    case 'alu':
    case 'aluK': {
      let operand = src
      // A shift by a known amount of at least the width is refused before it gets here.
      if (s.kind === 'aluK' && s.name.endsWith('sh')) {
        const amount = src.value & BigInt(s.width - 1)
        operand = { value: amount, known: scalar.constant(amount) }
      }
      const known = domain.alu(s.name, s.width, dst.known, operand.known)
      regs[s.dst] = { value: run(s.name, s.width, dst.value, operand.value), known }
      expect(scalar.violation(known)).toBeUndefined()
      return
    }
    case 'jump':
    case 'jumpK': {
      const taken = jumps(s.name, s.width, dst.value, src.value)
      const self = s.kind === 'jump' && s.dst === s.src
      const decided = self
        ? domain.branchTakenSelf(s.name, s.width, dst.known)
        : domain.branchTaken(s.name, s.width, dst.known, src.known)
      if (decided !== undefined) {
        expect(decided).toBe(taken)
        return
      }
      if (self) {
        const known = domain.refineBranchSelf(s.name, s.width, dst.known, taken ? 'taken' : 'passed')
        regs[s.dst] = { value: dst.value, known }
        return
      }
      const refine = domain === scalar.linear ? scalar.refineBranchRaw : domain.refineBranch
      const [left, right] = refine(s.name, s.width, dst.known, src.known, taken ? 'taken' : 'passed')
      expect(scalar.violation(left)).toBeUndefined()
      expect(scalar.violation(right)).toBeUndefined()
      expect(allows(right, src.value)).toBe(true)
      regs[s.dst] = { value: dst.value, known: left }
      if (s.kind === 'jump') regs[s.src] = { value: src.value, known: right }
      return
    }
    case 'zext':
      regs[s.dst] = { value: BigInt.asUintN(32, dst.value), known: domain.zext32(dst.known) }
      return
    case 'swap': {
      const cut = BigInt.asUintN(s.bytes * 8, dst.value)
      const value = s.name === 'le' ? cut : reversed(cut, s.bytes)
      regs[s.dst] = { value, known: domain.byteSwap(s.name, s.bytes, dst.known) }
      return
    }
    case 'truncate':
      regs[s.dst] = { value: BigInt.asUintN(s.bytes * 8, dst.value), known: domain.truncateLoad(dst.known, s.bytes) }
      return
    case 'movsx': {
      if (s.width === 32 && s.bytes === 4) return
      const value = BigInt.asUintN(s.width, BigInt.asIntN(s.bytes * 8, dst.value))
      regs[s.dst] = { value, known: domain.movsx(dst.known, s.bytes, s.width) }
      return
    }
    case 'move':
      regs[s.dst] = { ...src }
      return
    case 'clamp': {
      const k = s.signed ? s64(s.k) : s.k
      const value = s.signed ? s64(dst.value) : dst.value
      const limits = s.signed ? (k < value ? { smin: k } : { smax: k }) : k < value ? { umin: k } : { umax: k }
      regs[s.dst] = { value: dst.value, known: scalar.clamped(dst.known, limits) }
      return
    }
    case 'offset': {
      const value = s.plus ? dst.value + src.value : dst.value - src.value
      const known = (s.plus ? domain.addPointerOffset : domain.subPointerOffset)(dst.known, src.known)
      regs[s.dst] = { value: u64(value), known }
      return
    }
    case 'link':
      regs[s.dst] = { value: u64(dst.value + BigInt(s.delta)), known: domain.linkedPlus(dst.known, s.delta, 64) }
      return
  }
}

const reversed = (v: bigint, bytes: number): bigint =>
  Array.from({ length: bytes }, (_, i) => ((v >> BigInt(8 * i)) & 0xffn) << BigInt(8 * (bytes - 1 - i))).reduce(
    (sum, byte) => sum | byte,
  )

/** Four ranges with all that kernels came to tell of them; and with what 6.16 does not tell. */
const allTold = scalar.linearWith({
  negations: true,
  products: true,
  productBits: true,
  quotients: true,
  byteSwaps: true,
  selfCompares: true,
  loneValues: true,
  deadBranches: true,
  linkedInStep: true,
  wholeWraps: true,
  unequalBits: true,
  crossingWords: true,
  crossingHalves: true,
})
const leastTold = scalar.linearWith({
  negations: false,
  products: true,
  productBits: false,
  quotients: false,
  byteSwaps: false,
  selfCompares: false,
  loneValues: false,
  deadBranches: false,
  linkedInStep: false,
  wholeWraps: false,
  unequalBits: false,
  crossingWords: false,
  crossingHalves: false,
})

test.for([
  ['ranges', scalar.linear],
  ['ranges of 7.1', allTold],
  ['ranges of 6.16', leastTold],
  ['arcs', scalar.circular],
] as const)('an abstract value allows the concrete one after every step of a program: %s', ([, domain]) => {
  fc.assert(
    fc.property(fc.tuple(word, word, word), fc.array(step, { maxLength: 12, size: 'max' }), (values, steps) => {
      const regs = values.map((value): Reg => ({ value, known: scalar.unknown }))
      for (const s of steps) {
        apply(domain, regs, s)
        for (const { value, known } of regs) {
          if (!allows(known, value)) throw new Error(`after ${s.kind}: ${text(known)} does not allow ${value}`)
        }
      }
    }),
    { numRuns: 1500 },
  )
})

test('what is within another value allows nothing that the other does not', () => {
  fc.assert(
    fc.property(word, word, word, fc.constantFrom(...aluNames), (a, mask, k, name) => {
      const inner = scalar.alu('and', 64, scalar.constant(a), scalar.constant(mask))
      const outer = scalar.alu(
        name,
        64,
        scalar.alu('and', 64, scalar.unknown, scalar.constant(mask)),
        scalar.constant(k),
      )
      if (scalar.within(outer, inner)) expect(allows(outer, a & mask)).toBe(true)
      else expect(allows(outer, a & mask)).toBe(false)
      expect(scalar.within(scalar.unknown, outer)).toBe(true)
      expect(scalar.within(outer, outer)).toBe(true)
    }),
  )
})
