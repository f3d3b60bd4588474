// SPDX-License-Identifier: Apache-2.0
// Arguments that tracepoints pass as NULL: more of them are known since 6.16.
#include <vmlinux.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
char _license[] SEC("license") = "GPL";
long seen;
SEC("tp_btf/hugetlbfs_alloc_inode")
int BPF_PROG(alloc_inode, struct inode *inode, struct inode *dir, int mode)
{ seen = dir->i_ino; return 0; }
SEC("tp_btf/hugetlbfs_alloc_inode")
int BPF_PROG(alloc_inode_checked, struct inode *inode, struct inode *dir, int mode)
{ if (dir) seen = dir->i_ino; return 0; }
SEC("tp_btf/hugetlbfs_alloc_inode")
int BPF_PROG(alloc_inode_first, struct inode *inode, struct inode *dir, int mode)
{ seen = inode->i_ino; return 0; }
SEC("tp_btf/tcp_sendmsg_locked")
int BPF_PROG(sendmsg_locked, struct sock *sk, struct msghdr *msg, struct sk_buff *skb, int size_goal)
{ seen = skb->len; return 0; }
SEC("tp_btf/tcp_sendmsg_locked")
int BPF_PROG(sendmsg_locked_checked, struct sock *sk, struct msghdr *msg, struct sk_buff *skb, int size_goal)
{ if (skb) seen = skb->len; return 0; }
