// SPDX-License-Identifier: Apache-2.0
// What the bodies of a file's functions say, for whoever has lines of the object only: the whole of a statement that goes over several
// lines, the conditions and masks of a function, its parameters. The grammar reads one body at a time, when it is first asked for.
// Programs are full of macros that no grammar knows: what it cannot read is left out, the rest stands.
import type { Node, Parser } from 'web-tree-sitter'
import { attributeMacros, keywords } from './attributes.ts'
import { splitChunks } from './chunks.ts'
import { blankedText, scan } from './scan.ts'
import { argumentsFrom } from './split.ts'
import type { CCondition, CFunctionText, CPiece, CSource, CUnset } from './types.ts'

/** A body beyond this is not read. */
const maxBody = 256 << 10
/** Parsing time of one body, in milliseconds. */
const maxBodyMs = 500
/** Statements, conditions and masks of one function; nobody reads a function that has more. */
const maxPieces = 20_000

/** Throws a FaultError where the text is not C tokens. */
export function readSource(parser: Parser, text: string, file: string): CSource {
  const tokens = scan(text, file)
  const { chunks } = splitChunks(text, tokens)
  const lineOf = (offset: number): number => tokens.placeAt(offset).line ?? 0
  const functions = chunks.flatMap(({ start, code, body }): CFunctionText[] => {
    if (body === undefined) return []
    let read: Body | undefined
    const whole = (): Body => {
      read ??= readBody(parser, blankedText(text, tokens.blanks, body.start, body.end), (at) => lineOf(body.start + at))
      return read
    }
    return [
      {
        ...headOf(code.slice(0, body.start - start)),
        first: lineOf(start),
        last: lineOf(body.end),
        calls: body.calls,
        get statements() {
          return whole().statements
        },
        get conditions() {
          return whole().conditions
        },
        get narrowings() {
          return whole().narrowings
        },
        get unset() {
          return whole().unset
        },
      },
    ]
  })
  return { file, lines: text.split(/\r?\n/), functions }
}

