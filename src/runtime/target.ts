// SPDX-License-Identifier: Apache-2.0
import type { LinkedProgram } from '../object/index.ts'
import type { Invocation } from './core/core.ts'

/** The function of the kernel that a program is attached to, by its loader or its section; undefined: none, or one of users. */
export function targetOf({ attach, section, target }: LinkedProgram): Invocation['target'] {
  if (attach?.name !== undefined) return { name: attach.name, offset: 0 }
  const [, named] = /^\??k(?:ret)?probe(?:\.(?:multi|session))?(?:\/(.*))?$/.exec(section) ?? []
  const probed = /^([\w.]+)(?:\+(0x[0-9a-fA-F]+|\d+))?$/.exec(target ?? named ?? '')
  return probed === null ? undefined : { name: probed[1]!, offset: Number(probed[2] ?? 0) }
}
