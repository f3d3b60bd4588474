// SPDX-License-Identifier: Apache-2.0
// C text → a CUnit. Lexing and splitting are ours (scan.ts, chunks.ts), the declarations are read by tree-sitter's C grammar.
import type { Node, Parser } from 'web-tree-sitter'
import { attempt, type Fault, FaultError, type Place, type Result } from '../fault/index.ts'
import { readSource } from './bodies.ts'
import { type Chunk, splitChunks } from './chunks.ts'
import { evaluate } from './constant.ts'
import { type Context, declare, endOf, snippet, specifierType, typeOfSpecifier } from './declarator.ts'
import { parseKernelDoc } from './kernel-doc.ts'
import { loadGrammar } from './load.ts'
import { scan, type Tokens } from './scan.ts'
import type { CComment, CDeclaration, CInitializer, CMacro, CSource, CUnit, KernelDoc, LoadCOptions } from './types.ts'

export interface ParseCOptions extends LoadCOptions {
  /** Go on after a declaration that cannot be read and report it in `problems`. */
  readonly tolerant?: boolean
}

/** The loaded grammar: parses without waiting. */
export interface CReader {
  parse(text: string, file: string, options?: { readonly tolerant?: boolean }): Result<CUnit>
  /** What the functions of a C text say. `file` is what places call it. A fault where its brackets, strings or comments do not match. */
  source(text: string, file: string): Result<CSource>
}

/** Loads the grammar (once) and gives a reader. Outside Node, say where the two WebAssembly files are. */
export async function loadC(options: LoadCOptions = {}): Promise<Result<CReader>> {
  const parser = await loadGrammar(options)
  if (!parser.ok) return parser
  return {
    ok: true,
    value: {
      parse: (text, file, { tolerant = false } = {}) =>
        attempt({ file }, () => new UnitReader(parser.value, text, file, { tolerant }).read()),
      source: (text, file) => attempt({ file }, () => readSource(parser.value, text, file)),
    },
  }
}

/** Reads the declarations of a C text. `file` is what places call it. */
export async function parseC(text: string, file: string, options: ParseCOptions = {}): Promise<Result<CUnit>> {
  const reader = await loadC(options)
  return reader.ok ? reader.value.parse(text, file, options) : reader
}

/** A chunk beyond this is refused: the largest single declaration of vmlinux.h has some 120,000 characters. */
const maxChunk = 512 << 10
/** Parsing time of one chunk: the grammar resolves ambiguity by trying, and hostile text makes it try much. */
const maxChunkMs = 2_000
const maxProblems = 100

class UnitReader {
  private readonly parser: Parser
  private readonly text: string
  private readonly file: string
  private readonly tolerant: boolean
  private readonly tokens: Tokens
  private readonly constants = new Map<string, bigint>()
  private readonly defines = new Map<string, string>()
  /** #defines being worked out, and those that came to nothing: each is tried once, or two names a line cost 2^lines. */
  private readonly working = new Set<string>()
  private readonly hopeless = new Set<string>()
  private readonly problems: Fault[] = []
  private readonly declarations: CDeclaration[] = []

  constructor(parser: Parser, text: string, file: string, { tolerant }: { readonly tolerant: boolean }) {
    this.parser = parser
    this.text = text
    this.file = file
    this.tolerant = tolerant
    this.tokens = scan(text, file)
  }

  read(): CUnit {
    const { text, tokens } = this
    for (const { name, text: body } of tokens.directives) {
      const space = body.search(/\s/)
      if (name === 'define' && space > 0) this.defines.set(body.slice(0, space), body.slice(space).trim())
    }
    const { chunks, macros } = splitChunks(text, tokens)
    const docs = new DocFinder(text, tokens)
    for (const chunk of chunks) {
      const before = this.declarations.length
      const read = attempt(tokens.placeAt(chunk.start), () => this.readChunk(chunk, docs))
      if (read.ok) continue
      if (!this.tolerant) throw new FaultError(read.fault.what, read.fault.place, read.fault.hint)
      this.declarations.length = before
      if (this.problems.length < maxProblems) this.problems.push(read.fault)
    }
    return {
      file: this.file,
      text,
      declarations: this.declarations,
      macros,
      directives: tokens.directives,
      comments: tokens.comments,
      problems: this.problems,
      placeAt: tokens.placeAt,
    }
  }

