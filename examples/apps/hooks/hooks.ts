import { readFileSync } from 'node:fs'
import { defineModule, kernelFromModule, unwrap } from 'kfuncs'
import { createMachine, type StructOps } from 'kfuncs/runtime'

interface Mail {
  size: number
  folder?: number
}
interface MailOps {
  deliver(mail: Mail, sender: { id: number } | null): number
  name: string
}
const filters = new Set<StructOps<MailOps>>()

const module = await defineModule({
  name: 'mail',
  c: `struct sender { int id; };
      struct mail { unsigned int size; int folder; };
      struct mail_ops {
        int (*deliver)(struct mail *mail, struct sender *sender__nullable);
        char name[16];
      };
      __bpf_kfunc int sender_rank(struct sender *sender);`,
  register: { BPF_PROG_TYPE_STRUCT_OPS: ['sender_rank'] },
  flags: { sender_rank: 'KF_TRUSTED_ARGS' },
  structOps: {
    mail_ops: {
      members: { deliver: { required: true, kfuncs: ['sender_rank'] } },
      writes: { mail: ['folder'] },
      reg: (ops: StructOps<MailOps>) => void filters.add(ops),
      unreg: (ops: StructOps<MailOps>) => void filters.delete(ops),
    },
  },
  bodies: { sender_rank: ({ id }: { id: number }) => id },
})

const machine = createMachine(unwrap(kernelFromModule(unwrap(module))))
const loaded = unwrap(machine.load(readFileSync('examples/apps/hooks/spam.bpf.o')))
const link = unwrap(loaded.registerStructOps('spam'))
const mail: Mail = { size: 100 }
for (const { name, deliver } of filters) console.log(name, unwrap(deliver!(mail, null)), mail.folder)
link.unregister()
console.log(filters.size)
