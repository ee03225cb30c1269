// SPDX-License-Identifier: GPL-2.0
/*
 * Router advertisements to the clients, see advertise.h.
 *
 * When (RFC 4861 section 6.2): three soon after a client came, then at random times between a third
 * of the interval and all of it, and when it asks. Random delays before an answer are for a medium
 * with many routers; here the answer comes at once, but not more than one a second.
 *
 * One timer ticks for all of them: each client waits in the slot of its second.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <netinet/icmp6.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "advertise.h"
#include "config.h"
#include "log.h"
#include "ra.h"
#include "rrasd.h"
#include "session.h"

#define TICK_S		1.0
#define SLOTS		2048		/* seconds: more than the longest interval */
#define EARLY		3		/* MAX_INITIAL_RTR_ADVERTISEMENTS */
#define EARLY_S		16		/* MAX_INITIAL_RTR_ADVERT_INTERVAL */
#define ANSWER_MS	1000
#define MESSAGES_A_TURN	32
#define MESSAGE_LEN	1500

struct advertiser {
	struct rrasd *d;
	int out;		/* packet socket, only to send */
	int in;			/* ICMPv6 */
	int ifindex;
	ev_io watcher;
	ev_timer timer;
	uint64_t second;	/* the last one whose slot was served */
	uint32_t waiting;	/* clients */
	uint32_t seed;
	uint64_t sent, failed, asked, ignored;
	struct list slots[SLOTS];
};

static uint64_t this_second(void)
{
	return rrasd_now() / 1000;
}

/* Spreads the load, no more: nobody gains from guessing. */
static uint32_t random_below(struct advertiser *a, uint32_t limit)
{
	a->seed = a->seed * 1664525 + 1013904223;
	return (uint32_t)((uint64_t)a->seed * limit >> 32);
}

static void wait_for(struct advertiser *a, struct session *s, uint32_t seconds)
{
	list_remove(&s->ipv6.turn);
	list_append(&a->slots[(a->second + seconds) % SLOTS], &s->ipv6.turn);
}

/* The next time, unless somebody asks before. */
static void plan(struct advertiser *a, struct session *s)
{
	uint32_t longest = s->config->advertise_ms / 1000;
	uint32_t shortest = longest / 3;

	if (s->ipv6.early) {
		s->ipv6.early--;
		shortest = 0;
		if (longest > EARLY_S)
			longest = EARLY_S;
	}
	wait_for(a, s, shortest + 1 + random_below(a, longest - shortest));
}

static void fill(const struct session *s, struct ra *ra)
{
	const struct config *c = s->config;
	uint32_t interval = c->advertise_ms / 1000;

	*ra = (struct ra){
		.source = prefix_link_local(c->local_ifid),
		.mtu = s->ipv6.mtu,
		/* The defaults of RFC 4861 section 6.2.1 and RFC 8106 section 5.1. */
		.router_s = (uint16_t)(3 * interval),
		.dns_s = 3 * interval,
		/* RFC 9096 section 3.1: a client shall not keep for long what is no longer his. */
		.preferred_s = 2700 > 3 * interval ? 2700 : 3 * interval,
		.valid_s = 5400,
		.dns = { c->dns6[0], c->dns6[1] },
	};
	ra->prefix.address = prefix_address(prefix_high(&s->ipv6.prefix.address), 0);
	ra->prefix.len = 64;
}

static void send_to(struct advertiser *a, struct session *s)
{
	struct sockaddr_ll to = {
		.sll_family = AF_PACKET, .sll_protocol = htons(ETHERTYPE_IPV6),
		.sll_ifindex = a->ifindex, .sll_halen = 6,
	};
	uint32_t link = htonl(s->link);
	uint8_t packet[RA_LEN_MAX];
	struct ra ra;
	size_t len;

	fill(s, &ra);
	len = ra_build(packet, &ra);
	to.sll_addr[0] = 0x02;		/* the link address: 02:00 and its number */
	memcpy(to.sll_addr + 2, &link, sizeof(link));
	s->ipv6.advertised = rrasd_now();
	if (sendto(a->out, packet, len, MSG_DONTWAIT, (struct sockaddr *)&to, sizeof(to)) < 0) {
		a->failed++;
		log_debug("session %u: router advertisement: %m", s->link);
		return;
	}
	a->sent++;
}

