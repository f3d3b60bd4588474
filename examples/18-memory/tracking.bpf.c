// SPDX-License-Identifier: Apache-2.0
// verifier.rst: Register value tracking
// What one register learns, others of the same value learn: which, and for how long.
#include "example.h"

#define __imm(name) [name] "i"(name)
#define __imm_addr(name) [name] "i"(&name)
#define __imm_const(name, offset) [name] "i"(offset) /* of struct __sk_buff: uapi */

struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1); __type(key, u32); __type(value, u8[8192]); } bytes SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_HASH); __uint(max_entries, 8); __type(key, u32); __type(value, u64); } counts SEC(".maps");

// ACCEPT: r5 is among the six registers that learn what r0 learns
SEC("tc")
int __naked sixth_copy(void)
{
	asm volatile("*(u64 *)(r10 - 8) = 0;"
		     "call %[bpf_get_prandom_u32];"
		     "r1 = r0; r2 = r0; r3 = r0; r4 = r0; r5 = r0; r6 = r0; r7 = r0;"
		     "if r0 > 7 goto 1f;"
		     "r9 = r10;"
		     "r9 += -8;"
		     "r9 += r5;"
		     "r0 = *(u8 *)(r9 + 0);"
		     "1: r0 = 0;"
		     "exit;" : : __imm(bpf_get_prandom_u32) : __clobber_all);
}

// REJECT (fixed by sixth_copy): r7 is a copy too many, and learns nothing
// kernel 6.12: math between fp pointer and register with unbounded min value is not allowed
SEC("tc")
int __naked eighth_copy(void)
{
	asm volatile("*(u64 *)(r10 - 8) = 0;"
		     "call %[bpf_get_prandom_u32];"
		     "r1 = r0; r2 = r0; r3 = r0; r4 = r0; r5 = r0; r6 = r0; r7 = r0;"
		     "if r0 > 7 goto 1f;"
		     "r9 = r10;"
		     "r9 += -8;"
		     // rejected: r7 is not known to be below 8
		     "r9 += r7;"
		     "r0 = *(u8 *)(r9 + 0);"
		     "1: r0 = 0;"
		     "exit;" : : __imm(bpf_get_prandom_u32) : __clobber_all);
}

// ACCEPT: a sum learns at its distance
SEC("tc")
int __naked sum_learns(void)
{
	asm volatile("*(u64 *)(r10 - 8) = 0;"
		     "call %[bpf_get_prandom_u32];"
		     "r1 = r0;"
		     "r1 += 4;"
		     "if r0 > 3 goto 1f;"
		     "r9 = r10;"
		     "r9 += -8;"
		     "r9 += r1;"
		     "r0 = *(u8 *)(r9 + 0);"
		     "1: r0 = 0;"
		     "exit;" : : __imm(bpf_get_prandom_u32) : __clobber_all);
}

// REJECT (fixed by sum_learns): the sum was stored, and is no longer one of r0's
// kernel 6.12: math between fp pointer and register with unbounded min value is not allowed
SEC("tc")
int __naked sum_stored(void)
{
	asm volatile("*(u64 *)(r10 - 8) = 0;"
		     "call %[bpf_get_prandom_u32];"
		     "r1 = r0;"
		     "r1 += 4;"
		     "*(u64 *)(r10 - 16) = r1;"
		     "if r0 > 3 goto 1f;"
		     "r9 = r10;"
		     "r9 += -8;"
		     // rejected: r1 learnt nothing from the comparison of r0
		     "r9 += r1;"
		     "r0 = *(u8 *)(r9 + 0);"
		     "1: r0 = 0;"
		     "exit;" : : __imm(bpf_get_prandom_u32) : __clobber_all);
}

#define TWO_VALUES \
	"r1 = 0;" \
	"*(u32 *)(r10 - 4) = r1;" \
	"r1 = %[counts] ll;" \
	"r2 = r10;" \
	"r2 += -4;" \
	"call %[bpf_map_lookup_elem];" \
	"r6 = r0;" \
	"r1 = %[counts] ll;" \
	"r2 = r10;" \
	"r2 += -4;" \
	"call %[bpf_map_lookup_elem];" \
	"r7 = r0;" \
	"r8 = r7;" \
	"if r6 == 0 goto 1f;" \
	"if r6 != r7 goto 1f;"