/** `int BPF_PROG(switched, bool preempt, struct task_struct *prev)`: the macro's first argument is the name. */
function headOf(head: string): Pick<CFunctionText, 'name' | 'params' | 'returns'> {
  const open = head.indexOf('(')
  const outer = lastWord(head.slice(0, open)) ?? ''
  const params = argumentsFrom(head, open + 1)?.map((param) => param.trim()) ?? []
  const isMacro = /^[A-Z][A-Z0-9_]+$/.test(outer) && /^\w+$/.test(params[0] ?? '')
  const names = (isMacro ? params.slice(1) : params).map((param) => lastWord(param.replace(/\[.*$/, '')) ?? '')
  return { name: isMacro ? params[0]! : outer, params: names, returns: returnsOf(head.slice(0, open)) }
}

/** Of what stands before the parameters: `static bool f`. */
function returnsOf(text: string): CFunctionText['returns'] {
  if (text.includes('*')) return 'pointer'
  if (/\bvoid\b/.test(text)) return 'nothing'
  return /\b(?:bool|_Bool)\b/.test(text) ? 'boolean' : 'other'
}

const lastWord = (text: string): string | undefined => /\b([A-Za-z_]\w*)\W*$/.exec(text)?.[1]

interface Body {
  readonly unset: readonly CUnset[]
  readonly statements: readonly CPiece[]
  readonly conditions: readonly CCondition[]
  readonly narrowings: readonly CPiece[]
}

const nothing: Body = { statements: [], conditions: [], narrowings: [], unset: [] }

function readBody(parser: Parser, text: string, lineOf: (at: number) => number): Body {
  if (text.length > maxBody) return nothing
  const code = withoutMacros(text)
  const head = 'void f(void) '
  const deadline = Date.now() + maxBodyMs
  const tree = parser.parse(head + code, null, { progressCallback: () => Date.now() > deadline })
  if (tree === null) {
    parser.reset()
    return nothing
  }
  try {
    return new BodyReader({ code, original: text }, head.length, lineOf).read(tree.rootNode)
  } finally {
    tree.delete()
  }
}

/** Attributes go; `bpf_for(i, 0, n) {` becomes a loop that the grammar knows, of the same length. */
function withoutMacros(text: string): string {
  const spaces = (length: number): string => ' '.repeat(length)
  return text
    .replaceAll(/\b[A-Za-z_]\w*\b/g, (word) =>
      word in attributeMacros && attributeMacros[word]!.args === undefined ? spaces(word.length) : word,
    )
    .replaceAll(/\b([A-Za-z_]\w{4,})(?=\s*\((?:[^()\n]|\([^()\n]*\))*\)\s*\{)/g, (word) =>
      keywords.has(word) ? word : `while${spaces(word.length - 'while'.length)}`,
    )
}

/** Nodes with a condition, and whether what follows is a body of statements. */
const heads: ReadonlySet<string> = new Set(['if_statement', 'while_statement', 'for_statement', 'switch_statement'])
const whole: ReadonlySet<string> = new Set(['expression_statement', 'declaration', 'return_statement'])

interface BodyText {
  readonly code: string
  /** With its macros. */
  readonly original: string
}

class BodyReader {
  private readonly code: string
  private readonly original: string
  private readonly skipped: number
  private readonly lineOf: (at: number) => number
  private readonly statements: CPiece[] = []
  private readonly conditions: CCondition[] = []
  private readonly narrowings: CPiece[] = []
  private readonly declared: CUnset[] = []

  constructor({ code, original }: BodyText, skipped: number, lineOf: (at: number) => number) {
    this.code = code
    this.original = original
    this.skipped = skipped
    this.lineOf = lineOf
  }

  read(root: Node): Body {
    const work: Node[] = [root]
    for (let node = work.pop(); node !== undefined && this.count() < maxPieces; node = work.pop()) {
      this.take(node)
      for (const child of node.namedChildren.toReversed()) if (child !== null) work.push(child)
    }
    const { statements, conditions, narrowings } = this
    return { statements, conditions, narrowings, unset: this.unset() }
  }

  private unset(): readonly CUnset[] {
    const set = namesSet(this.original)
    return set === 'any' ? [] : this.declared.filter(({ name }) => !set.has(name))
  }

  private count(): number {
    return this.statements.length + this.conditions.length + this.narrowings.length
  }

  private take(node: Node): void {
    const { type } = node
    if (whole.has(type)) {
      if (!node.hasError) this.statements.push(this.piece(node.startIndex, node.endIndex))
    } else if (heads.has(type)) this.head(node)
    if (type === 'declaration' && !node.hasError) this.declares(node)
    if (type === 'conditional_expression' || type === 'do_statement') this.condition(node)
    if (type === 'binary_expression' || type === 'assignment_expression') this.narrowing(node)
  }

  /** Numbers and pointers that are declared without a value. */
  private declares(node: Node): void {
    for (const declarator of node.childrenForFieldName('declarator')) {
      let inner: Node | null = declarator
      while (inner?.type === 'pointer_declarator') inner = inner.childForFieldName('declarator')
      if (inner?.type === 'identifier')
        this.declared.push({ ...this.piece(node.startIndex, node.endIndex), name: inner.text })
    }
  }

  /** `if (a && b)`, without what hangs on it. */
  private head(node: Node): void {
    const rest = node.childForFieldName('body') ?? node.childForFieldName('consequence')
    const condition = node.childForFieldName('condition')
    const end = rest?.startIndex ?? condition?.endIndex
    if (end !== undefined && condition?.hasError !== true) this.statements.push(this.piece(node.startIndex, end))
    if (node.type !== 'switch_statement') this.condition(node)
  }

  /** The operands of `&&` and `||` are conditions of their own. */
  private condition(node: Node): void {
    const found = node.childForFieldName('condition')
    if (found === null) return
    const work: Node[] = [found]
    const operands: Node[] = []
    for (let one = work.pop(); one !== undefined && operands.length < maxPieces; one = work.pop()) {
      const inner = operandsOf(one)
      if (inner === undefined) operands.push(one)
      else work.push(...inner.toReversed())
    }
    for (const operand of operands)
      if (!operand.hasError) {
        const { operator, right } = comparisonOf(operand)
        this.conditions.push({ ...this.piece(operand.startIndex, operand.endIndex), operator, right })
      }
  }

  /** `i & 15`, `i %= 16` */
  private narrowing(node: Node): void {
    const operator = node.childForFieldName('operator')?.type
    if (operator !== '&' && operator !== '%' && operator !== '&=' && operator !== '%=') return
    if (!node.hasError) this.narrowings.push(this.piece(node.startIndex, node.endIndex))
  }

  private piece(from: number, to: number): CPiece {
    const [start, end] = [from - this.skipped, to - this.skipped]
    const text = this.code
      .slice(start, end)
      .trim()
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '')
      .join(' ')
    const names = new Set(
      text.replaceAll(/"(?:[^"\\]|\\.)*"/g, '""').match(/(?<![\w.]|->\s?)[A-Za-z_]\w*\b(?!\s*\()/g) ?? [],
    )
    return {
      text,
      names,
      first: this.lineOf(start),
      last: this.lineOf(start + this.code.slice(start, end).trimEnd().length),
    }
  }
}

