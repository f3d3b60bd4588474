// SPDX-License-Identifier: Apache-2.0
// What can be done to a program: each operator makes a small change at one instruction, or says nothing where it does not fit.
// Instructions with a reference (maps, kfuncs) keep it or lose it whole: their immediates mean something only to one side.
import type { Insn } from '../../src/isa/index.ts'
import type { LinkedProgram } from '../../src/object/index.ts'
import type { Edit, Mutant } from './edits.ts'
import type { Random } from './random.ts'

export interface Site {
  readonly program: LinkedProgram
  readonly at: number
  readonly insn: Insn
  readonly random: Random
}
type Operator = (site: Site) => Mutant | undefined

const LD_IMM64 = 0x18
const MOV_REG = 0xbf
const MOV_IMM = 0xb7
const JA = 0x05
const CALL = 0x85
const EXIT = 0x95

/** Values at which bounds turn. */
const edges = [0, 1, -1, 2, 7, 8, 31, 32, 63, 64, 255, 256, 511, 512, 4095, 4096, 65535, 65536, 0x7fffffff, -0x80000000]

const jumpCodes = [0x1, 0x2, 0x3, 0x4, 0x5, 0x6, 0x7, 0xa, 0xb, 0xc, 0xd]
const aluCodes = [0x0, 0x1, 0x2, 0x3, 0x4, 0x5, 0x6, 0x7, 0x9, 0xa, 0xb, 0xc]
const sizeBits = [0x00, 0x08, 0x10, 0x18]
const atomicImms = [0x00, 0x01, 0x40, 0x41, 0x50, 0x51, 0xa0, 0xa1, 0xe1, 0xf1]

