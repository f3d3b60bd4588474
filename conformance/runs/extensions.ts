// SPDX-License-Identifier: Apache-2.0
// Which objects' freplace programs (and programs that trace programs) are judged and run with which program as their target: ours, and the
// selftests' own as their prog_tests put them together.

export interface Pair {
  readonly object: string
  readonly target: string
  readonly program: string
  /** The function, where it is not the one that sections name. */
  readonly func?: string
}

/** OBJECT TARGET PROGRAM [FUNCTION], without .bpf.o. */
const table = `
  replaces replaced calls
  replaces replaced frames
  replaces replaced two_arguments
  replaces replaced filters
  replaces replaced connects
  replaces replaced looks_on
  fexit_bpf2bpf test_pkt_access test_pkt_access
  freplace_cls_redirect test_cls_redirect cls_redirect
  freplace_connect4 connect4_prog connect_v4_prog
  freplace_connect_v4_prog connect4_prog connect_v4_prog
  freplace_get_constant test_pkt_access test_pkt_access
  freplace_progmap xdp_dummy xdp_dummy_prog xdp_dummy_prog
  freplace_global_func test_pkt_access test_pkt_access
  freplace_dead_global_func xdp_dummy xdp_dummy_prog xdp_dummy_prog
  freplace_unreliable_prog verifier_btf_unreliable_prog btf_unreliable_kprobe
  changes_pkt_data_freplace changes_pkt_data main_with_subprogs changes_pkt_data
  changes_pkt_data_freplace changes_pkt_data main_with_subprogs does_not_change_pkt_data
  changes_pkt_data_freplace changes_pkt_data main_changes main_changes
  changes_pkt_data_freplace changes_pkt_data main_does_not_change main_does_not_change
  summarization_freplace summarization main_changes_with_subprogs changes_pkt_data
  summarization_freplace summarization main_changes_with_subprogs does_not_change_pkt_data
  summarization_freplace summarization main_changes main_changes
  summarization_freplace summarization main_might_sleep_with_subprogs might_sleep
  summarization_freplace summarization main_might_sleep_with_subprogs does_not_sleep
  tailcall_freplace tc_bpf2bpf entry_tc subprog_tc
  test_trace_ext test_pkt_md_access test_pkt_md_access
  priv_freplace_prog priv_prog xdp_prog1
  freplace_void test_global_func7 global_func7
  freplace_int_with_void test_global_func2 global_func2
  exceptions_ext exceptions exception_ext exception_ext_global
  exceptions_ext exceptions exception_ext_mod_cb_runtime exception_cb_mod
`

export const pairs: readonly Pair[] = table
  .split('\n')
  .filter((line) => line.trim() !== '')
  .map((line) => {
    const [object = '', target = '', program = '', func] = line.trim().split(' ')
    return { object: `${object}.bpf.o`, target: `${target}.bpf.o`, program, ...(func === undefined ? {} : { func }) }
  })

/** As the oracle takes a pair, and names it in its rows. */
export const lineOf = ({ object, target, program, func }: Pair): string =>
  [object, target, program, ...(func === undefined ? [] : [func])].join(' ')
export const nameOf = ({ object, target, program, func }: Pair): string =>
  `${object}>${target}:${program}${func === undefined ? '' : `.${func}`}`
