// SPDX-License-Identifier: GPL-2.0
/* PPP as a client: LCP, CHAP-MD5 or PAP, IPCP, IPV6CP; no more than a connection needs. */
#include <arpa/inet.h>
#include <nettle/md5.h>
#include <stdio.h>
#include <string.h>

#include "load.h"

enum code {
	CONF_REQUEST = 1, CONF_ACK, CONF_NAK, CONF_REJECT, TERM_REQUEST, TERM_ACK,
	ECHO_REQUEST = 9, ECHO_REPLY = 10,
};

#define HEADER		4
#define CHALLENGE	1
#define RESPONSE	2
#define SUCCESS		3
#define PAP_REQUEST	1
#define PAP_ACK		2
#define MRU		1492

/* A packet of code, identifier and length. */
static void send_packet(struct client *c, uint16_t protocol, uint8_t code, uint8_t id,
			const void *data, size_t len)
{
	uint8_t packet[FRAME_MAX];

	if (len > sizeof(packet) - 64)
		return;
	packet[0] = code;
	packet[1] = id;
	put16(packet + 2, (uint16_t)(HEADER + len));
	memcpy(packet + HEADER, data, len);
	load.transport->send(c, protocol, packet, HEADER + len);
}

static void lcp_request(struct client *c)
{
	uint8_t options[10] = { 1, 4, MRU >> 8, MRU & 0xff, 5, 6 };

	put32(options + 6, c->magic);
	c->lcp_sent = true;
	send_packet(c, PPP_LCP, CONF_REQUEST, c->request_id, options,
		    c->lcp_plain ? 0 : sizeof(options));
}

static void ipcp_request(struct client *c)
{
	uint8_t options[6] = { 3, 6 };

	put32(options + 2, c->address);
	send_packet(c, PPP_IPCP, CONF_REQUEST, c->ip_id, options, sizeof(options));
}

static void ipv6cp_request(struct client *c)
{
	uint8_t options[10] = { 1, 10 };

	put32(options + 2, (uint32_t)(c->ifid >> 32));
	put32(options + 6, (uint32_t)c->ifid);
	send_packet(c, PPP_IPV6CP, CONF_REQUEST, c->ip6_id, options, sizeof(options));
}

static size_t user_name(const struct client *c, char *name, size_t size)
{
	return (size_t)snprintf(name, size, "client%u", c->number);
}

static void pap_request(struct client *c)
{
	size_t secret = strlen(load.options.password);
	uint8_t data[FRAME_MAX];
	size_t name;

	name = user_name(c, (char *)data + 1, 32);
	data[0] = (uint8_t)name;
	data[1 + name] = (uint8_t)secret;
	memcpy(data + 2 + name, load.options.password, secret);
	send_packet(c, PPP_PAP, PAP_REQUEST, 1, data, 2 + name + secret);
}

/* An ICMP echo request to the server, as the first packet that a client may send. */
static void ping(struct client *c)
{
	uint8_t packet[28] = { 0x45, 0, 0, sizeof(packet), 0, 0, 0, 0, 64, 1 };
	uint32_t sum = 0;
	size_t i;

	put32(packet + 12, c->address);
	put32(packet + 16, c->server_address);
	for (i = 0; i < 20; i += 2)
		sum += get16(packet + i);
	sum = (sum & 0xffff) + (sum >> 16);
	put16(packet + 10, (uint16_t)~(sum + (sum >> 16)));
	packet[20] = 8;
	put16(packet + 22, (uint16_t)~0x0800);	/* the rest is zero */
	load.pings++;
	load.transport->send(c, PPP_IP, packet, sizeof(packet));
}

/**
 * ppp_begin() - the session is there
 * @c: the client
 */
void ppp_begin(struct client *c)
{
	/* A passive client waits for the server's request. */
	if (!c->mute && c->number % 100 < load.options.eager)
		lcp_request(c);
}

/* Something came that moves the client on: see whether a phase is over. */
static void progress(struct client *c)
{
	if (c->phase == PHASE_LCP && c->lcp_acked && c->lcp_asked) {
		client_phase(c, PHASE_AUTH);
		if (load.options.pap)
			pap_request(c);
	}
	if (c->phase == PHASE_NETWORK && c->ip_acked && c->ip_asked &&
	    (!load.options.ipv6 || (c->ip6_acked && c->ip6_asked))) {
		client_phase(c, PHASE_UP);
		if (load.options.ping)
			ping(c);
	}
}

