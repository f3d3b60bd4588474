// SPDX-License-Identifier: Apache-2.0
// Programs that say of themselves how their load comes out, rightly and wrongly: what `check --expect` reads. Tags as 6.12 and 7.3 have them.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#define tag(text) __attribute__((btf_decl_tag("comment:" text)))
#define naked __attribute__((naked))
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1); __type(key, int); __type(value, long); } m SEC(".maps");
#define FINE "r0 = 0; exit;"
#define UNREADABLE "r0 = r3; exit;"

SEC("socket") tag("test_expect_success") tag("test_retval=0")
naked int fine(void) {
  asm volatile(FINE);
}
SEC("socket") tag("test_expect_failure") tag("test_expect_msg=1=R3 !read_ok")
naked int refused(void) {
  asm volatile(UNREADABLE);
}
SEC("socket") tag("7:test_expect_failure") tag("8:test_expect_msg=R{{[0-9]}} !read_{{(ok|off)}}")
naked int refused_7x(void) {
  asm volatile(UNREADABLE);
}
SEC("socket")
naked int untagged(void) {
  asm volatile(FINE);
}
/* amiss */
SEC("socket") tag("test_expect_failure")
naked int fine_after_all(void) {
  asm volatile(FINE);
}
SEC("socket") tag("test_expect_success")
naked int refused_after_all(void) {
  asm volatile(UNREADABLE);
}
SEC("socket") tag("test_expect_failure") tag("test_expect_msg=2=R4 !read_ok")
naked int otherwise(void) {
  asm volatile(UNREADABLE);
}
SEC("socket") tag("1:test_expect_failure") tag("2:test_expect_not_msg=!read_ok")
naked int unwanted(void) {
  asm volatile(UNREADABLE);
}
SEC("socket") tag("test_expect_failure") tag("test_expect_msg=4=!read_ok") tag("test_expect_msg=3=processed")
naked int disordered(void) {
  asm volatile(UNREADABLE);
}
SEC("socket") tag("test_expect_failure") tag("test_expect_msg=2={{(R*)*[^3]}}!!")
naked int endless(void) {
  asm volatile(UNREADABLE);
}
/* levels, flags */
SEC("socket") tag("test_expect_success") tag("test_log_level=2") tag("test_expect_msg=1=0: (b7) r0 = 7") tag("test_expect_msg=2=R0_w=7")
naked int seen(void) {
  asm volatile("r0 = 7; exit;");
}
SEC("socket") tag("test_expect_success") tag("test_log_level=4") tag("test_expect_msg=1=stack depth 16")
naked int deep(void) {
  asm volatile("r1 = 0; *(u64 *)(r10 - 16) = r1;" FINE);
}
SEC("socket") tag("test_expect_failure") tag("test_prog_flags=BPF_F_STRICT_ALIGNMENT") tag("test_expect_msg=1=misaligned stack access")
naked int strict(void) {
  asm volatile("r1 = 0; *(u32 *)(r10 - 6) = r1;" FINE);
}
/* a log that we do not write */
SEC("socket") tag("test_expect_success") tag("test_log_level=2") tag("test_expect_msg=1=mark_precise: frame0: last_idx 2") tag("test_expect_msg=2=never there")
naked int traced(void) {
  asm volatile("r1 = r10; r2 = -8; r1 += r2; r0 = 0; *(u64 *)(r1 + 0) = r0; exit;");
}
/* no tests here */
SEC("socket") tag("test_expect_failure_unpriv")
naked int unprivileged(void) {
  asm volatile(FINE);
}
SEC("socket") tag("test_arch=ARM64") tag("test_expect_failure")
naked int elsewhere(void) {
  asm volatile(FINE);
}
SEC("socket") tag("test_auxiliary")
naked int beside(void) {
  asm volatile(FINE);
}
char _license[] SEC("license") = "GPL";
