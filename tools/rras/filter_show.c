// SPDX-License-Identifier: GPL-2.0
/*
 * rras filter list, show, export, reset, remove: sets that the kernel has.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "../lib/array.h"
#include "filter.h"
#include "rras.h"
#include "table.h"

static const char *const direction_names[] = { "in", "out" };

static int bad_name(const char *command, const char *name)
{
	const char *wrong = filter_bad_name(name, strlen(name));

	return wrong ? usage("%s: %s", command, wrong) : EXIT_OK;
}

static void info_members(const struct filter_info *info, struct json *j)
{
	json_field_string(j, "name", info->name);
	json_field_bool(j, "loaded", info->loaded);
	if (info->loaded) {
		json_field_string(j, "default-in", filter_action(info->drop[FILTER_IN]));
		json_field_string(j, "default-out", filter_action(info->drop[FILTER_OUT]));
	}
	json_field_uint(j, "filter-count", info->filters);
	json_field_uint(j, "bytes", info->bytes);
	json_field_uint(j, "generation", info->generation);
	json_field_uint(j, "bindings", info->bindings);
	json_field_uint(j, "in-matched", info->matched[FILTER_IN]);
	json_field_uint(j, "in-unmatched", info->unmatched[FILTER_IN]);
	json_field_uint(j, "out-matched", info->matched[FILTER_OUT]);
	json_field_uint(j, "out-unmatched", info->unmatched[FILTER_OUT]);
}

static const struct column list_columns[] = {
	{ .title = "SET" }, { .title = "FILTERS", .right = true }, { .title = "DEFAULT IN" },
	{ .title = "DEFAULT OUT" }, { .title = "BINDINGS", .right = true },
	{ .title = "BYTES", .right = true },
	{ .title = "IN MATCHED", .right = true, .wide = true },
	{ .title = "UNMATCHED", .right = true, .wide = true },
	{ .title = "OUT MATCHED", .right = true, .wide = true },
	{ .title = "UNMATCHED", .right = true, .wide = true },
};

static void list_one(const struct filter_info *info, struct table *t)
{
	char text[1024];
	struct json j;
	int d;

	if (options.json) {
		json_init(&j, text, sizeof(text));
		json_open(&j, '{');
		info_members(info, &j);
		json_close(&j, '}');
		table_object(t, text);
		return;
	}
	table_cell(t, "%s", info->name);
	table_cell(t, "%u", info->filters);
	table_cell(t, "%s", info->loaded ? filter_action(info->drop[FILTER_IN]) : "(not loaded)");
	table_cell(t, "%s", info->loaded ? filter_action(info->drop[FILTER_OUT]) : "(not loaded)");
	table_cell(t, "%u", info->bindings);
	table_cell(t, "%s", text_count(info->bytes));
	for (d = 0; d < FILTER_DIRECTIONS; d++) {
		table_cell(t, "%s", text_count(info->matched[d]));
		table_cell(t, "%s", text_count(info->unmatched[d]));
	}
}

/**
 * filter_list_main - rras filter list
 * @argc: number of words after it
 * @argv: the words
 *
 * Return: an exit code.
 */
int filter_list_main(int argc, char **argv)
{
	struct filter_infos all;
	struct filter_kernel k;
	struct table t;
	size_t i;
	int code;

	if (argc)
		return usage("filter list: unexpected '%s'", argv[0]);
	code = filter_open(&k);
	if (code)
		return code;
	table_init(&t, list_columns, ARRAY_SIZE(list_columns));
	code = filter_infos_get(&k, false, &all);
	for (i = 0; i < all.count && !code; i++)
		list_one(&all.info[i], &t);
	if (!code)
		code = table_print(&t);
	table_clean(&t);
	filter_infos_clean(&all);
	filter_close(&k);
	return code;
}

static void filter_json(const struct ipfltdrv_filter *f, size_t number, uint64_t packets)
{
	char text[FILTER_TEXT_SIZE], object[4 * FILTER_TEXT_SIZE];
	struct json j;

	json_init(&j, object, sizeof(object));
	json_open(&j, '{');
	json_field_uint(&j, "number", number);
	json_field_string(&j, "direction", f->directions == IPFLTDRV_INGRESS ? "in" : "out");
	filter_line(f, text);
	json_field_string(&j, "filter", text);
	filter_words(f, text);
	json_field_string(&j, "words", text);
	json_field_uint(&j, "tag", f->tag);
	json_field_bool(&j, "log", f->flags & IPFLTDRV_FILTER_LOG);
	json_field_uint(&j, "packets", packets);
	json_close(&j, '}');
	fputs(object, stdout);
}

