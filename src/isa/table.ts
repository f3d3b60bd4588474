// SPDX-License-Identifier: Apache-2.0
// The opcode table: every operation an eBPF instruction can be, in opcode order within its family. Decoder, encoder,
// assembler and disassemblers derive from it. Sources: RFC 9669; the kernel's instruction-set.rst for what came later.
import { aluFamily, atomicFamily, classes, jumpFamily, modes, movsxFamily, sizes, swapFamily } from './families.ts'
import type { IsaFeature, Op, OpGroup, OpRow } from './types.ts'

/** `off` of a mov that converts between address spaces (Linux `BPF_ADDR_SPACE_CAST`). */
export const addrSpaceCastOff = 1
/** `off` of the kernel's own mov that resolves a per-CPU address (Linux `BPF_ADDR_PERCPU`). */
export const addrPercpuOff = -1

const none: Op = { kind: 'invalid', name: 'invalid', width: 0, size: 0, source: 'none', signed: false, fetch: false }

/** Builds an `Op` with every field in one order: one hidden class for all rows. */
function op(fields: Partial<Op>): Op {
  return {
    kind: fields.kind ?? none.kind,
    name: fields.name ?? none.name,
    width: fields.width ?? none.width,
    size: fields.size ?? none.size,
    source: fields.source ?? none.source,
    signed: fields.signed ?? none.signed,
    fetch: fields.fetch ?? none.fetch,
  }
}

interface RowExtras {
  readonly off?: number
  readonly imm?: number
  readonly since?: IsaFeature | undefined
}

function row(
  code: number,
  group: OpGroup,
  [text, source]: readonly [text: string, source: string],
  fields: Partial<Op>,
  extras: RowExtras = {},
): OpRow {
  return { code, off: extras.off, imm: extras.imm, group, since: extras.since, text, source, op: op(fields) }
}

/** An opcode that is none. */
export const invalidOp: Op = op({})

/** Every row, family after family. Of rows with one code, the first is what unmatched field values fall back to. */
export const opRows: readonly OpRow[] = [...aluRows(), ...jumpRows(), ...memoryRows(), ...atomicRows()]

function aluRows(): OpRow[] {
  const rows: OpRow[] = []
  for (const width of [32, 64] as const) {
    const class_ = width === 64 ? classes.alu64 : classes.alu
    const base: OpGroup = width === 64 ? 'base64' : 'base32'
    const divmul: OpGroup = width === 64 ? 'divmul64' : 'divmul32'
    const shared = { kind: 'alu', width } as const
    for (const family of aluFamily) {
      for (const source of ['imm', 'reg'] as const) {
        const code = (family.code << 4) | (source === 'reg' ? 8 : 0) | class_
        const group = family.group === 'base' ? base : divmul
        const fields = { ...shared, name: family.name, source, signed: family.signed }
        rows.push(row(code, group, [family.text, 'RFC 9669 §4.1'], fields, { off: family.off }))
      }
    }
    for (const { off, size, text, alu32 } of movsxFamily) {
      if (width === 32 && !alu32) continue
      const fields = { ...shared, name: 'movsx', size, source: 'reg', signed: true } as const
      rows.push(row(0xb8 | class_, base, [text, 'RFC 9669 §4.1'], fields, { off }))
    }
    rows.push(row(0x80 | class_, base, ['-', 'RFC 9669 §4.1'], { ...shared, name: 'neg' }))
  }
  rows.push(
    row(
      0xbf,
      'linux',
      ['addr_space_cast', 'LLVM BPF backend, address spaces'],
      { kind: 'alu', name: 'addr_space_cast', width: 64, source: 'reg' },
      { off: addrSpaceCastOff },
    ),
  )
  for (const { name, code, text } of swapFamily) {
    for (const bits of [16, 32, 64] as const) {
      const fields = { kind: 'alu', name, width: 64, size: (bits / 8) as 2 | 4 | 8 } as const
      rows.push(
        row(code, bits === 64 ? 'base64' : 'base32', [`${text}${bits}`, 'RFC 9669 §4.2'], fields, { imm: bits }),
      )
    }
  }
  return rows
}

function jumpRows(): OpRow[] {
  const rows: OpRow[] = [
    row(0x05, 'base32', ['goto', 'RFC 9669 §4.3'], { kind: 'ja', name: 'ja', width: 64 }),
    row(0x06, 'base32', ['gotol', 'RFC 9669 §4.3'], { kind: 'ja', name: 'gotol', width: 32 }),
    row(
      0x0d,
      'linux',
      ['gotox', 'instruction-set.rst, jump instructions'],
      { kind: 'gotox', name: 'gotox', source: 'reg' },
      { since: 'gotox' },
    ),
    row(0x85, 'base32', ['call', 'RFC 9669 §4.3'], { kind: 'call', name: 'call' }),
    row(0x8d, 'base32', ['callx', 'RFC 9669 §4.3'], { kind: 'callx', name: 'callx', source: 'reg' }),
    row(0x95, 'base32', ['exit', 'RFC 9669 §4.3'], { kind: 'exit', name: 'exit' }),
    row(0xe5, 'linux', ['may_goto', 'linux/bpf.h BPF_JCOND, BPF_MAY_GOTO'], { kind: 'may_goto', name: 'may_goto' }),
  ]
  for (const width of [64, 32] as const) {
    const class_ = width === 64 ? classes.jmp : classes.jmp32
    for (const { name, code, text, signed } of jumpFamily) {
      for (const source of ['imm', 'reg'] as const) {
        const byte = (code << 4) | (source === 'reg' ? 8 : 0) | class_
        const group = width === 64 ? 'base64' : 'base32'
        rows.push(row(byte, group, [text, 'RFC 9669 §4.3'], { kind: 'jump', name, width, source, signed }))
      }
    }
  }
  return rows
}

