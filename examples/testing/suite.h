/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tests in C, in the convention of Cilium's data path: of the programs PKTGEN, SETUP and CHECK of a test the first fills a packet, the second
 * runs the program under test on it, the third looks at what became of it. Before the packet stands, in 32 bits, what SETUP returned.
 * Results of single cases go to suite_result_map, in the wire format of protobuf. `kfuncs test` reads them (docs/testing.md).
 */
#ifndef SUITE_H
#define SUITE_H

enum { SUITE_ERROR = 100, SUITE_PASS = 101, SUITE_FAIL = 102, SUITE_SKIP = 103 };
/* (field number << 3) | wire type. */
enum { SUITE_CASE = 0x0a, SUITE_LOG = 0x12, CASE_NAME = 0x0a, CASE_STATUS = 0x10, CASE_LOG = 0x1a, LOG_TEXT = 0x0a, LOG_ARGUMENT = 0x11 };

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, char[8192]);
} suite_result_map SEC(".maps");

#define PKTGEN(type, name) SEC(type "/test/" name "/pktgen")
#define SETUP(type, name) SEC(type "/test/" name "/setup")
#define CHECK(type, name) SEC(type "/test/" name "/check")

/* `to` follows what is written. */
#define suite_text(to, text) ({                     \
	static const char kept[] = text;            \
	*to++ = sizeof(kept);                       \
	__builtin_memcpy(to, kept, sizeof(kept));   \
	to += sizeof(kept);                         \
})

/* The first statement of a CHECK. */
#define suite_begin()                                                          \
	u32 suite_zero = 0;                                                    \
	char *to = bpf_map_lookup_elem(&suite_result_map, &suite_zero), *size; \
	char *status = 0;                                                      \
	int suite_status = SUITE_PASS;                                         \
	if (!to)                                                               \
		return SUITE_ERROR

/* A case: its length, in two bytes, is filled in by case_end(). */
#define case_begin(name)                \
	do {                            \
		*to++ = SUITE_CASE;     \
		size = to;              \
		to += 2;                \
		*to++ = CASE_NAME;      \
		suite_text(to, name);   \
		*to++ = CASE_STATUS;    \
		status = to++;          \
		*status = SUITE_PASS
#define case_end()                                         \
	} while (0);                                       \
	{                                                  \
		u16 length = to - size - 2;                \
		size[0] = (length & 0x7f) | 0x80;          \
		size[1] = length >> 7;                     \
		status = 0;                                \
	}
#define suite_end() return suite_status

/* Says why, with two numbers, and goes on with the next case. */
#define fail_with(text, is, wanted)                             \
	{                                                       \
		*to++ = status ? CASE_LOG : SUITE_LOG;          \
		*to++ = 2 + sizeof(text) + 18;                  \
		*to++ = LOG_TEXT;                               \
		suite_text(to, text);                           \
		*to++ = LOG_ARGUMENT;                           \
		__builtin_memcpy(to, &(u64){ is }, 8);          \
		to += 8;                                        \
		*to++ = LOG_ARGUMENT;                           \
		__builtin_memcpy(to, &(u64){ wanted }, 8);      \
		to += 8;                                        \
		if (status)                                     \
			*status = SUITE_FAIL;                   \
		else                                            \
			suite_status = SUITE_FAIL;              \
		break;                                          \
	}
#define expect_equal(what, is, wanted) \
	if ((is) != (wanted))          \
	fail_with(what " is %llu, not %llu", is, wanted)

#endif
