// SPDX-License-Identifier: Apache-2.0
// Plain objects are no dictionaries for names from outside: `object['constructor']` is there in every one of them. Each place in src that
// looks something up in one by a name that is not written there stands here, with why the name is our own; another one fails.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { expect, test } from 'vitest'

/** 'file: object' → whose names those are. */
const ours: ReadonlyMap<string, string> = new Map([
  ['cdecl/bodies.ts: attributeMacros', 'any word of C, in an object without a prototype'],
  ['cdecl/chunks.ts: attributeMacros', 'any word of C, in an object without a prototype'],
  ['cdecl/declarator.ts: attributeMacros', 'the same'],
  ['cli/show.ts: (uses as Readonly<Record<string, Use>>)', 'asked with hasOwn'],
  ['cli/usage.ts: words', 'codes of system errors'],
  ['explain/codes/example.ts: byCode', 'asked with hasOwn'],
  ['fault/json.ts: object', 'written only, in an object without a prototype'],
  ['fault/printable.ts: forms', 'our own forms of text'],
  ['kernel/contexts/field-facts.ts: layouts', 'layouts of our table'],
  ['kernel/contexts/field-facts.ts: only', 'fields of our layouts'],
  ['kernel/contexts/rules.ts: layouts', 'layouts of our table'],
  ['kernel/contexts/rules.ts: only', 'fields of our layouts'],
  ['kernel/contexts/struct-ops-args.ts: nullable', 'asked with hasOwn'],
  ['kfunc/module/read.ts: kept', 'written only, in an object without a prototype'],
  ['kfunc/module/rule.ts: deprecated', 'asked with hasOwn'],
  ['runtime/struct-ops/operations.ts: made', 'written only, in an object without a prototype'],
  ['schema/index.ts: found', 'written only, in an object without a prototype'],
  ['verifier/scalar/circular-alu.ts: operators', 'operations of our instruction table'],
  [
    'verifier/scalar/proofs.ts: (proofs as Readonly<Record<string, Readonly<Record<Way, Proof>>>>)',
    'operations of our instruction table',
  ],
  ['verifier/state/reg.ts: (of as Record<string, unknown>)', 'fields of our own change'],
  ['verifier/state/reg.ts: (reg as Record<string, unknown>)', 'fields of our own change'],
])

const files = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => name.replaceAll('\\', '/'))
const sources = files.map((name) => ({
  name,
  source: ts.createSourceFile(name, readFileSync(join('src', name), 'utf8'), ts.ScriptTarget.ES2023, true),
}))

const isDictionary = (type: ts.TypeNode | undefined): boolean =>
  type !== undefined && /Record<string\b|\[\w+: string\]:/.test(type.getText())

function each(node: ts.Node, visit: (node: ts.Node) => void): void {
  visit(node)
  ts.forEachChild(node, (child) => each(child, visit))
}

/** Names declared as objects with any keys: members and what a file exports by themselves, variables and parameters behind their file's. */
function dictionaryNames(): ReadonlySet<string> {
  const names = new Set<string>()
  for (const { name, source } of sources)
    each(source, (node) => {
      const declared =
        ts.isVariableDeclaration(node) ||
        ts.isPropertySignature(node) ||
        ts.isParameter(node) ||
        ts.isPropertyDeclaration(node)
      if (!declared) return
      const cast =
        ts.isVariableDeclaration(node) && node.initializer !== undefined ? castOf(node.initializer) : undefined
      if (!isDictionary(node.type) && !isDictionary(cast)) return
      const shared = ts.isPropertySignature(node) || ts.isPropertyDeclaration(node) || isExported(node)
      names.add(`${shared ? '' : `${name}: `}${node.name.getText()}`)
    })
  return names
}

const isExported = (node: ts.Node): boolean =>
  ts.isVariableStatement(node.parent.parent) &&
  node.parent.parent.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) === true

const castOf = (node: ts.Expression): ts.TypeNode | undefined =>
  ts.isAsExpression(node) || ts.isSatisfiesExpression(node)
    ? node.type
    : ts.isParenthesizedExpression(node)
      ? castOf(node.expression)
      : undefined

const nameOf = (node: ts.Expression): string =>
  ts.isPropertyAccessExpression(node)
    ? node.name.text
    : ts.isNonNullExpression(node)
      ? nameOf(node.expression)
      : node.getText()

function lookUps(): string[] {
  const names = dictionaryNames()
  const found = new Set<string>()
  for (const { name, source } of sources)
    each(source, (node) => {
      const [object, key] = ts.isElementAccessExpression(node)
        ? [node.expression, node.argumentExpression]
        : ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.InKeyword
          ? [node.right, node.left]
          : []
      if (object === undefined || key === undefined || ts.isStringLiteralLike(key) || ts.isNumericLiteral(key)) return
      const called = nameOf(object)
      if (names.has(called) || names.has(`${name}: ${called}`) || isDictionary(castOf(object)))
        found.add(`${name}: ${nameOf(object)}`)
    })
  return [...found].sort()
}

test('every look-up in a plain object is by names of our own', () => {
  expect(lookUps()).toEqual([...ours.keys()].sort())
})
