// SPDX-License-Identifier: GPL-2.0
/*
 * The Challenge Handshake Authentication Protocol, both sides: with MD5 (RFC 1994), and MS-CHAPv2
 * (RFC 2759), where the authenticator proves itself as well. Passwords are not changed by it.
 */
#include <nettle/md5.h>
#include <nettle/memops.h>
#include <stdio.h>
#include <string.h>

#include "internal.h"

#define MSCHAP_RESPONSE_AT	24	/* in the value: challenge, 8 zeros, response, flags */
#define MSCHAP_FLAGS_AT		48
#define MSCHAP_VERSION		3	/* what a Failure says */
#define TEXT_LEN		(UINT8_MAX + 100)	/* room for the text of any result */

/**
 * ppp_chap_digest - the response to a challenge (RFC 1994 section 4.1)
 * @digest: gets the response
 * @id: identifier of the challenge
 * @secret: the secret
 * @secret_len: its bytes
 * @challenge: the challenge
 * @challenge_len: its bytes
 */
void ppp_chap_digest(uint8_t digest[PPP_MD5_LEN], uint8_t id, const void *secret, size_t secret_len,
		     const uint8_t *challenge, size_t challenge_len)
{
	struct md5_ctx md5;

	md5_init(&md5);
	md5_update(&md5, 1, &id);
	md5_update(&md5, secret_len, secret);
	md5_update(&md5, challenge_len, challenge);
	md5_digest(&md5, PPP_MD5_LEN, digest);
}

/* Challenge and Response: a counted value and a name that ends with the packet. */
static void send_value(struct ppp_session *s, uint8_t code, uint8_t id, const uint8_t *value,
		       size_t value_len, const char *name)
{
	uint8_t data[1 + PPP_MSCHAP_VALUE_LEN + UINT8_MAX];
	size_t name_len = strnlen(name, UINT8_MAX);

	data[0] = (uint8_t)value_len;
	memcpy(data + 1, value, value_len);
	memcpy(data + 1 + value_len, name, name_len);
	ppp_send(s, PPP_PROTO_CHAP, code, id, data, 1 + value_len + name_len);
}

/* Success or Failure: a text. Its last part is for people and stays away where it does not fit. */
static void send_result(struct ppp_session *s, bool ok, uint8_t id, char *text, const char *more,
			const char *message)
{
	size_t message_len = message ? strnlen(message, UINT8_MAX) : 0;
	size_t len = strlen(text);

	if (message_len && len + strlen(more) + message_len <= ppp_room(s))
		len += (size_t)sprintf(text + len, "%s%.*s", more, (int)message_len, message);
	ppp_send(s, PPP_PROTO_CHAP, ok ? PPP_CHAP_SUCCESS : PPP_CHAP_FAILURE, id, text, len);
}

static char *put_hex(char *p, const uint8_t *data, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		p += sprintf(p, "%02X", data[i]);
	return p;
}

static void send_success(struct ppp_session *s, const char *message)
{
	struct ppp_auth *auth = &s->auth;
	char text[TEXT_LEN] = "";

	if (s->lcp.ask_auth == PPP_AUTH_MSCHAPV2)
		put_hex(text + sprintf(text, "S="), auth->challenge, PPP_PROOF_LEN);
	send_result(s, true, auth->peer_id, text, text[0] ? " M=" : "", message);
}

static void send_failure(struct ppp_session *s, uint8_t id, uint16_t error, const char *message)
{
	struct ppp_auth *auth = &s->auth;
	char text[TEXT_LEN] = "";
	char *p = text;

	if (s->lcp.ask_auth == PPP_AUTH_MSCHAPV2) {
		p += sprintf(p, "E=%u R=%u C=", error, auth->retrying);
		p = put_hex(p, auth->challenge, PPP_MSCHAP_CHALLENGE_LEN);
		sprintf(p, " V=%u", MSCHAP_VERSION);
	}
	send_result(s, false, id, text, text[0] ? " M=" : "", message);
}

static void new_challenge(struct ppp_session *s)
{
	struct ppp_auth *auth = &s->auth;
	uint8_t more = 0;

	if (s->lcp.ask_auth == PPP_AUTH_CHAP_MD5)
		s->ops->random(s, &more, sizeof(more));
	auth->challenge_len = (uint8_t)(PPP_CHALLENGE_MIN +
					more % (PPP_CHALLENGE_MAX - PPP_CHALLENGE_MIN + 1));
	s->ops->random(s, auth->challenge, auth->challenge_len);
	auth->peer_id++;
}

/**
 * ppp_chap_challenge - ask the peer to prove itself, for the first time or again
 * @s: the session
 *
 * Identifier and value are new every time (RFC 1994 section 4.1).
 */
void ppp_chap_challenge(struct ppp_session *s)
{
	struct ppp_auth *auth = &s->auth;

	new_challenge(s);
	auth->peer_tries++;
	auth->peer_deadline = s->now + s->config->restart_ms;
	send_value(s, PPP_CHAP_CHALLENGE, auth->peer_id, auth->challenge, auth->challenge_len,
		   s->config->name);
}

