// OBI#1649, falcosecurity/libs#694: an enumerator that the kernel does not have
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

enum tty_driver_type___new { TTY_DRIVER_TYPE_PTX = 4 };
int got;

SEC("kprobe/do_exit")
int check(struct pt_regs *ctx)
{
	got = bpf_core_enum_value(enum tty_driver_type___new, TTY_DRIVER_TYPE_PTX);
	return 0;
}
char _license[] SEC("license") = "GPL";
