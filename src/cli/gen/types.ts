// SPDX-License-Identifier: Apache-2.0
// kfuncs gen types: the .d.ts of a module's bodies. What a body is given and answers is what the machine crosses (bodySignature of
// kfuncs/runtime); here it is only spelt.
import { pointee, resolveType, sizeOf } from '../../btf/index.ts'
import { spellDeclaration, type Kfunc } from '../../kfunc/index.ts'
import { type BodyParam, bodySignature, type BodyValue } from '../../runtime/index.ts'
import type { ModuleFile } from './module-file.ts'
import { operationsInterface } from './operations.ts'
import { inComment, key, Names, pascal, quoted, reserved } from './text.ts'

export function bodyTypes({ module, linked, kfuncs }: ModuleFile, source: string): string {
  const signatures = kfuncs.map((kfunc) => ({ kfunc, signature: bodySignature(kfunc) }))
  // what some kfunc answers: bodies get the very objects, of others bytes
  const handed = new Set(
    signatures.flatMap(({ signature }) => (signature.answers.kind === 'object' ? [signature.answers.struct] : [])),
  )
  for (const struct of operationStructs(linked)) handed.add(struct)
  const names = new Names(['Bodies', 'Handles', 'Handle', 'Iteration', 'RuntimeMap'])
  const handles = new Map([...handed].sort().map((struct) => [struct, names.take(pascal(struct))]))
  const spell = (value: BodyValue): string => spellValue(value, handed)
  const lines = signatures.flatMap(({ kfunc, signature }) => {
    const given = signature.params.map(({ name, value, nullable }: BodyParam, i) => {
      const type = spell(value)
      return `${/^[A-Za-z_$][\w$]*$/.test(name) && !reserved.has(name) ? name : `arg${i + 1}`}: ${type}${nullable ? ' | null' : ''}`
    })
    const { answers, nullable } = signature
    const bare = spellAnswer(answers, spell)
    const plain = nullable ? `${bare} | null` : bare
    const answer = kfunc.flags.has('KF_SLEEPABLE') ? `${plain} | Promise<${plain}>` : plain
    const flags = kfunc.flags.size === 0 ? '' : `: ${[...kfunc.flags].join(' | ')}`
    return [
      `  /** \`${inComment(spellDeclaration(kfunc.btf, typeOf(kfunc), kfunc.name))}\`${flags} */`,
      `  ${key(kfunc.name)}(${given.join(', ')}): ${answer}`,
    ]
  })
  const dtors = [...module.dtors].flatMap(([struct, name]) =>
    kfuncs.some((kfunc) => kfunc.name === name)
      ? []
      : [
          `  /** Gives back a struct ${inComment(struct)} that was left in a map. */`,
          `  ${key(name)}?(object: ${handed.has(struct) ? `H[${quoted(struct)}]` : 'Uint8Array'}): void`,
        ],
  )
  const usesMaps = signatures.some(({ signature }) => signature.params.some(({ value }) => value.kind === 'map'))
  const usesIterators = signatures.some(({ signature }) =>
    signature.params.some(({ value }) => value.kind === 'iterator'),
  )
  return [
    `// Bodies of the kfuncs of module ${inComment(module.name)}: kfuncs gen types ${inComment(source)}. Not to be edited.`,
    ...(usesMaps ? ["import type { RuntimeMap } from 'kfuncs/runtime'"] : []),
    '',
    ...(handles.size === 0 ? [] : ['declare const handle: unique symbol', '']),
    ...[...handles].flatMap(([struct, name]) => handleOf(linked, struct, name)),
    ...(usesIterators
      ? [
          '/** What a body keeps of an iteration, from new to destroy. */',
          'export type Iteration = Record<string, any>',
          '',
        ]
      : []),
    ...(handles.size === 0
      ? []
      : [
          '/** What stands for structs, by their names. Say what yours are: `Bodies<{ conn: Connection }>`. */',
          'export interface Handles {',
          ...[...handles].map(([struct, name]) => `  ${key(struct)}: ${name}`),
          '}',
          '',
        ]),
    ...operationInterfaces(linked, names, handles),
    ...(kfuncs.length === 0 && dtors.length === 0
      ? []
      : [
          '/** `bodies: { … } satisfies Bodies`, of a module definition. */',
          handles.size === 0
            ? 'export interface Bodies {'
            : 'export interface Bodies<Own extends { [Struct in keyof Handles]?: object } = Handles, H extends Record<keyof Handles, object> = { [Struct in keyof Handles]: Struct extends keyof Own ? NonNullable<Own[Struct]> : Handles[Struct] }> {',
          ...lines,
          ...dtors,
          '}',
          '',
        ]),
  ].join('\n')
}

