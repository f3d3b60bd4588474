// SPDX-License-Identifier: Apache-2.0
// Look-ups in an array.
#include "workload.h"

#define MAP_TYPE BPF_MAP_TYPE_ARRAY
typedef u32 key_t;
#define KEY(number) (number)
#define LOOKUP 9
#define UPDATE 10
#define native_lookup array_lookup
#define native_update array_update
#include "lookup.h"

WORKLOAD(lookup_array, struct data)
