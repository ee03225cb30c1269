// SPDX-License-Identifier: GPL-2.0
/*
 * The page of metrics: what is in it. Names by Prometheus's conventions: base units, _total for
 * what only grows, one name with labels for what can be added up. Nothing is told of a single
 * session or user: their number has no bound, and their names are nobody's business here.
 */
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "access/access.h"
#include "ipv6.h"
#include "kernel.h"
#include "metrics.h"
#include "pools.h"
#include "radius.h"
#include "rrasd.h"
#include "session.h"
#include "users.h"

#define ACCESS_LEN	8192

/* What is true of all values of one name, told once before them. */
static void family(FILE *f, const char *name, const char *type, const char *help)
{
	fprintf(f, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void single(FILE *f, const char *name, const char *type, const char *help, uint64_t value)
{
	family(f, name, type, help);
	fprintf(f, "%s %llu\n", name, (unsigned long long)value);
}

/* The text of a label's value has \, " and line ends escaped; there are none in names of ours. */
static void labelled(FILE *f, const char *name, const char *label, const char *text,
		     uint64_t value)
{
	fprintf(f, "%s{%s=\"%s\"} %llu\n", name, label, text, (unsigned long long)value);
}

static void write_sessions(struct rrasd *d, FILE *f)
{
	const struct session_counts *c = sessions_counts(d->sessions);
	int i;

	family(f, "rrasd_sessions", "gauge", "Sessions there are, by access protocol.");
	for (i = 0; i < ACCESS_KINDS; i++)
		labelled(f, "rrasd_sessions", "access", access_name((enum access_kind)i),
			 c->of_kind[i]);
	single(f, "rrasd_sessions_up", "gauge", "Sessions with an IP address in use.", c->up);
	single(f, "rrasd_sessions_unfinished", "gauge",
	       "Sessions whose client has not authenticated yet.", c->unfinished);
	single(f, "rrasd_sessions_dialled", "gauge", "Sessions in which we are the client.",
	       c->uplinks);
	single(f, "rrasd_sessions_started_total", "counter", "Sessions that began.", c->started);
	single(f, "rrasd_sessions_authenticated_total", "counter",
	       "Sessions whose client has authenticated.", c->authenticated);
	single(f, "rrasd_sessions_connected_total", "counter",
	       "Sessions that had an IP address in use.", c->connected);
	single(f, "rrasd_sessions_evicted_total", "counter",
	       "Unfinished sessions that made room for another.", c->evicted);
	single(f, "rrasd_address_conflicts_total", "counter",
	       "Clients refused an address because another session has it.",
	       c->address_conflicts);
	single(f, "rrasd_auth_failures_total", "counter", "Clients that were refused.",
	       c->auth_failed);
	single(f, "rrasd_auth_limited_total", "counter",
	       "Those of them that had been wrong too often to be looked at.", c->auth_limited);
	family(f, "rrasd_sessions_ended_total", "counter", "Sessions that ended, by reason.");
	for (i = 0; i < PPP_REASONS; i++)
		labelled(f, "rrasd_sessions_ended_total", "reason",
			 ppp_reason_text((enum ppp_reason)i), c->ended[i]);
}

/* One value for each pool of addresses; the pool without a name has no label for it. */
static void each_pool(struct rrasd *d, FILE *f, const char *name,
		      uint64_t (*value)(const struct pools_counts *c))
{
	struct pools_counts c;
	size_t i;

	for (i = 0; i < pools_number(d->pools); i++) {
		pools_count(d->pools, i, &c);
		if (c.name)
			fprintf(f, "%s{family=\"ipv4\",pool=\"%s\"} %llu\n", name, c.name,
				(unsigned long long)value(&c));
		else
			labelled(f, name, "family", "ipv4", value(&c));
	}
}

static uint64_t pool_size(const struct pools_counts *c)
{
	return c->of.size;
}

static uint64_t pool_used(const struct pools_counts *c)
{
	return c->of.used;
}

static uint64_t pool_reserved(const struct pools_counts *c)
{
	return c->of.reserved;
}

static uint64_t pool_exhausted(const struct pools_counts *c)
{
	return c->exhausted;
}

static void write_pools(struct rrasd *d, FILE *f)
{
	struct pool_counts ipv6 = { 0 };

	ipv6_count(d, &ipv6);
	family(f, "rrasd_pool_size", "gauge", "Addresses or prefixes in the pool.");
	each_pool(d, f, "rrasd_pool_size", pool_size);
	labelled(f, "rrasd_pool_size", "family", "ipv6", ipv6.size);
	family(f, "rrasd_pool_used", "gauge", "Those that sessions have.");
	each_pool(d, f, "rrasd_pool_used", pool_used);
	labelled(f, "rrasd_pool_used", "family", "ipv6", ipv6.used);
	family(f, "rrasd_pool_reserved", "gauge", "Those kept for certain users, not in use.");
	each_pool(d, f, "rrasd_pool_reserved", pool_reserved);
	labelled(f, "rrasd_pool_reserved", "family", "ipv6", ipv6.reserved);
	family(f, "rrasd_pool_exhausted_total", "counter",
	       "How often a client got no address because the pool had none left.");
	each_pool(d, f, "rrasd_pool_exhausted_total", pool_exhausted);
}

static void write_traffic(struct rrasd *d, FILE *f)
{
	struct kernel_stats stats;

	if (kernel_stats(d->kernel, &stats))
		return;
	single(f, "rrasd_receive_bytes_total", "counter", "Bytes of packets from all clients.",
	       stats.rx_bytes);
	single(f, "rrasd_receive_packets_total", "counter", "Packets from all clients.",
	       stats.rx_packets);
	single(f, "rrasd_transmit_bytes_total", "counter", "Bytes of packets to all clients.",
	       stats.tx_bytes);
	single(f, "rrasd_transmit_packets_total", "counter", "Packets to all clients.",
	       stats.tx_packets);
}

/* One value for each server, by what is at an offset in its state. */
static void each_server(struct rrasd *d, FILE *f, const char *name, const char *help, size_t offset)
{
	struct radius_server_state s;
	uint64_t value;
	uint32_t i;

	family(f, name, "counter", help);
	for (i = 0; radius_server_state(d, i, &s); i++) {
		memcpy(&value, (const char *)&s + offset, sizeof(value));
		labelled(f, name, "server", s.name, value);
	}
}

#define SERVER(field) offsetof(struct radius_server_state, field)

static void write_radius_servers(struct rrasd *d, FILE *f)
{
	struct radius_server_state s;
	uint32_t i;

	family(f, "rrasd_radius_up", "gauge", "Did the server answer when it was asked last?");
	for (i = 0; radius_server_state(d, i, &s); i++)
		labelled(f, "rrasd_radius_up", "server", s.name, s.answers);
	each_server(d, f, "rrasd_radius_requests_total", "Requests to the server, each once.",
		    SERVER(asked));
	each_server(d, f, "rrasd_radius_resent_total", "Repetitions of them.", SERVER(resent));
	each_server(d, f, "rrasd_radius_replies_total", "Requests that it answered.",
		    SERVER(replies));
	each_server(d, f, "rrasd_radius_accepts_total", "Clients that it let in.",
		    SERVER(accepts));
	each_server(d, f, "rrasd_radius_rejects_total", "Clients that it refused.",
		    SERVER(rejects));
	each_server(d, f, "rrasd_radius_timeouts_total", "Requests that it left unanswered.",
		    SERVER(silent));
	each_server(d, f, "rrasd_radius_bad_replies_total", "Replies that were not believed.",
		    SERVER(bad_replies));
}

static void write_radius(struct rrasd *d, FILE *f)
{
	static const char changes[] = "rrasd_radius_changes_total";
	const struct radius_counts *c = radius_counts(d);

	if (radius_asks(d)) {
		write_radius_servers(d, f);
		single(f, "rrasd_radius_unanswered_total", "counter",
		       "Requests that no server answered.", c->unanswered);
		single(f, "rrasd_radius_reports_lost_total", "counter",
		       "Reports for accounting that were given up.", c->reports_lost);
	}
	if (!d->radius_coa)
		return;
	family(f, changes, "counter", "Requests of servers to change or end sessions, by result.");
	labelled(f, changes, "result", "ack", c->acks);
	labelled(f, changes, "result", "nak", c->naks);
	labelled(f, changes, "result", "ignored", c->requests_bad);
}

/* Which access protocol does a counter belong to? It begins with its name. */
static const char *access_of(const char *key, size_t *len)
{
	const char *name;
	int i;

	for (i = 0; i < ACCESS_KINDS; i++) {
		name = access_name((enum access_kind)i);
		*len = strlen(name);
		if (!strncmp(key, name, *len) && key[*len] == '-')
			return name;
	}
	return NULL;
}

static int write_access_event(const char *key, const char *value, void *data)
{
	const char *name;
	size_t len;

	name = access_of(key, &len);
	if (name && strspn(value, "0123456789") == strlen(value))
		fprintf(data, "rrasd_access_events_total{access=\"%s\",event=\"%s\"} %s\n", name,
			key + len + 1, value);
	return 0;
}

static void write_access(struct rrasd *d, FILE *f)
{
	char text[ACCESS_LEN];
	struct json j;

	json_init(&j, text, sizeof(text));
	json_open(&j, '{');
	access_json(d, &j);
	json_close(&j, '}');
	if (j.full)
		return;
	family(f, "rrasd_access_events_total", "counter",
	       "Messages of access protocols, and what was wrong with some.");
	json_read_flat(text, write_access_event, f);
}

static void write_process(struct rrasd *d, FILE *f)
{
	unsigned long long size = 0, resident = 0;
	FILE *statm = fopen("/proc/self/statm", "re");

	single(f, "rrasd_uptime_seconds", "gauge", "Since the process began.",
	       (rrasd_now() - d->started) / 1000);
	single(f, "rrasd_users", "gauge", "Lines of the secrets file.", users_count(d->users));
	if (!statm)
		return;
	if (fscanf(statm, "%llu %llu", &size, &resident) == 2)
		single(f, "process_resident_memory_bytes", "gauge", "Memory in use.",
		       resident * (unsigned long long)sysconf(_SC_PAGESIZE));
	fclose(statm);
}

/**
 * metrics_write - write the page
 * @d: the daemon
 * @f: where to
 */
void metrics_write(struct rrasd *d, FILE *f)
{
	family(f, "rrasd_build_info", "gauge", "The version, as a label.");
	labelled(f, "rrasd_build_info", "version", RRASD_VERSION, 1);
	write_process(d, f);
	write_sessions(d, f);
	write_pools(d, f);
	write_traffic(d, f);
	write_access(d, f);
	write_radius(d, f);
}
