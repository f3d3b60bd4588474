// SPDX-License-Identifier: Apache-2.0
// Look-ups in a hash map that knows which of its elements were used.
#include "workload.h"

#define MAP_TYPE BPF_MAP_TYPE_LRU_HASH
typedef u64 key_t;
#define KEY(number) (2 * (number))
#define LOOKUP 8
#define UPDATE 2
#define native_lookup lru_lookup
#define native_update table_update
#include "lookup.h"

WORKLOAD(lookup_lru, struct data)