static void show_json(const struct filter_info *info, const struct filter_list *list)
{
	char text[1024];
	struct json j;
	size_t i;

	json_init(&j, text, sizeof(text));
	json_open(&j, '{');
	info_members(info, &j);
	json_key(&j, "filters");
	/* The array may be larger than any buffer. */
	printf("%s[", text);
	for (i = 0; i < list->count; i++) {
		fputs(i ? ",\n" : "", stdout);
		filter_json(&list->filters[i], i, list->packets[i]);
	}
	fputs("]}", stdout);
}

static void show_filter(const struct ipfltdrv_filter *f, size_t number, uint64_t packets)
{
	char text[FILTER_TEXT_SIZE];

	filter_words(f, text);
	printf("  %6zu  ", number);
	if (options.stats)
		printf("%10s  ", text_count(packets));
	fputs(text, stdout);
	if (f->tag)
		printf(" (tag %u)", f->tag);
	if (f->flags & IPFLTDRV_FILTER_LOG)
		fputs(" (logged)", stdout);
	putchar('\n');
}

static void show_direction(const struct filter_info *info, const struct filter_list *list, int d)
{
	const uint8_t direction = d == FILTER_IN ? IPFLTDRV_INGRESS : IPFLTDRV_EGRESS;
	const char *what = d == FILTER_IN ? "Received" : "Sent";
	const char *becomes = info->drop[d] ? "dropped" : "forwarded";
	size_t i, n = 0;

	for (i = 0; i < list->count; i++)
		n += list->filters[i].directions == direction;
	if (n)
		printf("%s packets are %s, except for those that match one of these filters:\n",
		       what, becomes);
	else
		printf("%s packets are all %s.\n", what, becomes);
	for (i = 0; i < list->count; i++) {
		if (list->filters[i].directions == direction)
			show_filter(&list->filters[i], i, list->packets[i]);
	}
	if (options.stats)
		printf("          %s packets have matched a filter, %s none.\n",
		       text_count(info->matched[d]), text_count(info->unmatched[d]));
}

static void show_words(const struct filter_info *info, const struct filter_list *list)
{
	int d;

	if (!info->loaded) {
		printf("Set %s is not loaded; %u binding%s for it, and all their packets are "
		       "dropped until it is.\n", info->name, info->bindings,
		       info->bindings == 1 ? " waits" : "s wait");
		return;
	}
	printf("Set %s: %u filter%s, %s bytes, in force in %u binding%s.\n", info->name,
	       info->filters, info->filters == 1 ? "" : "s", text_count(info->bytes),
	       info->bindings, info->bindings == 1 ? "" : "s");
	for (d = 0; d < FILTER_DIRECTIONS; d++)
		show_direction(info, list, d);
}

static int show_set(struct filter_kernel *k, const char *name)
{
	struct filter_list list = { 0 };
	struct filter_info info;
	int code;

	code = filter_info_get(k, name, false, &info);
	if (!code && info.loaded)
		code = filter_list_get(k, name, false, &list);
	if (!code && options.json)
		show_json(&info, &list);
	else if (!code)
		show_words(&info, &list);
	filter_list_clean(&list);
	return code;
}

/* Call for the sets that are named, or for all. */
static int each_set(const char *command, int argc, char **argv, const char *between,
		    int (*one)(struct filter_kernel *k, const char *name))
{
	struct filter_infos all = { 0 };
	struct filter_kernel k;
	size_t i, n;
	int code;

	for (i = 0; i < (size_t)argc; i++) {
		code = bad_name(command, argv[i]);
		if (code)
			return code;
	}
	code = filter_open(&k);
	if (code)
		return code;
	if (!argc)
		code = filter_infos_get(&k, false, &all);
	n = argc ? (size_t)argc : all.count;
	for (i = 0; i < n && !code; i++) {
		fputs(i ? between : "", stdout);
		code = one(&k, argc ? argv[i] : all.info[i].name);
	}
	filter_infos_clean(&all);
	filter_close(&k);
	return code;
}

