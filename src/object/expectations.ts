// SPDX-License-Identifier: Apache-2.0
// What a program says of itself with the tags of the selftests' bpf_misc.h: __success, __failure, __msg and their kin, declaration tags
// "comment:test_expect_…" on its function. Since 7.x a number stands before the name ("comment:3:test_expect_…"), in 6.12 after it.
import { remembered } from '../fault/index.ts'
import { progFlags } from '../uapi/index.ts'
import type { BpfObject, ObjectProgram } from './types.ts'

/** A text to be found in the verifier's log: each piece as it is, or as an extended regular expression ({{…}}). */
export interface LogPattern {
  readonly text: string
  readonly pieces: readonly { readonly regex: boolean; readonly text: string }[]
  /** It must not be there, between those around it. */
  readonly absent: boolean
}

export interface Expectation {
  /** What a privileged load must come to; without a tag that says so, success. Undefined where only an unprivileged load is meant. */
  readonly verdict: 'accept' | 'reject' | undefined
  /** In the order in which they must be found. */
  readonly patterns: readonly LogPattern[]
  /** Level of the log that they are looked for in: 4 adds statistics. */
  readonly logLevel: number
  /** Load flags, and those that are taken away. */
  readonly flags: number
  /** The machines it is meant for, where not for all: X86_64, ARM64 … */
  readonly machines: readonly string[]
  /** An object beside this one whose types CO-RE goes by. */
  readonly btfPath: string | undefined
  /** It only stands by other programs and is no test. */
  readonly auxiliary: boolean
  /** Tags that a verdict cannot answer: __retval, __xlated … */
  readonly ignored: readonly string[]
  /** What it returns when it is run, as its tag has it: `retvalOf` reads it. */
  readonly retval: string | undefined
  /** There is a tag that says something of it. */
  readonly tagged: boolean
}

/** Tags that say something of more than the verdict, by the macro that makes them. */
const beyondVerdict: ReadonlyMap<string, string> = new Map([
  ['test_retval', '__retval'],
  ['test_expect_xlated', '__xlated'],
  ['test_jited', '__jited'],
  ['test_expect_stderr', '__stderr'],
  ['test_expect_stdout', '__stdout'],
  ['load_mode', '__load_if_JITed'],
])

interface Tag {
  readonly name: string
  readonly value: string
  readonly order: number
}

/** Every such tag of an object, by its function's name, in the order they were written in. */
const tagsOf = remembered(({ btf }: BpfObject): ReadonlyMap<string, readonly Tag[]> => {
  const byFunction = new Map<string, Tag[]>()
  if (btf === undefined) return byFunction
  for (let id = btf.firstId; id < btf.count; id++) {
    const type = btf.type(id)
    if (type.kind !== 'decl_tag' || type.component !== -1 || !type.name.startsWith('comment:')) continue
    const func = btf.type(type.type)
    const tag = parseTag(type.name)
    if (func.kind !== 'func' || tag === undefined) continue
    const known = byFunction.get(func.name)
    if (known === undefined) byFunction.set(func.name, [tag])
    else known.push(tag)
  }
  for (const tags of byFunction.values()) tags.sort((a, b) => a.order - b.order)
  return byFunction
})

/** 'comment:test_expect_msg=7=text', 'comment:7:test_expect_msg=text' */
function parseTag(text: string): Tag | undefined {
  const match = /^comment:(?:(\d+):)?(test_\w+|load_mode)(?:=([\s\S]*))?$/.exec(text)
  if (match === null) return undefined
  const [, before, name = '', rest = ''] = match
  const after = before === undefined && numbered.has(name) ? /^(\d+)=([\s\S]*)$/.exec(rest) : null
  const order = before ?? after?.[1]
  return { name, value: after?.[2] ?? rest, order: order === undefined ? 0 : Number(order) }
}

const numbered: ReadonlySet<string> = new Set(
  ['test_expect_msg', 'test_expect_xlated', 'test_jited'].flatMap((name) => [name, `${name}_unpriv`]),
)

