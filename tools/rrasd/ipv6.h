/* SPDX-License-Identifier: GPL-2.0 */
/*
 * IPv6 of the sessions: interface identifiers, prefixes, the line.
 *
 * A session has an identifier that no other session has, and a prefix of 64 bits, or of 128 (one
 * address) where all share one. Both are chosen when its client asks for IPv6 for the first time,
 * and stay until the session ends.
 */
#ifndef RRASD_IPV6_H
#define RRASD_IPV6_H

#include <stdbool.h>
#include <stdint.h>

#include "../lib/json.h"
#include "hash.h"
#include "ppp/ppp.h"
#include "prefix.h"
#include "users.h"

/* All clients have it as next hop, see "IPv6" in Documentation/projection.rst (RFC 2526). */
#define IPV6_NEXT_HOP	UINT64_C(0xfdffffffffffff80)

struct ipv6;
struct pool_counts;
struct record;
struct record_writer;
struct rrasd;
struct session;

/**
 * struct session_ipv6 - IPv6 of one session
 */
struct session_ipv6 {
	struct hnode by_ifid;
	/** @turn: where the advertiser keeps it while it is up */
	struct list turn;
	/** @ifid: the client's identifier; 0: none yet */
	uint64_t ifid;
	/** @prefix: what is routed to the client; @len 0: nothing yet */
	struct prefix prefix;
	/** @advertised: when it was told last, ms */
	uint64_t advertised;
	uint16_t mtu;
	/** @early: advertisements still to come soon after the begin */
	uint8_t early;
	bool up:1;
	bool told:1;		/* in the log, once */
	bool routed:1;		/* a route of its own was added */
	bool line_lost:1;	/* the kernel took the line down */
};

int ipv6_open(struct rrasd *d);
void ipv6_close(struct rrasd *d);
void ipv6_reserve(struct rrasd *d);
struct session *ipv6_find(const struct rrasd *d, uint64_t ifid);
void ipv6_count(const struct rrasd *d, struct pool_counts *counts);
void ipv6_stats(const struct rrasd *d, struct json *j);

uint64_t ipv6_identifier(struct session *s, uint64_t wanted);
int ipv6_prepare(struct session *s, const struct ppp_network *net);
void ipv6_up(struct session *s);
void ipv6_down(struct session *s);
void ipv6_release(struct session *s);
void ipv6_save(const struct session *s, struct record_writer *w);
bool ipv6_restore(struct session *s, const struct rrasd *d, const struct record *r);
void ipv6_restored(struct session *s);
void ipv6_json(const struct session *s, struct json *j);

#endif /* RRASD_IPV6_H */
