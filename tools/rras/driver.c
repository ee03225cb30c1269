// SPDX-License-Identifier: GPL-2.0
/*
 * rras driver: intermediate drivers between the links and the WAN interfaces.
 */
#include <linux/genetlink.h>
#include <linux/ndiswan.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/array.h"
#include "../lib/names.h"
#include "driver.h"
#include "netlink.h"
#include "rras.h"

const char driver_help[] =
	"usage: rras driver [ list ]             the stack, nearest to IP first; -s with packets\n"
	"       rras driver show NAME            everything about one\n"
	"       rras driver link ID              the drivers on one link, with packets\n"
	"       rras driver set NAME on|off [ link ID ]\n"
	"       rras driver set NAME mandatory on|off\n"
	"\n"
	"off:       packets pass it by, on this link, or on all links and on those to come\n"
	"mandatory: a link that it could not be put on, or that it left, carries no data:\n"
	"           such links are blocked\n"
	"missing:   it is mandatory, but its module is not loaded\n"
	"\n"
	"What a driver has taken it injects or drops later; held is what it has now. In comes\n"
	"from the client, out goes to it.\n";

/* Counters of a layer, in the order in which a packet meets them. */
static const struct counter {
	const char *name;
	const char *title;
	int type;
} counters[] = {
	{ "in-seen", "IN SEEN", NDISWAN_A_LAYER_STATS_RX_SEEN },
	{ "in-passed", "PASSED", NDISWAN_A_LAYER_STATS_RX_PASSED },
	{ "in-taken", "TAKEN", NDISWAN_A_LAYER_STATS_RX_TAKEN },
	{ "in-injected", "INJECTED", NDISWAN_A_LAYER_STATS_RX_INJECTED },
	{ "in-dropped", "DROPPED", NDISWAN_A_LAYER_STATS_RX_DROPPED },
	{ "out-seen", "OUT SEEN", NDISWAN_A_LAYER_STATS_TX_SEEN },
	{ "out-passed", "PASSED", NDISWAN_A_LAYER_STATS_TX_PASSED },
	{ "out-taken", "TAKEN", NDISWAN_A_LAYER_STATS_TX_TAKEN },
	{ "out-injected", "INJECTED", NDISWAN_A_LAYER_STATS_TX_INJECTED },
	{ "out-dropped", "DROPPED", NDISWAN_A_LAYER_STATS_TX_DROPPED },
	{ "held", "HELD", NDISWAN_A_LAYER_STATS_HELD },
};

#define COUNTERS	ARRAY_SIZE(counters)

static const struct column driver_columns[] = {
	{ .title = "ALTITUDE", .right = true }, { .title = "NAME" }, { .title = "CLASS" },
	{ .title = "FLAGS" }, { .title = "LINKS", .right = true },
	{ .title = "BLOCKED", .right = true },
};

static const struct column layer_columns[] = {
	{ .title = "ALTITUDE", .right = true }, { .title = "NAME" }, { .title = "CLASS" },
	{ .title = "STATE" },
};

#define COLUMNS_MAX	(ARRAY_SIZE(driver_columns) + COUNTERS + 1)

/* A driver, or a driver on a link, as it came; what is absent is NULL. */
struct view {
	const struct nlmsghdr *nlh;
	const struct nlattr *tb[NDISWAN_A_DRIVER_MAX + 1];
	const struct nlattr *stats[NDISWAN_A_LAYER_STATS_MAX + 1];
	const char *name;
};

static bool view_parse(struct view *v, const struct nlmsghdr *nlh)
{
	v->nlh = nlh;
	if (nl_genl_parse(nlh, v->tb, NDISWAN_A_DRIVER_MAX))
		return false;
	v->name = nl_attr_text(v->tb[NDISWAN_A_DRIVER_NAME]);
	memset(v->stats, 0, sizeof(v->stats));
	if (v->tb[NDISWAN_A_DRIVER_STATS])
		nl_nest_parse(v->tb[NDISWAN_A_DRIVER_STATS], v->stats, NDISWAN_A_LAYER_STATS_MAX);
	return v->name;
}

static uint64_t number(const struct view *v, int type)
{
	return nl_attr_uint(v->tb[type]);
}

static const char *class_of(const struct view *v)
{
	return name_driver_class((uint32_t)number(v, NDISWAN_A_DRIVER_CLASS));
}

static const char *state_of(const struct view *v)
{
	return name_layer_state((uint32_t)number(v, NDISWAN_A_DRIVER_LAYER_STATE));
}

