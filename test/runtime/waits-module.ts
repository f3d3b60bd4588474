// SPDX-License-Identifier: Apache-2.0
// Kfuncs whose bodies wait: what test/runtime/programs/waits.bpf.c calls.
import type { ModuleDefinition } from '../../src/index.ts'

export interface Page {
  readonly number: number
  readonly text: string
}

/** What the bodies wait for is told by the test. */
export interface Pages {
  fetch(number: number): Promise<Page | null>
  text(page: Page): Promise<string>
  count(): Promise<number>
  drop?(page: Page): void
}

export const pages = ({ fetch, text, count, drop = () => {} }: Pages): ModuleDefinition => ({
  name: 'pages',
  c: `struct sheet { u32 number; u32 length; };
      __bpf_kfunc struct sheet *page_fetch(u32 number);
      __bpf_kfunc void page_drop(struct sheet *page);
      void page_drop_dtor(void *page);
      __bpf_kfunc int page_text(struct sheet *page, void *to, u32 to__sz);
      __bpf_kfunc int page_count(void);
      __bpf_kfunc int page_now(void);`,
  flags: {
    page_fetch: 'KF_ACQUIRE | KF_RET_NULL | KF_SLEEPABLE',
    page_drop: 'KF_RELEASE',
    page_text: 'KF_TRUSTED_ARGS | KF_SLEEPABLE',
    page_count: 'KF_SLEEPABLE',
  },
  register: [
    {
      types: ['BPF_PROG_TYPE_SYSCALL', 'BPF_PROG_TYPE_LSM'],
      kfuncs: ['page_fetch', 'page_drop', 'page_text', 'page_count', 'page_now'],
    },
  ],
  dtors: { sheet: 'page_drop_dtor' },
  bodies: {
    page_fetch: fetch,
    page_drop: drop,
    page_text: async (page: Page, to: Uint8Array) => new TextEncoder().encodeInto(await text(page), to).written,
    page_count: count,
    page_now: count,
  },
})
