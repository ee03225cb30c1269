// SPDX-License-Identifier: GPL-2.0
/*
 * All sessions: looking them up, limiting them, ending them, and hearing of them from the kernel.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/ndiswan.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/names.h"
#include "config.h"
#include "log.h"
#include "pools.h"
#include "rrasd.h"
#include "session_internal.h"
#include "wan.h"

/*
 * When there are too many unfinished sessions, one makes room for a new client: one whose client
 * has not said a word for so long, though it had a request of ours to answer; or one that has
 * taken so long to authenticate. An honest client is faster, unless we are overloaded: then it is
 * better to let the new one wait and to finish the others.
 */
#define SILENT_STALE_MS		250
#define UNFINISHED_STALE_MS	5000

/* When a pool is exhausted: so many clients are asked whether they are alive, out of so many. */
#define PROBES			32
#define PROBES_SEEN		1024

static struct session *of_stage(struct list *l)
{
	return container_of(l, struct session, stage);
}

/*
 * A session may end inside one of its engine's entry points, several functions deep. So its
 * memory stays until the loop is about to wait.
 */
static void reap(struct ev_loop *loop, ev_prepare *w, int revents)
{
	struct sessions *all = w->data;
	struct session *s;

	(void)loop;
	(void)revents;
	while (!list_empty(&all->dead)) {
		s = of_stage(all->dead.next);
		list_remove(&s->stage);
		config_put(s->config);
		free(s->user);
		auth_grant_clear(&s->grant);
		s->port->free(s);
	}
}

/**
 * sessions_init - there are no sessions yet
 * @d: the daemon; its @sessions is set
 *
 * Return: 0 or -ENOMEM.
 */
int sessions_init(struct rrasd *d)
{
	struct sessions *all;

	all = calloc(1, sizeof(*all));
	if (!all || htable_init(&all->by_link)) {
		free(all);
		return -ENOMEM;
	}
	if (htable_init(&all->by_user)) {
		htable_clean(&all->by_link);
		free(all);
		return -ENOMEM;
	}
	all->d = d;
	list_init(&all->all);
	list_init(&all->quiet);
	list_init(&all->silent);
	list_init(&all->unfinished);
	list_init(&all->changed);
	list_init(&all->dead);
	ev_prepare_init(&all->reaper, reap);
	all->reaper.data = all;
	ev_prepare_start(d->loop, &all->reaper);
	d->sessions = all;
	return 0;
}

/**
 * sessions_uninit - the opposite; all sessions have ended
 * @d: the daemon
 */
void sessions_uninit(struct rrasd *d)
{
	struct sessions *all = d->sessions;

	if (!all)
		return;
	reap(d->loop, &all->reaper, 0);
	ev_prepare_stop(d->loop, &all->reaper);
	htable_clean(&all->by_link);
	htable_clean(&all->by_user);
	free(all);
	d->sessions = NULL;
}

/**
 * sessions_counts - how many, and what became of them
 * @all: the sessions
 *
 * Return: the counts, always current.
 */
const struct session_counts *sessions_counts(const struct sessions *all)
{
	return &all->counts;
}

static uint64_t hash_link(uint32_t link)
{
	return hash_bytes(&link, sizeof(link));
}

/**
 * sessions_find - a session by its number
 * @all: the sessions
 * @link: the number of its link, which is its own
 *
 * Return: the session or NULL.
 */
struct session *sessions_find(const struct sessions *all, uint32_t link)
{
	struct session *s;
	struct hnode *n;

	for (n = htable_first(&all->by_link, hash_link(link)); n; n = htable_next(n)) {
		s = container_of(n, struct session, by_link);
		if (s->link == link)
			return s;
	}
	return NULL;
}

