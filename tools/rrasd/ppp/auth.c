// SPDX-License-Identifier: GPL-2.0
/*
 * The authentication phase (RFC 1661 section 3.5): which method runs in which direction, and
 * when it is over. The methods themselves are in pap.c and chap.c.
 *
 * Two directions are independent: "peer" is the proof we demand, "self" the proof we give.
 */
#include <nettle/memops.h>
#include <nettle/sha2.h>
#include <string.h>

#include "internal.h"

/**
 * ppp_auth_is_chap - does the authenticator speak first?
 * @method: one method, or 0
 *
 * Return: whether it is one of CHAP's.
 */
bool ppp_auth_is_chap(uint8_t method)
{
	return method == PPP_AUTH_CHAP_MD5 || method == PPP_AUTH_MSCHAPV2;
}

/* The last moment for a peer that has to speak first: as long as it would itself try. */
static uint64_t patience(const struct ppp_session *s)
{
	return s->now + (uint64_t)s->config->restart_ms * s->config->max_configure;
}

static bool direction_done(uint8_t state)
{
	return state == PPP_AUTH_OFF || state == PPP_AUTH_DONE;
}

/* Go on to the network phase once nothing is left to prove. */
static void check_done(struct ppp_session *s)
{
	struct ppp_auth *auth = &s->auth;

	if (auth->announced || !direction_done(auth->peer_state) ||
	    !direction_done(auth->self_state))
		return;
	auth->announced = true;
	s->ops->auth_ok(s);
	if (!s->close_wanted)
		ppp_network_start(s);
}

/**
 * ppp_auth_start - LCP is open: prove what was agreed on
 * @s: the session
 */
void ppp_auth_start(struct ppp_session *s)
{
	struct ppp_auth *auth = &s->auth;

	auth->announced = false;
	auth->retrying = false;
	auth->peer_tries = 0;
	auth->self_tries = 0;
	auth->peer_state = s->lcp.ask_auth ? PPP_AUTH_WAIT : PPP_AUTH_OFF;
	auth->self_state = s->lcp.peer_auth ? PPP_AUTH_WAIT : PPP_AUTH_OFF;
	if (ppp_auth_is_chap(s->lcp.ask_auth))
		ppp_chap_challenge(s);
	else if (s->lcp.ask_auth)
		auth->peer_deadline = patience(s);
	if (s->lcp.peer_auth == PPP_AUTH_PAP)
		ppp_pap_request(s);
	else if (s->lcp.peer_auth)
		auth->self_deadline = patience(s);
	check_done(s);
}

/**
 * ppp_auth_stop - LCP is no longer open: nothing counts as proven
 * @s: the session
 *
 * A request the daemon has not answered stays outstanding: no other is made before its answer
 * has come and was ignored, so a late answer is never taken for that to a later request.
 */
void ppp_auth_stop(struct ppp_session *s)
{
	struct ppp_auth *auth = &s->auth;

	auth->peer_state = PPP_AUTH_OFF;
	auth->self_state = PPP_AUTH_OFF;
	auth->peer_deadline = 0;
	auth->self_deadline = 0;
}

static void peer_timer(struct ppp_session *s)
{
	struct ppp_auth *auth = &s->auth;

	if (!ppp_auth_is_chap(s->lcp.ask_auth) || auth->retrying) {
		ppp_end(s, PPP_REASON_AUTH_TIMEOUT);
		return;
	}
	if (auth->peer_state == PPP_AUTH_DONE) {
		auth->peer_state = PPP_AUTH_WAIT;
		auth->peer_tries = 0;
	}
	if (auth->peer_tries >= s->config->max_configure)
		ppp_end(s, PPP_REASON_AUTH_TIMEOUT);
	else
		ppp_chap_challenge(s);
}

static void self_timer(struct ppp_session *s)
{
	struct ppp_auth *auth = &s->auth;

	if (auth->self_state != PPP_AUTH_ASKED || auth->self_tries >= s->config->max_configure)
		ppp_end(s, PPP_REASON_AUTH_TIMEOUT);
	else if (s->lcp.peer_auth == PPP_AUTH_PAP)
		ppp_pap_request(s);
	else
		ppp_chap_respond(s);
}

/**
 * ppp_auth_timer - the timers of both directions
 * @s: the session; its time is set
 */
void ppp_auth_timer(struct ppp_session *s)
{
	struct ppp_auth *auth = &s->auth;

	if (auth->peer_deadline && s->now >= auth->peer_deadline) {
		auth->peer_deadline = 0;
		peer_timer(s);
	}
	if (!s->close_wanted && auth->self_deadline && s->now >= auth->self_deadline) {
		auth->self_deadline = 0;
		self_timer(s);
	}
}

/**
 * ppp_auth_ask - hand the peer's proof to the daemon
 * @s: the session
 * @request: the proof
 *
 * While the answer is awaited the clock of the method stands still; the limit of the phase runs.
 */
void ppp_auth_ask(struct ppp_session *s, const struct ppp_auth_request *request)
{
	struct ppp_auth *auth = &s->auth;

	if (auth->outstanding) {
		s->counters.unexpected++;
		return;
	}
	auth->peer_state = PPP_AUTH_ASKED;
	auth->peer_deadline = 0;
	auth->outstanding = true;
	s->ops->auth_request(s, request);
}

