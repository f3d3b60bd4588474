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
