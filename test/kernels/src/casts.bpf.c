// A held socket cast to another type may be none: since 7.2 that is a path of its own, and each goes with the other.
#include "c.h"
#define SK "r6 = r1; r1 = 0; *(u64 *)(r10 - 8) = r1; *(u64 *)(r10 - 16) = r1; r1 = r6; r2 = r10; r2 += -16; r3 = 12; r4 = 0; r5 = 0; call 84;" \
	"if r0 == 0 goto 9f; r7 = r0;"
#define END "9: r0 = 0; exit;" ::: "memory"
#define TC SEC("tc") __attribute__((naked)) int
TC cast_checked(void) { asm volatile(SK "r1 = r7; call 96; r8 = 0; if r0 == 0 goto 1f; r8 = *(u32 *)(r0 + 0); 1: r1 = r7; call 86;" END); }
TC cast_unchecked(void) { asm volatile(SK "r1 = r7; call 96; r8 = *(u32 *)(r0 + 0); r1 = r7; call 86;" END); }
TC cast_released(void) { asm volatile(SK "r1 = r7; call 96; if r0 == 0 goto 1f; r1 = r0; call 86; goto 9f; 1: r1 = r7; call 86;" END); }
TC cast_kept(void) { asm volatile(SK "r1 = r7; call 96; if r0 == 0 goto 1f; r8 = r0; r1 = r7; call 86; r0 = *(u32 *)(r8 + 0); goto 9f; 1: r1 = r7; call 86;" END); }
TC leaked(void) { asm volatile(SK "r1 = r7; call 96; if r0 == 0 goto 9f; r1 = r7; call 86;" END); }
