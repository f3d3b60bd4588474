// SPDX-License-Identifier: Apache-2.0
// A kfunc in words: what `kfuncs show` prints and explanations quote. Words only; no layout, no colour.

import { type Btf, type BtfId, pointee, structOf } from '../btf/index.ts'
import { callerTypes } from './allowed.ts'
import { filterRow } from './filters.ts'
import { flagRow } from './flags.ts'
import { iteratorFamily, type Partner, partnerOfKfunc } from './partners.ts'
import { spellDeclaration, spellType } from './spell.ts'
import { specialWords } from './special.ts'
import { bufferSizeParams, suffixRow } from './suffixes.ts'
import type { Kfunc, KfuncDeprecation, KfuncParam } from './types.ts'

export interface KfuncDescription {
  /** `struct task_struct *bpf_task_acquire(struct task_struct *p)` */
  readonly prototype: string
  readonly params: readonly { readonly name: string; readonly type: string; readonly words: readonly string[] }[]
  readonly returns: readonly string[]
  readonly flags: readonly { readonly name: string; readonly words: string }[]
  /** Who may call it: one line a registration, merged where they say the same. */
  readonly callers: readonly string[]
  readonly partner: Partner | undefined
  /** Why the verifier knows it by name, where it does. */
  readonly special: string | undefined
  readonly deprecated: KfuncDeprecation | undefined
  /** A minimal correct use, as C. */
  readonly use: string
}

export interface DescribeOptions {
  /** The kernel's kfuncs take trusted arguments unless they say otherwise (gate kfunc-trusted-by-default). */
  readonly trustedByDefault?: boolean
}

/** Everything there is to say about a kfunc. */
export function describeKfunc(kfunc: Kfunc, options: DescribeOptions = {}): KfuncDescription {
  const { btf, params } = kfunc
  return {
    prototype: prototypeText(kfunc),
    params: params.map((param, i) => ({
      name: param.name,
      type: spellType(btf, param.type),
      words: paramWords(kfunc, param, params[i + 1], options),
    })),
    returns: returnWords(kfunc),
    flags: [...kfunc.flags].map((name) => ({ name, words: flagRow(name)?.words ?? 'not known to us' })),
    callers: callerWords(kfunc),
    partner: partnerOfKfunc(kfunc),
    special: specialWords(kfunc.name),
    deprecated: kfunc.deprecated,
    use: useOf(kfunc),
  }
}

/** The prototype as C, without `extern … __ksym`. */
export function prototypeText({ btf, name, params, ret }: Pick<Kfunc, 'btf' | 'name' | 'params' | 'ret'>): string {
  const list = params.map((param) => (param.type === 0 ? '...' : spellDeclaration(btf, param.type, param.name)))
  return spellDeclaration(btf, ret, `${name}(${list.length === 0 ? 'void' : list.join(', ')})`)
}

/** What one parameter asks of its argument: its annotations, its type, and what the kfunc's flags add. */
function paramWords(
  kfunc: Kfunc,
  param: KfuncParam,
  next: KfuncParam | undefined,
  { trustedByDefault = false }: DescribeOptions,
): readonly string[] {
  const { btf, flags } = kfunc
  const words: string[] = []
  const own = filledIn(kfunc, param)
  if (own !== undefined) return [own]
  if (param.suffixes.length > 0) {
    const row = suffixRow(param.suffixes.join('__')) ?? suffixRow(param.suffixes[0]!)
    if (row !== undefined) words.push(row.words)
  }
  const bufferSize = bufferSizeParams.get(param.name)
  if (bufferSize !== undefined) words.push(bufferSize)
  const target = pointee(btf, param.type)
  if (target === undefined) return words
  const nullable = param.suffixes.includes('nullable') || param.suffixes.includes('opt')
  const size = next?.suffixes.find((suffix) => suffix === 'sz' || suffix === 'szk')
  const struct = structOf(btf, target)
  if (btf.type(target).kind === 'func_proto') return [...words, 'a callback: a function of the program']
  if (size !== undefined) words.push(`memory of ${next!.name} bytes`)
  else if (struct !== undefined)
    words.push(
      structWords(struct.name, trustedByDefault ? new Set([...flags, 'KF_TRUSTED_ARGS']) : flags, { nullable }),
    )
  else if (param.suffixes.length === 0 && btf.type(target).kind !== 'void') words.push('memory of the size of its type')
  return words
}