  private readChunk(chunk: Chunk, docs: DocFinder): void {
    if (chunk.code.length > maxChunk)
      throw new FaultError(`a declaration of ${chunk.code.length} characters: more than ${maxChunk}`)
    const tree = this.grammar(chunk.code)
    if (tree === null) throw new FaultError(`a declaration too hard to parse: given up after ${maxChunkMs} ms`)
    try {
      const root = tree.rootNode
      if (root.hasError) this.requireNoError(root, chunk)
      for (const node of root.namedChildren) if (node !== null) this.declaration(node, chunk, docs)
    } finally {
      tree.delete()
    }
  }

  private grammar(code: string) {
    const deadline = Date.now() + maxChunkMs
    const progressCallback = () => Date.now() > deadline
    const tree = this.parser.parse(code, null, { progressCallback })
    if (tree === null) this.parser.reset()
    return tree
  }

  /**
   * The first error of the tree as a fault. Two are none: one inside an initializer, since initializers are only quoted, and the
   * name of an unnamed bitfield, which the grammar believes missing.
   */
  private requireNoError(root: Node, chunk: Chunk): void {
    const work: { node: Node; parent: Node | undefined }[] = [{ node: root, parent: undefined }]
    for (let next = work.pop(); next !== undefined; next = work.pop()) {
      const { node, parent } = next
      if (node.isMissing) {
        if (node.type === 'field_identifier' && node.nextSibling?.type === 'bitfield_clause') continue
        throw new FaultError(`syntax error: '${node.type}' is missing`, this.placeOf(chunk, node))
      }
      if (parent?.type === 'init_declarator' && node.id === parent.childForFieldName('value')?.id) continue
      const faulty = node.children.filter(
        (child) => child !== null && (child.isError || child.isMissing || child.hasError),
      )
      if (node.isError && faulty.length === 0) {
        const hint = 'a macro in a declaration must be an attribute known to this reader'
        throw new FaultError(`syntax error at '${snippet(node)}'`, this.placeOf(chunk, node), hint)
      }
      for (const child of faulty.reverse()) work.push({ node: child, parent: node })
    }
  }

  private declaration(node: Node, chunk: Chunk, docs: DocFinder): void {
    const context = this.context(chunk)
    const common = {
      start: chunk.start,
      end: chunk.end,
      attributes: chunk.attributes,
      doc: docs.before(chunk),
      storage: node.children.flatMap((child) => (child?.type === 'storage_class_specifier' ? [child.text] : [])),
    }
    switch (node.type) {
      case 'struct_specifier':
      case 'union_specifier':
      case 'enum_specifier': {
        const type = typeOfSpecifier(node, context, 0)
        if (type.kind !== 'record' && type.kind !== 'enum') return
        this.declarations.push({ kind: 'tag', name: type.name, type, place: nameplace(node, context), ...common })
        return
      }
      case 'declaration':
      case 'type_definition':
      case 'function_definition':
        break
      case 'primitive_type':
      case 'sized_type_specifier':
      case 'comment':
        return
      default:
        throw new FaultError(`'${snippet(node)}' is not a declaration`, context.placeOf(node))
    }
    const base = specifierType(node, context, 0)
    const specifier = node.childForFieldName('type')!
    if ((base.kind === 'record' || base.kind === 'enum') && base.definition !== undefined && base.name !== '')
      this.declarations.push({
        kind: 'tag',
        name: base.name,
        type: base,
        place: nameplace(specifier, context),
        ...common,
      })
    for (const inner of node.childrenForFieldName('declarator')) {
      if (inner === null) continue
      const { name, type, place, value } = declare(inner, base, endOf(specifier, context), context, 0)
      if (name === '') throw new FaultError('a declaration without a name', context.placeOf(inner))
      const declared = { name, place, ...common }
      if (node.type === 'type_definition') this.declarations.push({ kind: 'typedef', type, ...declared })
      else if (type.kind === 'function')
        this.declarations.push({ kind: 'function', type, body: chunk.body, ...declared })
      else
        this.declarations.push({ kind: 'variable', type, initializer: this.initializer(value, context), ...declared })
    }
  }