/* Only what is out of the ordinary. */
static const char *flags_of(const struct view *v)
{
	static char text[64];

	snprintf(text, sizeof(text), "%s%s%s",
		 number(v, NDISWAN_A_DRIVER_ENABLED) ? "" : ",off",
		 number(v, NDISWAN_A_DRIVER_MANDATORY) ? ",mandatory" : "",
		 v->tb[NDISWAN_A_DRIVER_MISSING] ? ",missing" : "");
	return text[0] ? text + 1 : "-";
}

/* The columns of a table with those of the counters behind. */
static size_t add_columns(struct column *all, const struct column *some, size_t width, bool wide)
{
	size_t i;

	memcpy(all, some, width * sizeof(*some));
	for (i = 0; i < COUNTERS; i++)
		all[width++] = (struct column){ .title = counters[i].title, .right = true,
						.wide = wide };
	all[width++] = (struct column){ .title = "DROPPED FOR", .wide = wide };
	return width;
}

static void add_counters(const struct view *v, struct table *t)
{
	char text[512];
	size_t i;

	for (i = 0; i < COUNTERS; i++)
		table_cell(t, "%s", text_count(nl_attr_uint(v->stats[counters[i].type])));
	table_cell(t, "%s", netlink_drops_text(v->nlh, NDISWAN_A_DRIVER_DROP, text, sizeof(text)));
}

static void counter_members(const struct view *v, struct json *j)
{
	size_t i;

	for (i = 0; i < COUNTERS; i++)
		json_field_uint(j, counters[i].name, nl_attr_uint(v->stats[counters[i].type]));
	netlink_drops_json(v->nlh, NDISWAN_A_DRIVER_DROP, j);
}

static void begin_object(const struct view *v, struct json *j, char *text)
{
	json_init(j, text, TABLE_OBJECT_LEN);
	json_open(j, '{');
	if (v->tb[NDISWAN_A_DRIVER_LINK])
		json_field_uint(j, "link", number(v, NDISWAN_A_DRIVER_LINK));
	json_field_string(j, "name", v->name);
	json_field_uint(j, "altitude", number(v, NDISWAN_A_DRIVER_ALTITUDE));
	json_field_string(j, "class", class_of(v));
}

static void end_object(const struct view *v, struct json *j, char *text, struct table *t,
		       bool stats)
{
	if (stats)
		counter_members(v, j);
	json_close(j, '}');
	if (!j->full)
		table_object(t, text);
}

static void driver_object(const struct view *v, struct table *t, bool stats)
{
	static char text[TABLE_OBJECT_LEN];
	struct json j;

	begin_object(v, &j, text);
	json_field_bool(&j, "enabled", number(v, NDISWAN_A_DRIVER_ENABLED));
	json_field_bool(&j, "mandatory", number(v, NDISWAN_A_DRIVER_MANDATORY));
	json_field_bool(&j, "missing", v->tb[NDISWAN_A_DRIVER_MISSING]);
	json_field_uint(&j, "headroom", number(v, NDISWAN_A_DRIVER_HEADROOM));
	json_field_uint(&j, "mru-cost", number(v, NDISWAN_A_DRIVER_MRU_COST));
	json_field_uint(&j, "links", number(v, NDISWAN_A_DRIVER_LINKS));
	json_field_uint(&j, "blocked-links", number(v, NDISWAN_A_DRIVER_BLOCKED_LINKS));
	end_object(v, &j, text, t, stats);
}

static int on_driver(const struct nlmsghdr *nlh, void *data)
{
	struct view v;

	if (!view_parse(&v, nlh))
		return MNL_CB_OK;
	if (options.json) {
		driver_object(&v, data, options.stats);
		return MNL_CB_OK;
	}
	table_cell(data, "%llu", (unsigned long long)number(&v, NDISWAN_A_DRIVER_ALTITUDE));
	table_cell(data, "%s", v.name);
	table_cell(data, "%s", class_of(&v));
	table_cell(data, "%s", flags_of(&v));
	table_cell(data, "%llu", (unsigned long long)number(&v, NDISWAN_A_DRIVER_LINKS));
	table_cell(data, "%llu", (unsigned long long)number(&v, NDISWAN_A_DRIVER_BLOCKED_LINKS));
	add_counters(&v, data);
	return MNL_CB_OK;
}

static int driver_list(int argc, char **argv)
{
	struct column columns[COLUMNS_MAX];
	struct request r;
	size_t width;
	int code;

	if (argc)
		return usage("driver list: unexpected '%s'", argv[0]);
	width = add_columns(columns, driver_columns, ARRAY_SIZE(driver_columns), true);
	code = netlink_begin(&r, NDISWAN_FAMILY_NAME, NDISWAN_CMD_DRIVER_GET, NLM_F_DUMP);
	return code ? code : netlink_show(&r, columns, width, on_driver, "intermediate drivers");
}

static void print_number(const char *name, uint64_t value)
{
	printf("  %-18s %llu\n", name, (unsigned long long)value);
}

