// A function's tail call that is taken returns to the caller, since 7.3 with any number; before, only the call that fails was followed.
#include "c.h"
struct { __uint(type, BPF_MAP_TYPE_PROG_ARRAY); __uint(max_entries, 1); __uint(key_size, 4); __uint(value_size, 4); } jump SEC(".maps");
static __attribute__((naked, noinline, used)) int leave(void)
{
	asm volatile("r2 = %[jump] ll; r3 = 0; call 12; r0 = 0; exit;" :: [jump] "i"(&jump) : "memory");
}
#define READ "r2 = r10; r2 += -8; r2 += r0; r0 = *(u8 *)(r2 + 0); r0 = 0; exit;" ::: "memory"
SEC("tc") __attribute__((naked)) int zero(void) { asm volatile("r6 = 0; *(u64 *)(r10 - 8) = r6; call leave;" READ); }
SEC("tc") __attribute__((naked)) int masked(void) { asm volatile("r6 = 0; *(u64 *)(r10 - 8) = r6; call leave; r0 &= 7;" READ); }
