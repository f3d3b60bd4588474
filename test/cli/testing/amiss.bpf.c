// SPDX-License-Identifier: Apache-2.0
// Tests that do not pass, each in its way: what `kfuncs test` tells. Built by make.sh beside it.
#include "../../../examples/include/example.h"
#include "../../../examples/testing/suite.h"
#define tag(text) __attribute__((btf_decl_tag("comment:" text)))

SEC("tc") tag("1:test_expect_success") tag("2:test_retval=TC_ACT_SHOT")
int shoots(struct __sk_buff *skb)
{
	return 2;
}
SEC("tc") tag("test_retval=7")
int returns_otherwise(struct __sk_buff *skb)
{
	bpf_printk("a packet of %d bytes", skb->len);
	return -1;
}
SEC("tc") tag("test_retval=nothing")
int has_no_number(struct __sk_buff *skb)
{
	return 77;
}
SEC("tc") tag("test_expect_failure") tag("test_retval=1")
int is_taken(struct __sk_buff *skb)
{
	return 1;
}
SEC("tc") tag("test_retval=0")
int is_refused(struct __sk_buff *skb)
{
	return *(volatile int *)(long)skb->mark;
}
SEC("tc") tag("test_arch=ARM64") tag("test_retval=0")
int is_elsewhere(struct __sk_buff *skb)
{
	return 1;
}
SEC("tc") tag("test_retval=0") tag("0:test_expect_xlated=nothing")
int is_not_all_judged(struct __sk_buff *skb)
{
	return 0;
}
SEC("syscall") tag("test_retval=0")
int makes_a_map(void *ctx)
{
	u64 attr[4] = {};

	return bpf_sys_bpf(0, attr, sizeof(attr));
}

u32 ran;

SETUP("tc", "cases")
int cases_setup(struct __sk_buff *skb)
{
	return 5;
}
CHECK("tc", "cases")
int cases_check(struct __sk_buff *skb)
{
	struct seen { u32 before[19], data, data_end; } *seen = (void *)skb;
	void *data = (void *)(long)seen->data, *data_end = (void *)(long)seen->data_end;
	u32 returned;

	ran++;
	if (data + 4 > data_end)
		return SUITE_ERROR;
	returned = *(u32 *)data;
	suite_begin();
	case_begin("good");
	expect_equal("the status", returned, 5);
	case_end();
	case_begin("bad");
	expect_equal("the length", skb->len, 60);
	case_end();
	case_begin("left");
	*status = SUITE_SKIP;
	case_end();
	suite_end();
}
/* A failure that is no case's. */
CHECK("tc", "whole")
int whole_check(struct __sk_buff *skb)
{
	suite_begin();
	do {
		expect_equal("the mark", skb->mark, 7);
	} while (0);
	suite_end();
}
/* Older numbers of statuses. */
CHECK("tc", "older")
int older_check(struct __sk_buff *skb)
{
	return 3;
}
CHECK("tc", "strange")
int strange_check(struct __sk_buff *skb)
{
	return 42;
}
SETUP("tc", "unprepared")
int unprepared_setup(struct __sk_buff *skb)
{
	return SUITE_ERROR;
}
CHECK("tc", "unprepared")
int unprepared_check(struct __sk_buff *skb)
{
	return SUITE_PASS;
}
SETUP("tc", "unchecked")
int unchecked_setup(struct __sk_buff *skb)
{
	return 0;
}
CHECK("tc", "twice")
int twice_check(struct __sk_buff *skb)
{
	return SUITE_PASS;
}
CHECK("tc", "twice")
int twice_check_again(struct __sk_buff *skb)
{
	return SUITE_PASS;
}
CHECK("tc", "refused")
int refused_check(struct __sk_buff *skb)
{
	return *(volatile int *)(long)skb->mark;
}
CHECK("tc", "garbage")
int garbage_check(struct __sk_buff *skb)
{
	suite_begin();
	*to = 0x0b;
	(void)status, (void)size;
	suite_end();
}
/* Tests leave each other's results alone, and share maps. */
CHECK("tc", "zz_last")
int zz_last_check(struct __sk_buff *skb)
{
	return ran == 1 ? SUITE_PASS : SUITE_FAIL;
}