static void network_begin(struct client *c)
{
	client_phase(c, PHASE_NETWORK);
	ipcp_request(c);
	if (load.options.ipv6)
		ipv6cp_request(c);
}

/**
 * ppp_again() - no answer in time: repeat what is open
 * @c: the client
 */
void ppp_again(struct client *c)
{
	if (c->mute)
		return;
	switch (c->phase) {
	case PHASE_LCP:
		if (!c->lcp_acked)
			lcp_request(c);
		break;
	case PHASE_AUTH:
		if (load.options.pap)
			pap_request(c);
		break;
	case PHASE_NETWORK:
		if (!c->ip_acked)
			ipcp_request(c);
		if (load.options.ipv6 && !c->ip6_acked)
			ipv6cp_request(c);
		break;
	case PHASE_CLOSING:
		ppp_terminate(c);
		break;
	default:
		break;
	}
}

/**
 * ppp_terminate() - say good-bye
 * @c: the client
 */
void ppp_terminate(struct client *c)
{
	send_packet(c, PPP_LCP, TERM_REQUEST, ++c->request_id, "", 0);
}

/**
 * ppp_echo() - ask whether the server is there
 * @c: the client
 */
void ppp_echo(struct client *c)
{
	uint8_t data[12];

	put32(data, c->magic);
	put32(data + 4, (uint32_t)(load.now >> 32));
	put32(data + 8, (uint32_t)load.now);
	send_packet(c, PPP_LCP, ECHO_REQUEST, ++c->request_id, data, sizeof(data));
}

/* The server's request: everything is fine, but it shall authenticate us as we can. */
static bool auth_is_ours(const uint8_t *options, size_t len)
{
	while (len >= 2 && options[1] >= 2 && options[1] <= len) {
		if (options[0] == 3 && options[1] >= 4) {
			uint16_t method = get16(options + 2);

			if (load.options.pap)
				return method == PPP_PAP;
			return method == PPP_CHAP && options[1] == 5 && options[4] == 5;
		}
		len -= options[1];
		options += options[1];
	}
	return true;
}

static void lcp_asked(struct client *c, uint8_t id, const uint8_t *options, size_t len)
{
	static const uint8_t chap[] = { 3, 5, PPP_CHAP >> 8, PPP_CHAP & 0xff, 5 };
	static const uint8_t pap[] = { 3, 4, PPP_PAP >> 8, PPP_PAP & 0xff };

	/* Again, if our answer was lost. */
	if (c->phase != PHASE_LCP && c->phase != PHASE_AUTH)
		return;
	if (!auth_is_ours(options, len)) {
		send_packet(c, PPP_LCP, CONF_NAK, id, load.options.pap ? pap : chap,
			    load.options.pap ? sizeof(pap) : sizeof(chap));
		return;
	}
	if (!c->lcp_sent)
		lcp_request(c);
	send_packet(c, PPP_LCP, CONF_ACK, id, options, len);
	c->lcp_asked = true;
	progress(c);
}

static void receive_lcp(struct client *c, uint8_t code, uint8_t id, uint8_t *data, size_t len)
{
	switch (code) {
	case CONF_REQUEST:
		lcp_asked(c, id, data, len);
		break;
	case CONF_ACK:
		c->lcp_acked |= id == c->request_id;
		progress(c);
		break;
	case CONF_NAK:
	case CONF_REJECT:
		if (c->phase != PHASE_LCP || id != c->request_id)
			break;
		c->lcp_plain = true;
		c->request_id++;
		lcp_request(c);
		break;
	case TERM_REQUEST:
		send_packet(c, PPP_LCP, TERM_ACK, id, "", 0);
		client_ended(c);
		break;
	case TERM_ACK:
		if (c->phase == PHASE_CLOSING)
			client_ended(c);
		break;
	case ECHO_REQUEST:
		if (len < 4 || len > 64)
			break;
		put32(data, c->magic);
		send_packet(c, PPP_LCP, ECHO_REPLY, id, data, len);
		break;
	case ECHO_REPLY:
		if (len == 12)
			client_echoed(c, (uint64_t)get32(data + 4) << 32 | get32(data + 8));
		break;
	default:
		break;
	}
}

