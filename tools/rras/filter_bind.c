// SPDX-License-Identifier: GPL-2.0
/*
 * rras filter bind, unbind, bindings: sets in force on interfaces, links and clients.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/array.h"
#include "filter.h"
#include "netlink.h"
#include "rras.h"
#include "table.h"

static const struct { const char *word; uint8_t log; } logs[] = {
	{ "drops", IPFLTDRV_LOG_DROPS },
	{ "filters", IPFLTDRV_LOG_FILTERS },
	{ "both", IPFLTDRV_LOG_DROPS | IPFLTDRV_LOG_FILTERS },
};

/* What a binding is to say; below 0: as before, or the default of a new one. */
struct wish {
	unsigned int directions;
	int closed, fragments, strong_host, log;
	long long group, rate;
};

/* The words that are left. */
struct words {
	int argc;
	char **argv;
};

static const char *next(struct words *w)
{
	w->argc--;
	return *w->argv++;
}

static bool next_is(const struct words *w, const char *word)
{
	return w->argc && !strcmp(w->argv[0], word);
}

static int take_log_kind(struct words *w)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(logs); i++) {
		if (next_is(w, logs[i].word)) {
			next(w);
			return logs[i].log;
		}
	}
	return IPFLTDRV_LOG_DROPS;
}

/* log off | log GROUP [drops|filters|both] [rate N] */
static int take_log(struct words *w, struct wish *wish)
{
	unsigned int number;

	if (next_is(w, "off")) {
		next(w);
		wish->log = 0;
		return EXIT_OK;
	}
	if (!w->argc || !parse_number(w->argv[0], &number) || number > 65535)
		return usage("filter bind: expected off or a group from 0 to 65535 after 'log'");
	next(w);
	wish->group = number;
	wish->log = take_log_kind(w);
	if (!next_is(w, "rate"))
		return EXIT_OK;
	next(w);
	if (!w->argc || !parse_number(w->argv[0], &number))
		return usage("filter bind: expected packets a second after 'rate', 0 for no limit");
	next(w);
	wish->rate = number;
	return EXIT_OK;
}

static int take_switch(struct words *w, const char *what, int *value)
{
	unsigned char on;

	if (!w->argc || !parse_switch(w->argv[0], &on))
		return usage("filter bind: expected on or off after '%s'", what);
	next(w);
	*value = on;
	return EXIT_OK;
}

static int take_fragments(struct words *w, struct wish *wish)
{
	wish->fragments = w->argc ? filter_fragments(w->argv[0]) : -1;
	if (wish->fragments < 0)
		return usage("filter bind: expected pass, check or drop after 'fragments'");
	next(w);
	return EXIT_OK;
}

static int take_closed(struct words *w, struct wish *wish)
{
	wish->closed = 1;
	if (next_is(w, "on") || next_is(w, "off"))
		return take_switch(w, "closed", &wish->closed);
	return EXIT_OK;
}

static int take_wish(struct words *w, struct wish *wish)
{
	const char *word;
	int code = EXIT_OK;

	*wish = (struct wish){
		.closed = -1, .fragments = -1, .strong_host = -1, .log = -1, .group = -1,
		.rate = -1,
	};
	while (w->argc && !code) {
		word = next(w);
		if (!strcmp(word, "in"))
			wish->directions |= IPFLTDRV_INGRESS;
		else if (!strcmp(word, "out"))
			wish->directions |= IPFLTDRV_EGRESS;
		else if (!strcmp(word, "fragments"))
			code = take_fragments(w, wish);
		else if (!strcmp(word, "strong-host"))
			code = take_switch(w, word, &wish->strong_host);
		else if (!strcmp(word, "log"))
			code = take_log(w, wish);
		else if (!strcmp(word, "closed"))
			code = take_closed(w, wish);
		else
			code = usage("filter bind: unknown '%s': in, out, fragments, strong-host, "
				     "log or closed", word);
	}
	return code;
}

static void put_wish(struct nlmsghdr *nlh, const struct wish *wish)
{
	if (wish->directions)
		mnl_attr_put_u8(nlh, IPFLTDRV_A_BINDING_DIRECTIONS, (uint8_t)wish->directions);
	if (wish->closed >= 0)
		mnl_attr_put_u8(nlh, IPFLTDRV_A_BINDING_CLOSED, (uint8_t)wish->closed);
	if (wish->fragments >= 0)
		mnl_attr_put_u8(nlh, IPFLTDRV_A_BINDING_FRAGMENTS, (uint8_t)wish->fragments);
	if (wish->strong_host >= 0)
		mnl_attr_put_u8(nlh, IPFLTDRV_A_BINDING_STRONG_HOST, (uint8_t)wish->strong_host);
	if (wish->log >= 0)
		mnl_attr_put_u8(nlh, IPFLTDRV_A_BINDING_LOG, (uint8_t)wish->log);
	if (wish->group >= 0)
		mnl_attr_put_u16(nlh, IPFLTDRV_A_BINDING_LOG_GROUP, (uint16_t)wish->group);
	if (wish->rate >= 0)
		mnl_attr_put_u32(nlh, IPFLTDRV_A_BINDING_LOG_RATE, (uint32_t)wish->rate);
}