static int print_driver(const struct nlmsghdr *nlh, void *data)
{
	struct view v;
	size_t i;

	if (!view_parse(&v, nlh))
		return MNL_CB_OK;
	if (options.json) {
		driver_object(&v, data, true);
		return MNL_CB_OK;
	}
	printf("driver %s\n", v.name);
	print_number("altitude", number(&v, NDISWAN_A_DRIVER_ALTITUDE));
	printf("  %-18s %s\n", "class", class_of(&v));
	printf("  %-18s %s\n", "flags", flags_of(&v));
	print_number("headroom", number(&v, NDISWAN_A_DRIVER_HEADROOM));
	print_number("mru cost", number(&v, NDISWAN_A_DRIVER_MRU_COST));
	print_number("links", number(&v, NDISWAN_A_DRIVER_LINKS));
	print_number("blocked links", number(&v, NDISWAN_A_DRIVER_BLOCKED_LINKS));
	for (i = 0; i < COUNTERS; i++)
		print_number(counters[i].name, nl_attr_uint(v.stats[counters[i].type]));
	netlink_drops_print(nlh, NDISWAN_A_DRIVER_DROP, "  ");
	return MNL_CB_OK;
}

static int on_layer(const struct nlmsghdr *nlh, void *data)
{
	static char text[TABLE_OBJECT_LEN];
	struct json j;
	struct view v;

	if (!view_parse(&v, nlh))
		return MNL_CB_OK;
	if (options.json) {
		begin_object(&v, &j, text);
		json_field_string(&j, "state", state_of(&v));
		end_object(&v, &j, text, data, true);
		return MNL_CB_OK;
	}
	table_cell(data, "%llu", (unsigned long long)number(&v, NDISWAN_A_DRIVER_ALTITUDE));
	table_cell(data, "%s", v.name);
	table_cell(data, "%s", class_of(&v));
	table_cell(data, "%s", state_of(&v));
	add_counters(&v, data);
	return MNL_CB_OK;
}

/* A dump of the layers of a link that is not there would be empty, not refused. */
static int find_link(uint32_t id)
{
	struct request r;
	char what[32];
	int code;

	code = netlink_begin(&r, NDISWAN_FAMILY_NAME, NDISWAN_CMD_LINK_GET, 0);
	if (code)
		return code;
	mnl_attr_put_u32(r.nlh, NDISWAN_A_LINK_ID, id);
	snprintf(what, sizeof(what), "link %u", id);
	return netlink_ask(&r, NULL, NULL, NULL, what);
}

/* Ask for the layers of a link, or with 0 of all links. */
static int begin_layers(struct request *r, uint32_t id)
{
	int code;

	code = netlink_begin(r, NDISWAN_FAMILY_NAME, NDISWAN_CMD_LAYER_GET, NLM_F_DUMP);
	if (!code && id)
		mnl_attr_put_u32(r->nlh, NDISWAN_A_DRIVER_LINK, id);
	return code;
}

static int driver_link(int argc, char **argv)
{
	struct column columns[COLUMNS_MAX];
	struct request r;
	unsigned int id;
	size_t width;
	int code;

	if (argc != 1 || !parse_number(argv[0], &id))
		return usage("driver link: expected the number of a link");
	width = add_columns(columns, layer_columns, ARRAY_SIZE(layer_columns), false);
	code = find_link(id);
	if (!code)
		code = begin_layers(&r, id);
	return code ? code : netlink_show(&r, columns, width, on_layer, "intermediate drivers");
}

static bool is_word(const char *text, const char *word)
{
	return text[0] && !strncmp(word, text, strlen(text));
}

/* Begin a request about a driver. */
static int begin_named(struct request *r, uint8_t cmd, const char *name)
{
	int code;

	code = netlink_begin(r, NDISWAN_FAMILY_NAME, cmd, 0);
	if (code)
		return code;
	if (mnl_attr_put_strz_check(r->nlh, sizeof(r->buffer) / 2, NDISWAN_A_DRIVER_NAME, name))
		return EXIT_OK;
	nl_close(&r->nl);
	return fail("%.32s...: longer than the name of a driver can be", name);
}

static int driver_show(int argc, char **argv)
{
	struct request r;
	int code;

	if (argc == 2 && is_word(argv[0], "link"))
		return driver_link(1, argv + 1);
	if (argc != 1)
		return usage("driver show: expected the name of a driver, or link ID");
	code = begin_named(&r, NDISWAN_CMD_DRIVER_GET, argv[0]);
	return code ? code : netlink_show(&r, NULL, 0, print_driver, argv[0]);
}

