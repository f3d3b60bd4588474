// SPDX-License-Identifier: Apache-2.0
// The gateway's kfuncs: what they look like to C, what they promise, what they do.
import type { ModuleDefinition } from 'kfuncs'
import type { Bodies } from './gateway.bodies.d.ts'

export interface Session {
  readonly id: number
  readonly agent: string
  requests: number
  tokens: number
}

const EAGAIN = 11

/** How many requests a session's owner pays for. */
export type Billing = (session: Session) => Promise<number>

/** A module over the sessions of one gateway. */
export const gateway = (
  sessions: ReadonlyMap<number, Session>,
  billing: Billing = async () => 100,
): ModuleDefinition => ({
  name: 'gateway',
  c: `
    struct session { u32 id; u32 requests; u32 tokens; };
    struct bpf_iter_session { u64 opaque[2]; };

    /* A session, or NULL where there is none of that number. */
    __bpf_kfunc struct session *session_find(u32 id);
    __bpf_kfunc void session_put(struct session *session);
    void session_put_dtor(void *session);
    /* Takes tokens: how many are left, or -EAGAIN where there are too few. */
    __bpf_kfunc int session_take(struct session *session, u32 tokens);
    /* What session_take(session, 0) answers. */
    __bpf_kfunc int session_left(struct session *session);
    /* How many requests the session's owner pays for. Sleeps. */
    __bpf_kfunc int session_plan(struct session *session);
    /* The name of the client's program: its length, as much of it as there is room for in text. */
    __bpf_kfunc int session_agent(struct session *session, void *text, u32 text__sz);

    /* Sessions with so many requests. */
    __bpf_kfunc int bpf_iter_session_new(struct bpf_iter_session *it, u32 least_requests);
    __bpf_kfunc struct session *bpf_iter_session_next(struct bpf_iter_session *it);
    __bpf_kfunc void bpf_iter_session_destroy(struct bpf_iter_session *it);`,
  flags: {
    session_find: 'KF_ACQUIRE | KF_RET_NULL',
    session_put: 'KF_RELEASE',
    session_take: 'KF_TRUSTED_ARGS',
    session_left: 'KF_TRUSTED_ARGS | KF_DEPRECATED',
    session_plan: 'KF_TRUSTED_ARGS | KF_SLEEPABLE',
    session_agent: 'KF_TRUSTED_ARGS',
    bpf_iter_session_new: 'KF_ITER_NEW',
    bpf_iter_session_next: 'KF_ITER_NEXT | KF_RET_NULL',
    bpf_iter_session_destroy: 'KF_ITER_DESTROY',
  },
  register: {
    BPF_PROG_TYPE_SYSCALL: [
      'session_find',
      'session_put',
      'session_take',
      'session_left',
      'session_plan',
      'session_agent',
      'bpf_iter_session_new',
      'bpf_iter_session_next',
      'bpf_iter_session_destroy',
    ],
  },
  dtors: { session: 'session_put_dtor' },
  deprecated: { session_left: { since: '2.0', removal: '3.0', replacement: 'session_take(session, 0)' } },
  bodies: {
    session_find: (id: number) => sessions.get(id) ?? null,
    session_put: () => {},
    session_take(session: Session, tokens: number) {
      if (session.tokens < tokens) return -EAGAIN
      session.tokens -= tokens
      return session.tokens
    },
    session_left: (session: Session) => session.tokens,
    session_plan: billing,
    session_agent: (session: Session, text: Uint8Array) => new TextEncoder().encodeInto(session.agent, text).written,
    bpf_iter_session_new(it: Iteration, least: number) {
      it.rest = [...sessions.values()].filter(({ requests }) => requests >= least)
      return 0
    },
    bpf_iter_session_next: (it: Iteration) => it.rest.shift() ?? null,
    bpf_iter_session_destroy: () => {},
    // what their prototypes say: kfuncs gen types gateway.ts
  } satisfies Bodies<{ session: Session }>,
})

interface Iteration {
  rest: Session[]
}

/** With a session to try programs on: kfuncs run --module gateway.ts limiter.bpf.o --prog by_cost --ctx @request.bin */
export default gateway(new Map([[1, { id: 1, agent: 'curl/8', requests: 0, tokens: 10 }]]))
