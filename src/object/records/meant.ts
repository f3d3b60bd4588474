// SPDX-License-Identifier: Apache-2.0
// Whether a type has anything that looks like a special field: where the kernel finds none for another reason, only then something is lost.
import type { Btf, BtfId } from '../../btf/index.ts'
import { pointerTags, specials } from './find.ts'

/** A struct of locks, timers, lists …, or a pointer with a tag of kptrs, at any depth. */
export function meansFields(btf: Btf, id: BtfId): boolean {
  const met = new Set<BtfId>()
  const pending = [id]
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (met.has(next)) continue
    met.add(next)
    const type = btf.type(next)
    switch (type.kind) {
      case 'struct':
      case 'union':
        if (specials.has(type.name)) return true
        for (const member of type.members) pending.push(member.type)
        break
      case 'datasec':
        for (const entry of type.entries) pending.push(entry.type)
        break
      case 'array':
        pending.push(type.type)
        break
      case 'ptr':
        // tags stand behind the pointer; what it points at is elsewhere
        if (isTagged(btf, type.type)) return true
        break
      case 'var':
      case 'typedef':
      case 'const':
      case 'volatile':
      case 'restrict':
      case 'type_tag':
        pending.push(type.type)
        break
    }
  }
  return false
}

function isTagged(btf: Btf, id: BtfId): boolean {
  for (let type = btf.type(id); ; type = btf.type(type.type)) {
    if (type.kind === 'type_tag' && pointerTags.has(type.name)) return true
    if (type.kind !== 'type_tag' && type.kind !== 'const' && type.kind !== 'volatile') return false
  }
}
