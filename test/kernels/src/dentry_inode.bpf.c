// Which of a kernel's tables holds dentry.d_inode: "trusted" in 6.12, "trusted or NULL" in 7.3.
#include "c.h"
SEC("lsm.s/inode_rename")
int BPF_PROG(unchecked, struct inode *old_dir, struct dentry *old_dentry) { struct inode *inode = old_dentry->d_inode; return inode->i_mode == 0 ? -1 : 0; }
SEC("lsm.s/inode_rename")
int BPF_PROG(checked, struct inode *old_dir, struct dentry *old_dentry)
{
	struct inode *inode = old_dentry->d_inode;
	if (!inode)
		return 0;
	return inode->i_mode == 0 ? -1 : 0;
}