  private initializer(value: Node | undefined, context: Context): CInitializer | undefined {
    if (value === undefined) return undefined
    const fields: { name: string; value: string; place: Place }[] = []
    for (const pair of value.type === 'initializer_list' ? value.namedChildren : []) {
      if (pair?.type !== 'initializer_pair') continue
      const name = pair.childForFieldName('designator')?.text ?? ''
      const text = pair.childForFieldName('value')?.text ?? ''
      fields.push({ name: name.startsWith('.') ? name.slice(1) : name, value: text, place: context.placeOf(pair) })
    }
    return { text: value.text, fields }
  }

  private context(chunk: Chunk): Context {
    return {
      placeOf: (node) => this.placeOf(chunk, node),
      offsetOf: (node) => chunk.start + node.startIndex,
      attributes: chunk.attributes,
      names: (name) => this.constant(name),
      define: (name, value) => this.constants.set(name, value),
    }
  }

  private placeOf(chunk: Chunk, node: Node): Place {
    return this.tokens.placeAt(chunk.start + node.startIndex)
  }

  /** An enumerator, or a `#define` whose body is a constant. */
  private constant(name: string): bigint | undefined {
    const known = this.constants.get(name)
    const body = this.defines.get(name)
    if (
      known !== undefined ||
      body === undefined ||
      body.length > 500 ||
      this.working.size > 20 ||
      this.working.has(name) ||
      this.hopeless.has(name)
    )
      return known
    this.working.add(name)
    const tree = this.grammar(`int x = (${body});`)
    const declared = tree?.rootNode.namedChild(0)?.childForFieldName('declarator')?.childForFieldName('value') ?? null
    const value = evaluate(declared, (inner) => this.constant(inner))
    tree?.delete()
    this.working.delete(name)
    if (value === undefined) this.hopeless.add(name)
    else this.constants.set(name, value)
    return value
  }
}

/** Finds the doc comment that ends right before a declaration, its attributes included. Chunks come in order. */
class DocFinder {
  private readonly text: string
  private readonly placeAt: (offset: number) => Place
  private readonly comments: readonly CComment[]
  private at = 0
  constructor(text: string, tokens: Tokens) {
    this.text = text
    this.placeAt = tokens.placeAt
    this.comments = tokens.comments
  }

  before(chunk: Chunk): KernelDoc | undefined {
    const start = Math.min(chunk.start, chunk.attributes[0]?.start ?? chunk.start)
    while (this.at < this.comments.length && this.comments[this.at]!.start < start) this.at += 1
    const comment = this.comments[this.at - 1]
    if (comment?.doc !== true || comment.end > start) return undefined
    return this.text.slice(comment.end, start).trim() === '' ? parseKernelDoc(comment, this.placeAt) : undefined
  }
}

function nameplace(node: Node, context: Context): Place {
  return context.placeOf(node.childForFieldName('name') ?? node)
}

/** Attributes by name, as callers ask: `hasAttribute(fn, '__bpf_kfunc')`. */
export function hasAttribute(declared: { readonly attributes: readonly CMacro[] }, name: string): boolean {
  return declared.attributes.some((attribute) => attribute.name === name)
}