/* The words after the name. */
static int put_change(struct nlmsghdr *nlh, int argc, char **argv)
{
	unsigned int id;
	uint8_t on;

	if (argc == 2 && is_word(argv[0], "mandatory") && parse_switch(argv[1], &on)) {
		mnl_attr_put_u8(nlh, NDISWAN_A_DRIVER_MANDATORY, on);
		return EXIT_OK;
	}
	if ((argc != 1 && argc != 3) || !parse_switch(argv[0], &on))
		return usage("driver set: expected NAME, then on or off, or mandatory on or off");
	mnl_attr_put_u8(nlh, NDISWAN_A_DRIVER_ENABLED, on);
	if (argc == 1)
		return EXIT_OK;
	if (!is_word(argv[1], "link") || !parse_number(argv[2], &id))
		return usage("driver set: expected link and its number after '%s'", argv[0]);
	mnl_attr_put_u32(nlh, NDISWAN_A_DRIVER_LINK, id);
	return EXIT_OK;
}

static int driver_set(int argc, char **argv)
{
	struct request r;
	int code;

	if (argc < 2)
		return usage("driver set: expected NAME, then on or off, or mandatory on or off");
	/* Judge the words first: what is not understood needs no module to say so. */
	code = put_change(mnl_nlmsg_put_header(r.buffer), argc - 1, argv + 1);
	if (!code)
		code = begin_named(&r, NDISWAN_CMD_DRIVER_SET, argv[0]);
	if (code)
		return code;
	put_change(r.nlh, argc - 1, argv + 1);
	return netlink_ask(&r, NULL, NULL, NULL, argv[0]);
}

static int on_count(const struct nlmsghdr *nlh, void *data)
{
	uint64_t *count = data;
	struct view v;

	if (view_parse(&v, nlh))
		*count += number(&v, NDISWAN_A_DRIVER_BLOCKED_LINKS);
	return MNL_CB_OK;
}

static int on_blocked(const struct nlmsghdr *nlh, void *data)
{
	struct blocked *b = data;
	uint32_t *ids;
	struct view v;

	if (!view_parse(&v, nlh) ||
	    number(&v, NDISWAN_A_DRIVER_LAYER_STATE) != NDISWAN_LAYER_STATE_BLOCKED)
		return MNL_CB_OK;
	/* Twice as much whenever it is a power of two. */
	if (!(b->count & (b->count - 1))) {
		ids = realloc(b->ids, (b->count ? b->count * 2 : 1) * sizeof(*ids));
		if (!ids)
			return MNL_CB_OK;
		b->ids = ids;
	}
	b->ids[b->count++] = (uint32_t)number(&v, NDISWAN_A_DRIVER_LINK);
	return MNL_CB_OK;
}

static int compare_ids(const void *a, const void *b)
{
	uint32_t first = *(const uint32_t *)a, second = *(const uint32_t *)b;

	return (first > second) - (first < second);
}

/**
 * driver_blocked_read - which links carry no data for want of a mandatory driver
 * @b: filled in; driver_blocked_clean() ends it
 *
 * The layers of all links are read only if there is such a link.
 *
 * Return: EXIT_OK, or EXIT_FAILED after a message.
 */
int driver_blocked_read(struct blocked *b)
{
	struct request r;
	uint64_t count = 0;
	int code;

	*b = (struct blocked){ 0 };
	code = netlink_begin(&r, NDISWAN_FAMILY_NAME, NDISWAN_CMD_DRIVER_GET, NLM_F_DUMP);
	if (!code)
		code = netlink_ask(&r, on_count, &count, NULL, "intermediate drivers");
	if (code || !count)
		return code;
	code = begin_layers(&r, 0);
	if (!code)
		code = netlink_ask(&r, on_blocked, b, NULL, "intermediate drivers");
	if (!code && b->count)
		qsort(b->ids, b->count, sizeof(*b->ids), compare_ids);
	return code;
}

/**
 * driver_blocked_has - is this link one of them?
 * @b: the links
 * @id: number of the link
 *
 * Return: whether it is.
 */
bool driver_blocked_has(const struct blocked *b, uint32_t id)
{
	return b->count && bsearch(&id, b->ids, b->count, sizeof(id), compare_ids);
}

/**
 * driver_blocked_clean - free what was read
 * @b: the links
 */
void driver_blocked_clean(struct blocked *b)
{
	free(b->ids);
	*b = (struct blocked){ 0 };
}

/**
 * driver_main - rras driver
 * @argc: number of words after it
 * @argv: the words
 *
 * Return: an exit code.
 */
int driver_main(int argc, char **argv)
{
	static const struct command commands[] = {
		{ "list", driver_list },
		{ "show", driver_show },
		{ "link", driver_link },
		{ "set", driver_set },
		{ 0 },
	};

	if (!argc)
		return driver_list(0, NULL);
	return command_run(commands, "command", driver_help, argc, argv);
}