static void chap_response(struct client *c, uint8_t id, const uint8_t *data, size_t len)
{
	uint8_t out[1 + MD5_DIGEST_SIZE + 32];
	struct md5_ctx ctx;
	size_t name;

	if (len < 1 || data[0] > len - 1)
		return;
	md5_init(&ctx);
	md5_update(&ctx, 1, &id);
	md5_update(&ctx, strlen(load.options.password), (const uint8_t *)load.options.password);
	md5_update(&ctx, data[0], data + 1);
	out[0] = MD5_DIGEST_SIZE;
	md5_digest(&ctx, MD5_DIGEST_SIZE, out + 1);
	name = user_name(c, (char *)out + 1 + MD5_DIGEST_SIZE, 32);
	send_packet(c, PPP_CHAP, RESPONSE, id, out, 1 + MD5_DIGEST_SIZE + name);
}

static void receive_auth(struct client *c, uint16_t protocol, uint8_t code, uint8_t id,
			 const uint8_t *data, size_t len)
{
	bool good = code == (protocol == PPP_CHAP ? SUCCESS : PAP_ACK);

	if (protocol == PPP_CHAP && code == CHALLENGE) {
		chap_response(c, id, data, len);
		return;
	}
	if (c->phase != PHASE_AUTH)
		return;
	if (good)
		network_begin(c);
	else
		client_failed(c, FAILURE_REFUSED);
}

static void receive_ipcp(struct client *c, uint8_t code, uint8_t id, const uint8_t *data,
			 size_t len)
{
	bool address = len >= 6 && data[0] == 3 && data[1] == 6;

	switch (code) {
	case CONF_REQUEST:
		if (address)
			c->server_address = get32(data + 2);
		send_packet(c, PPP_IPCP, CONF_ACK, id, data, len);
		c->ip_asked = true;
		progress(c);
		break;
	case CONF_ACK:
		c->ip_acked |= id == c->ip_id;
		progress(c);
		break;
	case CONF_NAK:
		if (!address || id != c->ip_id)
			break;
		c->address = get32(data + 2);
		c->ip_id++;
		ipcp_request(c);
		break;
	case CONF_REJECT:
		client_failed(c, FAILURE_NETWORK);
		break;
	default:
		break;
	}
}

static void receive_ipv6cp(struct client *c, uint8_t code, uint8_t id, const uint8_t *data,
			   size_t len)
{
	switch (code) {
	case CONF_REQUEST:
		/* The server's own; without IPv6 the protocol is rejected by silence. */
		if (!load.options.ipv6)
			break;
		send_packet(c, PPP_IPV6CP, CONF_ACK, id, data, len);
		c->ip6_asked = true;
		progress(c);
		break;
	case CONF_ACK:
		c->ip6_acked |= id == c->ip6_id;
		progress(c);
		break;
	case CONF_NAK:
		if (len < 10 || id != c->ip6_id)
			break;
		c->ifid = (uint64_t)get32(data + 2) << 32 | get32(data + 6);
		c->ip6_id++;
		ipv6cp_request(c);
		break;
	case CONF_REJECT:
		client_failed(c, FAILURE_NETWORK);
		break;
	default:
		break;
	}
}

static void receive_network(struct client *c, uint16_t protocol, uint8_t code, uint8_t id,
			    const uint8_t *data, size_t len)
{
	/* The server may begin before its "success" is here: on one line nothing overtakes. */
	if (c->phase != PHASE_NETWORK && c->phase != PHASE_UP)
		return;
	if (protocol == PPP_IPCP)
		receive_ipcp(c, code, id, data, len);
	else
		receive_ipv6cp(c, code, id, data, len);
}

/**
 * ppp_receive() - a frame for a client
 * @c: the client, which has a session
 * @frame: the frame, from the protocol field on
 * @len: its length
 */
void ppp_receive(struct client *c, const uint8_t *frame, size_t len)
{
	uint16_t protocol, length;
	uint8_t packet[FRAME_MAX];

	if (len < 2 + HEADER || c->mute)
		return;
	protocol = get16(frame);
	frame += 2;
	len -= 2;
	if (protocol == PPP_IP) {
		if (len >= 28 && frame[9] == 1 && frame[20] == 0)
			load.pongs++;
		return;
	}
	length = get16(frame + 2);
	if (length < HEADER || length > len || length > sizeof(packet))
		return;
	memcpy(packet, frame, length);
	len = length - HEADER;
	switch (protocol) {
	case PPP_LCP:
		receive_lcp(c, packet[0], packet[1], packet + HEADER, len);
		break;
	case PPP_CHAP:
	case PPP_PAP:
		receive_auth(c, protocol, packet[0], packet[1], packet + HEADER, len);
		break;
	case PPP_IPCP:
	case PPP_IPV6CP:
		receive_network(c, protocol, packet[0], packet[1], packet + HEADER, len);
		break;
	default:
		break;
	}
}
