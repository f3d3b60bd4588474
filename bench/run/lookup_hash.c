// SPDX-License-Identifier: Apache-2.0
// Look-ups in a hash map.
#include "workload.h"

#define MAP_TYPE BPF_MAP_TYPE_HASH
typedef u64 key_t;
#define KEY(number) (2 * (number))
#define LOOKUP 1
#define UPDATE 2
#define native_lookup table_lookup
#define native_update table_update
#include "lookup.h"

WORKLOAD(lookup_hash, struct data)
