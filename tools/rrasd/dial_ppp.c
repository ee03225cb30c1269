// SPDX-License-Identifier: GPL-2.0
/*
 * What the PPP engine asks for where we are the client: our address on the demand-dial interface,
 * then the line. In this order, for the kernel sends what it holds as soon as there is a line, and
 * the address it is sent from is chosen then.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#include "access/access.h"
#include "dial_internal.h"
#include "kernel.h"
#include "log.h"
#include "rrasd.h"
#include "session_internal.h"

/* A peer that does not say its address: nobody else has this one (RFC 7600). */
#define NAMELESS_PEER	0xc0000009

static int prepare(struct ppp_session *p, const struct ppp_network *net)
{
	struct session *s = p->data;

	if (net->protocol == PPP_PROTO_IPV6)
		return 0;
	/* Not yet: our own address is known when both sides have agreed. */
	s->uplink->peer = net->peer;
	if (!net->peer.s_addr)
		s->uplink->peer.s_addr = htonl(NAMELESS_PEER);
	return 0;
}

static void log_connected(const struct uplink *u, const struct ppp_network *net)
{
	char local[INET_ADDRSTRLEN], peer[INET_ADDRSTRLEN];

	inet_ntop(AF_INET, &u->local, local, sizeof(local));
	inet_ntop(AF_INET, &u->peer, peer, sizeof(peer));
	log_info("%s: connected over %s %s: address %s, peer %s, MTU %u", u->dial->name,
		 access_name(u->session->port->kind), u->session->port->describe(u->session), local,
		 peer, net->mtu);
}

static int line_up(struct uplink *u, const struct ppp_network *net)
{
	struct rrasd *d = u->all->d;
	int err;

	if (!u->watch.state.ifindex || !u->watch.state.up) {
		log_error("%s: it is gone or down", u->dial->name);
		return -ENODEV;
	}
	err = uplink_address(u, net->local, u->peer);
	if (err)
		return err;
	u->local = net->local;
	memcpy(u->dns, net->dns, sizeof(u->dns));
	u->session->line_lost = false;
	err = kernel_line_up(d->kernel, u->session->link, u->watch.state.ifindex, u->peer,
			     net->mtu);
	if (err)
		log_error("%s: line-up refused: %s", u->dial->name, kernel_error(d->kernel));
	else
		u->line = true;
	return err;
}

static int ipv4_up(struct uplink *u, const struct ppp_network *net)
{
	int err = line_up(u, net);

	if (err)
		return err;
	u->session->ipv4_up = true;
	uplink_write_dns(u);
	log_connected(u, net);
	return 0;
}

static void network_up(struct ppp_session *p, const struct ppp_network *net)
{
	struct session *s = p->data;
	struct uplink *u = s->uplink;

	if (net->protocol == PPP_PROTO_IPV6 ? uplink_ipv6_up(u, net) : ipv4_up(u, net)) {
		ppp_session_close(p, rrasd_now(), PPP_REASON_NETWORK_FAILED);
		return;
	}
	session_count_up(s);
	uplink_up(u);
	session_changed(s);
	if (s->was_up)
		return;
	s->was_up = true;
	s->up_since = rrasd_now();
	s->d->sessions->counts.connected++;
}

static void line_down(struct uplink *u)
{
	struct session *s = u->session;

	/* A link that is down, or whose line the kernel took away, has no line to take down. */
	if (u->line && !s->link_down && !s->line_lost && kernel_line_down(s->d->kernel, s->link))
		log_debug("%s: line-down: %s", u->dial->name, kernel_error(s->d->kernel));
	u->line = false;
}

static void ipv4_down(struct uplink *u)
{
	u->session->ipv4_up = false;
	line_down(u);
	uplink_no_address(u);
	u->local.s_addr = 0;
	u->peer.s_addr = 0;
}

static void network_down(struct ppp_session *p, uint16_t protocol)
{
	struct session *s = p->data;
	struct uplink *u = s->uplink;

	if (protocol == PPP_PROTO_IPV6)
		uplink_ipv6_down(u);
	else
		ipv4_down(u);
	session_count_up(s);
	if (!s->up)
		uplink_down(u);
	session_changed(s);
}

static void log_end(const struct uplink *u, const struct session *s, const char *text)
{
	struct kernel_stats stats;

	if (!s->was_up)
		return;		/* the failure is told by who knows what becomes of it */
	kernel_file_stats(s->fd, &stats);
	log_info("%s: disconnected: %s%s%s; %llu s, in %llu packets %llu bytes, "
		 "out %llu packets %llu bytes", u->dial->name, text, s->detail ? ": " : "",
		 s->detail ? s->detail : "",
		 (unsigned long long)(rrasd_now() - s->up_since) / 1000,
		 (unsigned long long)stats.rx_packets, (unsigned long long)stats.rx_bytes,
		 (unsigned long long)stats.tx_packets, (unsigned long long)stats.tx_bytes);
}

static void finished(struct ppp_session *p, enum ppp_reason reason, const char *text)
{
	struct session *s = p->data;
	struct uplink *u = s->uplink;

	if (reason == PPP_REASON_LOWER_DOWN && s->cause) {
		reason = s->cause;
		text = ppp_reason_text(reason);
	}
	log_end(u, s, text);
	session_finish(s, reason, text);
	uplink_ended(u, reason, text);
}

/**
 * uplink_ppp_ops - the callbacks of a session in which we are the client
 *
 * Frames, time and framing are as in every session; a client is never asked for the proof of a
 * peer or for an address.
 *
 * Return: the callbacks.
 */
const struct ppp_ops *uplink_ppp_ops(void)
{
	static struct ppp_ops ops;

	if (!ops.output) {
		ops = session_ppp_ops;
		ops.network_prepare = prepare;
		ops.network_up = network_up;
		ops.network_down = network_down;
		ops.finished = finished;
	}
	return &ops;
}
