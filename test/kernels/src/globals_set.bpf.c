// globals.bpf.c with the values of test/cli/set.test.ts.
#define SET
#define INDEX 9
#define MODE FAR
#define CFG { .limits = { 1, 2, 8, 4 }, .flag = 2 }
#define DEPTH 5
#define WIDE 0x123456789abcULL
#define ON 0
#define NAME "eth0"
#include "globals.bpf.c"