/**
 * filter_show_main - rras filter show
 * @argc: number of words after it
 * @argv: the words
 *
 * Return: an exit code.
 */
int filter_show_main(int argc, char **argv)
{
	int code;

	if (options.json)
		putchar('[');
	code = each_set("filter show", argc, argv, options.json ? ",\n" : "\n", show_set);
	if (options.json)
		puts("]");
	return code;
}

static int export_set(struct filter_kernel *k, const char *name)
{
	struct filter_list list = { 0 };
	char text[FILTER_TEXT_SIZE];
	struct filter_info info;
	size_t i;
	int code, d;

	code = filter_info_get(k, name, false, &info);
	if (!code && !info.loaded) {
		printf("# set %s is waited for, and not loaded\n", name);
		return EXIT_OK;
	}
	if (!code)
		code = filter_list_get(k, name, false, &list);
	if (!code) {
		printf("set %s\n", name);
		for (d = 0; d < FILTER_DIRECTIONS; d++)
			printf("default %s %s\n", direction_names[d],
			       filter_action(info.drop[d]));
	}
	for (i = 0; i < list.count && !code; i++) {
		filter_line(&list.filters[i], text);
		puts(text);
	}
	filter_list_clean(&list);
	return code;
}

/**
 * filter_export_main - rras filter export
 * @argc: number of words after it
 * @argv: the words
 *
 * Return: an exit code.
 */
int filter_export_main(int argc, char **argv)
{
	int code = each_set("filter export", argc, argv, "\n", export_set);

	if (!code && (fflush(stdout) || ferror(stdout)))
		code = fail("the sets could not be written");
	return code;
}

static int reset_set(struct filter_kernel *k, const char *name)
{
	struct filter_list list = { 0 };
	struct filter_info info;
	int code;

	code = filter_info_get(k, name, true, &info);
	if (!code && info.loaded)
		code = filter_list_get(k, name, true, &list);
	filter_list_clean(&list);
	return code;
}

static int reset_bindings(struct filter_kernel *k, uint32_t ifindex)
{
	struct nlmsghdr *nlh;
	int err, tries = 0;

	do {
		nlh = filter_request(k, IPFLTDRV_CMD_BINDING_GET, NLM_F_DUMP);
		if (ifindex)
			mnl_attr_put_u32(nlh, IPFLTDRV_A_BINDING_IFINDEX, ifindex);
		mnl_attr_put_u8(nlh, IPFLTDRV_A_BINDING_RESET, 1);
		err = filter_ask(k, nlh, NULL, NULL);
	} while (err == -EINTR && ++tries < 20);
	return err ? filter_refused(k, err, "bindings") : EXIT_OK;
}

/**
 * filter_reset_main - rras filter reset
 * @argc: number of words after it
 * @argv: the words
 *
 * Return: an exit code.
 */
int filter_reset_main(int argc, char **argv)
{
	struct filter_target t = { 0 };
	struct filter_kernel k;
	int code = EXIT_OK;

	if (argc && strcmp(argv[0], "dev"))
		return each_set("filter reset", argc, argv, "", reset_set);
	if (argc && argc != 2)
		return usage("filter reset: expected names of sets, dev DEV, or nothing");
	if (argc && !filter_take_device("filter reset", argv[1], &t, &code))
		return code;
	if (!argc)
		code = each_set("filter reset", 0, NULL, "", reset_set);
	if (code)
		return code;
	code = filter_open(&k);
	if (code)
		return code;
	code = reset_bindings(&k, t.ifindex);
	filter_close(&k);
	return code;
}

static int remove_set(struct filter_kernel *k, const char *name)
{
	struct nlmsghdr *nlh = filter_request(k, IPFLTDRV_CMD_SET_REMOVE, 0);
	int err;

	filter_put_name(nlh, IPFLTDRV_A_SET_NAME, name);
	err = filter_ask(k, nlh, NULL, NULL);
	return err ? filter_refused(k, err, name) : EXIT_OK;
}

/**
 * filter_remove_main - rras filter remove
 * @argc: number of words after it
 * @argv: the words
 *
 * Return: an exit code.
 */
int filter_remove_main(int argc, char **argv)
{
	if (!argc)
		return usage("filter remove: expected the names of sets");
	return each_set("filter remove", argc, argv, "", remove_set);
}