/**
 * Arguments that the verifier writes itself, whatever the program passes, by kfunc: a pointer to what it knows of the type, or of the
 * program, and for nodes their offset. verifier.c of 6.12, fixup_kfunc_call. Any other `__ign` reaches the kfunc as it is.
 */
const filled: ReadonlySet<string> = new Set([
  'bpf_obj_new_impl',
  'bpf_obj_drop_impl',
  'bpf_percpu_obj_new_impl',
  'bpf_percpu_obj_drop_impl',
  'bpf_refcount_acquire_impl',
  'bpf_list_push_front_impl',
  'bpf_list_push_back_impl',
  'bpf_rbtree_add_impl',
  'bpf_wq_set_callback_impl',
])

function filledIn({ name, module }: Kfunc, param: KfuncParam): string | undefined {
  if (module !== undefined || !filled.has(name)) return undefined
  if (param.suffixes.includes('ign')) return 'not checked: the verifier puts a pointer of its own there; pass NULL'
  return param.name === 'off' ? 'not checked: the verifier puts the node’s offset there; pass 0' : undefined
}

/** Structs the verifier takes by kind of register rather than by trust. verifier.c of 6.12, kf_arg_btf_ids and check_kfunc_args. */
const structArguments: ReadonlyMap<string, string> = new Map(
  Object.entries<string>({
    bpf_dynptr: 'a dynptr on the stack',
    bpf_dynptr_kern: 'a dynptr on the stack',
    bpf_list_head: 'a list head in a map value or allocated object, its lock held',
    bpf_list_node: 'a list node inside an allocated object',
    bpf_rb_root: 'a tree root in a map value or allocated object, its lock held',
    bpf_rb_node: 'a tree node inside an allocated object',
    bpf_wq: 'a work queue in a map value',
  }),
)

/** Structs that programs know as their context; as a parameter they mean exactly that. */
const contextStructs: ReadonlySet<string> = new Set([
  '__sk_buff',
  'xdp_md',
  'bpf_sock_addr',
  'bpf_sock_ops',
  'bpf_nf_ctx',
])

function structWords(name: string, flags: ReadonlySet<string>, { nullable }: { readonly nullable: boolean }): string {
  if (contextStructs.has(name)) return 'the context of the program, unmodified'
  const special = structArguments.get(name) ?? (name.startsWith('bpf_iter_') ? 'an iterator on the stack' : undefined)
  if (special !== undefined) return special
  const orNull = nullable ? ', or NULL' : ''
  if (flags.has('KF_RELEASE')) return `a struct ${name} whose reference the program holds`
  if (flags.has('KF_RCU')) return `a trusted or RCU-protected struct ${name}${orNull || ', not NULL'}`
  if (flags.has('KF_TRUSTED_ARGS')) return `a trusted struct ${name}${orNull || ', not NULL'}`
  return `a struct ${name}; where the program got the pointer from does not matter`
}

function returnWords(kfunc: Kfunc): readonly string[] {
  const { btf, ret, flags } = kfunc
  const words: string[] = []
  if (flags.has('KF_ACQUIRE'))
    words.push(
      `a reference: hand it to ${orList(partnerOfKfunc(kfunc)?.names ?? ['a release kfunc'])}, or store it in a map`,
    )
  if (flags.has('KF_ITER_NEXT')) words.push('the next element, NULL at the end')
  else if (flags.has('KF_RET_NULL')) words.push('NULL is possible: check before use')
  if (words.length === 0 && ret !== 0 && pointee(btf, ret) !== undefined) words.push('a pointer without a reference')
  return words
}