static const char *target_text(const struct filter_target *t)
{
	static char text[128];

	if (t->link)
		snprintf(text, sizeof(text), "%s link %u", t->name, t->link_id);
	else if (t->client.family)
		snprintf(text, sizeof(text), "%s client %s", t->name,
			 filter_address_text(&t->client));
	else
		snprintf(text, sizeof(text), "%s", t->name);
	return text;
}

/**
 * filter_bind_main - rras filter bind
 * @argc: number of words after it
 * @argv: the words
 *
 * Return: an exit code.
 */
int filter_bind_main(int argc, char **argv)
{
	struct words w = { .argc = argc - 1, .argv = argv + 1 };
	const char *set = argc ? argv[0] : "";
	struct filter_target t;
	struct filter_kernel k;
	struct nlmsghdr *nlh;
	struct wish wish;
	int code, err;

	if (!argc || filter_bad_name(set, strlen(set)))
		return usage("filter bind: expected the name of a set%s%s", argc ? ": " : "",
			     argc ? filter_bad_name(set, strlen(set)) : "");
	code = filter_take_target("filter bind", &w.argc, &w.argv, &t);
	if (!code)
		code = take_wish(&w, &wish);
	if (!code)
		code = filter_open(&k);
	if (code)
		return code;
	nlh = filter_request(&k, IPFLTDRV_CMD_BINDING_SET, 0);
	filter_put_target(nlh, &t);
	filter_put_name(nlh, IPFLTDRV_A_BINDING_SET, set);
	put_wish(nlh, &wish);
	err = filter_ask(&k, nlh, NULL, NULL);
	if (err)
		code = filter_refused(&k, err, target_text(&t));
	filter_close(&k);
	return code;
}

/**
 * filter_unbind_main - rras filter unbind
 * @argc: number of words after it
 * @argv: the words
 *
 * Return: an exit code.
 */
int filter_unbind_main(int argc, char **argv)
{
	struct filter_target t;
	struct filter_kernel k;
	struct nlmsghdr *nlh;
	int code, err;

	code = filter_take_target("filter unbind", &argc, &argv, &t);
	if (!code && argc)
		code = usage("filter unbind: unexpected '%s'", argv[0]);
	if (!code)
		code = filter_open(&k);
	if (code)
		return code;
	nlh = filter_request(&k, IPFLTDRV_CMD_BINDING_REMOVE, 0);
	filter_put_target(nlh, &t);
	err = filter_ask(&k, nlh, NULL, NULL);
	if (err)
		code = filter_refused(&k, err, target_text(&t));
	filter_close(&k);
	return code;
}

/* A binding as it came; what is absent is NULL. */
struct view {
	const struct nlattr *tb[IPFLTDRV_A_BINDING_MAX + 1];
	const char *device, *set;
	struct filter_target on;
	uint64_t forwarded[FILTER_DIRECTIONS], dropped[FILTER_DIRECTIONS];
};

static uint64_t number(const struct view *v, int type)
{
	return nl_attr_uint(v->tb[type]);
}

static void parse_address(const struct nlattr *attr, uint8_t family, struct filter_address *a)
{
	size_t len = family == 4 ? 4 : 16;

	if (!attr || mnl_attr_get_payload_len(attr) != len)
		return;
	a->family = family;
	memcpy(a->address, mnl_attr_get_payload(attr), len);
}

static void parse_stats(const struct nlattr *nest, uint64_t *forwarded, uint64_t *dropped)
{
	const struct nlattr *tb[IPFLTDRV_A_BINDING_STATS_MAX + 1];

	if (!nest)
		return;
	nl_nest_parse(nest, tb, IPFLTDRV_A_BINDING_STATS_MAX);
	*forwarded = nl_attr_uint(tb[IPFLTDRV_A_BINDING_STATS_FORWARDED]);
	*dropped = nl_attr_uint(tb[IPFLTDRV_A_BINDING_STATS_DROPPED]);
}