/** Structs of the module's that its operations are given: bodies get the very objects. */
function operationStructs({ btf, structOps }: ModuleFile['linked']): readonly string[] {
  return [...structOps.keys()].flatMap((name) => {
    const id = btf.find(name, 'struct')
    const struct = id === undefined ? undefined : btf.type(id)
    if (struct?.kind !== 'struct') return []
    return struct.members.flatMap(({ type }) => {
      const target = pointee(btf, type)
      const proto = target === undefined ? undefined : resolveType(btf, target)
      if (proto?.kind !== 'func_proto') return []
      return [proto.ret, ...proto.params.map((param) => param.type)].flatMap((one) => {
        const behind = pointee(btf, one)
        const type = behind === undefined ? undefined : resolveType(btf, behind)
        return type?.kind === 'struct' && type.id >= btf.firstId ? [type.name] : []
      })
    })
  })
}

/** `loaded.structOps<LimiterOps>('…')`: what the application calls. */
function operationInterfaces(
  { btf, structOps }: ModuleFile['linked'],
  names: Names,
  handles: ReadonlyMap<string, string>,
): readonly string[] {
  return [...structOps.keys()].flatMap((name) => {
    const id = btf.find(name, 'struct')
    if (id === undefined) return []
    const lines = operationsInterface(btf, id, names.take(pascal(name)), {
      // the kernel's own are objects of the machine's
      spellStruct: (struct) => handles.get(struct) ?? '{ readonly address: number }',
      parameterName: (member, own, i) => {
        const stub = btf.find(`${name}__${member}`, 'func')
        const func = stub === undefined ? undefined : btf.type(stub)
        const proto = func?.kind === 'func' ? btf.type(func.type) : undefined
        return (proto?.kind === 'func_proto' ? proto.params[i]?.name : undefined) ?? own
      },
    })
    return [...lines, '']
  })
}

/** The prototype of a function. */
const typeOf = ({ btf, btfId }: Kfunc): number => {
  const func = btf.type(btfId)
  return func.kind === 'func' ? func.type : 0
}

function spellValue(value: BodyValue, handed: ReadonlySet<string>): string {
  switch (value.kind) {
    case 'nothing':
      return 'void'
    case 'number':
      return 'number'
    case 'boolean':
      return 'boolean'
    case 'number64':
      return 'bigint'
    case 'text':
      return 'string'
    case 'map':
      return 'RuntimeMap'
    case 'iterator':
      return 'Iteration'
    case 'object':
      return handed.has(value.struct) ? `H[${quoted(value.struct)}]` : 'Uint8Array'
    case 'bytes':
    case 'element':
      return 'Uint8Array'
  }
}

/** An answer may be written in more ways than an argument. */
function spellAnswer(value: BodyValue, spell: (value: BodyValue) => string): string {
  if (value.kind === 'number64') return 'bigint | number'
  return value.kind === 'element' ? 'number | bigint | Uint8Array' : spell(value)
}

/** An object that stands for a struct; its fields are written where programs read them, each time it is handed out. */
function handleOf({ btf }: ModuleFile['linked'], struct: string, name: string): readonly string[] {
  const id = btf.find(struct, 'struct', 'union')
  const type = id === undefined ? undefined : btf.type(id)
  const fields = (type?.kind === 'struct' ? type.members : []).flatMap(({ name: field, type: of, bitSize }) => {
    const shape = resolveType(btf, of)
    const words =
      shape.kind === 'int' && shape.bool
        ? 'boolean'
        : shape.kind === 'int' || shape.kind === 'enum' || shape.kind === 'enum64'
          ? (sizeOf(btf, of) ?? 8) > 4
            ? 'bigint | number'
            : 'number'
          : shape.kind === 'array'
            ? 'string | Uint8Array'
            : undefined
    return words === undefined || field === '' || bitSize !== 0 ? [] : [`  ${key(field)}?: ${words}`]
  })
  return [
    `/** Stands for a struct ${inComment(struct)}: any object. What it has of these is written where programs read it, each time it is handed out. */`,
    `export interface ${name} {`,
    `  readonly [handle]?: ${quoted(struct)}`,
    ...fields,
    '}',
    '',
  ]
}
