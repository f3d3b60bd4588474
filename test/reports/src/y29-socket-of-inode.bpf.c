// StackOverflow: the socket that an inode belongs to, as SOCKET_I() has it
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
__u64 streams;

SEC("lsm/inode_permission")
int BPF_PROG(on_inode, struct inode *inode, int mask)
{
	struct socket_alloc *whole;

	if ((inode->i_mode & 0170000) != 0140000)
		return 0;
	whole = container_of(inode, struct socket_alloc, vfs_inode);
	if (whole->socket.type == 1)
		streams++;
	return 0;
}
char _license[] SEC("license") = "GPL";
