// Load-acquire and store-release, since 6.15: what they reach, what they read and write of the stack. By opcode, for compilers that have no name.
#include "c.h"
#define TP SEC("socket") __attribute__((naked)) int
#define LOAD_ACQUIRE(SIZE, DST, SRC, OFF) ".8byte (" #OFF " & 0xffff) << 16 | " #SRC " << 12 | " #DST " << 8 | " #SIZE " | 0x100 << 32;"
#define STORE_RELEASE(SIZE, DST, SRC, OFF) ".8byte (" #OFF " & 0xffff) << 16 | " #SRC " << 12 | " #DST " << 8 | " #SIZE " | 0x110 << 32;"
#define W 0xc3
#define DW 0xdb
#define B 0xd3
#define END "9: r0 = 0; exit;" ::: "memory"
TP load_stack(void) { asm volatile("r1 = 5; *(u64 *)(r10 - 8) = r1;" LOAD_ACQUIRE(0xdb, 2, 10, -8) "r3 = r10; r3 += r2; r0 = *(u8 *)(r3 - 13);" END); }
TP load_far(void) { asm volatile("r1 = 5; *(u64 *)(r10 - 8) = r1;" LOAD_ACQUIRE(0xdb, 2, 10, -8) "r3 = r10; r3 += r2; r0 = *(u8 *)(r3 - 5);" END); }
TP load_byte(void) { asm volatile("r1 = 0x1ff; *(u64 *)(r10 - 8) = r1;" LOAD_ACQUIRE(0xd3, 2, 10, -8) "if r2 > 255 goto 1f; goto 9f; 1: r0 = *(u8 *)(r2 + 0);" END); }
TP load_misaligned(void) { asm volatile("r1 = 5; *(u64 *)(r10 - 8) = r1; *(u64 *)(r10 - 16) = r1;" LOAD_ACQUIRE(0xc3, 2, 10, -7) END); }
TP load_context(void) { asm volatile(LOAD_ACQUIRE(0xc3, 2, 1, 0) END); }
TP load_scalar(void) { asm volatile("r1 = 0;" LOAD_ACQUIRE(0xdb, 2, 1, 0) END); }
TP load_frame_pointer(void) { asm volatile("r1 = 5; *(u64 *)(r10 - 8) = r1;" LOAD_ACQUIRE(0xdb, 10, 10, -8) END); }
TP store_stack(void) { asm volatile("r1 = 5;" STORE_RELEASE(0xdb, 10, 1, -8) "r2 = *(u64 *)(r10 - 8); r3 = r10; r3 += r2; r0 = *(u8 *)(r3 - 13);" END); }
TP store_far(void) { asm volatile("r1 = 5;" STORE_RELEASE(0xdb, 10, 1, -8) "r2 = *(u64 *)(r10 - 8); r3 = r10; r3 += r2; r0 = *(u8 *)(r3 - 5);" END); }
TP store_context(void) { asm volatile("r2 = 0;" STORE_RELEASE(0xc3, 1, 2, 0) END); }
TP store_nothing(void) { asm volatile(STORE_RELEASE(0xdb, 10, 5, -8) END); }
TP store_pointer(void) { asm volatile(STORE_RELEASE(0xdb, 10, 10, -8) "r1 = *(u64 *)(r10 - 8); r0 = *(u64 *)(r1 - 8);" END); }
TP may_goto_next(void) { asm volatile(".8byte 0xe5; .8byte 0xe5;" END); }
