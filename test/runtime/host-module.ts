// SPDX-License-Identifier: Apache-2.0
// Kfuncs whose bodies answer memory: what test/runtime/programs/host.bpf.c calls.
import type { ModuleDefinition } from '../../src/index.ts'

const names = ['blob_get', 'blob_edit', 'bpf_iter_word_new', 'bpf_iter_word_next', 'bpf_iter_word_destroy']

const filled = (bytes: number, length: number): Uint8Array => new Uint8Array(length).fill(bytes)

export const blobs: ModuleDefinition = {
  name: 'blobs',
  c: `struct bpf_iter_word { u64 opaque[2]; };
      __bpf_kfunc u64 *blob_get(int of, const int rdonly_buf_size);
      __bpf_kfunc u64 *blob_edit(int of, const int rdwr_buf_size);
      __bpf_kfunc int bpf_iter_word_new(struct bpf_iter_word *it, int words);
      __bpf_kfunc u64 *bpf_iter_word_next(struct bpf_iter_word *it);
      __bpf_kfunc void bpf_iter_word_destroy(struct bpf_iter_word *it);`,
  flags: {
    blob_get: 'KF_RET_NULL',
    blob_edit: 'KF_RET_NULL',
    bpf_iter_word_new: 'KF_ITER_NEW',
    bpf_iter_word_next: 'KF_ITER_NEXT | KF_RET_NULL',
    bpf_iter_word_destroy: 'KF_ITER_DESTROY',
  },
  register: { BPF_PROG_TYPE_SYSCALL: names },
  bodies: {
    // as many bytes as the number says, however many the program may read
    blob_get: (of: number) => filled(of, of),
    blob_edit: (of: number) => filled(of, of),
    bpf_iter_word_new(it: Words, words: number) {
      it.left = words
      it.at = 0
      return 0
    },
    // each is four times as long as the one before, and the last is a byte
    bpf_iter_word_next: (it: Words) =>
      it.left-- === 0 ? null : ++it.at === 3 ? filled(3, 1) : filled(it.at, 8 * 4 ** it.at),
    bpf_iter_word_destroy: () => {},
  },
}

interface Words {
  left: number
  at: number
}
