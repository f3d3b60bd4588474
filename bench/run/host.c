// SPDX-License-Identifier: Apache-2.0
// Runs the workloads as a process: reads lines `NAME COUNT`, calls the workload so often, answers `NANOSECONDS RESULT`, of the last call.
// Native where it is linked with them; with -DUBPF the workloads are objects in the folder given, compiled by uBPF's JIT.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define WORKLOADS(each) \
	each(hashing) each(checksum) each(parsing) each(machine) each(sorting) each(mixing) each(comparing) \
	each(mapping) each(ringing) each(functions) each(iterating) each(packets) \
	each(lookup_array) each(lookup_hash) each(lookup_lru) each(lookup_lpm)

static uint64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

#ifdef UBPF
#include <ubpf.h>
#include "maps.h"

#define STATE_SIZE (64 << 10)

struct workload { const char *name; ubpf_jit_fn run; void *state; };

static void *contents(const char *path, size_t *size)
{
	FILE *f = fopen(path, "rb");
	char *bytes = malloc(1 << 20);

	*size = f ? fread(bytes, 1, 1 << 20, f) : 0;
	if (f)
		fclose(f);
	return bytes;
}

static void load(struct workload *w, const char *folder)
{
	struct ubpf_vm *vm = ubpf_create();
	char path[4096], *error = NULL;
	size_t size;
	void *elf;

	snprintf(path, sizeof(path), "%s/%s.ubpf.o", folder, w->name);
	elf = contents(path, &size);
	ubpf_register(vm, 1, "table_lookup", as_external_function_t(table_lookup));
	ubpf_register(vm, 2, "table_update", as_external_function_t(table_update));
	ubpf_register(vm, 3, "table_delete", as_external_function_t(table_delete));
	ubpf_register(vm, 4, "routes_lookup", as_external_function_t(routes_lookup));
	ubpf_register(vm, 5, "routes_update", as_external_function_t(routes_update));
	ubpf_register(vm, 6, "ring_reserve", as_external_function_t(ring_reserve));
	ubpf_register(vm, 7, "ring_submit", as_external_function_t(ring_submit));
	ubpf_register(vm, 8, "lru_lookup", as_external_function_t(lru_lookup));
	ubpf_register(vm, 9, "array_lookup", as_external_function_t(array_lookup));
	ubpf_register(vm, 10, "array_update", as_external_function_t(array_update));
	if (ubpf_load_elf_ex(vm, elf, size, w->name, &error) || !(w->run = ubpf_compile(vm, &error))) {
		fprintf(stderr, "%s: %s\n", path, error ? error : "?");
		exit(1);
	}
	w->state = calloc(1, STATE_SIZE);
}

static uint32_t call(struct workload *w)
{
	return (uint32_t)w->run(w->state, STATE_SIZE);
}

#define ONE(name) { #name, NULL, NULL },
#else
extern void drained(void);

struct workload { const char *name; uint32_t (*run)(void); };

static void load(struct workload *w, const char *folder)
{
	(void)w;
	(void)folder;
}

static inline uint32_t call(struct workload *w)
{
	return w->run();
}

#define ONE(name) { #name, name },
#define DECLARE(name) extern uint32_t name(void);
WORKLOADS(DECLARE)
#endif

static struct workload workloads[] = { WORKLOADS(ONE) };
#define COUNT (sizeof(workloads) / sizeof(*workloads))

int main(int argc, char **argv)
{
	char name[64];
	unsigned long count;

	for (size_t i = 0; i < COUNT; i++)
		load(&workloads[i], argc > 1 ? argv[1] : ".");
	while (scanf("%63s %lu", name, &count) == 2) {
		struct workload *w = NULL;
		uint32_t result = 0;
		uint64_t start;

		for (size_t i = 0; i < COUNT; i++)
			if (!strcmp(workloads[i].name, name))
				w = &workloads[i];
		if (!w)
			return 1;
		start = now();
		for (unsigned long i = 0; i < count; i++)
			result = call(w);
		printf("%llu %u\n", (unsigned long long)(now() - start), result);
		fflush(stdout);
#ifdef MAPS_H
		ring_drain();
#else
		drained();
#endif
	}
	return 0;
}
