// What a comparison with the packet's end proves of one pointer holds for those a constant away from it, and for no byte more.
#include "c.h"
#define TC SEC("tc") __attribute__((naked)) int
#define POINTERS "r2 = *(u32 *)(r1 + 76); r3 = *(u32 *)(r1 + 80); r4 = *(u32 *)(r1 + 8); r4 &= 0x38; if r4 > 50 goto 9f;" \
	"r5 = r2; r5 += r4; r6 = r5; r6 += 8;"
#define END "9: r0 = 0; exit;" ::: "memory"
/* r5 is at most at the end, so r5 + 1 may be beyond it */
TC past_base(void) { asm volatile(POINTERS "if r5 > r3 goto 9f; r0 = *(u8 *)(r6 - 7);" END); }
TC below_base(void) { asm volatile(POINTERS "if r6 > r3 goto 9f; r0 = *(u8 *)(r6 - 1); r0 = *(u64 *)(r5 + 0);" END); }
TC past_sum(void) { asm volatile(POINTERS "if r6 > r3 goto 9f; r0 = *(u8 *)(r6 + 0);" END); }
TC word_past_base(void) { asm volatile(POINTERS "if r6 > r3 goto 9f; r0 = *(u64 *)(r5 + 1);" END); }
