// Walks of the kernel's length (kernels.test.ts asks for instructions and states, too): what of the stack is read later decides which
// paths are one. Since 7.1 that is known ahead of the walk. The twin of each reads what the first leaves alone.
#include "c.h"
#define TP SEC("raw_tp") __attribute__((naked)) int
#define SUB static __attribute__((naked, noinline, used)) int
#define END "r0 = 0; exit;" ::: "memory"
/* a slot of a different value on either path */
#define FORK "r6 = 1; *(u64 *)(r10 - 8) = r6; r7 = 0; r8 = 0; r9 = 0; call 7; if r0 > 5 goto 1f; r6 = 2; *(u64 *)(r10 - 8) = r6;" \
	"r7 = 1; r8 = 1; r9 = 1; 1: r6 = 0; r7 = 0; r8 = 0; r9 = 0; goto 2f; 2: r1 = 0; r2 = 0; r3 = 0; r4 = 0; r5 = 0; r6 = 0;" \
	"if r1 > 7 goto 3f; 3:"
#define USE "r2 = r10; r2 += r1; r0 = *(u8 *)(r2 - 10);"
TP slot_dead(void) { asm volatile(FORK "r1 = 3;" USE END); }
TP slot_read(void) { asm volatile(FORK "r1 = *(u64 *)(r10 - 8);" USE END); }
TP half_dead(void) { asm volatile(FORK "r1 = *(u32 *)(r10 - 4); r1 &= 1;" USE END); }
TP half_read(void) { asm volatile(FORK "r1 = *(u32 *)(r10 - 8); r1 &= 1;" USE END); }
/* read or written through a pointer, by a callee */
SUB reads(void) { asm volatile("r1 = *(u64 *)(r1 + 0); r2 = r10; r2 += r1; r0 = *(u8 *)(r2 - 10); r0 = 0; exit;" ::: "memory"); }
SUB writes(void) { asm volatile("r2 = 3; *(u64 *)(r1 + 0) = r2; r0 = 0; exit;" ::: "memory"); }
TP callee_reads(void) { asm volatile(FORK "r1 = r10; r1 += -8; call reads;" END); }
TP callee_writes(void) { asm volatile(FORK "r1 = r10; r1 += -8; call writes; r1 = *(u64 *)(r10 - 8); r1 &= 1;" USE END); }
TP caller_reads(void) { asm volatile(FORK "r1 = r10; r1 += -16; call writes; r1 = *(u64 *)(r10 - 8);" USE END); }
/* a helper that reads, one that writes, one of which it is not known */
TP helper_writes(void) { asm volatile(FORK "r1 = r10; r1 += -8; r2 = 8; r3 = 0; call 113; r1 = *(u64 *)(r10 - 8); r1 &= 1;" USE END); }
TP helper_reads(void) { asm volatile(FORK "r1 = r10; r1 += -16; r2 = 8; r3 = r10; r3 += -8; call 113; r1 = *(u64 *)(r10 - 16); r1 &= 1;" USE END); }
TP some_of_it_written(void) { asm volatile(FORK "r1 = r10; r1 += -8; r2 = 4; r3 = 0; call 113; r1 = *(u64 *)(r10 - 8); r1 &= 1;" USE END); }
/* through a pointer that was spilled, and at one of two places */
TP by_spilled_pointer(void) { asm volatile(FORK "r1 = r10; r1 += -8; *(u64 *)(r10 - 24) = r1; r1 = *(u64 *)(r10 - 24); r1 = *(u64 *)(r1 + 0);" USE END); }
TP one_of_two(void) { asm volatile(FORK "r3 = 3; *(u64 *)(r10 - 16) = r3; call 7; r1 = r10; r1 += -8; if r0 > 3 goto 4f; r1 += -8; 4: r3 = 2; *(u64 *)(r1 + 0) = r3; r1 = *(u64 *)(r10 - 8);" USE END); }
/* a jump that constants decide is no way to the read */
TP never_read(void) { asm volatile(FORK "r3 = 7; if r3 == 7 goto 4f; r1 = *(u64 *)(r10 - 8);" USE "4:" END); }
TP perhaps_read(void) { asm volatile(FORK "call 7; if r0 == 7 goto 4f; r1 = *(u64 *)(r10 - 8);" USE "4:" END); }
