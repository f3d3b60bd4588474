/* SPDX-License-Identifier: Apache-2.0 */
/* What a rate limiter may use of the gateway that runs it. `kfuncs show --module gateway.ts session_find` tells the rest. */
#ifndef GATEWAY_H
#define GATEWAY_H
#include <example.h>
#include <bpf/bpf_helpers.h>

#define __ksym __attribute__((section(".ksyms")))

struct session { u32 id; u32 requests; u32 tokens; };
struct bpf_iter_session { u64 opaque[2]; } __attribute__((aligned(8)));

/* The context of a limiter: who asks for what. */
struct request { u32 session; u32 size; char path[32]; };

extern struct session *session_find(u32 id) __ksym;
extern void session_put(struct session *session) __ksym;
extern int session_take(struct session *session, u32 tokens) __ksym;
extern int session_left(struct session *session) __ksym;
extern int session_plan(struct session *session) __ksym;
extern int session_agent(struct session *session, void *text, u32 text__sz) __ksym;
extern int bpf_iter_session_new(struct bpf_iter_session *it, u32 least_requests) __ksym;
extern struct session *bpf_iter_session_next(struct bpf_iter_session *it) __ksym;
extern void bpf_iter_session_destroy(struct bpf_iter_session *it) __ksym;

#endif