/** Who may call it, for people. */
export function callerWords(kfunc: Kfunc): readonly string[] {
  const filters = [...new Set(kfunc.registrations.flatMap(({ filter }) => filter ?? []))].map(
    (filter) => filterRow(filter)?.words ?? `filter ${filter}, which is not known`,
  )
  const types = callerTypes(kfunc)
  const lines: string[] = []
  if (types[0] === 'common') lines.push('every program type')
  else if (types.length > 0) lines.push(types.map(shortType).join(', '))
  else if (kfunc.registrations.some(({ hook }) => hook === 'fmodret'))
    lines.push('nobody: registered for fmod_ret only')
  else lines.push('not known')
  return filters.length > 0 ? filters : lines
}

const shortType = (type: string): string => type.replace('BPF_PROG_TYPE_', '').toLowerCase()
const orList = (names: readonly string[]): string =>
  names.length < 2 ? (names[0] ?? '') : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`

/** A few lines of C that call it as its contract demands. */
function useOf(kfunc: Kfunc): string {
  const { name, btf, params, flags, ret } = kfunc
  const family = iteratorFamily(name)
  if (family !== undefined && (flags.has('KF_ITER_NEW') || flags.has('KF_ITER_NEXT') || flags.has('KF_ITER_DESTROY'))) {
    const rest = family.method === 'new' ? params.slice(1).map((param) => `, ${plain(param.name)}`) : [', …']
    return [
      `struct ${family.struct} it;`,
      '',
      `${family.new}(&it${rest.join('')});`,
      `while (${family.next}(&it)) {`,
      '\t…',
      '}',
      `${family.destroy}(&it);`,
    ].join('\n')
  }
  const partner = partnerOfKfunc(kfunc)
  const args = params.map((param, i) => argumentOf(kfunc, param, params[i - 1])).join(', ')
  if (partner?.kind === 'section') {
    const [open, close] = partner.role === 'acquire' ? [name, partner.names[0]] : [partner.names[0], name]
    return `${open}(${args});\n…\n${close}(${args});`
  }
  if (flags.has('KF_ACQUIRE')) {
    const release = partner?.names[0] ?? '…'
    const take = `${spellDeclaration(btf, ret, 'ref')} = ${name}(${args});`
    const drop = `${release}(ref);`
    return flags.has('KF_RET_NULL') ? `${take}\nif (!ref)\n\treturn 0;\n…\n${drop}` : `${take}\n…\n${drop}`
  }
  const given = params[0]
  if (flags.has('KF_RELEASE') && partner?.role === 'release' && given !== undefined) {
    const take = `${spellDeclaration(btf, given.type, 'ref')} = ${partner.names[0]}(…);`
    return `${take}\nif (!ref)\n\treturn 0;\n…\n${name}(${args.replace(/^[^,]*/, 'ref')});`
  }
  const returns = btf.type(ret as BtfId).kind !== 'void'
  const call = returns ? `${spellDeclaration(btf, ret, 'ret')} = ${name}(${args});` : `${name}(${args});`
  return flags.has('KF_RET_NULL') && isPointer(btf, ret) ? `${call}\nif (!ret)\n\treturn 0;` : call
}

/** The simplest argument that fits: a size is the size of what stands before it, what the verifier fills in is NULL. */
function argumentOf(kfunc: Kfunc, param: KfuncParam, before: KfuncParam | undefined): string {
  const { btf } = kfunc
  const { name, suffixes } = param
  if (filledIn(kfunc, param) !== undefined) return suffixes.includes('ign') ? 'NULL' : '0'
  if (suffixes.includes('str')) return '"…"'
  const sized = suffixes.includes('sz') || suffixes.includes('szk')
  if (!sized || before === undefined) return plain(name)
  // Bytes are an array of the program's, anything else a variable of the type.
  const target = pointee(btf, before.type)
  const bytes = target === undefined || structOf(btf, target) === undefined
  return `sizeof(${bytes ? '' : '*'}${plain(before.name)})`
}

const isPointer = (btf: Btf, id: BtfId): boolean => pointee(btf, id) !== undefined
/** A parameter's name without its annotation: `mem__sz` → `mem`. */
const plain = (name: string): string => name.replace(/(?<=.)__(?=[a-z]).*$/, '')