static void serve_slot(struct advertiser *a, struct list *slot)
{
	struct session *s;

	while (!list_empty(slot)) {
		s = container_of(slot->next, struct session, ipv6.turn);
		send_to(a, s);
		plan(a, s);
	}
}

static void on_tick(struct ev_loop *loop, ev_timer *t, int revents)
{
	struct advertiser *a = t->data;
	uint64_t now = this_second();

	(void)revents;
	if (now - a->second > SLOTS)
		a->second = now - SLOTS;	/* we slept: each slot once */
	while (a->second < now) {
		a->second++;
		serve_slot(a, &a->slots[a->second % SLOTS]);
	}
	if (!a->waiting)
		ev_timer_stop(loop, t);
}

/**
 * advertise_begin - a client is there
 * @s: its session, with IPv6 up
 *
 * Not at once: it has to make its interface ready first, and many ask when it is.
 */
void advertise_begin(struct session *s)
{
	struct advertiser *a = s->d->advertiser;

	if (!a->waiting++) {
		a->second = this_second();
		ev_timer_again(s->d->loop, &a->timer);
	}
	list_init(&s->ipv6.turn);
	s->ipv6.early = EARLY - 1;
	wait_for(a, s, 1);
}

/**
 * advertise_end - a client is gone
 * @s: its session; nothing happens unless advertise_begin() was called
 */
void advertise_end(struct session *s)
{
	if (!s->ipv6.up)
		return;
	list_remove(&s->ipv6.turn);
	s->d->advertiser->waiting--;
}

static void answer(struct advertiser *a, const struct in6_addr *source)
{
	struct session *s = NULL;

	if (IN6_IS_ADDR_LINKLOCAL(source))
		s = ipv6_find(a->d, prefix_low(source));
	if (!s || !s->ipv6.up) {
		a->ignored++;
		return;
	}
	a->asked++;
	if (rrasd_now() - s->ipv6.advertised < ANSWER_MS) {
		wait_for(a, s, 1);
		return;
	}
	send_to(a, s);
	plan(a, s);
}

static int hop_limit_of(struct msghdr *m)
{
	struct cmsghdr *c;
	int hops = -1;

	for (c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c)) {
		if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_HOPLIMIT)
			memcpy(&hops, CMSG_DATA(c), sizeof(hops));
	}
	return hops;
}

static void on_solicitation(struct ev_loop *loop, ev_io *w, int revents)
{
	static uint8_t message[MESSAGE_LEN];
	char control[CMSG_SPACE(sizeof(int))];
	struct advertiser *a = w->data;
	struct sockaddr_in6 from = { 0 };
	struct iovec iov = { .iov_base = message, .iov_len = sizeof(message) };
	struct msghdr m;
	ssize_t len;
	int i;

	(void)loop;
	(void)revents;
	for (i = 0; i < MESSAGES_A_TURN; i++) {
		m = (struct msghdr){
			.msg_name = &from, .msg_namelen = sizeof(from), .msg_iov = &iov,
			.msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof(control),
		};
		len = recvmsg(w->fd, &m, MSG_DONTWAIT);
		if (len < 0)
			return;
		if (!(m.msg_flags & MSG_TRUNC) &&
		    ra_solicited(message, (size_t)len, &from.sin6_addr, hop_limit_of(&m)))
			answer(a, &from.sin6_addr);
		else
			a->ignored++;
	}
}

