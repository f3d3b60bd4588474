// SPDX-License-Identifier: Apache-2.0
// What a helper is given that does not fit: a variable smaller than the map says, a size beyond the buffer, a kernel object where it may
// write, a map that is not the one meant.

import { formatType, resolveType, sizeOf } from '../../btf/index.ts'
import { type RegState, scalar } from '../../verifier/index.ts'
import { callee, contractAt } from '../calls.ts'
import { type Values, yes } from '../fill.ts'
import { codeAt, lineAt } from '../source.ts'
import { argumentText, assignedName, isMember, isSimple, quoted } from '../text.ts'
import { innermost } from '../violations.ts'
import { structPointedTo } from '../words.ts'
import { type Case, comparisonsOf, placeWords, plural } from './case.ts'
import { arrayAt } from './object.ts'

export function givenValues(one: Case): Values {
  switch (one.report.rule) {
    case 'mem-len':
    case 'size-negative':
    case 'size-zero':
    case 'size-unbounded':
      return bufferValues(one)
    case 'min-outside':
    case 'max-outside':
    case 'min-bound':
    case 'max-bound':
      return { ...takenByCall(one), ...reservedRecord(one), ...wholeStruct(one) }
    case 'zero-sized-read':
      return keyless(one)
    case 'stack-bounds':
      return { ...mapMemory(one), ...sizeBesides(one) }
    case 'helper-writes-object':
      return { neededBytes: sizeAsked(one)?.toString() }
    case 'timer-map':
    case 'wq-map':
      return { ownMap: one.program.maps[one.causes.path.at(-1)?.regs[1]?.map ?? -1]?.name }
    case 'const-size':
    case 'not-constant':
      return {
        reserve: yes(callee(one.program, one.report.insn)?.name === 'bpf_ringbuf_reserve'),
        constantInstead: ofVariableSize.get(callee(one.program, one.report.insn)?.name ?? ''),
      }
    case 'global-args':
      return voidGlobal(one)
    case 'reference-leak':
      return dynptrRecord(one)
    default:
      return {}
  }
}

/** What takes a size that varies, where a call takes only a constant. */
const ofVariableSize: ReadonlyMap<string, string> = new Map([
  [
    'bpf_dynptr_data',
    'bpf_dynptr_data() returns memory of a constant size. To write or read a variable number of bytes, use bpf_dynptr_write() or bpf_dynptr_read() with a buffer that is large enough.',
  ],
  [
    'bpf_dynptr_slice',
    'bpf_dynptr_slice() returns memory of a constant size: ask for the part that is always there (20 bytes of an IP header), and for the rest by another call; or copy with bpf_dynptr_read(), which takes a variable size.',
  ],
  [
    'hid_bpf_get_data',
    'hid_bpf_get_data() returns memory of a constant size: ask for as many bytes as you need; it returns NULL if the report has fewer.',
  ],
])

/** The map of the call and what of it the argument is: its key or its value. */
function mapPart({ report, program, kernel, causes }: Case) {
  const broken = innermost(report.violation)
  const reg = broken !== undefined && 'reg' in broken.params ? broken.params.reg : report.details.reg
  const args: readonly { readonly kind: string; readonly reg: number }[] =
    contractAt(program, kernel, report.insn)?.args ?? []
  const kind = args.find((arg) => arg.reg === reg)?.kind
  const given = args.find((arg) => arg.kind === 'map')?.reg
  const map = given === undefined ? undefined : program.maps[causes.path.at(-1)?.regs[given]?.map ?? -1]
  if (map === undefined || (kind !== 'map_key' && kind !== 'map_value')) return undefined
  return kind === 'map_key'
    ? { word: 'key', name: map.name, size: map.keySize, type: map.keyTypeId }
    : { word: 'value', name: map.name, size: map.valueSize, type: map.valueTypeId }
}

const sizeAsked = (one: Case): number | undefined => mapPart(one)?.size

/** What is done instead with maps that have no keys. */
const keylessUses: ReadonlyMap<string, string> = new Map([
  [
    'ringbuf',
    'Records go in with bpf_ringbuf_reserve() and bpf_ringbuf_submit(), or bpf_ringbuf_output(), and out in user space.',
  ],
  ['user_ringbuf', 'What user space put in is taken out with bpf_user_ringbuf_drain().'],
  ['queue', 'Elements go in with bpf_map_push_elem() and out with bpf_map_pop_elem() or bpf_map_peek_elem().'],
  ['stack', 'Elements go in with bpf_map_push_elem() and out with bpf_map_pop_elem() or bpf_map_peek_elem().'],
  ['bloom_filter', 'Values go in with bpf_map_push_elem(); bpf_map_peek_elem() asks for one.'],
])

