// SPDX-License-Identifier: GPL-2.0
/*
 * IPv6 of the sessions, see ipv6.h.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "advertise.h"
#include "config.h"
#include "ipv6.h"
#include "kernel.h"
#include "log.h"
#include "pool6.h"
#include "record.h"
#include "rrasd.h"
#include "session_internal.h"
#include "wan.h"

#define TRIES	64	/* identifiers invented for one client: the first is nearly always free */

struct ipv6 {
	struct pool6 *pool;
	struct htable by_ifid;
};

static struct log_limit error_limit;

static void reserve(const struct prefix *p, void *data)
{
	pool6_reserve(data, p);
}

/**
 * ipv6_reserve - keep the prefixes that belong to certain users for them
 * @d: the daemon
 */
void ipv6_reserve(struct rrasd *d)
{
	if (!d->ipv6)
		return;
	pool6_unreserve_all(d->ipv6->pool);
	users_each_prefix(d->users, reserve, d->ipv6->pool);
}

/**
 * ipv6_open - be able to serve IPv6, if the configuration wants it and the kernel can
 * @d: the daemon; its @ipv6 is set unless there is to be no IPv6
 *
 * Return: 0 or a negative error, which has been logged.
 */
int ipv6_open(struct rrasd *d)
{
	struct ipv6 *v;
	int err;

	if (!d->config->ipv6)
		return 0;
	err = advertise_open(d);
	if (err == -EAFNOSUPPORT) {
		log_warning("this kernel has no IPv6: clients get IPv4 only");
		return 0;
	}
	if (err)
		return err;
	v = calloc(1, sizeof(*v));
	if (!v)
		return -ENOMEM;
	d->ipv6 = v;
	v->pool = pool6_create(&d->config->pool6, &d->config->local6);
	if (!v->pool || htable_init(&v->by_ifid))
		return -ENOMEM;
	ipv6_reserve(d);
	return 0;
}

/**
 * ipv6_close - the opposite; all sessions have ended
 * @d: the daemon
 */
void ipv6_close(struct rrasd *d)
{
	struct ipv6 *v = d->ipv6;

	advertise_close(d);
	if (!v)
		return;
	pool6_destroy(v->pool);
	htable_clean(&v->by_ifid);
	free(v);
	d->ipv6 = NULL;
}

static uint64_t hash_ifid(uint64_t ifid)
{
	return hash_bytes(&ifid, sizeof(ifid));
}

/**
 * ipv6_find - whose client has an identifier?
 * @d: the daemon
 * @ifid: the identifier
 *
 * Return: the session or NULL.
 */
struct session *ipv6_find(const struct rrasd *d, uint64_t ifid)
{
	struct hnode *n;
	struct session *s;

	if (!d->ipv6)
		return NULL;
	n = htable_first(&d->ipv6->by_ifid, hash_ifid(ifid));
	for (; n; n = htable_next(n)) {
		s = container_of(n, struct session, ipv6.by_ifid);
		if (s->ipv6.ifid == ifid)
			return s;
	}
	return NULL;
}

/* With one prefix for all, our own address must not be a client's either. */
static bool usable(const struct session *s, uint64_t ifid)
{
	const struct config *c = s->config;

	if (!ppp_ifid_valid(ifid) || ifid == c->local_ifid || ipv6_find(s->d, ifid))
		return false;
	return !prefix_contains(&s->ipv6.prefix, &c->local6) || ifid != prefix_low(&c->local6);
}

/*
 * The client's wish if nobody else has it; or one that comes out the same for a user each time he
 * connects, so that his address does.
 */
static uint64_t choose_ifid(const struct session *s, uint64_t wanted)
{
	uint8_t key[USER_WORD_MAX + 1];
	uint64_t ifid;
	int i;

	if (usable(s, wanted))
		return wanted;
	memcpy(key, s->user, s->user_len);
	for (i = 0; i < TRIES; i++) {
		key[s->user_len] = (uint8_t)i;
		/* The bit that says "unique in the world" is for those made of an address. */
		ifid = hash_bytes(key, s->user_len + 1U) & ~(UINT64_C(1) << 57);
		if (usable(s, ifid))
			return ifid;
	}
	return 0;
}

/*
 * An address of his own comes with its identifier or not at all. Who has it already is he himself,
 * on a line that is dead: the newer session takes it, as with an IPv4 address.
 */
static uint64_t own_ifid(const struct session *s)
{
	uint64_t ifid = prefix_low(&s->ipv6.prefix.address);
	const struct session *other = ipv6_find(s->d, ifid);

	if (other && prefix_equal(&other->ipv6.prefix, &s->ipv6.prefix))
		return ifid;
	return usable(s, ifid) ? ifid : 0;
}

