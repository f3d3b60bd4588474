// SPDX-License-Identifier: Apache-2.0
// Programs by chance, the same for the same seed: arithmetic, the stack, and jumps anywhere, so that control flow of every shape comes by.
import { type Insn, makeInsn, makeLdImm64, opRows } from '../../src/isa/index.ts'
import { random } from '../fuzz/mutate.ts'

const rows = opRows.filter(({ op, group }) => group !== 'packet' && op.name !== 'addr_space_cast')
const of = (kind: Insn['op']['kind']) => rows.filter(({ op }) => op.kind === kind)
const [alus, jumps, atomics] = [of('alu'), of('jump'), of('atomic').filter(({ op }) => op.size >= 4)]
const interesting = [0, 1, -1, 2, 31, 32, 63, 64, 0x7fffffff, -0x80000000, 255, 65535]

/** `sameSizes`: each slot of the stack is accessed as the same bytes always, more often than not. */
export function randomProgram(seed: number, { sameSizes = false }: { readonly sameSizes?: boolean } = {}): Insn[] {
  const below = random(seed)
  const pick = <T>(list: readonly T[]): T => list[below(list.length)]!
  const register = (): number => below(10)
  const number = (): number => (below(2) === 0 ? pick(interesting) : below(2 ** 32) | 0)
  const slot = (): number => -8 * (1 + below(8))
  const sizes = [0x00, 0x08, 0x10, 0x18]
  const sizeAt = (off: number): number => (sameSizes && below(30) > 0 ? sizes[(-off / 8) % 4]! : pick(sizes))
  const insns: Insn[] = []
  // every register, and the stack that is used, has a value
  for (let r = 0; r < 10; r++)
    insns.push(...makeLdImm64(r, (below(2) === 0 ? 0n : BigInt(number()) << 32n) | BigInt(number() >>> 0)))
  if (!sameSizes) for (let i = 1; i <= 8; i++) insns.push(makeInsn({ code: 0x7b, dst: 10, src: i, off: -8 * i }))
  const first = insns.length
  const count = 4 + below(40)
  for (let i = 0; i < count; i++) {
    const kind = below(12)
    if (kind === 10) insns.push(...rotation(below))
    else if (kind === 11) {
      const dst = register()
      insns.push(makeInsn({ code: 0x69, dst, src: 10, off: slot() }), makeInsn({ code: 0xdc, dst, imm: 16 }))
    } else if (kind < 5) {
      const { code, off = 0, imm, op } = pick(alus)
      const shifts = ['lsh', 'rsh', 'arsh'].includes(op.name)
      const by = shifts ? below(op.width) : number()
      insns.push(makeInsn({ code, dst: register(), src: register(), off, imm: imm ?? (op.source === 'imm' ? by : 0) }))
    } else if (kind === 5) {
      const off = slot()
      const size = sizeAt(off)
      const signed = below(3) === 0 && size !== 0x18
      insns.push(makeInsn({ code: (signed ? 0x81 : 0x61) | size, dst: register(), src: 10, off }))
    } else if (kind === 6) {
      const off = slot()
      const imm = below(2) === 0
      const code = (imm ? 0x62 : 0x63) | sizeAt(off)
      insns.push(makeInsn({ code, dst: 10, src: register(), off, imm: imm ? number() : 0 }))
    } else if (kind === 7 && (!sameSizes || below(20) === 0)) {
      const { code, imm = 0 } = pick(atomics)
      const loads = imm === 0x100
      insns.push(makeInsn({ code, dst: loads ? register() : 10, src: loads ? 10 : register(), off: slot(), imm }))
    } else {
      // where to is filled in once it is known how many there are
      const { code, op } = pick(jumps)
      insns.push(
        makeInsn({
          code,
          dst: register(),
          src: op.source === 'reg' ? register() : 0,
          imm: op.source === 'imm' ? number() : 0,
        }),
      )
    }
  }
  // all of the stack is told
  if (sameSizes)
    for (let off = -8; off >= -64; off -= 8)
      insns.push(
        makeInsn({ code: 0x61 | sizes[(-off / 8) % 4]!, dst: 1, src: 10, off }),
        makeInsn({ code: 0x2f, dst: 0, src: 1 }),
        makeInsn({ code: 0x0f, dst: 0, src: 1 }),
      )
  insns.push(makeInsn({ code: 0x95 }))
  return insns.map((insn, at) => {
    if (insn.op.kind !== 'jump') return insn
    return makeInsn({ ...insn, off: first + below(insns.length - first) - at - 1 })
  })
}

/** A register's copy is shifted one way, it the other way, and both are one: by as much as a rotation has it, more often than not. */
function rotation(below: (limit: number) => number): Insn[] {
  const wide = below(2) === 0
  const [width, group] = wide ? [64, 0x07] : [32, 0x04]
  const [left, right] = [0x60 | group, 0x70 | group]
  const [copy, value] = [below(10), below(10)]
  const by = below(width)
  const other = below(4) === 0 ? below(width) : (width - by) % width
  const [first, second] = below(2) === 0 ? [left, right] : [right, left]
  return [
    makeInsn({ code: below(2) === 0 ? 0xbf : 0xbc, dst: copy, src: value }),
    makeInsn({ code: first, dst: copy, imm: by }),
    makeInsn({ code: second, dst: value, imm: other }),
    makeInsn({ code: 0x48 | group, dst: value, src: copy }),
  ]
}
