// SPDX-License-Identifier: GPL-2.0
/*
 * A RADIUS server as the one who says who may connect, see auth.h.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "log.h"
#include "radius.h"
#include "radius_acct.h"
#include "radius_grant.h"
#include "rrasd.h"
#include "session_internal.h"

#define WHY_LEN		200
#define MS_CHAP_ERROR	2	/* RFC 2548, 2.1.5; not in libradcli's header */

/* What a client has proven, for the time that a server takes; its parts one behind the other. */
struct query {
	struct radius_exchange x;
	struct session *s;
	enum ppp_auth_method method;
	uint8_t id;
	size_t password_len, challenge_len, response_len;
	uint8_t bytes[];
};

static const uint8_t *challenge_of(const struct query *q)
{
	return q->bytes + q->password_len;
}

static const uint8_t *response_of(const struct query *q)
{
	return challenge_of(q) + q->challenge_len;
}

static size_t bytes_of(const struct query *q)
{
	return q->password_len + q->challenge_len + q->response_len;
}

static void query_free(struct query *q)
{
	explicit_bzero(q->bytes, bytes_of(q));
	free(q);
}

/* What the client has sent need not be of the length that RADIUS passes on. */
static const char *cannot_carry(const struct ppp_auth_request *proof)
{
	size_t response = proof->method == PPP_AUTH_MSCHAPV2 ? PPP_MSCHAP_VALUE_LEN : PPP_MD5_LEN;

	if (!proof->name_len || proof->name_len > RADIUS_VALUE_MAX)
		return "RADIUS cannot carry this name";
	if (proof->method == PPP_AUTH_PAP)
		return proof->password_len > RADIUS_PASSWORD_MAX ?
		       "the password is longer than RADIUS can carry" : NULL;
	return proof->response_len == response ? NULL : "the length of the response is wrong";
}

static struct query *query_create(struct session *s, const struct ppp_auth_request *request)
{
	struct query *q;
	bool pap = request->method == PPP_AUTH_PAP;
	size_t password_len = pap ? request->password_len : 0;
	size_t challenge_len = pap ? 0 : request->challenge_len;
	size_t response_len = pap ? 0 : request->response_len;

	q = calloc(1, sizeof(*q) + password_len + challenge_len + response_len + 1);
	if (!q)
		return NULL;
	q->s = s;
	q->method = request->method;
	q->id = request->id;
	q->password_len = password_len;
	q->challenge_len = challenge_len;
	q->response_len = response_len;
	if (pap) {
		memcpy(q->bytes, request->password, password_len);
	} else {
		memcpy(q->bytes, request->challenge, challenge_len);
		memcpy(q->bytes + challenge_len, request->response, response_len);
	}
	return q;
}

/* RFC 2548, 2.3.2: the response as in CHAP, but with the flags in front. */
static void put_mschap(const struct query *q, struct radius_writer *w)
{
	uint8_t value[2 + PPP_MSCHAP_VALUE_LEN - 1];

	value[0] = q->id;
	value[1] = response_of(q)[PPP_MSCHAP_VALUE_LEN - 1];
	memcpy(value + 2, response_of(q), PPP_MSCHAP_VALUE_LEN - 1);
	radius_put_vendor(w, VENDOR_MICROSOFT, PW_MS_CHAP_CHALLENGE, challenge_of(q),
			  q->challenge_len);
	radius_put_vendor(w, VENDOR_MICROSOFT, PW_MS_CHAP2_RESPONSE, value, sizeof(value));
}

static void put_chap(const struct query *q, struct radius_writer *w)
{
	uint8_t value[1 + PPP_MD5_LEN];

	value[0] = q->id;
	memcpy(value + 1, response_of(q), PPP_MD5_LEN);
	radius_put(w, PW_CHAP_PASSWORD, value, sizeof(value));
	radius_put(w, PW_CHAP_CHALLENGE, challenge_of(q), q->challenge_len);
}

static void put_proof(const struct query *q, struct radius_writer *w, const char *secret)
{
	if (q->method == PPP_AUTH_PAP)
		radius_put_password(w, q->bytes, q->password_len, secret);
	else if (q->method == PPP_AUTH_MSCHAPV2)
		put_mschap(q, w);
	else
		put_chap(q, w);
}

static void on_write(struct radius_exchange *x, struct radius_writer *w, const char *secret)
{
	struct query *q = container_of(x, struct query, x);
	struct session *s = q->s;

	radius_put(w, PW_USER_NAME, s->auth.name, s->auth.name_len);
	put_proof(q, w, secret);
	radius_put_uint(w, PW_SERVICE_TYPE, PW_FRAMED);
	radius_put_uint(w, PW_FRAMED_PROTOCOL, PW_PPP);
	radius_put_nas(s->config, w);
	radius_acct_put_port(s, w);
	radius_put_text(w, PW_ACCT_SESSION_ID, radius_acct_id(s));
}

