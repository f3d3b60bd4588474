// Constants in .rodata decide the verdict. globals_set.bpf.c is this file with other values: what `kfuncs check --set` makes of this
// object must be judged as the kernel judges that one.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
enum mode { SAFE = 1, FAR = 7 };
#ifndef SET
#define INDEX 2
#define MODE SAFE
#define CFG { .limits = { 1, 2, 3, 4 }, .flag = 0 }
#define DEPTH -3
#define WIDE 0
#define ON 1
#define NAME "lo"
#endif

struct cfg { long pad; unsigned limits[4]; struct { struct { unsigned char low : 3, flag : 2; }; }; };
const volatile unsigned slot = INDEX;
const volatile enum mode mode = MODE;
const volatile struct cfg cfg = CFG;
const volatile short depth = DEPTH;
const volatile unsigned long long wide = WIDE;
static const volatile _Bool on = ON;
const volatile char name[16] = NAME;
unsigned start = 1;
char bytes[8] = { 1 };
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1); __type(key, int); __type(value, long); } m SEC(".maps");

#define read(map, at) ({ int k = 0; char *v = bpf_map_lookup_elem(&map, &k); v ? ((volatile char *)v)[at] : 0; })
/* the index is a number or a constant's own */
SEC("socket") int by_index(void *ctx) { return read(m, slot); }
/* a branch that is dead or not */
SEC("socket") int by_enum(void *ctx) { return mode == FAR ? read(m, 64) : 0; }
SEC("socket") int by_element(void *ctx) { return read(m, cfg.limits[2]); }
SEC("socket") int by_bitfield(void *ctx) { return cfg.flag == 2 ? read(m, 9) : 0; }
SEC("socket") int by_negative(void *ctx) { return read(m, depth); }
SEC("socket") int by_wide(void *ctx) { return wide == 0x123456789abcULL ? read(m, 9) : 0; }
SEC("socket") int by_bool(void *ctx) { return on ? 0 : read(m, 8); }
SEC("socket") int by_text(void *ctx) { return name[0] == 'e' && name[3] == '0' && name[4] == 0 ? read(m, 100) : 0; }
/* what may change is not read: accepted and rejected whatever the first value is */
SEC("socket") int by_data(void *ctx) { return start == 5 ? read(m, 9) : 0; }
char _license[] SEC("license") = "GPL";
