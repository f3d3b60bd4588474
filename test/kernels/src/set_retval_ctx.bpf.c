// getsockopt may set any return value, but a number (7.3: "R1 is not a scalar")
#include "c.h"
SEC("cgroup/getsockopt")
int retval_pointer(struct bpf_sockopt *ctx) { asm volatile("r1 = %0; call 187" :: "r"(ctx) : "r0", "r1", "r2", "r3", "r4", "r5"); return 1; }
SEC("cgroup/getsockopt")
int retval_any(struct bpf_sockopt *ctx) { bpf_set_retval(12345); return 1; }
SEC("cgroup/setsockopt")
int retval_positive(struct bpf_sockopt *ctx) { bpf_set_retval(12345); return 1; }