// ACCEPT: what equals a value that is there is there
SEC("tc")
int __naked equal_to_value(void)
{
	asm volatile(TWO_VALUES
		     "r0 = *(u64 *)(r7 + 0);"
		     "1: r0 = 0;"
		     "exit;" : : __imm(bpf_map_lookup_elem), __imm_addr(counts) : __clobber_all);
}

// REJECT (fixed by equal_to_value): only the register compared is known to be there
// kernel 6.12: R8 invalid mem access 'map_value_or_null'
SEC("tc")
int __naked copy_of_equal(void)
{
	asm volatile(TWO_VALUES
		     // rejected: r8 was not compared
		     "r0 = *(u64 *)(r8 + 0);"
		     "1: r0 = 0;"
		     "exit;" : : __imm(bpf_map_lookup_elem), __imm_addr(counts) : __clobber_all);
}

// ACCEPT: beyond the packet's end once, beyond it again: the other way is never taken
SEC("tc")
int __naked beyond_again(void)
{
	asm volatile("r2 = *(u32 *)(r1 + %[data]);"
		     "r3 = *(u32 *)(r1 + %[data_end]);"
		     "r2 += 14;"
		     "r4 = r2;"
		     "if r2 > r3 goto 1f;"
		     "r0 = 0;"
		     "exit;"
		     "1: if r2 > r3 goto 2f;"
		     "r0 = r9;"
		     "exit;"
		     "2: r0 = 0;"
		     "exit;" : : __imm_const(data, 76), __imm_const(data_end, 80) : __clobber_all);
}

// REJECT (fixed by beyond_again): nothing is known of the copy, so both ways are looked at
// kernel 6.12: R9 !read_ok
SEC("tc")
int __naked beyond_copy(void)
{
	asm volatile("r2 = *(u32 *)(r1 + %[data]);"
		     "r3 = *(u32 *)(r1 + %[data_end]);"
		     "r2 += 14;"
		     "r4 = r2;"
		     "if r2 > r3 goto 1f;"
		     "r0 = 0;"
		     "exit;"
		     "1: if r4 > r3 goto 2f;"
		     // rejected: nothing was put into r9
		     "r0 = r9;"
		     "exit;"
		     "2: r0 = 0;"
		     "exit;" : : __imm_const(data, 76), __imm_const(data_end, 80) : __clobber_all);
}

#define ZERO_SOMEWHERE(VALUE) \
	"*(u64 *)(r10 - 8) = 0;" \
	"*(u64 *)(r10 - 16) = 0;" \
	"call %[bpf_get_prandom_u32];" \
	"r7 = r0;" \
	"r7 &= 7;" \
	"r8 = r10;" \
	"r8 += -8;" \
	"r8 += r7;" \
	"r6 = 0;" \
	"call %[bpf_get_prandom_u32];" \
	"if r0 == 7 goto 1f;" \
	"call %[bpf_get_prandom_u32];" \
	"if r0 != 9 goto 1f;" \
	"r6 = " VALUE ";" \
	"1: call %[bpf_get_prandom_u32];" \
	"*(u8 *)(r8 + 0) = r6;" \
	"r2 = *(u64 *)(r10 - 8);" \
	"r3 = r10;" \
	"r3 += -16;"

// ACCEPT: a zero somewhere among zeros changes nothing
SEC("tc")
int __naked zero_among_zeros(void)
{
	asm volatile(ZERO_SOMEWHERE("0")
		     "r3 += r2;"
		     "r0 = *(u8 *)(r3 + 0);"
		     "r0 = 0;"
		     "exit;" : : __imm(bpf_get_prandom_u32) : __clobber_all);
}

// REJECT (fixed by zero_among_zeros): on one path it is a one
// kernel 6.12: math between fp pointer and register with unbounded min value is not allowed
SEC("tc")
int __naked one_among_zeros(void)
{
	asm volatile(ZERO_SOMEWHERE("1")
		     // rejected: the number read may be anything
		     "r3 += r2;"
		     "r0 = *(u8 *)(r3 + 0);"
		     "r0 = 0;"
		     "exit;" : : __imm(bpf_get_prandom_u32) : __clobber_all);
}