function memoryRows(): OpRow[] {
  const rows: OpRow[] = [
    row(0x18, 'base64', ['ll', 'RFC 9669 §5.4'], { kind: 'ld_imm64', name: 'ld_imm64', size: 8, source: 'imm' }),
  ]
  for (const { code, size, text, signedText } of sizes) {
    const group = size === 8 ? 'base64' : 'base32'
    rows.push(
      row(code | modes.mem | classes.ldx, group, [text, 'RFC 9669 §5.1'], {
        kind: 'load',
        name: 'ldx',
        size,
        source: 'reg',
      }),
      row(code | modes.mem | classes.st, group, [text, 'RFC 9669 §5.1'], {
        kind: 'store',
        name: 'st',
        size,
        source: 'imm',
      }),
      row(code | modes.mem | classes.stx, group, [text, 'RFC 9669 §5.1'], {
        kind: 'store',
        name: 'stx',
        size,
        source: 'reg',
      }),
    )
    if (size === 8) continue
    const sx = { kind: 'load', name: 'ldsx', size, source: 'reg', signed: true } as const
    rows.push(
      row(code | modes.memsx | classes.ldx, 'base64', [signedText, 'RFC 9669 §5.2'], sx),
      row(code | modes.abs | classes.ld, 'packet', [text, 'RFC 9669 §5.5'], {
        kind: 'ld_abs',
        name: 'ld_abs',
        size,
        source: 'imm',
      }),
      row(code | modes.ind | classes.ld, 'packet', [text, 'RFC 9669 §5.5'], {
        kind: 'ld_ind',
        name: 'ld_ind',
        size,
        source: 'reg',
      }),
    )
  }
  return rows
}

function atomicRows(): OpRow[] {
  const rows: OpRow[] = []
  for (const { code, size } of sizes) {
    for (const { name, imm, text, fetch, since } of atomicFamily) {
      if (size < 4 && since === undefined) continue
      const group: OpGroup = since !== undefined ? 'linux' : size === 8 ? 'atomic64' : 'atomic32'
      const source = since === undefined ? 'RFC 9669 §5.3' : 'instruction-set.rst, atomic operations'
      const fields = { kind: 'atomic', name, width: 0, size, source: 'reg', fetch } as const
      rows.push(row(code | modes.atomic | classes.stx, group, [text, source], fields, { imm, since }))
    }
  }
  return rows
}

/** Rows by opcode byte. */
export const rowsByCode: readonly (readonly OpRow[])[] = Array.from({ length: 256 }, (_, code) =>
  opRows.filter((candidate) => candidate.code === code),
)

const single: readonly (Op | undefined)[] = rowsByCode.map((rows) =>
  rows.length === 0
    ? invalidOp
    : rows.length === 1 && rows[0]!.off === undefined && rows[0]!.imm === undefined
      ? rows[0]!.op
      : undefined,
)

/** What a code is when no row has these field values: the plain operation, whose reserved fields are then at fault. */
const fallback: readonly Op[] = rowsByCode.map((rows) => {
  const first = rows[0]
  if (first === undefined) return invalidOp
  if (first.op.kind === 'atomic') return invalidOp
  // A swap of an unknown width swaps no bytes; the other families fall back to their plain row.
  return first.imm === undefined ? first.op : op({ ...first.op, size: 0 })
})

/** The row an instruction's fields select, or undefined. */
export function rowOf(code: number, off: number, imm: number): OpRow | undefined {
  for (const candidate of rowsByCode[code & 0xff]!) {
    if (candidate.off !== undefined && candidate.off !== off) continue
    if (candidate.imm !== undefined && candidate.imm !== imm) continue
    return candidate
  }
  return undefined
}

/**
 * The operation of an instruction. Never undefined: an unknown opcode, or an atomic with an unknown `imm`, has kind
 * 'invalid'; a known opcode with reserved fields in use is its plain operation (`checkReserved` names the fields).
 */
export function opOf(code: number, off: number, imm: number, _src = 0): Op {
  const only = single[code & 0xff]
  if (only !== undefined) return only
  return rowOf(code, off, imm)?.op ?? fallback[code & 0xff]!
}
