// sub_ecaps_updated (7.3) stands in both structs but has a default in the cid form alone: no program may stand there in the other
#include "c.h"
struct sched_ext_ops___later { void (*sub_ecaps_updated)(s32 cid, u64 before, u64 after); char name[128]; };
struct sched_ext_ops_cid { void (*sub_ecaps_updated)(s32 cid, u64 before, u64 after); char name[128]; };
SEC("struct_ops/sub_ecaps_updated")
void BPF_PROG(ecaps_by_cpu, s32 cid, u64 before, u64 after) { }
SEC("struct_ops/sub_ecaps_updated")
void BPF_PROG(ecaps_by_cid, s32 cid, u64 before, u64 after) { }
SEC(".struct_ops.link") struct sched_ext_ops___later by_cpu = { .sub_ecaps_updated = (void *)ecaps_by_cpu, .name = "x" };
SEC(".struct_ops.link") struct sched_ext_ops_cid by_cid = { .sub_ecaps_updated = (void *)ecaps_by_cid, .name = "y" };
