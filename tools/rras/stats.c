// SPDX-License-Identifier: GPL-2.0
/*
 * rras stats: counters of the modules and of rrasd.
 */
#include <linux/ipfltdrv.h>
#include <linux/ndiswan.h>
#include <linux/wanarp.h>
#include <stdio.h>
#include <string.h>

#include "../lib/array.h"
#include "../lib/module.h"
#include "daemon.h"
#include "netlink.h"
#include "rras.h"

const char stats_help[] =
	"usage: rras stats                       counters of all that runs\n"
	"       rras stats ndiswan | wanarp | ipfltdrv | rrasd\n"
	"\n"
	"A drop is counted once, where it happens, with its reason.\n";

static const struct { const char *name; int type; } counters[] = {
	{ "links", NDISWAN_A_STATS_LINKS },
	{ "in-packets", NDISWAN_A_STATS_RX_PACKETS },
	{ "in-bytes", NDISWAN_A_STATS_RX_BYTES },
	{ "out-packets", NDISWAN_A_STATS_TX_PACKETS },
	{ "out-bytes", NDISWAN_A_STATS_TX_BYTES },
	{ "control-in", NDISWAN_A_STATS_CONTROL_RX },
	{ "control-out", NDISWAN_A_STATS_CONTROL_TX },
};

static const struct { const char *name; int type; } device_counters[] = {
	{ "bindings", IPFLTDRV_A_DEVICE_BINDINGS },
	{ "waiting", IPFLTDRV_A_DEVICE_WAITING },
	{ "other", IPFLTDRV_A_DEVICE_OTHER },
	{ "fragments-evicted", IPFLTDRV_A_DEVICE_FRAGMENTS_EVICTED },
};

static bool first = true;

/* Members of the one object that is printed with -j. */
static void open_member(const char *name)
{
	printf("%s\n\"%s\":", first ? "{" : ",", name);
	first = false;
}

static void ndiswan_json(const struct nlmsghdr *nlh, const struct nlattr **tb)
{
	static char text[TABLE_OBJECT_LEN];
	struct json j;
	size_t i;

	json_init(&j, text, sizeof(text));
	json_open(&j, '{');
	for (i = 0; i < ARRAY_SIZE(counters); i++)
		json_field_uint(&j, counters[i].name, nl_attr_uint(tb[counters[i].type]));
	netlink_drops_json(nlh, NDISWAN_A_MODULE_STATS_DROP, &j);
	json_close(&j, '}');
	open_member("ndiswan");
	fputs(text, stdout);
}

static int on_ndiswan(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *tb[NDISWAN_A_STATS_MAX + 1] = { NULL };
	const struct nlattr *top[NDISWAN_A_MODULE_STATS_MAX + 1];
	size_t i;

	(void)data;
	if (nl_genl_parse(nlh, top, NDISWAN_A_MODULE_STATS_MAX))
		return MNL_CB_OK;
	if (top[NDISWAN_A_MODULE_STATS_STATS])
		nl_nest_parse(top[NDISWAN_A_MODULE_STATS_STATS], tb, NDISWAN_A_STATS_MAX);
	if (options.json) {
		ndiswan_json(nlh, tb);
		return MNL_CB_OK;
	}
	puts("ndiswan_shim");
	for (i = 0; i < ARRAY_SIZE(counters); i++)
		printf("  %-24s %llu\n", counters[i].name,
		       (unsigned long long)nl_attr_uint(tb[counters[i].type]));
	netlink_drops_print(nlh, NDISWAN_A_MODULE_STATS_DROP, "  ");
	return MNL_CB_OK;
}

static int stats_ndiswan(int argc, char **argv)
{
	struct request r;
	int code;

	(void)argc;
	(void)argv;
	code = netlink_begin(&r, NDISWAN_FAMILY_NAME, NDISWAN_CMD_STATS_GET, 0);
	return code ? code : netlink_ask(&r, on_ndiswan, NULL, NULL, "ndiswan");
}