function keyless(one: Case): Values {
  const part = mapPart(one)
  const map = one.program.maps.find(({ name }) => name === part?.name)
  const type = map?.type.replace('BPF_MAP_TYPE_', '').toLowerCase()
  return part?.word !== 'key' || part.size !== 0 || type === undefined
    ? {}
    : {
        keylessMap: part.name,
        keylessType: type,
        keylessUse: keylessUses.get(type) ?? 'See what its type is meant for.',
      }
}

function mapMemory(one: Case): Values {
  const part = mapPart(one)
  const { btf } = one.program
  if (part === undefined) return {}
  return {
    stackFor: `the ${part.word} of map ${part.name} has ${plural(part.size, 'byte')}`,
    stackType: btf === undefined || part.type === 0 ? undefined : formatType(btf, part.type),
  }
}

/** The size that goes with the memory, where it varies. */
function sizeBesides({ report, program, kernel, causes }: Case): Values {
  const broken = innermost(report.violation)
  if (broken === undefined || !('reg' in broken.params)) return {}
  const { reg } = broken.params
  const contract = contractAt(program, kernel, report.insn)
  const size = causes.path.at(-1)?.regs[reg + 1]
  const whole = argumentText(codeAt(program, report.insn), contract?.name, reg)
  const part = whole === undefined || isSimple(whole) ? undefined : variableIn(whole)
  const given = argumentText(codeAt(program, report.insn), contract?.name, reg - 1)?.replace(/^&/, '')
  if (part !== undefined && given !== undefined && isSimple(given))
    return { boundPart: part, boundWhole: whole, boundBuffer: given }
  const isSized = contract?.args.some((arg) => arg.reg === reg + 1 && arg.kind.includes('size'))
  if (!isSized || size?.kind !== 'scalar' || scalar.isConst(size.var)) return {}
  const text = argumentText(codeAt(program, report.insn), contract?.name, reg)
  return {
    sizeMost: `the size may be up to ${scalar.umax(size.var)}`,
    sizeExpr: text !== undefined && isSimple(text) ? text : undefined,
  }
}

/** The buffer that a size goes with: how C names both, and how much the buffer holds. */
function bufferValues({ report, program, kernel, causes }: Case): Values {
  const last = causes.path.at(-1)
  const { reg } = report.details
  const contract = contractAt(program, kernel, report.insn)
  if (last === undefined || reg === undefined || contract === undefined) return {}
  // what is refused is the memory in one case, its size in the others
  const sizeReg = report.rule === 'mem-len' ? reg + 1 : reg
  const pointer = last.regs[sizeReg - 1]
  if (pointer === undefined) return {}
  const text = codeAt(program, report.insn)
  const [buffer, size] = [sizeReg - 2, sizeReg - 1].map((index) => argumentText(text, contract.name, index))
  const holds = bytesFrom(pointer, program)
  const named = buffer !== undefined && isSimple(buffer.replace(/^&/, '')) ? buffer : 'the buffer'
  return {
    bufferSize: holds?.toString(),
    bufferHolds: holds === undefined ? undefined : `${named} has ${plural(holds, 'byte')}`,
    sizeName: size !== undefined && isSimple(size) ? size : undefined,
    sizeReread: sizeReread(size, sizeReg, { causes, program }),
    sizePart: size !== undefined && !isSimple(size) ? variableIn(size) : undefined,
    signedSize:
      size === undefined ? undefined : signedOn(isSimple(size) ? size : variableIn(size), { causes, program }),
  }
}

/** A size that is read from memory where the call is made: the comparison of it that C makes was of another read. */
function sizeReread(
  size: string | undefined,
  reg: number,
  { causes: { path }, program }: Pick<Case, 'causes' | 'program'>,
): string | undefined {
  const from = path.findLast(
    ({ insn }, i) =>
      i < path.length - 1 && program.insns[insn]!.dst === reg && program.insns[insn]!.op.kind !== 'store',
  )
  if (size === undefined || !isMember(size) || from === undefined) return undefined
  const { op } = program.insns[from.insn]!
  if (op.kind !== 'load') return undefined
  const word = new RegExp(`(?<![\\w>.])${quoted(size)}(?!\\w)`)
  return program.lines.some(({ line, file, text }) => {
    const at = lineAt(program, from.insn)
    return file === at?.file && line < at.line && /\bif\b|\?|=/.test(text) && word.test(text)
  })
    ? size
    : undefined
}

