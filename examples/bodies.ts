import type { ModuleDefinition } from 'kfuncs'

interface Connection {
  readonly id: number
  readonly greeting: string
}
const connections = new Map<number, Connection>([[7, { id: 7, greeting: 'hello' }]])

export default {
  name: 'host',
  c: `struct conn { int id; };
      __bpf_kfunc struct conn *conn_get(int id);
      __bpf_kfunc void conn_put(struct conn *conn);
      __bpf_kfunc int conn_read(struct conn *conn, void *to, u32 to__sz);
      void conn_put_dtor(void *conn);`,
  flags: { conn_get: 'KF_ACQUIRE | KF_RET_NULL', conn_put: 'KF_RELEASE', conn_read: 'KF_TRUSTED_ARGS' },
  register: { BPF_PROG_TYPE_XDP: ['conn_get', 'conn_put', 'conn_read'] },
  dtors: { conn: 'conn_put_dtor' },
  bodies: {
    conn_get: (id: number) => connections.get(id) ?? null,
    conn_put: () => {},
    conn_read: (conn: Connection, to: Uint8Array) => new TextEncoder().encodeInto(conn.greeting, to).written,
  },
} satisfies ModuleDefinition