/* Only solicitations get through; the kernel has checked their sums. */
static int open_icmp(void)
{
	struct icmp6_filter filter;
	int fd, err, on = 1;

	fd = socket(AF_INET6, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_ICMPV6);
	if (fd < 0)
		return -errno;
	ICMP6_FILTER_SETBLOCKALL(&filter);
	ICMP6_FILTER_SETPASS(ND_ROUTER_SOLICIT, &filter);
	if (setsockopt(fd, IPPROTO_ICMPV6, ICMP6_FILTER, &filter, sizeof(filter)) == 0 &&
	    setsockopt(fd, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, &on, sizeof(on)) == 0)
		return fd;
	err = -errno;
	close(fd);
	return err;
}

/**
 * advertise_open - be able to advertise
 * @d: the daemon; its @advertiser is set
 *
 * Return: 0 or a negative error, which has been logged; -EAFNOSUPPORT, and nothing logged: the
 * kernel has no IPv6.
 */
int advertise_open(struct rrasd *d)
{
	struct advertiser *a;
	int i, in, out;

	in = open_icmp();
	if (in == -EAFNOSUPPORT)
		return in;
	out = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	a = in < 0 || out < 0 ? NULL : calloc(1, sizeof(*a));
	if (!a) {
		log_error("sockets for router advertisements: %s",
			  in < 0 ? strerror(-in) : strerror(errno));
		if (in >= 0)
			close(in);
		if (out >= 0)
			close(out);
		return in < 0 ? in : -EIO;
	}
	a->d = d;
	a->in = in;
	a->out = out;
	a->seed = (uint32_t)hash_bytes(&in, sizeof(in));
	for (i = 0; i < SLOTS; i++)
		list_init(&a->slots[i]);
	ev_io_init(&a->watcher, on_solicitation, in, EV_READ);
	a->watcher.data = a;
	ev_init(&a->timer, on_tick);
	a->timer.repeat = TICK_S;
	a->timer.data = a;
	d->advertiser = a;
	return 0;
}

/**
 * advertise_close - the opposite; all sessions have ended
 * @d: the daemon
 */
void advertise_close(struct rrasd *d)
{
	struct advertiser *a = d->advertiser;

	if (!a)
		return;
	ev_io_stop(d->loop, &a->watcher);
	ev_timer_stop(d->loop, &a->timer);
	close(a->in);
	close(a->out);
	free(a);
	d->advertiser = NULL;
}

/**
 * advertise_interface - the WAN interface has come up
 * @d: the daemon
 * @ifindex: its number, perhaps not that of before
 *
 * The socket hears what comes from there, and nothing from anywhere else.
 */
void advertise_interface(struct rrasd *d, int ifindex)
{
	struct ipv6_mreq group = { .ipv6mr_interface = (unsigned int)ifindex };
	struct advertiser *a = d->advertiser;

	if (!a || a->ifindex == ifindex)
		return;
	a->ifindex = ifindex;
	group.ipv6mr_multiaddr.s6_addr[0] = 0xff;	/* ff02::2, all routers */
	group.ipv6mr_multiaddr.s6_addr[1] = 0x02;
	group.ipv6mr_multiaddr.s6_addr[15] = 0x02;
	if (setsockopt(a->in, SOL_SOCKET, SO_BINDTODEVICE, d->config->wan,
		       (socklen_t)strlen(d->config->wan)) < 0 ||
	    setsockopt(a->in, IPPROTO_IPV6, IPV6_JOIN_GROUP, &group, sizeof(group)) < 0)
		log_error("%s: router solicitations cannot be heard: %m", d->config->wan);
	ev_io_start(d->loop, &a->watcher);
}

/**
 * advertise_stats - counters as members of an object
 * @d: the daemon
 * @j: where to write them
 */
void advertise_stats(const struct rrasd *d, struct json *j)
{
	const struct advertiser *a = d->advertiser;

	json_field_uint(j, "advertisements-sent", a->sent);
	json_field_uint(j, "advertisements-failed", a->failed);
	json_field_uint(j, "solicitations-answered", a->asked);
	json_field_uint(j, "solicitations-ignored", a->ignored);
}
