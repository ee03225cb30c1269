// SPDX-License-Identifier: GPL-2.0
#include "host.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct host *host_of(struct ppp_session *s)
{
	return s->data;
}

/* Note a callback, and do in it what the test wants to happen there. */
static void host_log(struct host *h, const char *name)
{
	size_t used = strlen(h->log);

	if (used + strlen(name) + 2 < sizeof(h->log))
		sprintf(h->log + used, "%s ", name);
	if (h->close_in && !strcmp(h->close_in, name))
		ppp_session_close(h->s, h->now, PPP_REASON_ADMIN);
	if (h->lower_in && !strcmp(h->lower_in, name))
		ppp_session_lower_down(h->s, h->now);
}

static void host_output(struct ppp_session *s, const uint8_t *frame, size_t len)
{
	struct host *h = host_of(s);
	struct host_frame *f = &h->frames[h->head % HOST_FRAMES];
	char name[16];

	h->outputs++;
	h->out_bytes += len;
	if (len > h->biggest)
		h->biggest = len;
	sprintf(name, "%02x%02x:%u", frame[0], frame[1], frame[2]);
	host_log(h, name);
	if (h->silent)
		return;
	if (h->head - h->tail == HOST_FRAMES)
		abort();
	memcpy(f->data, frame, len);
	f->len = len;
	h->head++;
}

static void host_set_timer(struct ppp_session *s, uint64_t deadline_ms)
{
	host_of(s)->timer = deadline_ms;
}

uint64_t host_random(uint64_t *seed)
{
	uint64_t x = *seed += UINT64_C(0x9e3779b97f4a7c15);

	x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
	return x ^ x >> 31;
}

static void host_fill_random(struct ppp_session *s, void *buf, size_t len)
{
	uint8_t *p = buf;

	while (len--)
		*p++ = (uint8_t)host_random(&host_of(s)->seed);
}

static void host_lcp_up(struct ppp_session *s, const struct ppp_link *link)
{
	host_of(s)->link = *link;
	host_log(host_of(s), "lcp_up");
}

static void host_auth_request(struct ppp_session *s, const struct ppp_auth_request *request)
{
	struct host *h = host_of(s);
	struct ppp_auth_answer answer = { .retry = true };
	uint8_t proof[PPP_PROOF_LEN];

	h->asked = *request;
	if (request->method == PPP_AUTH_MSCHAPV2)
		ppp_auth_proof(request, h->secret, strlen(h->secret), h->proof);
	memcpy(h->asked_name, request->name, request->name_len);
	h->asked_name[request->name_len] = '\0';
	host_log(h, "auth_request");
	if (h->auth == HOST_AUTH_DEFER)
		return;
	answer.ok = ppp_auth_verify(request, h->secret, strlen(h->secret));
	answer.message = answer.ok ? "hello" : "go away";
	if (answer.ok && request->method == PPP_AUTH_MSCHAPV2) {
		ppp_auth_proof(request, h->secret, strlen(h->secret), proof);
		answer.proof = proof;
	}
	ppp_auth_answer(s, h->now, &answer);
}

static void host_auth_ok(struct ppp_session *s)
{
	host_log(host_of(s), "auth_ok");
}

static void host_address_request(struct ppp_session *s, struct in_addr wanted)
{
	struct host *h = host_of(s);
	char text[32];

	sprintf(text, "address:%s", inet_ntoa(wanted));
	host_log(h, text);
	if (h->no_address)
		ppp_address_result(s, h->now, (struct in_addr){ 0 });
	else if (h->give.s_addr)
		ppp_address_result(s, h->now, h->give);
}

static uint64_t host_identifier_request(struct ppp_session *s, uint64_t wanted)
{
	struct host *h = host_of(s);
	char text[32];

	sprintf(text, "identifier:%" PRIx64, wanted);
	host_log(h, text);
	return h->own_ifid ? wanted ? wanted : h->give_ifid : h->give_ifid;
}

