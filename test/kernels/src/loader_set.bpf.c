// loader.bpf.c with what test/cli/loader.test.ts sets.
#define SET
#define STACKS 1016
#define VALUE 16
#define MAP_FLAGS BPF_F_RDONLY_PROG
#define INNER 8
#define READ "fentry/vfs_read"
#define NUMBER "fentry/bpf_fentry_test1"
#define OPEN "lsm/file_open"
#include "loader.bpf.c"