static int compare_ids(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

/**
 * sessions_ids - the numbers of all sessions, in order
 * @all: the sessions
 * @count: how many
 *
 * Return: an array to be freed, NULL without memory.
 */
uint32_t *sessions_ids(const struct sessions *all, uint32_t *count)
{
	const struct list *l;
	uint32_t *ids;

	*count = 0;
	ids = malloc((all->counts.sessions + 1) * sizeof(*ids));
	if (!ids)
		return NULL;
	for (l = all->all.next; l != &all->all; l = l->next)
		ids[(*count)++] = container_of(l, struct session, all)->link;
	qsort(ids, *count, sizeof(*ids), compare_ids);
	return ids;
}

/**
 * sessions_insert - a session begins
 * @all: the sessions
 * @s: the session
 */
void sessions_insert(struct sessions *all, struct session *s)
{
	list_append(&all->all, &s->all);
	list_append(&all->quiet, &s->quiet);
	list_init(&s->stage);
	htable_add(&all->by_link, &s->by_link, hash_link(s->link));
	all->counts.sessions++;
	all->counts.of_kind[s->port->kind]++;
	if (s->was_up)
		all->counts.taken_over++;
	else
		all->counts.started++;
	if (s->uplink)
		all->counts.uplinks++;
	if (s->authenticated)
		return;
	list_append(&all->silent, &s->stage);
	all->counts.unfinished++;
}

/**
 * sessions_heard - the client of a session has sent its first frame
 * @all: the sessions
 * @s: the session
 */
void sessions_heard(struct sessions *all, struct session *s)
{
	s->heard = true;
	if (s->authenticated)
		return;
	list_remove(&s->stage);
	list_append(&all->unfinished, &s->stage);
}

/**
 * sessions_authenticated - a session is no longer one of a stranger
 * @all: the sessions
 * @s: the session
 */
void sessions_authenticated(struct sessions *all, struct session *s)
{
	if (s->authenticated)
		return;
	s->authenticated = true;
	list_remove(&s->stage);
	all->counts.unfinished--;
	all->counts.authenticated++;
	s->port->authenticated(s);
}

/**
 * sessions_named - the user of a session is known
 * @all: the sessions
 * @s: the session; its user stays
 */
void sessions_named(struct sessions *all, struct session *s)
{
	s->named = true;
	htable_add(&all->by_user, &s->by_user, hash_bytes(s->user, s->user_len));
}

/**
 * sessions_second - another session of a user
 * @all: the sessions
 * @s: the one that does not count
 * @user: the user's name
 * @len: its bytes
 *
 * Return: one that is not about to end; NULL: there is none.
 */
struct session *sessions_second(const struct sessions *all, const struct session *s,
				const uint8_t *user, size_t len)
{
	struct session *other;
	struct hnode *n;

	for (n = htable_first(&all->by_user, hash_bytes(user, len)); n; n = htable_next(n)) {
		other = container_of(n, struct session, by_user);
		if (other != s && !other->over && !other->ppp.reason &&
		    !other->ppp.close_wanted && other->user_len == len &&
		    !memcmp(other->user, user, len))
			return other;
	}
	return NULL;
}

/**
 * sessions_retire - a session is over; its memory goes a little later
 * @all: the sessions
 * @s: the session
 * @reason: why it ended
 */
void sessions_retire(struct sessions *all, struct session *s, enum ppp_reason reason)
{
	if (!s->authenticated)
		all->counts.unfinished--;
	if (s->uplink)
		all->counts.uplinks--;
	list_remove(&s->stage);
	list_remove(&s->all);
	list_remove(&s->quiet);
	htable_remove(&all->by_link, &s->by_link);
	if (s->named)
		htable_remove(&all->by_user, &s->by_user);
	all->counts.sessions--;
	all->counts.of_kind[s->port->kind]--;
	all->counts.ended[reason]++;
	list_append(&all->dead, &s->stage);
}

/* The first of a list, if it has been there for so long. */
static struct session *stale(struct list *l, uint64_t age_ms)
{
	struct session *s;

	if (list_empty(l))
		return NULL;
	s = of_stage(l->next);
	return rrasd_now() - s->started >= age_ms ? s : NULL;
}

/**
 * sessions_full - are there as many sessions as there may be?
 * @all: the sessions
 * @config: the limits
 *
 * Return: whether, until one of them ends.
 */
bool sessions_full(const struct sessions *all, const struct config *config)
{
	return all->counts.sessions - all->counts.uplinks >= config->sessions;
}

/**
 * sessions_room - may one more session begin now?
 * @all: the sessions, not full
 * @config: the limits
 *
 * When strangers hold too many unfinished sessions, one of them goes if it has had the time that
 * an honest client needs.
 *
 * Return: whether it may; if not, it may in a moment.
 */
bool sessions_room(struct sessions *all, const struct config *config)
{
	struct session *s;

	if (all->counts.unfinished < config->unfinished)
		return true;
	s = stale(&all->silent, SILENT_STALE_MS);
	if (!s)
		s = stale(&all->unfinished, UNFINISHED_STALE_MS);
	if (!s)
		return false;
	all->counts.evicted++;
	session_lower_down(s, PPP_REASON_AUTH_TIMEOUT);
	return true;
}

/* Ending a session takes it out of the list, and it alone: the next one is read before. */
#define for_each_session(all, s, l, next)					\
	for (l = (all)->all.next;						\
	     next = l->next, s = container_of(l, struct session, all), l != &(all)->all; \
	     l = next)

/**
 * sessions_close_all - end all sessions politely
 * @all: the sessions
 * @reason: why
 *
 * Return: how many were asked to end.
 */
uint32_t sessions_close_all(struct sessions *all, enum ppp_reason reason)
{
	struct list *l, *next;
	struct session *s;
	uint32_t n = 0;

	for_each_session(all, s, l, next) {
		session_close(s, reason);
		n++;
	}
	return n;
}

/**
 * sessions_close_user - end the sessions of a user politely
 * @all: the sessions
 * @name: the user's name
 * @len: its length
 *
 * Return: how many there were.
 */
uint32_t sessions_close_user(struct sessions *all, const void *name, size_t len)
{
	struct list *l, *next;
	struct session *s;
	uint32_t n = 0;

	for_each_session(all, s, l, next) {
		if (!s->user || s->user_len != len || memcmp(s->user, name, len))
			continue;
		session_close(s, PPP_REASON_ADMIN);
		n++;
	}
	return n;
}

/**
 * sessions_drop_all - end all sessions at once, without LCP
 * @all: the sessions
 * @reason: why
 */
void sessions_drop_all(struct sessions *all, enum ppp_reason reason)
{
	struct list *l, *next;
	struct session *s;

	for_each_session(all, s, l, next)
		session_lower_down(s, reason);
}

/**
 * sessions_probe - a pool has no address left: perhaps a dead session holds one
 * @all: the sessions
 * @pool: the pool's name
 *
 * Asks the clients that have been quiet for longest, and no more of them than are worth it: whoever
 * comes again in a few seconds will find the address of one that is dead.
 *
 * Return: how many are asked.
 */
uint32_t sessions_probe(struct sessions *all, const char *pool)
{
	uint32_t n = 0, seen = 0;
	struct session *s;
	struct list *l, *next;

	for (l = all->quiet.next; l != &all->quiet && n < PROBES && seen < PROBES_SEEN; l = next) {
		next = l->next;
		seen++;
		s = container_of(l, struct session, quiet);
		if (s->uplink || !s->address || s->ppp.lcp.probing ||
		    !pools_same(all->d->pools, s->address, pool))
			continue;
		ppp_session_probe(&s->ppp, rrasd_now());
		n++;
	}
	return n;
}

/**
 * sessions_pools_changed - addresses may have left the pools, and the pools' routes will follow
 * @all: the sessions
 *
 * Who has such an address keeps it, with a route of its own. And who has one that has come back to
 * a pool holds it there again.
 */
void sessions_pools_changed(struct sessions *all)
{
	struct rrasd *d = all->d;
	struct list *l, *next;
	struct in_addr peer;
	struct session *s;

	for_each_session(all, s, l, next) {
		if (s->uplink || !s->address)
			continue;
		if (!pools_owner(d->pools, s->address))
			pools_claim(d->pools, s->address, s);
		if (!s->ppp.ipcp.prepared || s->routed || pools_contain(d->pools, s->address))
			continue;
		peer.s_addr = htonl(s->address);
		s->routed = !wan_route_add(d->wan, peer);
	}
}

static enum ppp_reason why_lost(uint32_t reason)
{
	return reason == NDISWAN_REASON_ADDRESS_TAKEN ? PPP_REASON_REPLACED : PPP_REASON_ERROR;
}

static void line_lost(struct session *s, enum ppp_reason reason, const char *detail)
{
	s->detail = detail;
	session_close(s, reason);
}

/**
 * sessions_line_lost - the kernel took IPv4 away from a link
 * @all: the sessions
 * @link: the link, of ours or not
 * @peer: the address that was live on it; 0.0.0.0 if the kernel did not say
 * @reason: enum ndiswan_reason
 */
void sessions_line_lost(struct sessions *all, uint32_t link, struct in_addr peer,
			uint32_t reason)
{
	struct session *s = sessions_find(all, link);

	if (!s || (!s->uplink && peer.s_addr && peer.s_addr != htonl(s->address)))
		return;
	s->line_lost = true;
	line_lost(s, why_lost(reason), name_reason(reason));
}

/**
 * sessions_line6_lost - the kernel took IPv6 away from a link
 * @all: the sessions
 * @link: the link, of ours or not
 * @ifid: identifier of the client whose line it was; 0 if the kernel did not say
 * @reason: enum ndiswan_reason
 *
 * IPv4 goes with it: the one reason that is not the end of all clients is a newer session that
 * has this one's prefix.
 */
void sessions_line6_lost(struct sessions *all, uint32_t link, uint64_t ifid, uint32_t reason)
{
	struct session *s = sessions_find(all, link);

	if (!s || (ifid && ifid != s->ppp.ipv6cp.prepared_for))
		return;
	s->ipv6.line_lost = true;
	line_lost(s, why_lost(reason), name_reason(reason));
}

/**
 * sessions_compare_begin - events were lost: what the kernel has is going to be compared
 * @all: the sessions
 */
void sessions_compare_begin(struct sessions *all)
{
	struct list *l, *next;
	struct session *s;

	for_each_session(all, s, l, next) {
		s->seen = false;
		s->seen6 = false;
	}
}

static bool is_at_home(const struct session *s, uint32_t ifindex)
{
	if (s->uplink)
		return ifindex;
	return ifindex && ifindex == (uint32_t)wan_ifindex(s->d->wan);
}

/**
 * sessions_compare - one link as the kernel has it
 * @all: the sessions
 * @link: the link, of ours or not
 * @ipv4: number of the interface on which it has a line of IPv4; 0: none
 * @ipv6: the same of IPv6
 *
 * A line of a client may be on an interface that the process before us had for its clients.
 */
void sessions_compare(struct sessions *all, uint32_t link, uint32_t ipv4, uint32_t ipv6)
{
	struct session *s = sessions_find(all, link);

	if (!s)
		return;
	s->seen = is_at_home(s, ipv4);
	s->seen6 = is_at_home(s, ipv6);
}

/**
 * sessions_compare_end - end the sessions whose line the kernel no longer has
 * @all: the sessions
 */
void sessions_compare_end(struct sessions *all)
{
	struct list *l, *next;
	struct session *s;

	for_each_session(all, s, l, next) {
		s->line_lost |= s->ppp.ipcp.prepared && !s->seen;
		s->ipv6.line_lost |= s->ppp.ipv6cp.prepared && !s->seen6;
		if (s->line_lost || s->ipv6.line_lost)
			line_lost(s, PPP_REASON_ERROR, "its line is not on the interface any more");
	}
}