/**
 * ppp_chap_answer - tell the peer what the daemon decided
 * @s: the session
 * @answer: the decision; with @proof if it is yes to MS-CHAPv2
 *
 * A peer that may try again answers the challenge in the Failure, with the next identifier.
 */
void ppp_chap_answer(struct ppp_session *s, const struct ppp_auth_answer *answer)
{
	struct ppp_auth *auth = &s->auth;
	uint8_t id = auth->peer_id;

	if (answer->ok) {
		if (answer->proof)
			memcpy(auth->challenge, answer->proof, PPP_PROOF_LEN);
		send_success(s, answer->message);
		return;
	}
	if (auth->retrying)
		new_challenge(s);
	send_failure(s, id, answer->error ? answer->error : PPP_MSCHAP_FAILED, answer->message);
}

/* The exchange in which we are the peer. */
static struct ppp_mschap self_mschap(const struct ppp_session *s)
{
	return (struct ppp_mschap){
		.challenge = s->auth.self_value,
		.peer_challenge = s->auth.self_value + PPP_MSCHAP_CHALLENGE_LEN,
		.name = (const uint8_t *)s->config->user,
		.name_len = strlen(s->config->user),
	};
}

static void self_response(const struct ppp_session *s, uint8_t response[PPP_MSCHAP_RESPONSE_LEN])
{
	struct ppp_mschap m = self_mschap(s);

	ppp_mschap_response(response, &m, s->config->secret, strlen(s->config->secret));
}

/* Does the authenticator know our secret? */
static bool self_proven(const struct ppp_session *s, const uint8_t *text, size_t len)
{
	uint8_t response[PPP_MSCHAP_RESPONSE_LEN];
	uint8_t right[PPP_PROOF_LEN], proof[PPP_PROOF_LEN];
	struct ppp_mschap m = self_mschap(s);

	if (!ppp_mschap_read_proof(proof, text, len))
		return false;
	self_response(s, response);
	ppp_mschap_proof(right, &m, response, s->config->secret, strlen(s->config->secret));
	return memeql_sec(right, proof, PPP_PROOF_LEN);
}

/**
 * ppp_chap_respond - send our response, for the first time or again
 * @s: the session
 *
 * Again: because the Success may be lost, and after it the authenticator sends no challenge any
 * more that would make us speak.
 */
void ppp_chap_respond(struct ppp_session *s)
{
	uint8_t value[PPP_MSCHAP_VALUE_LEN] = { 0 };
	struct ppp_auth *auth = &s->auth;
	size_t len = PPP_MD5_LEN;

	auth->self_tries++;
	auth->self_deadline = s->now + s->config->restart_ms;
	if (s->lcp.peer_auth == PPP_AUTH_MSCHAPV2) {
		len = sizeof(value);
		memcpy(value, auth->self_value + PPP_MSCHAP_CHALLENGE_LEN,
		       PPP_MSCHAP_CHALLENGE_LEN);
		self_response(s, value + MSCHAP_RESPONSE_AT);
	} else {
		memcpy(value, auth->self_value, len);
	}
	send_value(s, PPP_CHAP_RESPONSE, auth->self_id, value, len, s->config->user);
}

/* The counted value of a Challenge or Response. Return: its bytes, or 0: malformed. */
static size_t value_length(struct ppp_session *s, const uint8_t *data, size_t len)
{
	if (len && data[0] && data[0] <= len - 1)
		return data[0];
	s->counters.malformed++;
	return 0;
}

/*
 * Make our response. To a copy of the challenge it is the same one, with the same challenge of ours
 * in it: the Success to the first must be right for the second.
 */
static bool accept_challenge(struct ppp_session *s, uint8_t id, const uint8_t *challenge,
			     size_t len)
{
	const char *secret = s->config->secret;
	struct ppp_auth *auth = &s->auth;

	if (s->lcp.peer_auth == PPP_AUTH_CHAP_MD5) {
		ppp_chap_digest(auth->self_value, id, secret, strlen(secret), challenge, len);
	} else if (len != PPP_MSCHAP_CHALLENGE_LEN) {
		s->counters.malformed++;
		return false;
	} else if (auth->self_state == PPP_AUTH_WAIT || id != auth->self_id ||
		   memcmp(auth->self_value, challenge, len)) {
		memcpy(auth->self_value, challenge, len);
		s->ops->random(s, auth->self_value + len, PPP_MSCHAP_CHALLENGE_LEN);
	}
	auth->self_id = id;
	return true;
}

