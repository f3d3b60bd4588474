// SPDX-License-Identifier: Apache-2.0
// Kinds of struct_ops that a module of one's own declares, as rows like the kernel's own (struct-ops-kinds.ts).
import type { StructOpsDefinition } from '../kfunc/index.ts'
import type { StructOpsKind, WriteRule } from './struct-ops-kinds.ts'

export const ownKinds = (definitions: ReadonlyMap<string, StructOpsDefinition>): ReadonlyMap<string, StructOpsKind> =>
  new Map([...definitions].map(([name, definition]) => [name, ownKind(name, definition)]))

function ownKind(name: string, definition: StructOpsDefinition): StructOpsKind {
  const { members = {}, helpers = 'base', writes } = definition
  const membersThat = (say: 'sleepable' | 'required'): readonly string[] =>
    Object.entries(members).flatMap(([member, row]) => (row[say] === true ? [member] : []))
  return {
    name,
    helpers,
    maySleep: membersThat('sleepable'),
    required: membersThat('required'),
    ...(writes === undefined ? {} : { writes: Object.entries(writes).map(writeRule), words: 'fields' }),
    definition,
    source: 'its module',
  }
}

const writeRule = ([struct, fields]: [string, readonly string[] | '*']): WriteRule =>
  fields === '*' ? { struct } : { struct, fields: fields.map((path) => ({ path, anywhere: true })) }
