// SPDX-License-Identifier: Apache-2.0
// Which maps a map of maps can have: not prog arrays, not cgroup storage, not maps of maps.
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char _license[] SEC("license") = "GPL";

#define OUTER(NAME, OUTER_TYPE, TYPE, KEY, ENTRIES)                                                                    \
	struct NAME##_inner {                                                                                          \
		__uint(type, TYPE);                                                                                    \
		__uint(max_entries, ENTRIES);                                                                          \
		__type(key, KEY);                                                                                      \
		__type(value, int);                                                                                    \
	};                                                                                                             \
	struct {                                                                                                       \
		__uint(type, OUTER_TYPE);                                                                              \
		__uint(max_entries, 1);                                                                                \
		__type(key, int);                                                                                      \
		__array(values, struct NAME##_inner);                                                                  \
	} NAME##_outer SEC(".maps");                                                                                   \
	SEC("socket") int NAME(void *ctx)                                                                              \
	{                                                                                                              \
		int key = 0;                                                                                           \
		return bpf_map_lookup_elem(&NAME##_outer, &key) != 0;                                                  \
	}

OUTER(array_within, BPF_MAP_TYPE_ARRAY_OF_MAPS, BPF_MAP_TYPE_ARRAY, int, 1)
OUTER(lru_within, BPF_MAP_TYPE_HASH_OF_MAPS, BPF_MAP_TYPE_LRU_PERCPU_HASH, int, 4)
OUTER(cgroups_within, BPF_MAP_TYPE_ARRAY_OF_MAPS, BPF_MAP_TYPE_CGROUP_ARRAY, int, 1)
OUTER(events_within, BPF_MAP_TYPE_HASH_OF_MAPS, BPF_MAP_TYPE_PERF_EVENT_ARRAY, int, 1)
OUTER(programs_within, BPF_MAP_TYPE_ARRAY_OF_MAPS, BPF_MAP_TYPE_PROG_ARRAY, int, 1)
OUTER(programs_within_hash, BPF_MAP_TYPE_HASH_OF_MAPS, BPF_MAP_TYPE_PROG_ARRAY, int, 1)
OUTER(storage_within, BPF_MAP_TYPE_ARRAY_OF_MAPS, BPF_MAP_TYPE_CGROUP_STORAGE, __u64, 0)
OUTER(percpu_within, BPF_MAP_TYPE_HASH_OF_MAPS, BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE, __u64, 0)
OUTER(maps_within, BPF_MAP_TYPE_ARRAY_OF_MAPS, BPF_MAP_TYPE_ARRAY_OF_MAPS, int, 1)
OUTER(hashes_within, BPF_MAP_TYPE_HASH_OF_MAPS, BPF_MAP_TYPE_HASH_OF_MAPS, int, 1)
