// Walks of the kernel's length, by what is known of numbers: ranges that pass over 0 and the sign bit both (a value is any but one),
// offsets that are a pointer's bounds, ids that no other number has, what is filled and what stays spilled.
#include "c.h"
#define TP SEC("raw_tp") __attribute__((naked)) int
#define END "9: r0 = 0; exit;" ::: "memory"
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1); __type(key, int); __type(value, char[64]); } m SEC(".maps");
#define LOOKUP "r1 = 0; *(u32 *)(r10 - 4) = r1; r2 = r10; r2 += -4; r1 = %[m] ll; call 1; if r0 == 0 goto 9f; r9 = r0;"
#define MAP "9: r0 = 0; exit;" :: [m] "i"(&m) : "memory"
/* any but 7: the second comparison is decided; two of them are not */
TP any_but_one(void) { asm volatile("call 7; if r0 == 7 goto 9f; if r0 == 7 goto 1f;" "goto 9f; 1: r0 = *(u64 *)(r0 + 0);" END); }
TP any_but_two(void) { asm volatile("call 7; if r0 == 7 goto 9f; if r0 == 9 goto 9f; if r0 == 7 goto 1f;" "goto 9f; 1: r0 = *(u64 *)(r0 + 0);" END); }
TP low_half_but_one(void) { asm volatile("call 7; r6 = r0; if w6 == 7 goto 9f; if w6 == 7 goto 1f;" "goto 9f; 1: r0 = *(u64 *)(r0 + 0);" END); }
TP but_one_in_a_loop(void) { asm volatile("call 7; r6 = r0; if r6 == 7 goto 9f; r7 = 0; 1: r7 += 1; if r7 > 9 goto 9f; call 7; if r6 != 7 goto 1b; r0 = *(u64 *)(r6 + 0);" END); }
/* the same place, by a constant and by a number; and one beyond what was seen */
#define AT(OFF) LOOKUP "call 7; r0 &= 7; r6 = r9; r6 += 8; if r0 > 3 goto 1f; r6 = r9; r6 += r0; r6 += " OFF "; 1: r7 = 0; r8 = 0; r1 = 0; r2 = 0;" \
	"r3 = 0; r4 = 0; r5 = 0; goto 2f; 2: if r1 > 5 goto 3f; 3: r0 = *(u8 *)(r6 + 0);"
TP offset_within(void) { asm volatile(AT("6") MAP); }
TP offset_beyond(void) { asm volatile(AT("12") MAP); }
TP offset_outside(void) { asm volatile(AT("62") MAP); }
/* a fill is linked to what stays in the slot */
TP fill_linked(void) { asm volatile(LOOKUP "call 7; *(u64 *)(r10 - 16) = r0; r0 = 0; call 7; r1 = *(u64 *)(r10 - 16); if r1 > 15 goto 9f; r2 = *(u64 *)(r10 - 16); r9 += r2; r0 = *(u8 *)(r9 + 0);" MAP); }
TP fill_unlinked(void) { asm volatile(LOOKUP "call 7; *(u64 *)(r10 - 16) = r0; r0 = 0; call 7; r1 = *(u64 *)(r10 - 16); r1 += 1; if r1 > 15 goto 9f; r2 = *(u64 *)(r10 - 16); r9 += r2; r0 = *(u8 *)(r9 + 0);" MAP); }
/* six of one number: the last of them is followed no more */
#define COPIES "call 7; r0 &= 255; r1 = r0; r2 = r0; r3 = r0; r4 = r0;"
#define READ(REG) "r6 = r9; r6 += " REG "; r0 = *(u8 *)(r6 + 0);"
TP five_linked(void) { asm volatile(LOOKUP COPIES "if r4 > 7 goto 9f; r5 = r1; r5 += r2; r5 += r3;" READ("r0") MAP); }
TP six_linked(void) { asm volatile(LOOKUP COPIES "r5 = r0; if r5 > 7 goto 9f; r7 = r1; r7 += r2; r7 += r3; r7 += r4; r7 += r5;" READ("r0") MAP); }
/* offsets far away */
TP pointer_far(void) { asm volatile(LOOKUP "r9 += 0x1fffffff; r9 += 1;" MAP); }
TP number_far(void) { asm volatile(LOOKUP "r1 = 0x20000000; r9 += r1;" MAP); }
TP number_unbounded(void) { asm volatile(LOOKUP "call 7; r9 += r0;" MAP); }
TP near(void) { asm volatile(LOOKUP "r9 += 0x1ffffff0; r9 -= 0x1ffffff0; r0 = *(u8 *)(r9 + 0);" MAP); }
/* misaligned, and not */
TP misaligned(void) { asm volatile("r1 = r10; r1 += -7; r0 = *(u32 *)(r1 - 2);" END); }
TP aligned(void) { asm volatile("r1 = r10; r1 += -6; r0 = *(u32 *)(r1 - 2);" END); }