static int on_wanarp(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *tb[WANARP_A_IFACE_MAX + 1];
	static char text[TABLE_OBJECT_LEN];
	struct table *t = data;
	const char *name;
	struct json j;

	if (nl_genl_parse(nlh, tb, WANARP_A_IFACE_MAX))
		return MNL_CB_OK;
	name = nl_attr_text(tb[WANARP_A_IFACE_NAME]);
	name = name ? name : "?";
	if (!options.json) {
		printf("wanarp %s\n  %-24s %llu\n", name, "projections",
		       (unsigned long long)nl_attr_uint(tb[WANARP_A_IFACE_PROJECTIONS]));
		netlink_drops_print(nlh, WANARP_A_IFACE_DROP, "  ");
		return MNL_CB_OK;
	}
	json_init(&j, text, sizeof(text));
	json_open(&j, '{');
	json_field_string(&j, "name", name);
	json_field_uint(&j, "projections", nl_attr_uint(tb[WANARP_A_IFACE_PROJECTIONS]));
	netlink_drops_json(nlh, WANARP_A_IFACE_DROP, &j);
	json_close(&j, '}');
	table_object(t, text);
	return MNL_CB_OK;
}

/* The objects of a family that have counters. */
static int stats_dump(const char *family, uint8_t cmd, mnl_cb_t cb)
{
	struct request r;
	struct table t;
	int code;

	code = netlink_begin(&r, family, cmd, NLM_F_DUMP);
	if (code)
		return code;
	table_init(&t, NULL, 0);
	code = netlink_ask(&r, cb, &t, &t, family);
	if (!code && options.json) {
		open_member(family);
		table_print(&t);
	}
	table_clean(&t);
	return code;
}

static int stats_wanarp(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return stats_dump(WANARP_FAMILY_NAME, WANARP_CMD_IFACE_GET, on_wanarp);
}

static int on_ipfltdrv(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *tb[IPFLTDRV_A_DEVICE_MAX + 1];
	static char text[TABLE_OBJECT_LEN];
	struct table *t = data;
	const char *name;
	struct json j;
	size_t i;

	if (nl_genl_parse(nlh, tb, IPFLTDRV_A_DEVICE_MAX))
		return MNL_CB_OK;
	name = nl_attr_text(tb[IPFLTDRV_A_DEVICE_NAME]);
	name = name ? name : "?";
	json_init(&j, text, sizeof(text));
	json_open(&j, '{');
	json_field_string(&j, "name", name);
	if (!options.json)
		printf("ipfltdrv %s\n", name);
	for (i = 0; i < ARRAY_SIZE(device_counters); i++) {
		const struct nlattr *attr = tb[device_counters[i].type];

		if (!attr)
			continue;
		json_field_uint(&j, device_counters[i].name, nl_attr_uint(attr));
		if (!options.json)
			printf("  %-24s %llu\n", device_counters[i].name,
			       (unsigned long long)nl_attr_uint(attr));
	}
	netlink_drops_json(nlh, IPFLTDRV_A_DEVICE_DROP, &j);
	json_close(&j, '}');
	if (options.json)
		table_object(t, text);
	else
		netlink_drops_print(nlh, IPFLTDRV_A_DEVICE_DROP, "  ");
	return MNL_CB_OK;
}

static int stats_ipfltdrv(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return stats_dump(IPFLTDRV_FAMILY_NAME, IPFLTDRV_CMD_DEVICE_GET, on_ipfltdrv);
}

static int print_member(const char *key, const char *value, void *data)
{
	(void)data;
	if (strcmp(key, "ok"))
		printf("  %-24s %s\n", key, value);
	return 0;
}

static void show_daemon(const char *line, void *data)
{
	(void)data;
	if (options.json) {
		open_member("rrasd");
		fputs(line, stdout);
	} else {
		puts("rrasd");
		json_read_flat(line, print_member, NULL);
	}
}

static int stats_rrasd(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return daemon_ask("stats", NULL, NULL, show_daemon);
}

/* The modules of WAN interfaces have to be there; filters and the daemon need not. */
static int stats_all(void)
{
	int code;

	code = stats_ndiswan(0, NULL);
	if (!code)
		code = stats_wanarp(0, NULL);
	/* To ask would load it. */
	if (!code && module_loaded(IPFLTDRV_FAMILY_NAME))
		code = stats_ipfltdrv(0, NULL);
	if (!code && daemon_runs())
		code = stats_rrasd(0, NULL);
	return code;
}

/**
 * stats_main - rras stats
 * @argc: number of words after it
 * @argv: the words
 *
 * Return: an exit code.
 */
int stats_main(int argc, char **argv)
{
	static const struct command commands[] = {
		{ "ndiswan", stats_ndiswan },
		{ "wanarp", stats_wanarp },
		{ "ipfltdrv", stats_ipfltdrv },
		{ "rrasd", stats_rrasd },
		{ 0 },
	};
	int code;

	code = argc ? command_run(commands, "part", stats_help, argc, argv) : stats_all();
	if (options.json && !first)
		puts("}");
	return code;
}
