// SPDX-License-Identifier: Apache-2.0
// Which of the 211 helpers each kind of program may name, of 120 kinds: type, attach type, target, licence, sleepable or not, as real
// kernels answered programs of one call (test/fixtures/attach/helpers.json: bit N for helper N; '!' stands for a licence that is not GPL's).
import { describe, expect, test } from 'vitest'
import { openKernel, type ProgramTraits } from '../../../src/kernel/index.ts'
import { helperNames, sectionRule } from '../../../src/uapi/index.ts'
import offered from '../../fixtures/attach/helpers.json' with { type: 'json' }

const prefixes = new Map([
  ['tp_btf', 'btf_trace_'],
  ['lsm', 'bpf_lsm_'],
  ['lsm_cgroup', 'bpf_lsm_'],
  ['iter', 'bpf_iter_'],
])

function traitsOf(key: string): ProgramTraits {
  const section = key.replace(/!$/, '')
  const rule = sectionRule(section)
  if (rule === undefined) throw new Error(section)
  const [kind = '', target = ''] = section.split('/')
  const [typeName = '', member = ''] = target.split('.')
  const isOps = rule.type === 'BPF_PROG_TYPE_STRUCT_OPS'
  return {
    type: rule.type,
    attachType: rule.flags.includes('usdt') ? 'BPF_TRACE_UPROBE_MULTI' : (rule.attach ?? zero.get(rule.type)),
    sleepable: rule.flags.includes('sleepable'),
    gpl: !key.endsWith('!'),
    attachName: rule.flags.includes('attach_btf')
      ? `${prefixes.get(kind.replace(/\.s$/, '')) ?? ''}${target}`
      : undefined,
    attachBtfId: undefined,
    ...(isOps ? { structOps: { typeName, member } } : {}),
  }
}
/** What number 0 is to them. */
const zero = new Map([['BPF_PROG_TYPE_CGROUP_SKB', 'BPF_CGROUP_INET_INGRESS']])

describe.for(Object.entries(offered))('Linux %s', ([release, kinds]) => {
  test.for(Object.entries(kinds))('%s', async ([key, bits]) => {
    const kernel = await openKernel(release)
    if (!kernel.ok) throw new Error(kernel.fault.what)
    const traits = traitsOf(key)
    const names = (offers: (id: number) => boolean) => helperNames.filter((_, id) => id > 0 && offers(id))
    expect(names((id) => kernel.value.helper(id, traits).ok)).toEqual(
      names((id) => (BigInt(`0x${bits}`) >> BigInt(id)) % 2n === 1n),
    )
  })
})