static bool view_parse(struct view *v, const struct nlmsghdr *nlh)
{
	const uint8_t *address;
	uint32_t id;

	memset(v, 0, sizeof(*v));
	if (nl_genl_parse(nlh, v->tb, IPFLTDRV_A_BINDING_MAX))
		return false;
	v->set = nl_attr_text(v->tb[IPFLTDRV_A_BINDING_SET]);
	v->device = netlink_ifname((uint32_t)number(v, IPFLTDRV_A_BINDING_IFINDEX));
	if (v->tb[IPFLTDRV_A_BINDING_LINK_ADDRESS] &&
	    mnl_attr_get_payload_len(v->tb[IPFLTDRV_A_BINDING_LINK_ADDRESS]) ==
	    IPFLTDRV_HWADDR_LEN) {
		address = mnl_attr_get_payload(v->tb[IPFLTDRV_A_BINDING_LINK_ADDRESS]);
		memcpy(&id, address + 2, sizeof(id));
		v->on.link = true;
		v->on.link_id = ntohl(id);
	}
	parse_address(v->tb[IPFLTDRV_A_BINDING_CLIENT_IPV4], 4, &v->on.client);
	parse_address(v->tb[IPFLTDRV_A_BINDING_CLIENT_IPV6], 6, &v->on.client);
	parse_stats(v->tb[IPFLTDRV_A_BINDING_INGRESS], &v->forwarded[FILTER_IN],
		    &v->dropped[FILTER_IN]);
	parse_stats(v->tb[IPFLTDRV_A_BINDING_EGRESS], &v->forwarded[FILTER_OUT],
		    &v->dropped[FILTER_OUT]);
	return v->set;
}

static const char *directions_text(const struct view *v)
{
	switch (number(v, IPFLTDRV_A_BINDING_DIRECTIONS)) {
	case IPFLTDRV_INGRESS:
		return "in";
	case IPFLTDRV_EGRESS:
		return "out";
	default:
		return "in out";
	}
}

static const char *log_word(const struct view *v)
{
	uint64_t log = number(v, IPFLTDRV_A_BINDING_LOG);
	size_t i;

	for (i = 0; i < ARRAY_SIZE(logs); i++) {
		if (logs[i].log == log)
			return logs[i].word;
	}
	return "off";
}

/* "on": in force; else why not. */
static const char *state_text(const struct view *v)
{
	if (!number(v, IPFLTDRV_A_BINDING_LOADED))
		return "closed";
	if (v->on.client.family && !v->tb[IPFLTDRV_A_BINDING_LINK])
		return "waits";
	return "on";
}

static const char *options_text(const struct view *v)
{
	static char text[160];
	int n;

	n = snprintf(text, sizeof(text), "fragments %s%s%s",
		     filter_fragments_name(number(v, IPFLTDRV_A_BINDING_FRAGMENTS)),
		     number(v, IPFLTDRV_A_BINDING_STRONG_HOST) ? " strong-host on" : "",
		     number(v, IPFLTDRV_A_BINDING_CLOSED) ? " closed" : "");
	if (number(v, IPFLTDRV_A_BINDING_LOG))
		snprintf(text + n, sizeof(text) - (size_t)n, " log %llu %s rate %llu",
			 (unsigned long long)number(v, IPFLTDRV_A_BINDING_LOG_GROUP), log_word(v),
			 (unsigned long long)number(v, IPFLTDRV_A_BINDING_LOG_RATE));
	return text;
}

static const struct column columns[] = {
	{ .title = "DEVICE" }, { .title = "LINK OR CLIENT" }, { .title = "SET" },
	{ .title = "STATE" }, { .title = "DIRECTIONS" },
	{ .title = "IN FORWARDED", .right = true, .wide = true },
	{ .title = "DROPPED", .right = true, .wide = true },
	{ .title = "OUT FORWARDED", .right = true, .wide = true },
	{ .title = "DROPPED", .right = true, .wide = true },
	{ .title = "LOGGED", .right = true, .wide = true },
	{ .title = "LOST", .right = true, .wide = true },
	{ .title = "OPTIONS" },
};

static void add_row(const struct view *v, struct table *t)
{
	int d;

	table_cell(t, "%s", v->device);
	if (v->on.link)
		table_cell(t, "link %u", v->on.link_id);
	else if (v->on.client.family)
		table_cell(t, "client %s", filter_address_text(&v->on.client));
	else
		table_cell(t, "-");
	table_cell(t, "%s", v->set);
	table_cell(t, "%s", state_text(v));
	table_cell(t, "%s", directions_text(v));
	for (d = 0; d < FILTER_DIRECTIONS; d++) {
		table_cell(t, "%s", text_count(v->forwarded[d]));
		table_cell(t, "%s", text_count(v->dropped[d]));
	}
	table_cell(t, "%s", text_count(number(v, IPFLTDRV_A_BINDING_LOGGED)));
	table_cell(t, "%s", text_count(number(v, IPFLTDRV_A_BINDING_LOG_LOST)));
	table_cell(t, "%s", options_text(v));
}