/* The peer has proven itself and was told so. */
static void peer_done(struct ppp_session *s)
{
	struct ppp_auth *auth = &s->auth;

	auth->peer_state = PPP_AUTH_DONE;
	auth->peer_deadline = 0;
	if (ppp_auth_is_chap(s->lcp.ask_auth) && s->config->rechallenge_ms)
		auth->peer_deadline = s->now + s->config->rechallenge_ms;
	check_done(s);
}

/*
 * May the peer correct itself? Not on an open link: who could prove himself before and cannot now
 * is another.
 */
static bool may_retry(const struct ppp_session *s, const struct ppp_auth_answer *answer)
{
	return !answer->ok && answer->retry && s->lcp.ask_auth == PPP_AUTH_MSCHAPV2 &&
	       !s->auth.announced && s->auth.peer_failures < s->config->auth_retries;
}

/**
 * ppp_auth_decided - the daemon has decided about the peer's proof
 * @s: the session
 * @answer: the decision
 */
void ppp_auth_decided(struct ppp_session *s, const struct ppp_auth_answer *answer)
{
	bool mschap = s->lcp.ask_auth == PPP_AUTH_MSCHAPV2;
	struct ppp_auth_answer a = *answer;
	struct ppp_auth *auth = &s->auth;

	/* The peer would find out, and has to hear it from us. */
	if (mschap && !a.proof)
		a.ok = false;
	a.retry = may_retry(s, &a);
	auth->retrying = a.retry;
	if (a.retry) {
		/* A person corrects the secret: the limit of the phase says how long he may. */
		auth->peer_state = PPP_AUTH_WAIT;
		auth->peer_deadline = s->config->auth_limit_ms ? 0 : patience(s);
		auth->peer_failures++;
	}
	if (s->lcp.ask_auth == PPP_AUTH_PAP)
		ppp_pap_answer(s, &a);
	else
		ppp_chap_answer(s, &a);
	if (a.ok) {
		peer_done(s);
	} else if (!a.retry) {
		auth->peer_state = PPP_AUTH_BAD;
		ppp_end(s, PPP_REASON_AUTH_FAILED);
	}
}

/**
 * ppp_auth_self_done - the peer is content with our proof
 * @s: the session
 */
void ppp_auth_self_done(struct ppp_session *s)
{
	s->auth.self_state = PPP_AUTH_DONE;
	s->auth.self_deadline = 0;
	check_done(s);
}

static struct ppp_mschap mschap_of(const struct ppp_auth_request *request)
{
	return (struct ppp_mschap){
		.challenge = request->challenge,
		.peer_challenge = request->peer_challenge,
		.name = request->name,
		.name_len = request->name_len,
	};
}

/* Digests are compared, so that time does not tell how long the secret is either. */
static bool same_secret(const void *a, size_t a_len, const void *b, size_t b_len)
{
	uint8_t digests[2][SHA256_DIGEST_SIZE];
	struct sha256_ctx ctx;
	bool same;

	sha256_init(&ctx);
	sha256_update(&ctx, a_len, a);
	sha256_digest(&ctx, sizeof(digests[0]), digests[0]);
	sha256_update(&ctx, b_len, b);
	sha256_digest(&ctx, sizeof(digests[1]), digests[1]);
	same = memeql_sec(digests[0], digests[1], sizeof(digests[0]));
	explicit_bzero(digests, sizeof(digests));
	explicit_bzero(&ctx, sizeof(ctx));
	return same;
}

/**
 * ppp_auth_verify - check a proof against the secret of its user
 * @request: the proof, as auth_request() got it
 * @secret: the secret
 * @len: its bytes
 *
 * Takes the same time whether the first or the last byte differs.
 *
 * Return: whether it is right.
 */
bool ppp_auth_verify(const struct ppp_auth_request *request, const void *secret, size_t len)
{
	uint8_t response[PPP_MSCHAP_RESPONSE_LEN];
	uint8_t digest[PPP_MD5_LEN];
	struct ppp_mschap m;

	if (request->method == PPP_AUTH_PAP)
		return same_secret(request->password, request->password_len, secret, len);
	if (request->method == PPP_AUTH_MSCHAPV2) {
		m = mschap_of(request);
		ppp_mschap_response(response, &m, secret, len);
		return memeql_sec(response, request->nt_response, sizeof(response));
	}
	if (request->response_len != PPP_MD5_LEN)
		return false;
	ppp_chap_digest(digest, request->id, secret, len, request->challenge,
			request->challenge_len);
	return memeql_sec(digest, request->response, PPP_MD5_LEN);
}

/**
 * ppp_auth_proof - what an MS-CHAPv2 peer wants to see from us
 * @request: its proof, found right by ppp_auth_verify()
 * @secret: the secret
 * @len: its bytes
 * @proof: gets it, for struct ppp_auth_answer
 */
void ppp_auth_proof(const struct ppp_auth_request *request, const void *secret, size_t len,
		    uint8_t proof[PPP_PROOF_LEN])
{
	struct ppp_mschap m = mschap_of(request);

	ppp_mschap_proof(proof, &m, request->nt_response, secret, len);
}

/**
 * ppp_auth_name - name a method for displays
 * @method: one method, or 0
 *
 * Return: the name.
 */
const char *ppp_auth_name(enum ppp_auth_method method)
{
	switch (method) {
	case PPP_AUTH_PAP:
		return "PAP";
	case PPP_AUTH_CHAP_MD5:
		return "CHAP-MD5";
	case PPP_AUTH_MSCHAPV2:
		return "MS-CHAPv2";
	default:
		return "none";
	}
}
