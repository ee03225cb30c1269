// SPDX-License-Identifier: GPL-2.0
/*
 * The Password Authentication Protocol (RFC 1334 section 2), both sides.
 */
#include <string.h>

#include "internal.h"

/* A counted string. Return: bytes it takes with its count, or 0 if it is cut off. */
static size_t counted(const uint8_t *data, size_t len, const uint8_t **string,
		      size_t *string_len)
{
	if (!len || data[0] > len - 1)
		return 0;
	*string = data + 1;
	*string_len = data[0];
	return 1 + *string_len;
}

/* The reply to a request, with the message the peer may show to its user. */
static void send_result(struct ppp_session *s, uint8_t id, bool ok, const char *message)
{
	size_t len = strnlen(message, UINT8_MAX);
	uint8_t data[1 + UINT8_MAX];

	if (len + 1 > ppp_room(s))
		len = 0;
	data[0] = (uint8_t)len;
	memcpy(data + 1, message, len);
	ppp_send(s, PPP_PROTO_PAP, ok ? PPP_PAP_ACK : PPP_PAP_NAK, id, data, len + 1);
}

/**
 * ppp_pap_answer - tell the peer what the daemon decided
 * @s: the session
 * @answer: the decision
 */
void ppp_pap_answer(struct ppp_session *s, const struct ppp_auth_answer *answer)
{
	send_result(s, s->auth.peer_id, answer->ok, answer->message ? answer->message : "");
}

static void input_request(struct ppp_session *s, uint8_t id, const uint8_t *data, size_t len)
{
	struct ppp_auth_request request = { .method = PPP_AUTH_PAP };
	size_t used, more;

	if (s->lcp.ask_auth != PPP_AUTH_PAP) {
		s->counters.unexpected++;
		return;
	}
	used = counted(data, len, &request.name, &request.name_len);
	more = used ? counted(data + used, len - used, &request.password,
			      &request.password_len) : 0;
	if (!more) {
		s->counters.malformed++;
		return;
	}
	/* The reply carries the identifier of the newest copy: the peer waits for that one. */
	s->auth.peer_id = id;
	switch (s->auth.peer_state) {
	case PPP_AUTH_WAIT:
		ppp_auth_ask(s, &request);
		break;
	case PPP_AUTH_DONE:
		/* Our Ack was lost: the same code again, whatever it says (RFC 1334, 2.2.1). */
		send_result(s, id, true, "");
		break;
	default:
		s->counters.unexpected++;
	}
}

static void input_result(struct ppp_session *s, uint8_t code, uint8_t id)
{
	if (s->lcp.peer_auth != PPP_AUTH_PAP || s->auth.self_state != PPP_AUTH_ASKED ||
	    id != s->auth.self_id) {
		s->counters.unexpected++;
		return;
	}
	if (code == PPP_PAP_ACK)
		ppp_auth_self_done(s);
	else
		ppp_end(s, PPP_REASON_AUTH_DENIED);
}

/**
 * ppp_pap_request - prove ourselves to the peer, for the first time or again
 * @s: the session
 */
void ppp_pap_request(struct ppp_session *s)
{
	const struct ppp_config *config = s->config;
	size_t secret = strnlen(config->secret, UINT8_MAX);
	size_t user = strnlen(config->user, UINT8_MAX);
	uint8_t data[2 + 2 * UINT8_MAX];

	data[0] = (uint8_t)user;
	memcpy(data + 1, config->user, user);
	data[1 + user] = (uint8_t)secret;
	memcpy(data + 2 + user, config->secret, secret);
	s->auth.self_state = PPP_AUTH_ASKED;
	s->auth.self_tries++;
	s->auth.self_deadline = s->now + config->restart_ms;
	ppp_send(s, PPP_PROTO_PAP, PPP_PAP_REQUEST, ++s->auth.self_id, data, 2 + user + secret);
	explicit_bzero(data, sizeof(data));
}

/**
 * ppp_pap_input - a PAP packet; LCP is open
 * @s: the session
 * @packet: the frame after its protocol field
 * @len: its bytes
 */
void ppp_pap_input(struct ppp_session *s, const uint8_t *packet, size_t len)
{
	uint8_t code, id;
	size_t data_len;

	if (!ppp_packet_parse(s, packet, len, &code, &id, &data_len))
		return;
	switch (code) {
	case PPP_PAP_REQUEST:
		input_request(s, id, packet + PPP_HEADER_LEN, data_len);
		break;
	case PPP_PAP_ACK:
	case PPP_PAP_NAK:
		input_result(s, code, id);
		break;
	default:
		s->counters.malformed++;
	}
}
