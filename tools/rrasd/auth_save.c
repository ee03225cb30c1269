// SPDX-License-Identifier: GPL-2.0
/*
 * What a client may have, written down for another process. Pure.
 */
#include <stdlib.h>
#include <string.h>

#include "auth.h"
#include "record.h"

/* Whole words, no holes: what is written is what is compared. */
struct grant_saved {
	uint32_t address_kind, address;
	uint32_t prefix_kind, prefix_len;
	struct in6_addr prefix;
	uint32_t session_s, idle_s, interim_s;
};

/* struct auth_route has some. */
struct route_saved {
	uint32_t dst, bits;
};

static void save_routes(const struct auth_grant *g, struct record_writer *w)
{
	struct route_saved routes[AUTH_ROUTES_MAX];
	size_t i;

	for (i = 0; i < g->route_count; i++)
		routes[i] = (struct route_saved){ g->routes[i].dst.s_addr, g->routes[i].bits };
	if (g->route_count)
		record_put(w, RECORD_GRANT_ROUTES, routes, g->route_count * sizeof(*routes));
}

/**
 * auth_grant_save - write down a grant
 * @g: the grant
 * @w: where to
 */
void auth_grant_save(const struct auth_grant *g, struct record_writer *w)
{
	struct grant_saved saved = {
		.address_kind = g->address_kind, .address = g->address,
		.prefix_kind = g->prefix_kind, .prefix_len = g->prefix.len,
		.prefix = g->prefix.address,
		.session_s = g->session_s, .idle_s = g->idle_s, .interim_s = g->interim_s,
	};

	record_put(w, RECORD_GRANT, &saved, sizeof(saved));
	if (g->pool)
		record_put_text(w, RECORD_GRANT_POOL, g->pool);
	if (g->filter_set)
		record_put_text(w, RECORD_GRANT_FILTERS, g->filter_set);
	save_routes(g, w);
	if (g->class_len)
		record_put(w, RECORD_GRANT_CLASS, g->class, g->class_len);
}

static bool load_text(const struct record *r, enum record_tag tag, char **text)
{
	size_t len;

	if (!record_find(r, tag, &len))
		return true;
	*text = malloc(len + 1);
	return *text && record_get_text(r, tag, *text, len + 1);
}

static bool load_routes(struct auth_grant *g, const struct record *r)
{
	struct route_saved saved;
	const uint8_t *bytes;
	size_t len, i;

	bytes = record_find(r, RECORD_GRANT_ROUTES, &len);
	if (!bytes)
		return true;
	if (!len || len % sizeof(saved) || len / sizeof(saved) > AUTH_ROUTES_MAX)
		return false;
	g->routes = calloc(len / sizeof(saved), sizeof(*g->routes));
	if (!g->routes)
		return false;
	g->route_count = len / sizeof(saved);
	for (i = 0; i < g->route_count; i++) {
		memcpy(&saved, bytes + i * sizeof(saved), sizeof(saved));
		if (!saved.bits || saved.bits > 32)
			return false;
		g->routes[i] = (struct auth_route){
			.dst.s_addr = saved.dst, .bits = (uint8_t)saved.bits,
		};
	}
	return true;
}

static bool load_class(struct auth_grant *g, const struct record *r)
{
	const void *bytes;
	size_t len;

	bytes = record_find(r, RECORD_GRANT_CLASS, &len);
	if (!bytes)
		return true;
	g->class = len ? malloc(len) : NULL;
	if (!g->class)
		return false;
	memcpy(g->class, bytes, len);
	g->class_len = len;
	return true;
}

/**
 * auth_grant_load - read a grant
 * @g: empty; gets it, or part of it: to be cleared in any case
 * @r: what was written down; not trusted
 *
 * Return: whether there is one that makes sense.
 */
bool auth_grant_load(struct auth_grant *g, const struct record *r)
{
	struct grant_saved saved;

	if (!record_get(r, RECORD_GRANT, &saved, sizeof(saved)) || saved.prefix_len > 128 ||
	    saved.address_kind > USER_ADDRESS_FIXED || saved.prefix_kind > USER_PREFIX_FIXED)
		return false;
	g->address_kind = (enum user_address)saved.address_kind;
	g->address = saved.address;
	g->prefix_kind = (enum user_prefix)saved.prefix_kind;
	g->prefix.len = (uint8_t)saved.prefix_len;
	g->prefix.address = saved.prefix;
	g->session_s = saved.session_s;
	g->idle_s = saved.idle_s;
	g->interim_s = saved.interim_s;
	return load_text(r, RECORD_GRANT_POOL, &g->pool) &&
	       load_text(r, RECORD_GRANT_FILTERS, &g->filter_set) &&
	       load_routes(g, r) && load_class(g, r);
}