export const operators: Readonly<Record<string, Operator>> = {
  destination: ({ insn, at, random, program }) =>
    insn.code === 0 ? undefined : one(at, 'dst', otherRegister(program, insn.dst, random)),
  source: ({ insn, at, random, program }) =>
    readsSource(insn) ? one(at, 'src', otherRegister(program, insn.src, random)) : undefined,
  offset: ({ insn, at, random }) =>
    isMemory(insn) ? one(at, 'off', insn.off + random.pick([1, -1, 2, 4, -4, 8, -8, 16, 32, -insn.off])) : undefined,
  wildOffset: ({ insn, at, random }) =>
    isMemory(insn)
      ? one(at, 'off', random.pick([random.below(600) - 300, ...edges.filter((n) => n === (n << 16) >> 16)]))
      : undefined,
  immediate: ({ insn, at, random, program }) =>
    hasImmediate(insn) && !program.refs.has(at) ? one(at, 'imm', insn.imm + random.pick([1, -1, 4, -4, 8])) : undefined,
  wildImmediate: ({ insn, at, random, program }) =>
    hasImmediate(insn) && !program.refs.has(at) ? one(at, 'imm', random.pick(edges)) : undefined,
  valueOffset: ({ at, random, program }) =>
    program.refs.get(at)?.kind === 'map_value'
      ? one(at + 1, 'imm', program.insns[at + 1]!.imm + random.pick([1, 4, 8, -8, 64, 4096]))
      : undefined,
  size: ({ insn, at, random }) =>
    isMemory(insn) ? one(at, 'code', (insn.code & ~0x18) | random.pick(sizeBits)) : undefined,
  signedLoad: ({ insn, at }) => (insn.op.kind === 'load' ? one(at, 'code', insn.code ^ 0xe0) : undefined),
  condition: ({ insn, at, random }) =>
    insn.op.kind === 'jump' ? one(at, 'code', (insn.code & 0x0f) | (random.pick(jumpCodes) << 4)) : undefined,
  jumpWidth: ({ insn, at }) => (insn.op.kind === 'jump' ? one(at, 'code', insn.code ^ 3) : undefined),
  jumpForm: ({ insn, at, random, program }) => {
    if (insn.op.kind !== 'jump') return undefined
    return insn.op.source === 'imm'
      ? [edit(at, 'code', insn.code | 8), edit(at, 'imm', 0), edit(at, 'src', anyRegister(program, random))]
      : [edit(at, 'code', insn.code & ~8), edit(at, 'src', 0), edit(at, 'imm', random.pick(edges))]
  },
  neverJumps: ({ insn, at }) => (insn.op.kind === 'jump' ? replace(at, JA) : undefined),
  alwaysJumps: ({ insn, at }) => (insn.op.kind === 'jump' ? replace(at, JA, { off: insn.off }) : undefined),
  jumpTarget: ({ insn, at, random }) =>
    insn.op.kind === 'jump' || insn.code === JA ? one(at, 'off', insn.off + random.pick([1, -1, 2, -2])) : undefined,
  jumpAnywhere: ({ insn, at, random, program }) =>
    insn.op.kind === 'jump' ? one(at, 'off', random.below(program.insns.length) - at - 1) : undefined,
  drop: ({ insn, at }) => (insn.code === LD_IMM64 ? [...replace(at, JA), ...replace(at + 1, JA)] : replace(at, JA)),
  constant: ({ insn, at, random, program }) =>
    insn.code === LD_IMM64
      ? undefined
      : replace(at, MOV_IMM, { dst: writesOrAny(insn, program, random), imm: random.pick(edges) }),
  move: ({ insn, at, random, program }) =>
    insn.code === LD_IMM64
      ? undefined
      : replace(at, MOV_REG, { dst: writesOrAny(insn, program, random), src: anyRegister(program, random) }),
  exitEarly: ({ insn, at }) => (insn.code === LD_IMM64 ? undefined : replace(at, EXIT)),
  otherCall: ({ insn, at, random, program }) => {
    if (insn.code !== CALL) return undefined
    const others = indexes(program, (other, i) => other.code === CALL && i !== at && !sameCall(other, insn))
    return others.length === 0 ? undefined : one(at, 'copy', random.pick(others))
  },
  callHere: ({ insn, at, random, program }) => {
    if (insn.code === LD_IMM64) return undefined
    const calls = indexes(program, (other) => other.code === CALL)
    return calls.length === 0 ? undefined : one(at, 'copy', random.pick(calls))
  },
  anyHelper: ({ insn, at, random }) =>
    insn.code === CALL && insn.src === 0 ? one(at, 'imm', 1 + random.below(211)) : undefined,
  otherReference: ({ insn, at, random, program }) => {
    if (insn.code !== LD_IMM64) return undefined
    const others = indexes(program, (other, i) => other.code === LD_IMM64 && i !== at)
    if (others.length === 0) return undefined
    const from = random.pick(others)
    return [edit(at, 'copy', from), edit(at + 1, 'copy', from + 1), edit(at, 'dst', insn.dst)]
  },
  copyNeighbour: ({ insn, at, random, program }) => {
    const from = at + random.pick([-3, -2, -1, 1, 2, 3])
    const other = program.insns[from]
    if (insn.code === LD_IMM64 || other === undefined || other.code === 0 || other.code === LD_IMM64) return undefined
    return one(at, 'copy', from)
  },
  copyAny: ({ insn, at, random, program }) => {
    const from = random.below(program.insns.length)
    const { code } = program.insns[from]!
    return insn.code === LD_IMM64 || code === 0 || code === LD_IMM64 ? undefined : one(at, 'copy', from)
  },
  swap: ({ insn, at, program }) => {
    const next = program.insns[at + 1]
    if (next === undefined || insn.code === LD_IMM64 || next.code === LD_IMM64) return undefined
    return [edit(at, 'copy', at + 1), edit(at + 1, 'copy', at)]
  },
  arithmetic: ({ insn, at, random }) =>
    insn.op.kind === 'alu' && insn.off === 0 && !isSwap(insn)
      ? one(at, 'code', (insn.code & 0x0f) | (random.pick(aluCodes) << 4))
      : undefined,
  aluWidth: ({ insn, at }) => (insn.op.kind === 'alu' && !isSwap(insn) ? one(at, 'code', insn.code ^ 3) : undefined),
  aluForm: ({ insn, at, random, program }) => {
    if (insn.op.kind !== 'alu' || isSwap(insn) || insn.off !== 0) return undefined
    return insn.op.source === 'imm'
      ? [edit(at, 'code', insn.code | 8), edit(at, 'imm', 0), edit(at, 'src', anyRegister(program, random))]
      : [edit(at, 'code', insn.code & ~8), edit(at, 'src', 0), edit(at, 'imm', random.pick(edges))]
  },
  signExtend: ({ insn, at, random }) =>
    insn.op.name === 'mov' && insn.op.source === 'reg' ? one(at, 'off', random.pick([8, 16, 32])) : undefined,
  storeImmediate: ({ insn, at, random }) =>
    insn.op.kind === 'store' && insn.op.source === 'reg'
      ? [edit(at, 'code', insn.code & ~1), edit(at, 'src', 0), edit(at, 'imm', random.pick(edges))]
      : undefined,
  makeAtomic: ({ insn, at, random }) =>
    insn.op.kind === 'store' && insn.op.source === 'reg' && insn.op.size >= 4
      ? [edit(at, 'code', (insn.code & 0x1f) | 0xc0), edit(at, 'imm', random.pick(atomicImms))]
      : undefined,
  atomicOperation: ({ insn, at, random }) =>
    insn.op.kind === 'atomic' ? one(at, 'imm', random.pick(atomicImms)) : undefined,
  reserved: ({ insn, at, random, program }) =>
    random.oneIn(8) && !program.refs.has(at) && insn.code !== 0
      ? one(at, random.pick(['code', 'dst', 'src', 'off', 'imm']), random.below(256))
      : undefined,
}
const names = Object.keys(operators)

