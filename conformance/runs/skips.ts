// SPDX-License-Identifier: Apache-2.0
/** Programs that the guest is not to run, as `OBJ PROG`, each with its reason. */
export const notRun: ReadonlyMap<string, string> = new Map([
  [
    'examples/18-memory/lookups.bpf.o wq_somewhere',
    'accepted until 6.18, writes to an address by chance: the kernel crashes',
  ],
  [
    'examples/19-program/loops.bpf.o iter_one_past',
    'what it takes for its iterator is beyond its frame: it may not end',
  ],
  [
    'v3/struct_ops_arena.bpf.o trigger',
    'calls what a struct_ops would be that was not attached: 7.3 follows a null pointer',
  ],
])