static void target_members(const struct view *v, struct json *j)
{
	json_field_string(j, "device", v->device);
	if (v->on.link)
		json_field_uint(j, "link-address", v->on.link_id);
	if (v->on.client.family)
		json_field_string(j, "client", filter_address_text(&v->on.client));
	if (v->tb[IPFLTDRV_A_BINDING_LINK])
		json_field_uint(j, "link", number(v, IPFLTDRV_A_BINDING_LINK));
}

static void add_object(const struct view *v, struct table *t)
{
	char text[2048];
	struct json j;

	json_init(&j, text, sizeof(text));
	json_open(&j, '{');
	target_members(v, &j);
	json_field_string(&j, "set", v->set);
	json_field_string(&j, "state", state_text(v));
	json_field_bool(&j, "in", number(v, IPFLTDRV_A_BINDING_DIRECTIONS) & IPFLTDRV_INGRESS);
	json_field_bool(&j, "out", number(v, IPFLTDRV_A_BINDING_DIRECTIONS) & IPFLTDRV_EGRESS);
	json_field_bool(&j, "closed", number(v, IPFLTDRV_A_BINDING_CLOSED));
	json_field_bool(&j, "loaded", number(v, IPFLTDRV_A_BINDING_LOADED));
	json_field_string(&j, "fragments",
			  filter_fragments_name(number(v, IPFLTDRV_A_BINDING_FRAGMENTS)));
	json_field_bool(&j, "strong-host", number(v, IPFLTDRV_A_BINDING_STRONG_HOST));
	json_field_string(&j, "log", log_word(v));
	json_field_uint(&j, "log-group", number(v, IPFLTDRV_A_BINDING_LOG_GROUP));
	json_field_uint(&j, "log-rate", number(v, IPFLTDRV_A_BINDING_LOG_RATE));
	json_field_uint(&j, "logged", number(v, IPFLTDRV_A_BINDING_LOGGED));
	json_field_uint(&j, "log-lost", number(v, IPFLTDRV_A_BINDING_LOG_LOST));
	json_field_uint(&j, "in-forwarded", v->forwarded[FILTER_IN]);
	json_field_uint(&j, "in-dropped", v->dropped[FILTER_IN]);
	json_field_uint(&j, "out-forwarded", v->forwarded[FILTER_OUT]);
	json_field_uint(&j, "out-dropped", v->dropped[FILTER_OUT]);
	json_close(&j, '}');
	if (!j.full)
		table_object(t, text);
}

static int on_binding(const struct nlmsghdr *nlh, void *data)
{
	struct view v;

	if (!view_parse(&v, nlh))
		return MNL_CB_OK;
	if (options.json)
		add_object(&v, data);
	else
		add_row(&v, data);
	return MNL_CB_OK;
}

static int show_bindings(struct filter_kernel *k, uint32_t ifindex)
{
	struct nlmsghdr *nlh;
	struct table t;
	int code, err, tries = 0;

	table_init(&t, columns, ARRAY_SIZE(columns));
	do {
		table_reset(&t);
		nlh = filter_request(k, IPFLTDRV_CMD_BINDING_GET, NLM_F_DUMP);
		if (ifindex)
			mnl_attr_put_u32(nlh, IPFLTDRV_A_BINDING_IFINDEX, ifindex);
		err = filter_ask(k, nlh, on_binding, &t);
	} while (err == -EINTR && ++tries < 20);
	code = err ? filter_refused(k, err, "bindings") : table_print(&t);
	table_clean(&t);
	return code;
}

/**
 * filter_bindings_main - rras filter bindings
 * @argc: number of words after it
 * @argv: the words
 *
 * Return: an exit code.
 */
int filter_bindings_main(int argc, char **argv)
{
	struct filter_target t = { 0 };
	struct filter_kernel k;
	int code = EXIT_OK;

	if (argc && (argc != 2 || strcmp(argv[0], "dev")))
		return usage("filter bindings: expected dev DEV or nothing");
	if (argc && !filter_take_device("filter bindings", argv[1], &t, &code))
		return code;
	code = filter_open(&k);
	if (code)
		return code;
	code = show_bindings(&k, t.ifindex);
	filter_close(&k);
	return code;
}
