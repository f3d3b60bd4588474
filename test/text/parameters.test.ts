// SPDX-License-Identifier: Apache-2.0
// Functions are called by what they mean: `release(walk, 3, { unmodified: true })`, never `release(walk, 3, true)`. The number of
// parameters and the length of files the linter holds (biome.json); that none of several parameters is a boolean, this.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { expect, test } from 'vitest'

const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.ts'))

/** By its type, or by what it is where nothing is given. One that only says what it is about, alone, is a value like any other. */
const isBoolean = ({ type, initializer }: ts.ParameterDeclaration): boolean =>
  type?.kind === ts.SyntaxKind.BooleanKeyword ||
  initializer?.kind === ts.SyntaxKind.TrueKeyword ||
  initializer?.kind === ts.SyntaxKind.FalseKeyword

function positionalBooleans(path: string): string[] {
  const source = ts.createSourceFile(path, readFileSync(join('src', path), 'utf8'), ts.ScriptTarget.Latest, true)
  const found: string[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node) && node.parameters.length > 1)
      for (const parameter of node.parameters)
        if (isBoolean(parameter)) found.push(`${path}: ${parameter.getText(source)}`)
    ts.forEachChild(node, visit)
  }
  visit(source)
  return found
}

test('no boolean is told by its place', () => {
  expect(files.length).toBeGreaterThan(300)
  expect(files.flatMap(positionalBooleans)).toEqual([])
})
