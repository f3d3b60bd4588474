// Fields that an instruction does not use are zero: 7.3 asks before it walks, 6.12 where the walk comes by. None of these is reached.
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
char _license[] SEC("license") = "GPL";

#define UNREACHED(name, insn) \
	SEC("socket") __attribute__((naked)) int name(void *ctx) \
	{ asm volatile("r0 = 0; r2 = 0; r3 = 0; r6 = r1; if r0 == 0 goto 1f; .8byte " #insn "; 1: r0 = 0; exit;" ::: "memory"); }

/* code, registers (source in the high half), offset, immediate: little-endian in one number */
UNREACHED(call_dst, 0x0000000500000385)
UNREACHED(call_off, 0x0000000500010085)
UNREACHED(call_src, 0x0000000500003085)
UNREACHED(ja_dst, 0x0000000000000305)
UNREACHED(ja_imm, 0x0000000100000005)
UNREACHED(exit_imm, 0x0000000100000095)
UNREACHED(exit_src, 0x0000000000001095)
UNREACHED(jump_imm, 0x000000010000231d)
UNREACHED(jump_src, 0x0000000100002315)
UNREACHED(alu_imm, 0x000000010000230f)
UNREACHED(alu_src, 0x0000000100002307)
UNREACHED(alu_off, 0x0000000100010307)
UNREACHED(div_off, 0x0000000100010337)
UNREACHED(mov_off, 0x00000000000423bf)
UNREACHED(mov_src, 0x00000000000023b7)
UNREACHED(neg_imm, 0x0000000100000387)
UNREACHED(end_imm, 0x00000011000003d4)
UNREACHED(store_src, 0x00000000fff8237a)
UNREACHED(store_imm, 0x00000001fff8217b)
UNREACHED(load_imm, 0x00000001fff82379)
UNREACHED(abs_dst, 0x0000000000000330)
UNREACHED(abs_off, 0x0000000000010030)
UNREACHED(atomic_op, 0x00000002fff821db)
UNREACHED(atomic_size, 0x00000000fff821c3)
UNREACHED(may_goto_imm, 0x00000001000000e5)
UNREACHED(reg_11, 0x0000000000000bb7)
UNREACHED(src_11, 0x000000000000b3bf)
UNREACHED(nothing_wrong, 0x00000000000003b7)