static void input_challenge(struct ppp_session *s, uint8_t id, const uint8_t *data, size_t len)
{
	struct ppp_auth *auth = &s->auth;
	size_t value_len;

	if (!ppp_auth_is_chap(s->lcp.peer_auth)) {
		s->counters.unexpected++;
		return;
	}
	value_len = value_length(s, data, len);
	if (!value_len)
		return;
	/* Our own challenge sent back: who answers it proves us to itself (reflection). */
	if (auth->peer_state == PPP_AUTH_WAIT && value_len == auth->challenge_len &&
	    !memcmp(data + 1, auth->challenge, value_len)) {
		s->counters.looped++;
		return;
	}
	if (!accept_challenge(s, id, data + 1, value_len))
		return;
	if (auth->self_state == PPP_AUTH_DONE) {
		/* A challenge of the open link: the authenticator repeats it if it has to. */
		ppp_chap_respond(s);
		auth->self_deadline = 0;
		return;
	}
	auth->self_state = PPP_AUTH_ASKED;
	auth->self_tries = 0;
	ppp_chap_respond(s);
}

static void input_response(struct ppp_session *s, uint8_t id, const uint8_t *data, size_t len)
{
	bool mschap = s->lcp.ask_auth == PPP_AUTH_MSCHAPV2;
	struct ppp_auth_request request = { .method = s->lcp.ask_auth };
	struct ppp_auth *auth = &s->auth;
	size_t value_len;

	if (ppp_auth_is_chap(s->lcp.ask_auth) && auth->retrying &&
	    auth->peer_state == PPP_AUTH_WAIT && id == (uint8_t)(auth->peer_id - 1)) {
		/* Our Failure was lost, and with it the challenge that it carried. */
		send_failure(s, id, PPP_MSCHAP_FAILED, NULL);
		return;
	}
	if (!ppp_auth_is_chap(s->lcp.ask_auth) || id != auth->peer_id) {
		s->counters.unexpected++;
		return;
	}
	value_len = value_length(s, data, len);
	if (!value_len)
		return;
	if (value_len != (mschap ? PPP_MSCHAP_VALUE_LEN : PPP_MD5_LEN) ||
	    len - 1 - value_len > UINT8_MAX) {
		s->counters.malformed++;
		return;
	}
	request.id = id;
	request.challenge = auth->challenge;
	request.challenge_len = auth->challenge_len;
	request.response = data + 1;
	request.response_len = value_len;
	if (mschap) {
		request.peer_challenge = request.response;
		request.nt_response = request.response + MSCHAP_RESPONSE_AT;
		request.flags = request.response[MSCHAP_FLAGS_AT];
	}
	request.name = data + 1 + value_len;
	request.name_len = len - 1 - value_len;
	switch (auth->peer_state) {
	case PPP_AUTH_WAIT:
		ppp_auth_ask(s, &request);
		break;
	case PPP_AUTH_DONE:
		/*
		 * Our Success was lost. The same code again without a look at the response, so
		 * that nothing is learnt by trying others (RFC 1994 section 4.2).
		 */
		send_success(s, NULL);
		break;
	default:
		s->counters.unexpected++;
	}
}

static void input_result(struct ppp_session *s, uint8_t code, uint8_t id, const uint8_t *text,
			 size_t len)
{
	bool mschap = s->lcp.peer_auth == PPP_AUTH_MSCHAPV2;
	struct ppp_auth *auth = &s->auth;

	if (!ppp_auth_is_chap(s->lcp.peer_auth) || id != auth->self_id ||
	    (auth->self_state != PPP_AUTH_ASKED && auth->self_state != PPP_AUTH_DONE)) {
		s->counters.unexpected++;
		return;
	}
	if (code == PPP_CHAP_FAILURE) {
		if (mschap)
			auth->self_error = ppp_mschap_read_error(text, len);
		ppp_end(s, PPP_REASON_AUTH_DENIED);
		return;
	}
	/* Also on an open link, where the peer was asked to prove itself again. */
	if (mschap && !self_proven(s, text, len)) {
		ppp_end(s, PPP_REASON_AUTH_FAILED);
		return;
	}
	if (auth->self_state == PPP_AUTH_ASKED)
		ppp_auth_self_done(s);
}

/**
 * ppp_chap_input - a CHAP packet; LCP is open
 * @s: the session
 * @packet: the frame after its protocol field
 * @len: its bytes
 */
void ppp_chap_input(struct ppp_session *s, const uint8_t *packet, size_t len)
{
	uint8_t code, id;
	size_t data_len;

	if (!ppp_packet_parse(s, packet, len, &code, &id, &data_len))
		return;
	switch (code) {
	case PPP_CHAP_CHALLENGE:
		input_challenge(s, id, packet + PPP_HEADER_LEN, data_len);
		break;
	case PPP_CHAP_RESPONSE:
		input_response(s, id, packet + PPP_HEADER_LEN, data_len);
		break;
	case PPP_CHAP_SUCCESS:
	case PPP_CHAP_FAILURE:
		input_result(s, code, id, packet + PPP_HEADER_LEN, data_len);
		break;
	default:
		s->counters.malformed++;
	}
}