/** The one variable of an expression: `sizeof(*e) + len` → 'len'. */
function variableIn(text: string): string | undefined {
  const plain = text.replaceAll(/\b(?:sizeof|offsetof|__builtin_offsetof)\s*\((?:[^()]|\([^()]*\))*\)/g, ' ')
  const names = new Set(
    [...plain.matchAll(/(?<![\w.>])[A-Za-z_]\w*(?:(?:->|\.)\w+)*(?!\w|\()/g)]
      .map(([name]) => name)
      .filter((name) => !/^(?:__)?[us](?:8|16|32|64)$|^(?:int|long|unsigned|size_t|[A-Z][A-Z0-9_]*)$/.test(name)),
  )
  return names.size === 1 ? [...names][0] : undefined
}

const signedOn = (name: string | undefined, one: Pick<Case, 'causes' | 'program'>): string | undefined =>
  name === undefined ? undefined : signedComparison(name, one)

/** Where C compares the size as a signed number. */
function signedComparison(size: string, { causes, program }: Pick<Case, 'causes' | 'program'>): string | undefined {
  const word = new RegExp(`(?<![\\w>.])${size.replaceAll(/[.>-]/g, '\\$&')}\\b`)
  const found = comparisonsOf(causes.path, program).find(
    ({ insn }) => /^js/.test(program.insns[insn]!.op.name) && word.test(codeAt(program, insn) ?? ''),
  )
  return found === undefined ? undefined : placeWords(program, found.insn)
}

/** A record of the ring buffer that was reserved smaller than what is written to it. */
function reservedRecord({ causes, program }: Case): Values {
  const from = causes.path[causes.origin]
  if (from === undefined || callee(program, from.insn)?.name !== 'bpf_ringbuf_reserve') return {}
  const size = causes.value?.size
  const record = assignedName(codeAt(program, from.insn), 'bpf_ringbuf_reserve')
  return {
    reserved:
      size === undefined
        ? undefined
        : `bpf_ringbuf_reserve() on ${placeWords(program, from.insn)} was asked for ${plural(size, 'byte')}`,
    reservedAs: record,
  }
}

/** A kfunc that takes a struct of the kernel takes all of it, however little of it the program uses. */
function wholeStruct({ causes, kfunc, report }: Case): Values {
  const index = report.details.arg ?? (causes.reg === undefined ? undefined : causes.reg - 1)
  const param = index === undefined ? undefined : kfunc?.params[index]
  const struct = param === undefined ? undefined : structPointedTo(kfunc!.btf, param.type)
  const id = struct === undefined ? undefined : kfunc!.btf.find(struct, 'struct')
  const size = id === undefined ? undefined : sizeOf(kfunc!.btf, id)
  if (struct === undefined || size === undefined) return {}
  return {
    paramObject: struct,
    paramSize: size.toString(),
    paramMaker:
      struct === 'cpumask'
        ? 'A mask of your own is a struct bpf_cpumask, made by bpf_cpumask_create() and kept in a __kptr field.'
        : `Give it a variable of type struct ${struct}.`,
  }
}

/** A call that takes a size from where a pointer stands: either may be what is too large. */
function takenByCall(one: Case): Values {
  const { report, program, kernel, causes } = one
  const last = causes.path.at(-1)
  const reg = causes.reg
  const contract = contractAt(program, kernel, report.insn)
  const size = reg === undefined || reg > 4 ? undefined : last?.regs[reg + 1]
  const pointer = reg === undefined ? undefined : last?.regs[reg]
  if (contract === undefined || size?.kind !== 'scalar' || pointer === undefined) return {}
  const member = memberOversized(codeAt(program, report.insn), contract.name, reg!)
  if (scalar.isConst(size.var) && member !== undefined)
    return { oversized: member, oversizedBy: scalar.constNumber(size.var).toString() }
  if (!contract.args.some((arg) => arg.reg === reg! + 1 && arg.kind.includes('size'))) return {}
  const text = codeAt(program, report.insn)
  const named = argumentText(text, contract.name, reg!)
  const holds = bytesFrom(pointer, program)
  if (!scalar.isConst(size.var)) {
    return {
      ...sumOf(pointer, size, program),
      sizeVaries: yes(holds !== undefined),
      bufferSize: holds?.toString(),
      sizeName: named !== undefined && isSimple(named) ? named : 'size',
    }
  }
  const map = pointer.kind === 'map_value' ? program.maps[pointer.map] : undefined
  const place = argumentText(text, contract.name, reg! - 1) ?? ''
  const at =
    /^\w[\w.>-]*\s*\+\s*([A-Za-z_]\w*)$/.exec(place)?.[1] ??
    /^&[\w.>-]+\[([A-Za-z_][\w.>-]*)(?:\s*[&%][^\]]*)?\]$/.exec(place)?.[1]
  const most = map === undefined ? -1 : map.valueSize - pointer.off - scalar.constNumber(size.var)
  return most < 0 || scalar.isConst(pointer.var)
    ? {}
    : {
        mostOffset: most.toString(),
        offsetName: at ?? 'offset',
        offsetMasked: yes(/\[[^\]]*[&%][^\]]*\]$/.test(place)),
        offsetMost: scalar.umax(pointer.var).toString(),
        offsetReread: at !== undefined && isMember(at) ? at : undefined,
        takenBytes: scalar.constNumber(size.var).toString(),
      }
}

