// SPDX-License-Identifier: Apache-2.0
// A consumer in TypeScript that names every export our sources document, so that one which the package lacks, or has as `any`,
// does not compile. The names come from the sources, never from what was built.
import { join } from 'node:path'
import ts from 'typescript'

interface Export {
  readonly name: string
  readonly isValue: boolean
  readonly isType: boolean
  readonly typeParameters: number
}

/** The text of the consumer, for the sub-paths of the package ('.', './btf') and the source of each. */
export function consumerOf(sources: ReadonlyMap<string, string>, root: string): string {
  const { options } = ts.parseJsonConfigFileContent(
    ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile).config,
    ts.sys,
    root,
  )
  const program = ts.createProgram([...sources.values()], options)
  const lines = [
    'type IsAny<T> = 0 extends 1 & T ? true : false',
    'declare function known<_T, _Any extends false>(): void',
    '',
  ]
  for (const [index, [part, source]] of [...sources].entries()) {
    const from = `part${index}`
    lines.push(`import * as ${from} from 'kfuncs${part.slice(1)}'`)
    for (const { name, isValue, isType, typeParameters } of exportsOf(program, source)) {
      if (isValue) lines.push(`known<typeof ${from}.${name}, IsAny<typeof ${from}.${name}>>()`)
      const filled = typeParameters === 0 ? '' : `<${Array.from({ length: typeParameters }, () => 'never').join(', ')}>`
      if (isType) lines.push(`known<${from}.${name}${filled}, IsAny<${from}.${name}${filled}>>()`)
    }
  }
  return `${lines.join('\n')}\n`
}

function exportsOf(program: ts.Program, source: string): readonly Export[] {
  const checker = program.getTypeChecker()
  const file = program.getSourceFile(source)
  const module = file === undefined ? undefined : checker.getSymbolAtLocation(file)
  if (module === undefined) throw new Error(`${source} exports nothing`)
  return checker.getExportsOfModule(module).map((exported): Export => {
    const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported
    const declared = symbol.declarations?.find(
      (each) => ts.isInterfaceDeclaration(each) || ts.isTypeAliasDeclaration(each) || ts.isClassDeclaration(each),
    )
    return {
      name: exported.name,
      isValue: (symbol.flags & ts.SymbolFlags.Value) !== 0,
      isType: (symbol.flags & ts.SymbolFlags.Type) !== 0,
      typeParameters: declared?.typeParameters?.length ?? 0,
    }
  })
}