static bool choose_prefix(struct session *s)
{
	struct pool6 *pool = s->d->ipv6->pool;

	if (s->grant.prefix_kind == USER_PREFIX_NONE)
		return false;
	if (s->grant.prefix_kind == USER_PREFIX_FIXED) {
		s->ipv6.prefix = s->grant.prefix;
		if (s->d->config->conflict == WAN_CONFLICT_REPLACE ||
		    !pool6_owner(pool, &s->grant.prefix))
			pool6_claim(pool, &s->grant.prefix, s);
		return true;
	}
	if (pool6_take(pool, hash_bytes(s->user, s->user_len), s, &s->ipv6.prefix))
		return true;
	if (s->config->pool6.len && log_allowed(&error_limit))
		log_warning("session %u: %s: no IPv6 prefix left in the pool", s->link,
			    log_printable(s->user, s->user_len));
	return false;
}

/* Nobody shares a prefix of his own, unless it is that of the pool. */
static bool shared(const struct session *s)
{
	return s->ipv6.prefix.len == 64 && pool6_shared(s->d->ipv6->pool) &&
	       pool6_contains(s->d->ipv6->pool, &s->ipv6.prefix.address);
}

/**
 * ipv6_identifier - the interface identifier of a session's client
 * @s: the session, authenticated
 * @wanted: what the client asks for, valid, or 0
 *
 * Return: the identifier, and the session has its prefix; 0: no IPv6 for this client.
 */
uint64_t ipv6_identifier(struct session *s, uint64_t wanted)
{
	uint64_t ifid;

	if (!s->d->ipv6 || !s->user || !choose_prefix(s))
		return 0;
	ifid = s->ipv6.prefix.len == 128 ? own_ifid(s) : choose_ifid(s, wanted);
	if (!ifid) {
		log_warning("session %u: %s: no interface identifier is left for him", s->link,
			    log_printable(s->user, s->user_len));
		ipv6_release(s);
		return 0;
	}
	if (shared(s)) {
		s->ipv6.prefix.address = prefix_address(prefix_high(&s->ipv6.prefix.address), ifid);
		s->ipv6.prefix.len = 128;
	}
	s->ipv6.ifid = ifid;
	htable_add(&s->d->ipv6->by_ifid, &s->ipv6.by_ifid, hash_ifid(ifid));
	return ifid;
}

static int add_route(struct session *s)
{
	int err;

	if (pool6_contains(s->d->ipv6->pool, &s->ipv6.prefix.address))
		return 0;
	err = wan_route6_add(s->d->wan, &s->ipv6.prefix);
	s->ipv6.routed = !err;
	return err;
}

static void remove_route(struct session *s)
{
	if (s->ipv6.routed)
		wan_route6_remove(s->d->wan, &s->ipv6.prefix);
	s->ipv6.routed = false;
}

/**
 * ipv6_prepare - make a client's addresses live
 * @s: the session
 * @net: what was agreed on
 *
 * Return: 0 or a negative error, which has been logged.
 */
int ipv6_prepare(struct session *s, const struct ppp_network *net)
{
	struct in6_addr peer = prefix_link_local(net->peer_ifid);
	struct rrasd *d = s->d;
	struct ppp_link link;
	int err;

	err = add_route(s);
	if (err)
		return err;
	err = kernel_line6_up(d->kernel, s->link, wan_ifindex(d->wan), &peer, &s->ipv6.prefix,
			      net->mtu);
	if (err) {
		if (!session_conflict(s, PPP_PROTO_IPV6, err) && log_allowed(&error_limit))
			log_error("session %u: line-up of IPv6 refused: %s", s->link,
				  kernel_error(d->kernel));
		remove_route(s);
		return err;
	}
	pool6_claim(d->ipv6->pool, &s->ipv6.prefix, s);
	s->ipv6.line_lost = false;
	ppp_session_link(&s->ppp, &link);
	s->ipv6.mtu = link.mru < link.mtu ? link.mru : link.mtu;
	return 0;
}

/**
 * ipv6_up - packets may flow: tell the client its prefix
 * @s: the session
 */
void ipv6_up(struct session *s)
{
	s->ipv6.up = true;
	advertise_begin(s);
	if (s->ipv6.told)
		return;
	s->ipv6.told = true;
	log_info("session %u: %s has IPv6: %s", s->link, log_printable(s->user, s->user_len),
		 prefix_text(&s->ipv6.prefix));
}

/**
 * ipv6_down - undo ipv6_prepare()
 * @s: the session
 */
void ipv6_down(struct session *s)
{
	advertise_end(s);
	s->ipv6.up = false;
	remove_route(s);
	if (s->link_down || s->ipv6.line_lost || s->ppp.lower_lost)
		return;
	if (kernel_line6_down(s->d->kernel, s->link))
		log_debug("session %u: line-down of IPv6: %s", s->link, kernel_error(s->d->kernel));
}

