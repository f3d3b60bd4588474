import type { ModuleDefinition } from 'kfuncs'

export default {
  name: 'host',
  c: `struct conn { int id; };
      __bpf_kfunc struct conn *conn_get(int id);
      __bpf_kfunc void conn_put(struct conn *conn);
      void conn_put_dtor(void *conn);`,
  flags: { conn_get: 'KF_ACQUIRE | KF_RET_NULL', conn_put: 'KF_RELEASE' },
  register: { BPF_PROG_TYPE_XDP: ['conn_get', 'conn_put'] },
  dtors: { conn: 'conn_put_dtor' },
} satisfies ModuleDefinition