static int host_network_prepare(struct ppp_session *s, const struct ppp_network *net)
{
	struct host *h = host_of(s);

	if (net->protocol == PPP_PROTO_IPV6) {
		host_log(h, "prepare6");
		h->net6 = *net;
		if (h->prepare6_ret)
			return h->prepare6_ret;
		h->prepared6++;
		return 0;
	}
	host_log(h, "prepare");
	h->net = *net;
	if (h->prepare_ret)
		return h->prepare_ret;
	h->prepared++;
	return 0;
}

static void host_network_up(struct ppp_session *s, const struct ppp_network *net)
{
	struct host *h = host_of(s);

	if (net->protocol == PPP_PROTO_IPV6) {
		h->net6 = *net;
		h->is_up6 = true;
		host_log(h, "up6");
		return;
	}
	h->net = *net;
	h->is_up = true;
	host_log(h, "up");
}

static void host_network_down(struct ppp_session *s, uint16_t protocol)
{
	struct host *h = host_of(s);

	if (protocol == PPP_PROTO_IPV6) {
		h->prepared6--;
		h->is_up6 = false;
		host_log(h, "down6");
		return;
	}
	h->prepared--;
	h->is_up = false;
	host_log(h, "down");
}

static void host_finished(struct ppp_session *s, enum ppp_reason reason, const char *text)
{
	struct host *h = host_of(s);

	if (!text || !*text)
		abort();
	h->finished++;
	h->reason = reason;
	host_log(h, "finished");
	free(s);
	h->s = NULL;
}

static const struct ppp_ops host_ops = {
	.output = host_output,
	.set_timer = host_set_timer,
	.random = host_fill_random,
	.lcp_up = host_lcp_up,
	.auth_request = host_auth_request,
	.auth_ok = host_auth_ok,
	.address_request = host_address_request,
	.identifier_request = host_identifier_request,
	.network_prepare = host_network_prepare,
	.network_up = host_network_up,
	.network_down = host_network_down,
	.finished = host_finished,
};

/**
 * host_init - make a world; change @h->config before host_start()
 * @h: the world
 * @role: the session's side
 * @seed: of its random numbers
 */
void host_init(struct host *h, enum ppp_role role, uint64_t seed)
{
	memset(h, 0, sizeof(*h));
	ppp_config_init(&h->config, role);
	h->config.echo_ms = 0;
	h->config.user = "alice";
	h->config.secret = "wonder";
	if (role == PPP_SERVER)
		h->config.local.s_addr = inet_addr("10.0.0.1");
	h->give.s_addr = inet_addr("10.0.0.5");
	h->give_ifid = 5;
	if (role == PPP_SERVER)
		h->config.ifid = 1;
	h->secret = "wonder";
	h->seed = seed;
	h->now = 1000;
}

/**
 * host_start - make the session and start it
 * @h: the world
 */
void host_start(struct host *h)
{
	const char *error = ppp_config_check(&h->config);

	if (error) {
		printf("Bail out! configuration: %s\n", error);
		exit(1);
	}
	h->s = malloc(sizeof(*h->s));
	if (!h->s)
		abort();
	ppp_session_init(h->s, &h->config, &host_ops, h);
	ppp_session_start(h->s, h->now);
}

/**
 * host_done - end a world, whatever its state
 * @h: the world
 */
void host_done(struct host *h)
{
	if (h->s)
		ppp_session_lower_down(h->s, h->now);
	if (h->s || h->finished != 1 || h->prepared || h->prepared6)
		abort();
}

/**
 * host_tick - let time pass until the session's timer
 * @h: the world
 */
void host_tick(struct host *h)
{
	if (!h->s || !h->timer)
		return;
	if (h->timer > h->now)
		h->now = h->timer;
	ppp_session_timer(h->s, h->now);
}

/**
 * host_wait - let time pass, with all the timers in it
 * @h: the world
 * @ms: how long
 */
void host_wait(struct host *h, uint64_t ms)
{
	uint64_t end = h->now + ms;

	while (h->s && h->timer && h->timer <= end)
		host_tick(h);
	h->now = end;
}

/**
 * host_input - give a frame to the session
 * @h: the world
 * @frame: the frame; copied to memory of exactly its size
 * @len: its bytes
 */
