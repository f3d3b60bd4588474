// SPDX-License-Identifier: Apache-2.0
// Limiters as users of the gateway write them. What a program returns is the HTTP status.
#include "gateway.h"

/* Searches cost five tokens, all else one; who has none left waits. */
SEC("syscall")
int by_cost(struct request *request)
{
	struct session *session = session_find(request->session);
	int left;

	if (!session)
		return 401;
	left = session_take(session, request->path[1] == 's' ? 5 : 1);
	session_put(session);
	return left < 0 ? 429 : 200;
}

/* Forgets to give the session back: refused when it is uploaded. */
SEC("syscall")
int leaky(struct request *request)
{
	struct session *session = session_find(request->session);

	return session ? 200 : 401;
}

/* Robots may ask ten times, whoever else a hundred. */
SEC("syscall")
int by_agent(struct request *request)
{
	struct session *session = session_find(request->session);
	char agent[16] = {};
	u32 most, requests;

	if (!session)
		return 401;
	if (session_agent(session, agent, sizeof(agent)) < 0) {
		session_put(session);
		return 400;
	}
	most = agent[0] == 'b' && agent[1] == 'o' && agent[2] == 't' ? 10 : 100;
	requests = session->requests;
	session_put(session);
	return requests > most ? 429 : 200;
}

/* Refuses everybody while more than three sessions have asked often. */
SEC("syscall")
int by_load(struct request *request)
{
	struct bpf_iter_session it;
	struct session *session;
	int busy = 0;

	bpf_iter_session_new(&it, 50);
	while ((session = bpf_iter_session_next(&it)))
		if (session->requests >= 50 && ++busy > 3)
			break;
	bpf_iter_session_destroy(&it);
	return busy > 3 ? 503 : 200;
}

struct last { struct session __kptr *session; };
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, struct last);
} lasts SEC(".maps");

/* Whoever asks twice in a row waits: the session that asked last is kept in a map, and given back with it. */
SEC("syscall")
int by_turns(struct request *request)
{
	u32 zero = 0, id;
	struct last *last = bpf_map_lookup_elem(&lasts, &zero);
	struct session *session, *before;
	int again;

	if (!last)
		return 500;
	session = session_find(request->session);
	if (!session)
		return 401;
	id = session->id;
	before = bpf_kptr_xchg(&last->session, session);
	if (!before)
		return 200;
	again = before->id == id;
	session_put(before);
	return again ? 429 : 200;
}

/* As many requests as the session's owner pays for: the gateway asks its billing, and the program waits. */
SEC("syscall")
int by_plan(struct request *request)
{
	struct session *session = session_find(request->session);
	int most, requests;

	if (!session)
		return 401;
	most = session_plan(session);
	requests = session->requests;
	session_put(session);
	return most < 0 ? 503 : requests > most ? 429 : 200;
}

/* Written for the gateway of last year: it runs, with a warning. */
SEC("syscall")
int by_what_is_left(struct request *request)
{
	struct session *session = session_find(request->session);
	int left;

	if (!session)
		return 401;
	left = session_left(session);
	session_put(session);
	return left > 0 ? 200 : 429;
}

static int spin(u32 i, void *context)
{
	return 0;
}

/* The verifier takes it, as it ends; the gateway does not wait so long. */
SEC("syscall")
int endless(struct request *request)
{
	bpf_loop(1 << 23, spin, 0, 0);
	return 200;
}
