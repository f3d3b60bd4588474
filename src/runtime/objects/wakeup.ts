// SPDX-License-Identifier: Apache-2.0
// struct wakeup_source, in the kernel's list of them.

import type { Core } from '../core/core.ts'
import { createObject, type Fields } from '../core/objects.ts'
import { remember } from '../core/remember.ts'
import { addToList, initList } from './lists.ts'

export class WakeupSources {
  /** Of the list. */
  readonly head: number
  private readonly core: Core

  constructor(core: Core) {
    this.core = core
    this.head = core.memory.allocate(16, 'list of wakeup sources')
    initList(core, this.head)
  }

  /** Behind those that there are; `fields` are of the struct. */
  add(name: string, fields: Fields): { readonly address: number } {
    const { memory, layouts } = this.core
    const text = new TextEncoder().encode(`${name}\0`)
    const at = memory.allocate(text.length, 'name of a wakeup source')
    memory.write(at, text)
    const address = createObject(this.core, 'wakeup_source', { ...fields, name: at })
    const entry = address + layouts.offset('wakeup_source', 'entry')
    addToList(this.core, entry, this.head)
    return { address }
  }
}

export const wakeupSourcesOf = remember((core: Core): WakeupSources => new WakeupSources(core))
