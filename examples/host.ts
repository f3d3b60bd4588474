import { readFileSync } from 'node:fs'
import { check, defineModule, openKernel, withModule } from 'kfuncs'

const module = await defineModule({
  name: 'host',
  c: `struct conn { int id; };
      __bpf_kfunc struct conn *conn_get(int id);
      __bpf_kfunc void conn_put(struct conn *conn);`,
  flags: { conn_get: 'KF_ACQUIRE | KF_RET_NULL', conn_put: 'KF_RELEASE' },
  register: { BPF_PROG_TYPE_XDP: ['conn_get', 'conn_put'] },
})
if (!module.ok) throw new Error(module.fault.what)
const kernel = await openKernel('6.12')
if (!kernel.ok) throw new Error(kernel.fault.what)
const host = withModule(kernel.value, module.value)
if (!host.ok) throw new Error(host.fault.what)
for (const path of process.argv.slice(2)) console.log(check(readFileSync(path), host.value))
