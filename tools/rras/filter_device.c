// SPDX-License-Identifier: GPL-2.0
/*
 * rras filter devices and extensions: what else is asked, and what is dropped where.
 */
#include <errno.h>
#include <linux/ipfltdrv.h>
#include <stdio.h>

#include "../lib/array.h"
#include "filter.h"
#include "netlink.h"
#include "rras.h"
#include "table.h"

#define DUMP_TRIES	20

static const struct column device_columns[] = {
	{ .title = "DEVICE" }, { .title = "BINDINGS", .right = true },
	{ .title = "WAITING", .right = true }, { .title = "NO IP", .right = true },
	{ .title = "DROPPED FOR" },
};

static const struct column extension_columns[] = {
	{ .title = "PRIORITY", .right = true }, { .title = "NAME" }, { .title = "MODULE" },
};

static int on_device(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *tb[IPFLTDRV_A_DEVICE_MAX + 1];
	static char text[TABLE_OBJECT_LEN];
	struct table *t = data;
	const char *name;
	struct json j;

	if (nl_genl_parse(nlh, tb, IPFLTDRV_A_DEVICE_MAX))
		return MNL_CB_OK;
	name = nl_attr_text(tb[IPFLTDRV_A_DEVICE_NAME]);
	if (!name)
		name = netlink_ifname((uint32_t)nl_attr_uint(tb[IPFLTDRV_A_DEVICE_IFINDEX]));
	if (options.json) {
		json_init(&j, text, sizeof(text));
		json_open(&j, '{');
		json_field_string(&j, "device", name);
		json_field_uint(&j, "bindings", nl_attr_uint(tb[IPFLTDRV_A_DEVICE_BINDINGS]));
		json_field_uint(&j, "waiting", nl_attr_uint(tb[IPFLTDRV_A_DEVICE_WAITING]));
		json_field_uint(&j, "other", nl_attr_uint(tb[IPFLTDRV_A_DEVICE_OTHER]));
		netlink_drops_json(nlh, IPFLTDRV_A_DEVICE_DROP, &j);
		json_close(&j, '}');
		if (!j.full)
			table_object(t, text);
		return MNL_CB_OK;
	}
	table_cell(t, "%s", name);
	table_cell(t, "%llu", (unsigned long long)nl_attr_uint(tb[IPFLTDRV_A_DEVICE_BINDINGS]));
	table_cell(t, "%llu", (unsigned long long)nl_attr_uint(tb[IPFLTDRV_A_DEVICE_WAITING]));
	table_cell(t, "%s", text_count(nl_attr_uint(tb[IPFLTDRV_A_DEVICE_OTHER])));
	table_cell(t, "%s", netlink_drops_text(nlh, IPFLTDRV_A_DEVICE_DROP, text, 512));
	return MNL_CB_OK;
}

static int on_extension(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *tb[IPFLTDRV_A_EXTENSION_MAX + 1];
	static char text[TABLE_OBJECT_LEN];
	const char *name, *module;
	struct table *t = data;
	char number[12];
	int32_t priority;
	struct json j;

	if (nl_genl_parse(nlh, tb, IPFLTDRV_A_EXTENSION_MAX))
		return MNL_CB_OK;
	priority = (int32_t)nl_attr_uint(tb[IPFLTDRV_A_EXTENSION_PRIORITY]);
	name = nl_attr_text(tb[IPFLTDRV_A_EXTENSION_NAME]);
	module = nl_attr_text(tb[IPFLTDRV_A_EXTENSION_MODULE]);
	if (!options.json) {
		table_cell(t, "%d", priority);
		table_cell(t, "%s", name ? name : "?");
		table_cell(t, "%s", module ? module : "-");
		return MNL_CB_OK;
	}
	json_init(&j, text, sizeof(text));
	json_open(&j, '{');
	json_field_string(&j, "name", name ? name : "");
	snprintf(number, sizeof(number), "%d", priority);
	json_key(&j, "priority");
	json_raw(&j, number);
	if (module)
		json_field_string(&j, "module", module);
	json_close(&j, '}');
	table_object(t, text);
	return MNL_CB_OK;
}

/* All objects of a kind, again while they change under our eyes. */
static int show_all(uint8_t cmd, const char *what, const struct column *columns, size_t width,
		    mnl_cb_t cb)
{
	struct filter_kernel k;
	struct nlmsghdr *nlh;
	struct table t;
	int code, err, tries = 0;

	code = filter_open(&k);
	if (code)
		return code;
	table_init(&t, columns, width);
	do {
		table_reset(&t);
		nlh = filter_request(&k, cmd, NLM_F_DUMP);
		err = filter_ask(&k, nlh, cb, &t);
	} while (err == -EINTR && ++tries < DUMP_TRIES);
	code = err ? filter_refused(&k, err, what) : table_print(&t);
	table_clean(&t);
	filter_close(&k);
	return code;
}

/**
 * filter_devices_main - rras filter devices
 * @argc: number of words after it
 * @argv: the words
 *
 * Return: an exit code.
 */
int filter_devices_main(int argc, char **argv)
{
	if (argc)
		return usage("filter devices: unexpected '%s'", argv[0]);
	return show_all(IPFLTDRV_CMD_DEVICE_GET, "devices", device_columns,
			ARRAY_SIZE(device_columns), on_device);
}

/**
 * filter_extensions_main - rras filter extensions
 * @argc: number of words after it
 * @argv: the words
 *
 * Return: an exit code.
 */
int filter_extensions_main(int argc, char **argv)
{
	if (argc)
		return usage("filter extensions: unexpected '%s'", argv[0]);
	return show_all(IPFLTDRV_CMD_EXTENSION_GET, "extensions", extension_columns,
			ARRAY_SIZE(extension_columns), on_extension);
}
