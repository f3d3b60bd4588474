// SPDX-License-Identifier: Apache-2.0
// Loads, stores and the memory they reach; registers.

import { type InHelper, type Reg, says } from './row.ts'

/** An access of which part lies outside, by what it is outside of. */
export interface Outside {
  readonly region: 'map_key' | 'map_value' | 'packet' | 'memory'
  readonly reg: number
  readonly id: number
  readonly off: number
  readonly size: number
  readonly memSize: number
}

/** What the kernel says of it before it says which end of the range is outside. */
export function outsideWords({ region, reg, id, off, size, memSize }: Outside): string {
  switch (region) {
    case 'map_key':
      return `invalid access to map key, key_size=${memSize} off=${off} size=${size}`
    case 'map_value':
      return `invalid access to map value, value_size=${memSize} off=${off} size=${size}`
    case 'packet':
      return `invalid access to packet, off=${off} size=${size}, R${reg}(id=${id},off=${off},r=${memSize})`
    case 'memory':
      return `invalid access to memory, mem_size=${memSize} off=${off} size=${size}`
  }
}

export const memoryViolations = {
  'min-bound': ({ reg }: Reg) =>
    `R${reg} min value is negative, either use unsigned index or do a if (index >=0) check.`,
  'max-bound': ({ reg }: Reg) => `R${reg} unbounded memory access, make sure to bounds check any such access`,
  'packet-bounds': {
    unknown: ({ reg }: Reg) => `R${reg} offset is outside of the packet`,
    offset: ({ reg }: Reg & { outside: Outside }) => `R${reg} offset is outside of the packet`,
    min: ({ reg }: Reg & { outside: Outside }) => `R${reg} min value is outside of the allowed memory range`,
    max: ({ reg }: Reg & { outside: Outside }) => `R${reg} max value is outside of the allowed memory range`,
  },
  'min-outside': ({ reg }: Reg & { outside: Outside }) => `R${reg} min value is outside of the allowed memory range`,
  'max-outside': ({ reg }: Reg & { outside: Outside }) => `R${reg} max value is outside of the allowed memory range`,
  'variable-pointer': ({ type, varOff }: Reg & { type: string; varOff: string }) =>
    `variable ${type} access var_off=${varOff} disallowed`,
  'negative-offset': ({ type, reg, off }: Reg & { type: string; off: number }) =>
    `negative offset ${type} ptr R${reg} off=${off} disallowed`,
  'modified-pointer': ({ type, reg, off }: Reg & { type: string; off: number }) =>
    `dereference of modified ${type} ptr R${reg} off=${off} disallowed`,
  'buffer-offset': {
    variable: ({ reg, off, varOff }: Reg & { off: number; varOff: string }) =>
      `R${reg} invalid variable buffer offset: off=${off}, var_off=${varOff}`,
    negative: ({ reg, name, off, at }: Reg & { name: string; off: number; at: number }) =>
      `R${reg} invalid negative ${name} buffer offset: off=${off}, var_off=${at}`,
    before: ({ reg, name, off, size }: Reg & { name: string; off: number; size: number }) =>
      `R${reg} invalid ${name} buffer access: off=${off}, size=${size}`,
  },
  alignment: ({ place, size }: { place: string; size: number }) => `misaligned ${place} size ${size}`,
  'btf-gpl': ({ seen }: Reg & { seen: string }) =>
    `Cannot access kernel 'struct ${seen}' from non-GPL compatible program`,
  'btf-negative': ({ reg, seen, off }: Reg & { seen: string; off: number }) =>
    `R${reg} is ptr_${seen} invalid negative access: off=${off}`,
  'btf-variable': ({ reg, seen, off, varOff }: Reg & { seen: string; off: number; varOff: string }) =>
    `R${reg} is ptr_${seen} invalid variable offset: off=${off}, var_off=${varOff}`,
  'btf-user': ({ reg, seen, at }: Reg & { seen: string; at: number }) =>
    `R${reg} is ptr_${seen} access user memory: off=${at}`,
  'btf-percpu': ({ reg, seen, at }: Reg & { seen: string; at: number }) =>
    `R${reg} is ptr_${seen} access percpu memory: off=${at}`,
  'btf-write': {
    // the words of the struct's own table of what may be written
    struct: ({ told }: Reg & { seen: string; told: string }) => told,
    'read-only': says<Reg & { seen: string }>('only read is supported'),
    placed: ({ reg, seen, at, size }: Reg & { seen: string; at: number; size: number }) =>
      `R${reg} cannot write into ptr_${seen} at off=${at} size=${size}`,
  },
  'special-field-access': {
    object: ({ field }: { field: string }) => `direct access to ${field} is disallowed`,
    'map-value': ({ field }: Reg & { field: string }) => `${field} cannot be accessed directly by load/store`,
  },
  'map-access': {
    type: ({ mapType }: { mapType: number }) => `map_ptr access not supported for map type ${mapType}`,
    write: ({ struct }: { struct: string }) => `only read from ${struct} is supported`,
    negative: ({ reg, struct, off }: Reg & { struct: string; off: number }) =>
      `R${reg} is ${struct} invalid negative access: off=${off}`,
  },
  'kptr-variable': {
    access: ({ name }: Reg & { name: string }) => `${name} access cannot have variable offset`,
    exchange: ({ reg }: Reg) => `R${reg} doesn't have constant offset. kptr has to be at the constant offset`,
  },
  'kptr-offset': {
    access: ({ name, expectedOff, off }: Reg & { name: string; expectedOff: number; off: number }) =>
      `${name} access misaligned expected=${expectedOff} off=${off}`,
    exchange: ({ off }: Reg & { off: number }) => `off=${off} doesn't point to kptr`,
  },
  'kptr-size': ({ name }: Reg & { name: string }) => `${name} access size must be BPF_DW`,
  'kptr-insn': says<Reg>('kptr in map can only be accessed using BPF_MEM instruction mode'),
  'kptr-store': {
    uptr: says<Reg>('store to uptr disallowed'),
    referenced: says<Reg>('store to referenced kptr disallowed'),
    constant: ({ off }: Reg & { off: number }) => `BPF_ST imm must be 0 when storing to kptr at off=${off}`,
  },
  'kptr-type': ({ reg, type, expected, untrusted }: Reg & { expected: string; type: string; untrusted: boolean }) =>
    `invalid kptr access, R${reg} type=${type} expected=ptr_${expected}${untrusted ? ` or untrusted_ptr_${expected}` : ''}`,
  'bad-register': ({ reg }: Reg) => `R${reg} is invalid`,
  uninitialized: ({ reg }: Reg) => `R${reg} !read_ok`,
  'frame-pointer': says<Reg>('frame pointer is read only'),
  'write-rdonly': {
    key: ({ reg }: Reg) => `write to change key R${reg} not allowed`,
    memory: ({ reg, type }: Reg & { type: string }) => `R${reg} cannot write into ${type}`,
  },
  'packet-write': says<Reg>('cannot write into packet'),
  'flow-keys': ({ off, size }: Reg & { off: number; size: number }) =>
    `invalid access to flow keys off=${off} size=${size}`,
  'invalid-access': ({ reg, seen }: Reg & { seen: string }) => `R${reg} invalid mem access '${seen}'`,
  'insn-array-read': ({ size }: { size: number }) => `Invalid read of ${size} bytes from insn_array`,
  'map-flags': {
    access: ({ what, valueSize, off, size }: Reg & { what: string; valueSize: number; off: number; size: number }) =>
      `${what} map forbidden, value_size=${valueSize} off=${off} size=${size}`,
    helper: says<InHelper>('write into map forbidden'),
  },
  'kptr-helper': ({ field }: Reg & { field: string }) => `${field} cannot be accessed indirectly by helper`,
  'ctx-bounds': ({ off, size }: Reg & { off: number; size: number }) =>
    `invalid bpf_context access off=${off} size=${size}`,
  'ctx-access': {
    outside: ({ off, size }: Reg & { seen?: string; off: number; size: number }) =>
      `invalid bpf_context access off=${off} size=${size}`,
    // the words of the context's own table
    told: ({ seen }: Reg & { seen: string }) => seen,
    released: ({ off }: Reg & { off: number }) =>
      `invalid bpf_context access off=${off}. Reference may already be released`,
  },
  'sock-access': ({ reg, type, off, size }: Reg & { type: string; off: number; size: number }) =>
    `R${reg} invalid ${type} access off=${off} size=${size}`,
  'mixed-pointers': () => 'same insn cannot be used with different pointers',
  'atomic-store': ({ what, reg, type }: Reg & { what: 'stores into' | 'loads from'; type: string }) =>
    `BPF_ATOMIC ${what} R${reg} ${type} is not allowed`,
  'callback-func-info': () => 'missing btf func_info',
  callback: {
    global: () => 'callback function not static',
    'not-found': () => 'callback function not found',
  },
  'ld-imm64': () => 'invalid bpf_ld_imm64 insn',
  'ld-abs-type': () => 'BPF_LD_[ABS|IND] instructions not allowed for this program type',
  'ld-abs-ref': () => 'BPF_LD_[ABS|IND] cannot be mixed with socket references',
  'ld-abs-lock': () => 'BPF_LD_[ABS|IND] cannot be used inside bpf_spin_lock-ed region',
  'ld-abs-irq': () => 'BPF_LD_[ABS|IND] cannot be used inside bpf_local_irq_save-ed region',
  'ld-abs-rcu': () => 'BPF_LD_[ABS|IND] cannot be used inside bpf_rcu_read_lock-ed region',
  'ld-abs-preempt': () => 'BPF_LD_[ABS|IND] cannot be used inside bpf_preempt_disable-ed region',
  'ld-abs-ctx': says<Reg>('at the time of BPF_LD_ABS|IND R6 != pointer to skb'),
  // the words of the walk through the struct; `beyond`: past its end, or a member's
  'btf-access': ({ told }: { told: string; beyond: boolean }) => told,
} as const
