// Bodies of the kfuncs of module gateway: kfuncs gen types gateway.ts. Not to be edited.

declare const handle: unique symbol

/** Stands for a struct session: any object. What it has of these is written where programs read it, each time it is handed out. */
export interface Session {
  readonly [handle]?: 'session'
  id?: number
  requests?: number
  tokens?: number
}

/** What a body keeps of an iteration, from new to destroy. */
export type Iteration = Record<string, any>

/** What stands for structs, by their names. Say what yours are: `Bodies<{ conn: Connection }>`. */
export interface Handles {
  session: Session
}

/** `bodies: { … } satisfies Bodies`, of a module definition. */
export interface Bodies<Own extends { [Struct in keyof Handles]?: object } = Handles, H extends Record<keyof Handles, object> = { [Struct in keyof Handles]: Struct extends keyof Own ? NonNullable<Own[Struct]> : Handles[Struct] }> {
  /** `struct session *session_find(u32 id)`: KF_ACQUIRE | KF_RET_NULL */
  session_find(id: number): H['session'] | null
  /** `void session_put(struct session *session)`: KF_RELEASE */
  session_put(session: H['session']): void
  /** `int session_take(struct session *session, u32 tokens)`: KF_TRUSTED_ARGS */
  session_take(session: H['session'], tokens: number): number
  /** `int session_left(struct session *session)`: KF_TRUSTED_ARGS | KF_DEPRECATED */
  session_left(session: H['session']): number
  /** `int session_plan(struct session *session)`: KF_TRUSTED_ARGS | KF_SLEEPABLE */
  session_plan(session: H['session']): number | Promise<number>
  /** `int session_agent(struct session *session, void *text, u32 text__sz)`: KF_TRUSTED_ARGS */
  session_agent(session: H['session'], text: Uint8Array): number
  /** `int bpf_iter_session_new(struct bpf_iter_session *it, u32 least_requests)`: KF_ITER_NEW */
  bpf_iter_session_new(it: Iteration, least_requests: number): number
  /** `struct session *bpf_iter_session_next(struct bpf_iter_session *it)`: KF_ITER_NEXT | KF_RET_NULL */
  bpf_iter_session_next(it: Iteration): H['session'] | null
  /** `void bpf_iter_session_destroy(struct bpf_iter_session *it)`: KF_ITER_DESTROY */
  bpf_iter_session_destroy(it: Iteration): void
  /** Gives back a struct session that was left in a map. */
  session_put_dtor?(object: H['session']): void
}
