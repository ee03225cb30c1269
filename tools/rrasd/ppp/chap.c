// SPDX-License-Identifier: GPL-2.0
/*
 * The Challenge Handshake Authentication Protocol with MD5 (RFC 1994), both sides.
 */
#include <nettle/md5.h>
#include <string.h>

#include "internal.h"

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
	uint8_t data[1 + PPP_CHALLENGE_MAX + UINT8_MAX];
	size_t name_len = strnlen(name, UINT8_MAX);

	data[0] = (uint8_t)value_len;
	memcpy(data + 1, value, value_len);
	memcpy(data + 1 + value_len, name, name_len);
	ppp_send(s, PPP_PROTO_CHAP, code, id, data, 1 + value_len + name_len);
}

static void send_result(struct ppp_session *s, bool ok, const char *message)
{
	size_t len = strlen(message);

	if (len > ppp_room(s))
		len = 0;
	ppp_send(s, PPP_PROTO_CHAP, ok ? PPP_CHAP_SUCCESS : PPP_CHAP_FAILURE, s->auth.peer_id,
		 message, len);
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
	uint8_t more;

	s->ops->random(s, &more, sizeof(more));
	auth->challenge_len = (uint8_t)(PPP_CHALLENGE_MIN +
					more % (PPP_CHALLENGE_MAX - PPP_CHALLENGE_MIN + 1));
	s->ops->random(s, auth->challenge, auth->challenge_len);
	auth->peer_id++;
	auth->peer_tries++;
	auth->peer_deadline = s->now + s->config->restart_ms;
	send_value(s, PPP_CHAP_CHALLENGE, auth->peer_id, auth->challenge, auth->challenge_len,
		   s->config->name);
}

/**
 * ppp_chap_answer - tell the peer what the daemon decided
 * @s: the session
 * @ok: whether the response was right
 * @message: for the peer's user
 */
void ppp_chap_answer(struct ppp_session *s, bool ok, const char *message)
{
	send_result(s, ok, message);
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
	struct ppp_auth *auth = &s->auth;

	auth->self_tries++;
	auth->self_deadline = s->now + s->config->restart_ms;
	send_value(s, PPP_CHAP_RESPONSE, auth->self_id, auth->response, PPP_MD5_LEN,
		   s->config->user);
}

/* The counted value of a Challenge or Response. Return: its bytes, or 0: malformed. */
static size_t value_length(struct ppp_session *s, const uint8_t *data, size_t len)
{
	if (len && data[0] && data[0] <= len - 1)
		return data[0];
	s->counters.malformed++;
	return 0;
}

static void input_challenge(struct ppp_session *s, uint8_t id, const uint8_t *data, size_t len)
{
	const char *secret = s->config->secret;
	struct ppp_auth *auth = &s->auth;
	size_t value_len;

	if (s->lcp.peer_auth != PPP_AUTH_CHAP_MD5) {
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
	auth->self_id = id;
	ppp_chap_digest(auth->response, id, secret, strlen(secret), data + 1, value_len);
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
	struct ppp_auth_request request = { .method = PPP_AUTH_CHAP_MD5 };
	struct ppp_auth *auth = &s->auth;
	size_t value_len;

	if (s->lcp.ask_auth != PPP_AUTH_CHAP_MD5 || id != auth->peer_id) {
		s->counters.unexpected++;
		return;
	}
	value_len = value_length(s, data, len);
	if (!value_len)
		return;
	if (value_len != PPP_MD5_LEN || len - 1 - value_len > UINT8_MAX) {
		s->counters.malformed++;
		return;
	}
	request.id = id;
	request.challenge = auth->challenge;
	request.challenge_len = auth->challenge_len;
	request.response = data + 1;
	request.response_len = value_len;
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
		send_result(s, true, "");
		break;
	default:
		s->counters.unexpected++;
	}
}

static void input_result(struct ppp_session *s, uint8_t code, uint8_t id)
{
	struct ppp_auth *auth = &s->auth;

	if (s->lcp.peer_auth != PPP_AUTH_CHAP_MD5 || id != auth->self_id ||
	    (auth->self_state != PPP_AUTH_ASKED && auth->self_state != PPP_AUTH_DONE)) {
		s->counters.unexpected++;
		return;
	}
	if (code == PPP_CHAP_FAILURE)
		ppp_end(s, PPP_REASON_AUTH_DENIED);
	else if (auth->self_state == PPP_AUTH_ASKED)
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
		input_result(s, code, id);
		break;
	default:
		s->counters.malformed++;
	}
}
