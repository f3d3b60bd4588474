// SPDX-License-Identifier: Apache-2.0
// A type as C writes it in a prototype: names only, never a body.

import type { Btf, BtfId } from '../btf/index.ts'

/** `struct task_struct *`, `const char *`, `u64`. */
export const spellType = (btf: Btf, id: BtfId): string => spellDeclaration(btf, id, '').trimEnd()

/** A declaration of `name` with this type: `struct task_struct *p`, `char name[16]`, `int (*cb)(int, void *)`. */
export function spellDeclaration(btf: Btf, id: BtfId, name: string): string {
  return spell(btf, id, name, 0)
}

/** Chains of pointers and qualifiers may be cyclic in hostile BTF; no real prototype is this deep. */
const deepest = 32

function spell(btf: Btf, id: BtfId, inner: string, depth: number): string {
  const type = btf.type(id)
  if (depth > deepest) return join('…', inner)
  switch (type.kind) {
    case 'ptr': {
      const target = btf.type(type.type).kind
      const pointer = `*${inner}`
      return spell(btf, type.type, target === 'array' || target === 'func_proto' ? `(${pointer})` : pointer, depth + 1)
    }
    case 'array':
      return spell(btf, type.type, `${inner}[${type.count}]`, depth + 1)
    case 'func_proto': {
      const list = type.params.map((param) =>
        param.type === 0 ? '...' : spell(btf, param.type, param.name, depth + 1),
      )
      return spell(btf, type.ret, `${inner}(${list.length === 0 ? 'void' : list.join(', ')})`, depth + 1)
    }
    case 'const':
    case 'volatile':
    case 'restrict': {
      // Before a pointer's star the qualifier follows it (`char *const p`); elsewhere it leads.
      const word = type.kind
      return btf.type(type.type).kind === 'ptr'
        ? spell(btf, type.type, join(word, inner), depth + 1)
        : `${word} ${spell(btf, type.type, inner, depth + 1)}`
    }
    case 'type_tag':
      return spell(btf, type.type, inner, depth + 1)
    case 'struct':
    case 'union':
    case 'enum':
      return join(`${type.kind} ${type.name || '{ … }'}`, inner)
    case 'enum64':
      return join(`enum ${type.name || '{ … }'}`, inner)
    case 'fwd':
      return join(`${type.union ? 'union' : 'struct'} ${type.name}`, inner)
    case 'void':
      return join('void', inner)
    default:
      return join(type.name || '…', inner)
  }
}

const join = (left: string, right: string): string => (right === '' ? left : `${left} ${right}`)