/** One to two changes at places picked by chance; calls are picked more often than their number. */
export function makeMutant(program: LinkedProgram, random: Random): { readonly mutant: Mutant; readonly by: string } {
  const calls = indexes(program, ({ code }) => code === CALL)
  const edits: Edit[] = []
  const by: string[] = []
  const wanted = random.oneIn(3) ? 2 : 1
  for (let tries = 0; by.length < wanted && tries < 200; tries++) {
    const at = calls.length > 0 && random.oneIn(4) ? random.pick(calls) : random.below(program.insns.length)
    const name = random.pick(names)
    const insn = program.insns[at]!
    if (insn.code === 0) continue // second half of an ld_imm64
    const made = operators[name]!({ program, at, insn, random })
    if (made === undefined || made.some((e) => edits.some((other) => other.at === e.at))) continue
    edits.push(...made)
    by.push(name)
  }
  return { mutant: edits, by: by.join('+') }
}

const edit = (at: number, field: Edit['field'], value: number): Edit => ({ at, field, value })
const one = (at: number, field: Edit['field'], value: number): Mutant => [edit(at, field, wrap(field, value))]
const wrap = (field: Edit['field'], value: number): number =>
  field === 'code'
    ? value & 0xff
    : field === 'dst' || field === 'src'
      ? value & 15
      : field === 'off'
        ? (value << 16) >> 16
        : field === 'imm'
          ? value | 0
          : value

/** Another instruction altogether. */
const replace = (at: number, code: number, { dst = 0, src = 0, off = 0, imm = 0 } = {}): Mutant => [
  edit(at, 'code', code),
  edit(at, 'dst', dst),
  edit(at, 'src', src),
  edit(at, 'off', off),
  edit(at, 'imm', imm),
]

const isMemory = ({ op }: Insn): boolean => op.kind === 'load' || op.kind === 'store' || op.kind === 'atomic'
const isSwap = ({ op }: Insn): boolean => op.name === 'le' || op.name === 'be' || op.name === 'bswap'
const readsSource = ({ op }: Insn): boolean => op.source === 'reg'
const hasImmediate = ({ op, code }: Insn): boolean => op.source === 'imm' || code === LD_IMM64
const sameCall = (a: Insn, b: Insn): boolean => a.src === b.src && a.imm === b.imm && a.off === b.off

function indexes(program: LinkedProgram, fits: (insn: Insn, at: number) => boolean): number[] {
  return program.insns.flatMap((insn, at) => (fits(insn, at) ? [at] : []))
}

/** A register, more often one that the program uses. */
function anyRegister({ insns }: LinkedProgram, random: Random): number {
  if (random.oneIn(20)) return 11 + random.below(5)
  if (random.oneIn(4)) return random.below(11)
  const { dst, src, op } = random.pick(insns)
  return op.source === 'reg' ? src : dst
}

function otherRegister(program: LinkedProgram, not: number, random: Random): number {
  for (let tries = 0; tries < 8; tries++) {
    const found = anyRegister(program, random)
    if (found !== not) return found
  }
  return not === 0 ? 1 : 0
}

/** The register an instruction writes, so that what follows sees another value; else any but the frame pointer. */
function writesOrAny({ op, dst }: Insn, program: LinkedProgram, random: Random): number {
  if (op.kind === 'call') return 0
  if (op.kind === 'alu' || op.kind === 'load') return dst
  return Math.min(anyRegister(program, random), 9)
}
