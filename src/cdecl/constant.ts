// SPDX-License-Identifier: Apache-2.0
// Integer constant expressions (C11 6.6) as far as declarations need them: array sizes, bitfield widths, enumerators.
import type { Node } from 'web-tree-sitter'

/** What a name stands for: an enumerator, or an object-like `#define` already worked out. */
export type Names = (name: string) => bigint | undefined

/** The value, or undefined where it is not a constant that declarations alone determine. */
export function evaluate(node: Node | null, names: Names, depth = 0): bigint | undefined {
  if (node === null || depth > 100) return undefined
  const again = (inner: Node | null) => evaluate(inner, names, depth + 1)
  switch (node.type) {
    case 'number_literal':
      return parseInteger(node.text)
    case 'char_literal':
      return charValue(node.text)
    case 'identifier':
      return names(node.text)
    case 'true':
      return 1n
    case 'false':
      return 0n
    case 'parenthesized_expression':
      return again(node.namedChild(0))
    case 'cast_expression':
      return again(node.childForFieldName('value'))
    case 'sizeof_expression':
      return sizeofBase(node.childForFieldName('type')?.text)
    case 'unary_expression': {
      const value = again(node.childForFieldName('argument'))
      const operator = node.childForFieldName('operator')?.text
      if (value === undefined) return undefined
      if (operator === '-') return -value
      if (operator === '~') return ~value
      if (operator === '!') return value === 0n ? 1n : 0n
      return operator === '+' ? value : undefined
    }
    case 'conditional_expression': {
      const condition = again(node.childForFieldName('condition'))
      if (condition === undefined) return undefined
      return again(node.childForFieldName(condition === 0n ? 'alternative' : 'consequence'))
    }
    case 'binary_expression': {
      const left = again(node.childForFieldName('left'))
      const right = again(node.childForFieldName('right'))
      const operator = operators.get(node.childForFieldName('operator')?.text ?? '')
      if (left === undefined || right === undefined || operator === undefined) return undefined
      const value = operator(left, right)
      return value === undefined ? undefined : BigInt.asIntN(65, value)
    }
    default:
      return undefined
  }
}

const truth = (value: boolean) => (value ? 1n : 0n)
const inShift = (by: bigint) => by >= 0n && by < 64n
const operators: ReadonlyMap<string, (x: bigint, y: bigint) => bigint | undefined> = new Map(
  Object.entries<(x: bigint, y: bigint) => bigint | undefined>({
    '+': (x, y) => x + y,
    '-': (x, y) => x - y,
    '*': (x, y) => x * y,
    '/': (x, y) => (y === 0n ? undefined : x / y),
    '%': (x, y) => (y === 0n ? undefined : x % y),
    '<<': (x, y) => (inShift(y) ? x << y : undefined),
    '>>': (x, y) => (inShift(y) ? x >> y : undefined),
    '&': (x, y) => x & y,
    '|': (x, y) => x | y,
    '^': (x, y) => x ^ y,
    '<': (x, y) => truth(x < y),
    '>': (x, y) => truth(x > y),
    '<=': (x, y) => truth(x <= y),
    '>=': (x, y) => truth(x >= y),
    '==': (x, y) => truth(x === y),
    '!=': (x, y) => truth(x !== y),
    '&&': (x, y) => truth(x !== 0n && y !== 0n),
    '||': (x, y) => truth(x !== 0n || y !== 0n),
  }),
)

/** C's integer literals: decimal, hex, octal, binary, with u and l suffixes. */
export function parseInteger(text: string): bigint | undefined {
  let digits = text.toLowerCase()
  while (digits.endsWith('u') || digits.endsWith('l')) digits = digits.slice(0, -1)
  if (digits.length === 0 || digits.length > 70) return undefined
  if (digits.length > 1 && digits.startsWith('0') && !/[xb]/.test(digits[1]!)) digits = `0o${digits.slice(1)}`
  try {
    return BigInt(digits)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

function charValue(text: string): bigint | undefined {
  const inner = text.slice(1, -1)
  if (inner.length === 1) return BigInt(inner.charCodeAt(0))
  const escapes: ReadonlyMap<string, bigint> = new Map(
    Object.entries<bigint>({
      '\\0': 0n,
      '\\n': 10n,
      '\\t': 9n,
      '\\r': 13n,
      '\\\\': 92n,
      "\\'": 39n,
    }),
  )
  return escapes.get(inner)
}

const baseSizes: ReadonlyMap<string, bigint> = new Map(
  Object.entries<bigint>({
    char: 1n,
    short: 2n,
    int: 4n,
    long: 8n,
    'long long': 8n,
    'unsigned int': 4n,
    'unsigned long': 8n,
    u8: 1n,
    u16: 2n,
    u32: 4n,
    u64: 8n,
    s8: 1n,
    s16: 2n,
    s32: 4n,
    s64: 8n,
    __u8: 1n,
    __u16: 2n,
    __u32: 4n,
    __u64: 8n,
    __s8: 1n,
    __s16: 2n,
    __s32: 4n,
    __s64: 8n,
    'void *': 8n,
    'void*': 8n,
  }),
)
const sizeofBase = (type: string | undefined) => (type === undefined ? undefined : baseSizes.get(type))
