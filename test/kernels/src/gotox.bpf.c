// SPDX-License-Identifier: Apache-2.0
// Jumps through a register, by tables that the loader makes maps of: which entries the register may mean, and what it is.
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

#define GOTOX_R1 ".8byte 0x10d;"
#define TABLE(section, targets, size) \
	".pushsection .jumptables,\"\",@progbits; table_%=: " targets " .size table_%=, " size "; .global table_%=; .popsection;"
#define PROGRAM(section, name, ...) \
	SEC(section) __attribute__((naked)) int name(void) { asm volatile(__VA_ARGS__ ::: "memory"); }
#define TWO(section) TABLE(section, ".quad zero_%= - " section "; .quad one_%= - " section ";", "16")
#define LEAVE "zero_%=: r0 = 0; exit; one_%=: r0 = 1; exit;"
#define RANDOM(mask) "call 7; r0 &= " mask "; r0 <<= 3;"

PROGRAM("raw_tp", by_index, TWO("raw_tp") RANDOM("1") "r1 = table_%= ll; r1 += r0; r1 = *(u64 *)(r1 + 0);" GOTOX_R1 LEAVE)
PROGRAM("raw_tp", beyond_table, TWO("raw_tp") RANDOM("3") "r1 = table_%= ll; r1 += r0; r1 = *(u64 *)(r1 + 0);" GOTOX_R1 LEAVE)
PROGRAM("raw_tp", not_read, TWO("raw_tp") "r1 = table_%= ll;" GOTOX_R1 LEAVE)
PROGRAM("raw_tp", between_entries, TWO("raw_tp") "r1 = table_%= ll; r1 = *(u64 *)(r1 + 4);" GOTOX_R1 LEAVE)
PROGRAM("raw_tp", half_read, TWO("raw_tp") "r1 = table_%= ll; r1 = *(u32 *)(r1 + 0);" GOTOX_R1 LEAVE)
PROGRAM("raw_tp", moved, TWO("raw_tp") "r1 = table_%= ll; r1 = *(u64 *)(r1 + 0); r1 += 8;" GOTOX_R1 LEAVE)
PROGRAM("raw_tp", kept_on_stack, TWO("raw_tp") "r1 = table_%= ll; r1 = *(u64 *)(r1 + 8); *(u64 *)(r10 - 8) = r1; r1 = *(u64 *)(r10 - 8);"
	GOTOX_R1 LEAVE)
PROGRAM("raw_tp", loops, TABLE("raw_tp", ".quad again_%= - raw_tp; .quad one_%= - raw_tp;", "16")
	"again_%=: " RANDOM("1") "r1 = table_%= ll; r1 += r0; r1 = *(u64 *)(r1 + 0);" GOTOX_R1 "one_%=: r0 = 1; exit;")
PROGRAM("raw_tp", never_reached, TABLE("raw_tp", ".quad zero_%= - raw_tp;", "8")
	"r1 = table_%= ll; r1 = *(u64 *)(r1 + 0);" GOTOX_R1 "zero_%=: r0 = 0; exit; r0 = 1; exit;")
PROGRAM("raw_tp", reads_uninitialized, TWO("raw_tp") RANDOM("1") "r1 = table_%= ll; r1 += r0; r1 = *(u64 *)(r1 + 0);" GOTOX_R1
	"zero_%=: r0 = 0; exit; one_%=: r0 = r6; exit;")
PROGRAM("raw_tp", given_to_helper, TWO("raw_tp") "r1 = r10; r1 += -8; r2 = 8; r3 = table_%= ll; call 113; r1 = table_%= ll; r1 = *(u64 *)(r1 + 0);"
	GOTOX_R1 LEAVE)
PROGRAM("raw_tp", looked_up, TWO("raw_tp") "r1 = 0; *(u32 *)(r10 - 4) = r1; r1 = table_%= ll; r2 = r10; r2 += -4; call 1; r1 = table_%= ll; r1 = *(u64 *)(r1 + 0);"
	GOTOX_R1 LEAVE)