void host_input(struct host *h, const uint8_t *frame, size_t len)
{
	uint8_t *copy = malloc(len ? len : 1);

	if (!copy)
		abort();
	memcpy(copy, frame, len);
	if (h->s)
		ppp_session_input(h->s, h->now, copy, len);
	free(copy);
}

/**
 * host_unhex - turn hexadecimal text into bytes
 * @hex: the text
 * @data: gets the bytes
 * @size: room
 *
 * Return: how many.
 */
size_t host_unhex(const char *hex, uint8_t *data, size_t size)
{
	unsigned int byte;
	size_t len = 0;

	while (*hex) {
		if (isspace((unsigned char)*hex)) {
			hex++;
			continue;
		}
		if (len == size || sscanf(hex, "%2x", &byte) != 1)
			abort();
		data[len++] = (uint8_t)byte;
		hex += 2;
	}
	return len;
}

/**
 * host_hex - give a frame in hexadecimal text to the session
 * @h: the world
 * @hex: the frame
 */
void host_hex(struct host *h, const char *hex)
{
	uint8_t frame[2048];

	host_input(h, frame, host_unhex(hex, frame, sizeof(frame)));
}

/**
 * host_next - take the oldest frame output
 * @h: the world
 *
 * Return: its hexadecimal text: protocol, code, id, length and data with a space between them;
 * "none" if there is none. Valid until the next call.
 */
const char *host_next(struct host *h)
{
	static char text[3 * PPP_FRAME_MAX + 8];
	const struct host_frame *f = &h->frames[h->tail % HOST_FRAMES];
	char *p = text;
	size_t i;

	if (h->head == h->tail)
		return "none";
	h->tail++;
	for (i = 0; i < f->len; i++) {
		if (i == 2 || i == 3 || i == 4 || i == 6)
			*p++ = ' ';
		p += sprintf(p, "%02x", f->data[i]);
	}
	*p = '\0';
	return text;
}

/**
 * host_drain - forget the frames output
 * @h: the world
 */
void host_drain(struct host *h)
{
	h->tail = h->head;
}

/**
 * host_forget - forget frames and callbacks
 * @h: the world
 */
void host_forget(struct host *h)
{
	host_drain(h);
	h->log[0] = '\0';
}

/**
 * host_lcp_open - be the peer in LCP: acknowledge, ask for a magic number
 * @h: the world, just started
 */
void host_lcp_open(struct host *h)
{
	struct host_frame *f = &h->frames[h->tail % HOST_FRAMES];

	if (h->head == h->tail || f->data[2] != 1)
		abort();
	f->data[2] = 2;
	host_drain(h);
	host_input(h, f->data, f->len);
	host_hex(h, "c021 01 01 000a 0506 11223344");
	if (h->s->lcp.fsm.state != PPP_OPENED)
		abort();
}

/**
 * host_auth_pap - be the peer in PAP with the right password
 * @h: the world, LCP open with PAP
 */
void host_auth_pap(struct host *h)
{
	host_hex(h, "c023 01 01 0011 05 616c696365 06 776f6e646572");
	if (h->s->phase != PPP_PHASE_NETWORK)
		abort();
}

/**
 * host_network_open - be the peer in IPCP: take the address 10.0.0.5
 * @h: the world, in the network phase
 */
void host_network_open(struct host *h)
{
	char hex[64];

	host_drain(h);
	host_hex(h, "8021 01 01 000a 0306 0a000005");
	sprintf(hex, "8021 02 %02x 000a 0306 0a000001", h->s->ipcp.fsm.id);
	host_hex(h, hex);
	if (!h->is_up)
		abort();
	host_drain(h);
}

/**
 * host_network6_open - be the peer in IPV6CP: take the identifier 5
 * @h: the world, in the network phase, IPV6CP at its begin
 */
void host_network6_open(struct host *h)
{
	char hex[64];

	host_drain(h);
	host_hex(h, "8057 01 01 000e 010a 0000000000000005");
	sprintf(hex, "8057 02 %02x 000e 010a 0000000000000001", h->s->ipv6cp.fsm.id);
	host_hex(h, hex);
	if (!h->is_up6)
		abort();
	host_drain(h);
}
