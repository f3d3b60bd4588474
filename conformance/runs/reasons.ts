// SPDX-License-Identifier: Apache-2.0
const address = 'an address, or a part of one'

/** Programs whose runs cannot come out as on the kernel, as `OBJ PROG`, and why. */
export const reasons: ReadonlyMap<string, string> = new Map([
  ['v3/test_ksyms_btf.bpf.o handler', address],
  ['v3/test_ksyms_weak.bpf.o pass_handler', address],
  ['v3/verifier_stack_ptr.bpf.o array_map_using_bpf_b', address],
  // it adds the upper bits of one to another
  ['v3/verifier_direct_packet_access.bpf.o test22_x_pkt_ptr_3', address],
  ['v3/arena_list.bpf.o arena_list_add', address],
  ['v3/test_wakeup_source.bpf.o iterate_wakeupsources', 'the devices of the machine that it ran on'],
  ['v3/verifier_arena_globals1.bpf.o check_relocation', address],
])