/** What the tags on a program ask for; without any, that it is accepted. */
export function expectationOf(object: BpfObject, { name }: ObjectProgram): Expectation {
  const tags = tagsOf(object).get(name) ?? []
  const values = (tag: string): readonly string[] => tags.filter((one) => one.name === tag).map(({ value }) => value)
  const has = (tag: string): boolean => tags.some((one) => one.name === tag)
  const privileged = [
    'test_expect_failure',
    'test_expect_success',
    'test_expect_msg',
    'test_expect_not_msg',
    'test_retval',
    'test_expect_xlated',
    'test_auxiliary',
  ].some(has)
  const unprivileged = tags.some((one) => one.name.endsWith('_unpriv'))
  const ignored = [...beyondVerdict].filter(([tag]) => has(tag)).map(([, macro]) => macro)
  if (unprivileged) ignored.push('what is expected of an unprivileged load')
  const patterns = tags.filter((one) => one.name === 'test_expect_msg' || one.name === 'test_expect_not_msg')
  return {
    verdict: unprivileged && !privileged ? undefined : verdictOf(tags),
    patterns: patterns.map((one) => patternOf(one.value, { absent: one.name === 'test_expect_not_msg' })),
    logLevel: Number(values('test_log_level').at(-1) ?? 0) || 0,
    flags: values('test_prog_flags').reduce(withFlag, 0),
    machines: values('test_arch'),
    btfPath: values('test_btf_path').at(-1),
    auxiliary: has('test_auxiliary') || has('test_auxiliary_unpriv'),
    ignored,
    retval: values('test_retval').at(-1),
    tagged: tags.length > 0,
  }
}

/** Names that results are given; a pointer's value can be anything (7.3's has its number in the tag). */
const namedResults: ReadonlyMap<string, number | 'any'> = new Map<string, number | 'any'>([
  ['INT_MIN', -0x8000_0000],
  ['_INT_MIN', -0x8000_0000],
  ['TEST_DATA_LEN', 64],
  ['POINTER_VALUE', 'any'],
  ['0xbadcafe', 'any'],
])

/** A `__retval` as a signed number of 32 bits; 'any': whatever comes; undefined: it is no number. */
export function retvalOf(text: string): number | 'any' | undefined {
  const named = namedResults.get(text.trim())
  if (named !== undefined) return named
  const match = /^\s*([+-]?)(0[xX][0-9a-fA-F]+|\d+)\s*$/.exec(text)
  if (match === null) return undefined
  return Number(BigInt.asIntN(32, match[1] === '-' ? -BigInt(match[2]!) : BigInt(match[2]!)))
}

/** The last that says so. */
function verdictOf(tags: readonly Tag[]): 'accept' | 'reject' {
  const last = tags.findLast(({ name }) => name === 'test_expect_failure' || name === 'test_expect_success')
  return last?.name === 'test_expect_failure' ? 'reject' : 'accept'
}

function withFlag(flags: number, text: string): number {
  const clear = text.startsWith('!')
  const name = clear ? text.slice(1) : text
  const flag = new Map<string, number>(Object.entries(progFlags)).get(name) ?? (Number(name) || 0)
  return clear ? flags & ~flag : flags | flag
}

function patternOf(text: string, { absent }: { readonly absent: boolean }): LogPattern {
  const pieces: { regex: boolean; text: string }[] = []
  let rest = text
  while (rest !== '') {
    const open = rest.indexOf('{{')
    const close = open < 0 ? -1 : rest.indexOf('}}', open)
    const plain = close < 0 ? rest : rest.slice(0, open)
    if (plain !== '') pieces.push({ regex: false, text: plain })
    if (close < 0) break
    pieces.push({ regex: true, text: rest.slice(open + 2, close) })
    rest = rest.slice(close + 2)
  }
  return { text, pieces, absent }
}
