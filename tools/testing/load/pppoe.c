// SPDX-License-Identifier: GPL-2.0
/*
 * Clients over PPPoE, each with an Ethernet address of its own: 02:4c and its number.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "load.h"

#define HEADER		20		/* Ethernet and PPPoE */

enum code { PADI = 0x09, PADO = 0x07, PADR = 0x19, PADS = 0x65, PADT = 0xa7 };
enum tag {
	TAG_END, TAG_SERVICE = 0x0101, TAG_HOST_UNIQ = 0x0103, TAG_COOKIE = 0x0104,
	TAG_ERRORS = 0x0201, TAG_ERRORS_LAST = 0x0203,
};

/* Both kinds of frames and nothing else. */
static int attach_filter(int fd)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 12),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ETH_P_PPP_SES, 1, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ETH_P_PPP_DISC, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, UINT16_MAX),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	struct sock_fprog program = { sizeof(code) / sizeof(*code), code };

	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program));
}

/*
 * One socket for all: of two, the one with the first frames of a session may be read before the
 * one with the PADS that names it.
 */
static int pppoe_open(void)
{
	struct sockaddr_ll address = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = (int)if_nametoindex(load.options.device),
	};
	struct packet_mreq promiscuous = {
		.mr_ifindex = address.sll_ifindex,
		.mr_type = PACKET_MR_PROMISC,
	};
	int fd, yes = 1;

	fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK, 0);
	if (fd < 0 || !address.sll_ifindex || attach_filter(fd))
		die("%s: %s", load.options.device, strerror(errno));
	setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &yes, sizeof(yes));
	setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &promiscuous, sizeof(promiscuous));
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)))
		die("%s: %s", load.options.device, strerror(errno));
	batch_open(fd);
	return fd;
}

/* A frame that leaves with the next batch; its payload follows the 20 bytes. */
static uint8_t *frame_begin(const struct client *c, const uint8_t *to, uint16_t protocol,
			    uint8_t code, uint16_t session)
{
	uint8_t *frame = batch_begin();

	memcpy(frame, to, 6);
	frame[6] = 0x02;
	frame[7] = 0x4c;
	put32(frame + 8, c->number);
	put16(frame + 12, protocol);
	frame[14] = 0x11;
	frame[15] = code;
	put16(frame + 16, session);
	return frame;
}

static void frame_end(uint8_t *frame, size_t payload)
{
	put16(frame + 18, (uint16_t)payload);
	batch_end(HEADER + payload);
}

static uint8_t *put_tag(uint8_t *at, uint16_t type, const void *data, size_t len)
{
	put16(at, type);
	put16(at + 2, (uint16_t)len);
	memcpy(at + 4, data, len);
	return at + 4 + len;
}

static void pppoe_seek(struct client *c)
{
	static const uint8_t everybody[6] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
	uint8_t *frame = frame_begin(c, everybody, ETH_P_PPP_DISC, PADI, 0);
	uint8_t *at = frame + HEADER;

	at = put_tag(at, TAG_SERVICE, "", 0);
	at = put_tag(at, TAG_HOST_UNIQ, &c->magic, sizeof(c->magic));
	frame_end(frame, (size_t)(at - frame) - HEADER);
}

static void pppoe_ask(struct client *c)
{
	uint8_t *frame = frame_begin(c, c->server_mac, ETH_P_PPP_DISC, PADR, 0);
	uint8_t *at = frame + HEADER;

	at = put_tag(at, TAG_SERVICE, "", 0);
	at = put_tag(at, TAG_HOST_UNIQ, &c->magic, sizeof(c->magic));
	if (c->cookie_len)
		at = put_tag(at, TAG_COOKIE, c->cookie, c->cookie_len);
	frame_end(frame, (size_t)(at - frame) - HEADER);
}

static void pppoe_send(struct client *c, uint16_t protocol, const void *data, size_t len)
{
	uint8_t *frame = frame_begin(c, c->server_mac, ETH_P_PPP_SES, 0, c->session);

	put16(frame + HEADER, protocol);
	memcpy(frame + HEADER + 2, data, len);
	frame_end(frame, 2 + len);
}

static void pppoe_hang_up(struct client *c)
{
	frame_end(frame_begin(c, c->server_mac, ETH_P_PPP_DISC, PADT, c->session), 0);
}

/* What matters of a PADO or PADS. Return: whether it is an answer to our request. */
static bool parse_tags(struct client *c, const uint8_t *at, size_t len, bool *error)
{
	bool ours = false;
	uint16_t type, size;

	*error = false;
	while (len >= 4) {
		type = get16(at);
		size = get16(at + 2);
		if (size > len - 4 || type == TAG_END)
			break;
		if (type == TAG_HOST_UNIQ)
			ours = size == sizeof(c->magic) && !memcmp(at + 4, &c->magic, size);
		if (type == TAG_COOKIE && size <= COOKIE_MAX) {
			c->cookie_len = (uint8_t)size;
			memcpy(c->cookie, at + 4, size);
		}
		*error |= type >= TAG_ERRORS && type <= TAG_ERRORS_LAST;
		at += 4 + size;
		len -= 4 + size;
	}
	return ours;
}

static void receive_discovery(struct client *c, const uint8_t *frame, size_t len)
{
	uint16_t session = get16(frame + 16);
	bool error;

	if (frame[15] == PADT) {
		if (c->phase > PHASE_ASK && session == c->session)
			client_ended(c);
		return;
	}
	if (frame[15] == PADO && c->phase == PHASE_SEEK &&
	    parse_tags(c, frame + HEADER, len - HEADER, &error)) {
		memcpy(c->server_mac, frame + 6, 6);
		client_found(c);
		return;
	}
	if (frame[15] != PADS || c->phase != PHASE_ASK ||
	    !parse_tags(c, frame + HEADER, len - HEADER, &error))
		return;
	if (error || !session) {
		client_failed(c, FAILURE_ASK);
		return;
	}
	c->session = session;
	client_connected(c);
}

static void receive_session(struct client *c, const uint8_t *frame, size_t len)
{
	size_t payload = get16(frame + 18);

	if (c->phase > PHASE_ASK && get16(frame + 16) == c->session && payload <= len - HEADER)
		ppp_receive(c, frame + HEADER, payload);
}

static void receive(const uint8_t *frame, size_t len)
{
	uint32_t number = get32(frame + 2);

	if (len < HEADER || get16(frame) != 0x024c || number >= load.options.count)
		return;
	if (get16(frame + 12) == ETH_P_PPP_DISC)
		receive_discovery(load.clients + number, frame, len);
	else
		receive_session(load.clients + number, frame, len);
}

static bool pppoe_receive(void)
{
	return batch_receive(receive);
}

const struct transport transport_pppoe = {
	.name = "pppoe",
	.open = pppoe_open,
	.receive = pppoe_receive,
	.seek = pppoe_seek,
	.ask = pppoe_ask,
	.send = pppoe_send,
	.hang_up = pppoe_hang_up,
};