// ACCEPT: zeros beside a register that is stored stay zeros
SEC("tc")
int __naked zeros_beside(void)
{
	asm volatile("*(u64 *)(r10 - 16) = 0;"
		     "call %[bpf_get_prandom_u32];"
		     "r1 = 0;"
		     "*(u16 *)(r10 - 6) = r1;"
		     "*(u16 *)(r10 - 8) = r0;"
		     "*(u16 *)(r10 - 8) = r0;"
		     "r2 = *(u16 *)(r10 - 6);"
		     "r3 = r10;"
		     "r3 += -16;"
		     "r3 += r2;"
		     "r0 = *(u8 *)(r3 + 0);"
		     "r0 = 0;"
		     "exit;" : : __imm(bpf_get_prandom_u32) : __clobber_all);
}

// REJECT (fixed by zeros_beside): data written over a stored register leaves nothing known of the eight bytes
// kernel 6.12: invalid variable-offset read from stack R3 var_off=(0x0; 0xffff) off=-16 size=1
SEC("tc")
int __naked zeros_written_over(void)
{
	asm volatile("*(u64 *)(r10 - 16) = 0;"
		     "call %[bpf_get_prandom_u32];"
		     "r1 = 0;"
		     "*(u16 *)(r10 - 6) = r1;"
		     "*(u16 *)(r10 - 8) = r0;"
		     "*(u8 *)(r10 - 3) = r0;"
		     "r2 = *(u16 *)(r10 - 6);"
		     "r3 = r10;"
		     "r3 += -16;"
		     // rejected: the two bytes are no longer known to be zero
		     "r3 += r2;"
		     "r0 = *(u8 *)(r3 + 0);"
		     "r0 = 0;"
		     "exit;" : : __imm(bpf_get_prandom_u32) : __clobber_all);
}

// ACCEPT: there are no more CPUs than that
SEC("tc")
int byte_of_cpu(struct __sk_buff *skb)
{
	u32 key = 0, cpu = bpf_get_smp_processor_id();
	u8 *value = bpf_map_lookup_elem(&bytes, &key);

	return value ? value[cpu] : 0;
}

// REJECT (fixed by byte_of_cpu): the bytes of the CPUs end there
// kernel 6.12: R0 min value is outside of the allowed memory range
SEC("tc")
int byte_beyond_cpus(struct __sk_buff *skb)
{
	u32 key = 0, cpu = bpf_get_smp_processor_id();
	u8 *value = bpf_map_lookup_elem(&bytes, &key);

	// rejected: one past the last
	return value ? value[cpu + 8192] : 0;
}

// ACCEPT: a long walk: states are kept on the way where the history of one grows long
SEC("tc")
int long_walk(struct __sk_buff *skb)
{
	u64 volatile sum = bpf_ktime_get_tai_ns(), last = bpf_ktime_get_tai_ns();

	for (u32 i = 0; i < 64; i++) {
		if (skb->mark & (1u << (i & 31)))
			sum += last;
		else
			last ^= sum;
	}
	return sum > last;
}

#define SIGN_FILLED(FILL) \
	"r1 = 0;" \
	"*(u32 *)(r10 - 4) = r1;" \
	"r1 = %[counts] ll;" \
	"r2 = r10;" \
	"r2 += -4;" \
	"call %[bpf_map_lookup_elem];" \
	"if r0 == 0 goto 1f;" \
	"r7 = *(u32 *)(r0 + 0);" \
	"r2 = 0x80000000 ll;" \
	"r7 &= r2;" \
	"*(u32 *)(r10 - 16) = r7;" \
	FILL \
	"if r7 != r2 goto 1f;" \
	"r4 >>= 63;" \
	"r4 <<= 3;" \
	"r0 += r4;" \
	"r0 = *(u8 *)(r0 + 0);" \
	"1: r0 = 0;" \
	"exit;"

// ACCEPT: 6.12 takes what was filled for what was spilled, though its sign was extended
SEC("tc")
int __naked filled_with_sign(void)
{
	asm volatile(SIGN_FILLED("r4 = *(s32 *)(r10 - 16);")
		     : : __imm(bpf_map_lookup_elem), __imm_addr(counts) : __clobber_all);
}

// REJECT (fixed by filled_with_sign): a number of another origin learns nothing
// kernel 6.12: R0 max value is outside of the allowed memory range
SEC("tc")
int __naked read_with_sign(void)
{
	// rejected: r4 may be 8
	asm volatile(SIGN_FILLED("r4 = *(s32 *)(r0 + 0);")
		     : : __imm(bpf_map_lookup_elem), __imm_addr(counts) : __clobber_all);
}
