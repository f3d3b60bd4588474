// SPDX-License-Identifier: Apache-2.0
// Hooks that test/runtime/programs/operations.bpf.c implements.
import type { ModuleDefinition } from '../../src/index.ts'

export const limiter: ModuleDefinition = {
  name: 'limiter',
  c: `struct visitor { int id; };
      struct limit_request { u32 size; char verdict; u64 spent; struct visitor *visitor; };
      struct limiter_ops {
        int (*init)(int budget);
        int (*admit)(struct limit_request *request, struct visitor *visitor__nullable);
        u64 (*spent)(void);
        bool (*is_open)(u32 hour);
        struct visitor *(*owner)(void);
        void (*done)(void);
        u32 limit;
        char name[16];
      };
      __bpf_kfunc int visitor_score(struct visitor *visitor);
      __bpf_kfunc void limiter_note(int what);
      __bpf_kfunc int limiter_wait(int ms);`,
  flags: { visitor_score: 'KF_TRUSTED_ARGS', limiter_wait: 'KF_SLEEPABLE' },
  register: { BPF_PROG_TYPE_STRUCT_OPS: ['visitor_score', 'limiter_note', 'limiter_wait'] },
  structOps: {
    limiter_ops: {
      members: {
        init: { sleepable: true },
        admit: { required: true, kfuncs: ['visitor_score'] },
      },
      writes: { limit_request: ['verdict', 'spent'] },
    },
  },
  bodies: {
    visitor_score: ({ id }: { id: number }) => id * 10,
    limiter_note: () => {},
    limiter_wait: async (ms: number) => ms + 1,
  },
}
