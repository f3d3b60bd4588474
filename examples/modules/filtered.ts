import type { ModuleDefinition } from 'kfuncs'

export default {
  name: 'filtered',
  c: `struct job { int id; };
      struct job___init { struct job inner; };
      struct job *job_new(void);
      void job_start(struct job___init *job);
      void job_put(struct job *job);
      void job_put_dtor(void *job);
      int job_trace(struct job *job);`,
  flags: {
    job_new: ['KF_ACQUIRE', 'KF_RET_NULL'],
    job_put: ['KF_RELEASE'],
    job_trace: ['KF_TRUSTED_ARGS'],
  },
  register: [
    { types: ['BPF_PROG_TYPE_SYSCALL', 'BPF_PROG_TYPE_XDP'], kfuncs: ['job_new', 'job_start', 'job_put'] },
    { types: ['BPF_PROG_TYPE_TRACING'], kfuncs: ['job_trace'], filter: 'only_fentry' },
  ],
  filters: { only_fentry: { attachTypes: ['BPF_TRACE_FENTRY'] } },
  dtors: { job: 'job_put_dtor' },
  aliases: { job___init: 'job' },
} satisfies ModuleDefinition