/** The member that is given, where the size beside it is not that of the member. */
function memberOversized(text: string | undefined, name: string, reg: number): string | undefined {
  const member = argumentText(text, name, reg - 1)?.replace(/^&/, '')
  const size = argumentText(text, name, reg)
  return member !== undefined && isMember(member) && size !== undefined && /^(?:\d+|[A-Z][A-Z0-9_]*)$/.test(size)
    ? member
    : undefined
}

/** An offset and a size that vary, and reach beyond the map's value only if both were at their largest. */
function sumOf(pointer: RegState, size: RegState, { maps }: Case['program']): Values {
  const map = pointer.kind === 'map_value' ? maps[pointer.map] : undefined
  const [off, bytes] = [scalar.umax(pointer.var), scalar.umax(size.var)]
  const holds = map === undefined ? 0n : BigInt(map.valueSize - pointer.off)
  return scalar.isConst(pointer.var) || off > holds || bytes > holds || off + bytes <= holds
    ? {}
    : {
        sumOffset: off.toString(),
        sumSize: bytes.toString(),
        sumHolds: holds.toString(),
        sumNeeds: (off + bytes).toString(),
      }
}

/** How many bytes there are from where the pointer stands, where that is one place. */
function bytesFrom(pointer: RegState, program: Case['program']): number | undefined {
  if (!scalar.isConst(pointer.var)) return undefined
  const off = pointer.off + scalar.constNumber(pointer.var)
  const map = pointer.kind === 'map_value' ? program.maps[pointer.map] : undefined
  if (pointer.kind === 'mem') return pointer.size - off
  if (map === undefined) return undefined
  const array = arrayAt(pointer, off, program)
  return array === undefined ? map.valueSize - off : array.start + array.count * array.elementSize - off
}

/** The type that the function called returns, where it is no number and not nothing. */
function returnedBy({ refs, insns, funcs, btf }: Case['program'], at: number): string | undefined {
  const ref = refs.get(at)
  const start = ref?.kind === 'subprog' ? ref.insn : at + insns[at]!.imm + 1
  const record = funcs.find(({ insn }) => insn === start)
  const func =
    record === undefined || btf === undefined || record.typeId >= btf.count ? undefined : btf.type(record.typeId)
  const proto = func?.kind === 'func' ? btf!.type(func.type) : undefined
  if (proto?.kind !== 'func_proto' || resolveType(btf!, proto.ret).kind === 'void') return undefined
  return formatType(btf!, proto.ret)
}

/** A global function that returns nothing is refused where it is called first. */
const voidGlobal = ({ report, program }: Case): Values => ({
  voidGlobal: yes(innermost(report.violation)?.id === 'subprog-return'),
  globalReturns: returnedBy(program, report.insn),
  globalFunc: callee(program, report.insn)?.name,
})

/** A reserved dynptr is given back even where there was no room for it. */
function dynptrRecord({ report, program }: Case): Values {
  const at = report.details.at?.at(-1)?.insn
  if (at === undefined || callee(program, at)?.name !== 'bpf_ringbuf_reserve_dynptr') return {}
  const dynptr = argumentText(codeAt(program, at), 'bpf_ringbuf_reserve_dynptr', 3)
  return { dynptrRecord: dynptr === undefined ? undefined : `bpf_ringbuf_discard_dynptr(${dynptr}, 0);` }
}