/* The text for the client, empty without one. */
static void read_message(const struct radius_packet *p, char *text, size_t size)
{
	struct radius_attr a;

	text[0] = '\0';
	if (radius_find(p, 0, PW_REPLY_MESSAGE, &a))
		snprintf(text, size, "%.*s", (int)a.len, (const char *)a.value);
}

/* MS-CHAP2-Success: an identifier, and what the client wants to see. */
static bool read_proof(const struct radius_packet *p, uint8_t proof[PPP_PROOF_LEN])
{
	struct radius_attr a;

	return radius_find(p, VENDOR_MICROSOFT, PW_MS_CHAP2_SUCCESS, &a) && a.len > 1 &&
	       ppp_mschap_read_proof(proof, a.value + 1, a.len - 1U);
}

/* MS-CHAP-Error: "E=691 R=1 ..." after an identifier: may the client correct itself? */
static bool may_retry(const struct radius_packet *p)
{
	struct radius_attr a;

	return radius_find(p, VENDOR_MICROSOFT, MS_CHAP_ERROR, &a) &&
	       memmem(a.value, a.len, "R=1", 3);
}

static void on_done(struct radius_exchange *x, const struct radius_packet *reply,
		    const char *server)
{
	struct query *q = container_of(x, struct query, x);
	struct session *s = q->s;
	struct radius_counts *counts = radius_counts(s->d);
	struct auth_answer answer = { 0 };
	struct auth_grant grant = { 0 };
	char message[RADIUS_VALUE_MAX + 1];
	bool mschap = q->method == PPP_AUTH_MSCHAPV2;
	uint8_t proof[PPP_PROOF_LEN];
	const char *wrong = NULL;
	char why[WHY_LEN];

	s->auth.data = NULL;
	query_free(q);
	answer.why = why;
	answer.grant = &grant;
	if (!reply) {
		snprintf(why, sizeof(why), "no RADIUS server answers");
		answer.message = "Cannot be verified now";
		answer.later = true;
		auth_finish(s, &answer);
		return;
	}
	read_message(reply, message, sizeof(message));
	if (message[0])
		answer.message = message;
	if (reply->code == PW_ACCESS_ACCEPT)
		wrong = radius_grant_read(reply, &grant);
	if (reply->code == PW_ACCESS_ACCEPT && mschap && !wrong && !read_proof(reply, proof))
		wrong = "MS-CHAPv2 without MS-CHAP2-Success";
	answer.retry = reply->code == PW_ACCESS_REJECT && mschap && may_retry(reply);
	answer.good = reply->code == PW_ACCESS_ACCEPT && !wrong;
	answer.later = reply->code != PW_ACCESS_REJECT;
	answer.proof = answer.good && mschap ? proof : NULL;
	if (answer.good)
		counts->accepts++;
	else
		counts->rejects++;
	if (wrong)
		snprintf(why, sizeof(why), "RADIUS server %s grants what cannot be: %s", server,
			 wrong);
	else if (reply->code == PW_ACCESS_CHALLENGE)
		snprintf(why, sizeof(why), "RADIUS server %s asks back, which PPP cannot answer",
			 server);
	else
		snprintf(why, sizeof(why), "RADIUS server %s says no%s%s", server,
			 message[0] ? ": " : "",
			 message[0] ? log_printable(message, (unsigned int)strlen(message)) : "");
	auth_finish(s, &answer);
	auth_grant_clear(&grant);
}

static const struct radius_exchange_ops ops = { .write = on_write, .done = on_done };

/* @later: not for what the client has said. */
static void refuse(struct session *s, const char *why, bool later)
{
	const struct auth_answer answer = {
		.why = why, .message = "Cannot be verified now", .later = later,
	};

	auth_finish(s, &answer);
}

static void request(struct session *s, const struct ppp_auth_request *proof)
{
	const char *wrong = cannot_carry(proof);
	struct query *q;

	if (wrong) {
		refuse(s, wrong, false);
		return;
	}
	q = query_create(s, proof);
	if (!q) {
		refuse(s, "out of memory", true);
		return;
	}
	s->auth.data = q;
	if (!radius_send(s->d, &q->x, &ops, PW_ACCESS_REQUEST))
		return;
	s->auth.data = NULL;
	query_free(q);
	refuse(s, "no RADIUS server can be asked", true);
}

static void cancel(struct session *s)
{
	struct query *q = s->auth.data;

	if (!q)
		return;
	radius_cancel(&q->x);
	query_free(q);
	s->auth.data = NULL;
}

const struct auth_source radius_auth_source = {
	.name = "RADIUS",
	.request = request,
	.cancel = cancel,
};