/** What a condition is made of; undefined where it is one. `unlikely(x)` is x. */
function operandsOf(node: Node): readonly Node[] | undefined {
  const operator = node.type === 'binary_expression' ? node.childForFieldName('operator')?.type : undefined
  if (node.type === 'parenthesized_expression' || operator === '&&' || operator === '||' || isNot(node))
    return node.namedChildren.filter((child) => child !== null && child.type !== 'comment') as Node[]
  if (node.type !== 'call_expression') return undefined
  const callee = node.childForFieldName('function')?.text
  const args = node.childForFieldName('arguments')?.namedChildren
  return (callee === 'unlikely' || callee === 'likely') && args?.length === 1 && args[0] !== null
    ? [args[0]!]
    : undefined
}

const isNot = (node: Node): boolean =>
  node.type === 'unary_expression' && node.childForFieldName('operator')?.type === '!'

function comparisonOf(node: Node): Pick<CCondition, 'operator' | 'right'> {
  const operator = node.type === 'binary_expression' ? node.childForFieldName('operator')?.type : undefined
  return operator === undefined
    ? { operator, right: undefined }
    : { operator, right: node.childForFieldName('right')?.text }
}

/**
 * Names that are assigned, whose address is taken, or that a loop's macro is handed; 'any' where assembly may set what it likes. One pass:
 * bodies may be a stranger's.
 */
function namesSet(text: string): ReadonlySet<string> | 'any' {
  const set = new Set<string>()
  const assigns = /\s*(?:(?:[-+*/%&|^]|<<|>>)?=(?!=)|\+\+|--|\.|\[)/y
  const opens = /\s*\(/y
  for (const { 0: whole, 1: before, 2: name, index } of text.matchAll(/(\+\+|--|&\s*\(?)?\b([A-Za-z_]\w*)/g)) {
    if (name === 'asm') return 'any'
    const end = index + whole.length
    assigns.lastIndex = end
    if (before !== undefined || assigns.test(text)) set.add(name!)
    opens.lastIndex = end
    if (!/for|each|loop|repeat|INTO/.test(name!) || !opens.test(text)) continue
    const given = text.slice(opens.lastIndex).search(/[()]/)
    const handed = given < 0 ? [] : text.slice(opens.lastIndex, opens.lastIndex + given).match(/[A-Za-z_]\w*/g)
    for (const one of handed ?? []) set.add(one)
  }
  return set
}
