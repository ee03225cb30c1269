// SPDX-License-Identifier: GPL-2.0
/*
 * Asking who may connect, see auth.h, and the secrets file as one who can be asked.
 */
#include <stdlib.h>
#include <string.h>

#include "auth.h"
#include "config.h"
#include "radius.h"
#include "rrasd.h"
#include "session_internal.h"

/* The same work for a name that does not exist, so that time does not tell which do. */
static bool verify(const struct ppp_auth_request *request, const struct user *user,
		   uint8_t proof[PPP_PROOF_LEN])
{
	static const char nobody[] = "no such user";
	const char *secret = user ? user->secret : nobody;
	size_t len = user ? user->secret_len : sizeof(nobody) - 1;

	if (request->method == PPP_AUTH_MSCHAPV2)
		ppp_auth_proof(request, secret, len, proof);
	return ppp_auth_verify(request, secret, len) && user;
}

static bool grant_user(struct auth_grant *grant, const struct user *user)
{
	*grant = (struct auth_grant){
		.address_kind = user->address_kind,
		.address = user->address,
		.second = user->second,
		.prefix_kind = user->prefix_kind,
		.prefix = user->prefix,
	};
	if (user->filter_set)
		grant->filter_set = strdup(user->filter_set);
	if (user->pool)
		grant->pool = strdup(user->pool);
	return (!user->filter_set || grant->filter_set) && (!user->pool || grant->pool);
}

static void file_request(struct session *s, const struct ppp_auth_request *request)
{
	struct auth_answer answer = { .why = "wrong name or secret", .retry = true };
	uint8_t proof[PPP_PROOF_LEN];
	struct auth_grant grant = { 0 };
	const struct user *user;

	user = users_find(s->d->users, request->name, request->name_len, s->config->name);
	if (verify(request, user, proof)) {
		answer.good = grant_user(&grant, user);
		answer.why = "out of memory";
		answer.later = true;
		answer.grant = &grant;
		if (request->method == PPP_AUTH_MSCHAPV2)
			answer.proof = proof;
	}
	auth_finish(s, &answer);
	auth_grant_clear(&grant);
}

static const struct auth_source file_source = {
	.name = "secrets file",
	.request = file_request,
};

/* Of all sessions, and kept when they are gone: that is the point. */
static struct auth_limit limit;

static struct auth_attempt attempt_of(const struct session *s, const struct auth_query *q)
{
	return (struct auth_attempt){
		.peer = s->port->peer ? s->port->peer(s) : 0,
		.user = hash_bytes(q->name, q->name_len),
	};
}

/* Who is connected is not held up by what others do to his name. */
static bool must_wait(const struct session *s)
{
	return !s->user && auth_limit_wait(&limit, &s->auth.attempt, s->d->config->auth_failures,
					   rrasd_now());
}

static void remember(const struct auth_query *q, const struct auth_answer *answer)
{
	if (answer->good)
		auth_limit_passed(&limit, &q->attempt, rrasd_now());
	else if (!answer->later)
		auth_limit_failed(&limit, &q->attempt, rrasd_now());
}

/**
 * auth_begin - ask whether a client is who it says
 * @s: the session; it waits for no other answer
 * @request: the client's proof
 *
 * The answer is session_auth_answered(), possibly before this returns.
 */
void auth_begin(struct session *s, const struct ppp_auth_request *request)
{
	static const struct auth_answer no_memory = { .why = "out of memory", .later = true };
	static const struct auth_answer wait = {
		.why = "too many failures, so it was not looked at",
		.later = true,
	};
	struct auth_query *q = &s->auth;

	q->source = config_asks_radius(s->d->config) ? &radius_auth_source : &file_source;
	q->method = request->method;
	q->name_len = (uint8_t)request->name_len;
	q->name = malloc(request->name_len + 1);
	if (!q->name) {
		q->name_len = 0;
		auth_finish(s, &no_memory);
		return;
	}
	memcpy(q->name, request->name, request->name_len);
	q->attempt = attempt_of(s, q);
	if (must_wait(s)) {
		s->d->sessions->counts.auth_limited++;
		auth_finish(s, &wait);
		return;
	}
	q->source->request(s, request);
}

static void forget(struct auth_query *q)
{
	free(q->name);
	*q = (struct auth_query){ 0 };
}

/**
 * auth_cancel - the answer is not wanted any more
 * @s: the session, waiting for one or not
 */
void auth_cancel(struct session *s)
{
	struct auth_query *q = &s->auth;

	if (q->source && q->source->cancel)
		q->source->cancel(s);
	forget(q);
}

/**
 * auth_finish - a source has decided
 * @s: the session that was asked about; it may be over when this returns
 * @answer: what was decided; its grant is taken over, and left empty, if it is used
 */
void auth_finish(struct session *s, const struct auth_answer *answer)
{
	struct auth_query q = s->auth;

	remember(&q, answer);
	s->auth = (struct auth_query){ 0 };	/* the next request may come before we return */
	session_auth_answered(s, &q, answer);
	forget(&q);
}
