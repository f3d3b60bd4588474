// SPDX-License-Identifier: Apache-2.0
// What is modelled, for docs/runtime.md.
import { helperModels } from '../src/runtime/helpers/index.ts'
import { kfuncModels } from '../src/runtime/kfuncs/index.ts'
import { listCalls } from '../src/runtime/kfuncs/list.ts'
import { rbtreeCalls } from '../src/runtime/kfuncs/rbtree.ts'
import { helperNames } from '../src/uapi/index.ts'

const marked = /(<!-- modelled -->\n)[\s\S]*?(<!-- \/modelled -->)/

/** The document with its lists renewed. */
export function withModelled(text: string): string {
  const helpers: readonly string[] = helperNames.slice(1)
  const [with_, without] = [
    helpers.filter((name) => helperModels.has(name)),
    helpers.filter((name) => !helperModels.has(name)),
  ]
  const made = ['bpf_obj_new', 'bpf_obj_new_impl', 'bpf_percpu_obj_new', 'bpf_percpu_obj_new_impl']
  const kfuncs = [...kfuncModels.keys(), ...listCalls.keys(), ...rbtreeCalls.keys(), ...made].sort()
  const list = (names: readonly string[]): string => names.map((name) => `\`${name.replace(/^bpf_/, '')}\``).join(' ')
  const lists = [
    `Helpers, ${with_.length} of ${helpers.length} (without \`bpf_\`): ${list(with_)}`,
    `Not: ${list(without)}`,
    `Kfuncs, ${kfuncs.length} names of 6.12 and 7.3 (without \`bpf_\`): ${list(kfuncs)}`,
  ]
  return text.replace(marked, (_, before: string, after: string) => `${before}${lists.join('\n\n')}\n${after}`)
}