/**
 * ipv6_release - give prefix and identifier back
 * @s: the session
 */
void ipv6_release(struct session *s)
{
	if (!s->d->ipv6)
		return;
	if (s->ipv6.ifid)
		htable_remove(&s->d->ipv6->by_ifid, &s->ipv6.by_ifid);
	s->ipv6.ifid = 0;
	if (s->ipv6.prefix.len)
		pool6_release(s->d->ipv6->pool, &s->ipv6.prefix, s);
	s->ipv6.prefix.len = 0;
}

/* As it is written down. */
struct session_ipv6_saved {
	uint64_t ifid;
	struct in6_addr prefix;
	uint32_t prefix_len;
	uint32_t mtu;
};

/**
 * ipv6_save - write down what a session has of IPv6
 * @s: the session
 * @w: where to
 */
void ipv6_save(const struct session *s, struct record_writer *w)
{
	struct session_ipv6_saved saved = {
		.ifid = s->ipv6.ifid, .prefix = s->ipv6.prefix.address,
		.prefix_len = s->ipv6.prefix.len, .mtu = s->ipv6.mtu,
	};

	if (s->ipv6.ifid)
		record_put(w, RECORD_IPV6, &saved, sizeof(saved));
}

/**
 * ipv6_restore - read what a session of the process before us had of IPv6; nothing is claimed yet
 * @s: the session
 * @d: the daemon
 * @r: what was written down
 *
 * Return: whether it can have that; it may be nothing.
 */
bool ipv6_restore(struct session *s, const struct rrasd *d, const struct record *r)
{
	struct session_ipv6_saved saved;
	size_t len;

	if (!record_find(r, RECORD_IPV6, &len))
		return true;
	if (!d->ipv6 || !record_get(r, RECORD_IPV6, &saved, sizeof(saved)) ||
	    !ppp_ifid_valid(saved.ifid) || (saved.prefix_len != 64 && saved.prefix_len != 128) ||
	    ipv6_find(d, saved.ifid))
		return false;
	s->ipv6.ifid = saved.ifid;
	s->ipv6.prefix.address = saved.prefix;
	s->ipv6.prefix.len = (uint8_t)saved.prefix_len;
	s->ipv6.mtu = (uint16_t)saved.mtu;
	return true;
}

/**
 * ipv6_restored - the session goes on: claim what it has
 * @s: the session, after ipv6_restore()
 */
void ipv6_restored(struct session *s)
{
	struct ipv6 *v = s->d->ipv6;

	htable_add(&v->by_ifid, &s->ipv6.by_ifid, hash_ifid(s->ipv6.ifid));
	pool6_claim(v->pool, &s->ipv6.prefix, s);
	s->ipv6.told = true;
	if (s->ppp.ipv6cp.prepared)
		add_route(s);
	if (!s->ppp.ipv6cp.up)
		return;
	s->ipv6.up = true;
	advertise_begin(s);
}

/**
 * ipv6_json - what a session has of IPv6 as members of an object
 * @s: the session
 * @j: where to write them
 */
void ipv6_json(const struct session *s, struct json *j)
{
	struct in6_addr peer = prefix_link_local(s->ipv6.ifid);
	char text[INET6_ADDRSTRLEN];

	if (!s->ipv6.ifid)
		return;
	inet_ntop(AF_INET6, &peer, text, sizeof(text));
	json_field_string(j, "ipv6-link-local", text);
	json_field_string(j, s->ipv6.prefix.len == 128 ? "ipv6-address" : "ipv6-prefix",
			  prefix_text(&s->ipv6.prefix));
	json_field_bool(j, "ipv6-up", s->ipv6.up);
}

/**
 * ipv6_count - how many prefixes there are, and where they are
 * @d: the daemon
 * @counts: the answer; all zero without IPv6
 */
void ipv6_count(const struct rrasd *d, struct pool_counts *counts)
{
	*counts = (struct pool_counts){ 0 };
	if (d->ipv6)
		pool6_count(d->ipv6->pool, counts);
}

/**
 * ipv6_stats - counters of IPv6 as members of an object
 * @d: the daemon
 * @j: where to write them
 */
void ipv6_stats(const struct rrasd *d, struct json *j)
{
	struct pool_counts counts;

	if (!d->ipv6)
		return;
	pool6_count(d->ipv6->pool, &counts);
	json_field_uint(j, "prefixes-size", counts.size);
	json_field_uint(j, "prefixes-used", counts.used);
	json_field_uint(j, "prefixes-reserved", counts.reserved);
	advertise_stats(d, j);
}
