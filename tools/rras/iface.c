// SPDX-License-Identifier: GPL-2.0
/*
 * rras iface: WAN interfaces and the client addresses that are live on them.
 */
#include <linux/wanarp.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>

#include "../lib/array.h"
#include "netlink.h"
#include "rras.h"

const char iface_help[] =
	"usage: rras iface [ list ]              all WAN interfaces\n"
	"       rras iface show DEV              one, with a reason for every drop\n"
	"       rras iface show DEV projections  the client addresses on it\n"
	"       rras iface set DEV [ source-check on|off ] [ multicast on|off ]\n"
	"\n"
	"source-check: a client may only send from its own address, or from one that a\n"
	"              route by its address covers; default on\n"
	"multicast:    multicast and broadcast packets go to every client; default off\n";

static const struct column iface_columns[] = {
	{ .title = "INTERFACE" }, { .title = "PROJECTIONS", .right = true },
	{ .title = "SOURCE CHECK" }, { .title = "MULTICAST" },
	{ .title = "DROPPED", .right = true },
};

static const struct column projection_columns[] = {
	{ .title = "ADDRESS" }, { .title = "LINK", .right = true },
	{ .title = "MRU", .right = true }, { .title = "AGE", .right = true },
};

static void iface_object(const struct nlmsghdr *nlh, const struct nlattr **tb, struct table *t)
{
	static char text[TABLE_OBJECT_LEN];
	const char *name = nl_attr_text(tb[WANARP_A_IFACE_NAME]);
	struct json j;

	json_init(&j, text, sizeof(text));
	json_open(&j, '{');
	json_field_uint(&j, "ifindex", nl_attr_uint(tb[WANARP_A_IFACE_IFINDEX]));
	json_field_string(&j, "name", name ? name : "");
	json_field_uint(&j, "projections", nl_attr_uint(tb[WANARP_A_IFACE_PROJECTIONS]));
	json_field_bool(&j, "source-check", nl_attr_uint(tb[WANARP_A_IFACE_SOURCE_CHECK]));
	json_field_bool(&j, "multicast", nl_attr_uint(tb[WANARP_A_IFACE_MULTICAST]));
	netlink_drops_json(nlh, WANARP_A_IFACE_DROP, &j);
	json_close(&j, '}');
	if (!j.full)
		table_object(t, text);
}

static int on_iface(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *tb[WANARP_A_IFACE_MAX + 1];
	struct table *t = data;
	const char *name;

	if (nl_genl_parse(nlh, tb, WANARP_A_IFACE_MAX))
		return MNL_CB_OK;
	if (options.json) {
		iface_object(nlh, tb, t);
		return MNL_CB_OK;
	}
	name = nl_attr_text(tb[WANARP_A_IFACE_NAME]);
	table_cell(t, "%s", name ? name : "?");
	table_cell(t, "%llu", (unsigned long long)nl_attr_uint(tb[WANARP_A_IFACE_PROJECTIONS]));
	table_cell(t, "%s", text_switch(nl_attr_uint(tb[WANARP_A_IFACE_SOURCE_CHECK])));
	table_cell(t, "%s", text_switch(nl_attr_uint(tb[WANARP_A_IFACE_MULTICAST])));
	table_cell(t, "%s", text_count(netlink_drops_sum(nlh, WANARP_A_IFACE_DROP)));
	return MNL_CB_OK;
}

static int iface_list(int argc, char **argv)
{
	struct request r;
	int code;

	if (argc)
		return usage("iface list: unexpected '%s'", argv[0]);
	code = netlink_begin(&r, WANARP_FAMILY_NAME, WANARP_CMD_IFACE_GET, NLM_F_DUMP);
	return code ? code : netlink_show(&r, iface_columns, ARRAY_SIZE(iface_columns), on_iface,
					  "WAN interfaces");
}

static int print_iface(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *tb[WANARP_A_IFACE_MAX + 1];
	const char *name;

	if (nl_genl_parse(nlh, tb, WANARP_A_IFACE_MAX))
		return MNL_CB_OK;
	if (options.json) {
		iface_object(nlh, tb, data);
		return MNL_CB_OK;
	}
	name = nl_attr_text(tb[WANARP_A_IFACE_NAME]);
	printf("%s\n", name ? name : "?");
	printf("  %-14s %llu\n", "projections",
	       (unsigned long long)nl_attr_uint(tb[WANARP_A_IFACE_PROJECTIONS]));
	printf("  %-14s %s\n", "source-check",
	       text_switch(nl_attr_uint(tb[WANARP_A_IFACE_SOURCE_CHECK])));
	printf("  %-14s %s\n", "multicast",
	       text_switch(nl_attr_uint(tb[WANARP_A_IFACE_MULTICAST])));
	netlink_drops_print(nlh, WANARP_A_IFACE_DROP, "  ");
	return MNL_CB_OK;
}

static int on_projection(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *tb[WANARP_A_PROJECTION_MAX + 1];
	struct table *t = data;
	const char *address;
	char text[512];
	struct json j;

	if (nl_genl_parse(nlh, tb, WANARP_A_PROJECTION_MAX))
		return MNL_CB_OK;
	address = text_ipv4((uint32_t)nl_attr_uint(tb[WANARP_A_PROJECTION_IPV4]));
	if (options.json) {
		json_init(&j, text, sizeof(text));
		json_open(&j, '{');
		json_field_string(&j, "address", address);
		json_field_uint(&j, "link", nl_attr_uint(tb[WANARP_A_PROJECTION_LINK]));
		json_field_uint(&j, "mru", nl_attr_uint(tb[WANARP_A_PROJECTION_MRU]));
		json_field_uint(&j, "age-ms", nl_attr_uint(tb[WANARP_A_PROJECTION_AGE]));
		json_close(&j, '}');
		table_object(t, text);
		return MNL_CB_OK;
	}
	table_cell(t, "%s", address);
	table_cell(t, "%llu", (unsigned long long)nl_attr_uint(tb[WANARP_A_PROJECTION_LINK]));
	table_cell(t, "%llu", (unsigned long long)nl_attr_uint(tb[WANARP_A_PROJECTION_MRU]));
	table_cell(t, "%s", text_time(nl_attr_uint(tb[WANARP_A_PROJECTION_AGE]) / 1000));
	return MNL_CB_OK;
}

static int find_iface(const char *name, uint32_t *ifindex)
{
	*ifindex = if_nametoindex(name);
	if (*ifindex)
		return EXIT_OK;
	return fail("%s: there is no such interface: ip link show type wanarp", name);
}

/* Begin a request about an interface. */
static int begin(struct request *r, uint8_t cmd, uint16_t flags, uint16_t attr, const char *name)
{
	uint32_t ifindex;
	int code;

	code = netlink_begin(r, WANARP_FAMILY_NAME, cmd, flags);
	if (code)
		return code;
	code = find_iface(name, &ifindex);
	if (code)
		nl_close(&r->nl);
	else
		mnl_attr_put_u32(r->nlh, attr, ifindex);
	return code;
}

static int iface_show(int argc, char **argv)
{
	struct request r;
	bool projections;
	int code;

	projections = argc == 2 && argv[1][0] && !strncmp("projections", argv[1], strlen(argv[1]));
	if (argc != 1 && !projections)
		return usage("iface show: expected an interface, and perhaps 'projections'");
	if (!projections) {
		code = begin(&r, WANARP_CMD_IFACE_GET, 0, WANARP_A_IFACE_IFINDEX, argv[0]);
		return code ? code : netlink_show(&r, NULL, 0, print_iface, argv[0]);
	}
	code = begin(&r, WANARP_CMD_PROJECTION_GET, NLM_F_DUMP, WANARP_A_PROJECTION_IFINDEX,
		     argv[0]);
	return code ? code : netlink_show(&r, projection_columns, ARRAY_SIZE(projection_columns),
					  on_projection, argv[0]);
}

static int put_switches(struct nlmsghdr *nlh, int argc, char **argv)
{
	uint8_t value;
	int i;

	for (i = 0; i + 1 < argc; i += 2) {
		if (!parse_switch(argv[i + 1], &value))
			return usage("iface set: expected on or off after '%s'", argv[i]);
		if (!strcmp(argv[i], "source-check"))
			mnl_attr_put_u8(nlh, WANARP_A_IFACE_SOURCE_CHECK, value);
		else if (!strcmp(argv[i], "multicast"))
			mnl_attr_put_u8(nlh, WANARP_A_IFACE_MULTICAST, value);
		else
			return usage("iface set: unknown '%s': source-check or multicast",
				     argv[i]);
	}
	return EXIT_OK;
}

static int iface_set(int argc, char **argv)
{
	struct request r;
	int code;

	if (argc < 3 || argc > 5 || argc % 2 == 0)
		return usage("iface set: expected DEV, then source-check or multicast, on or off");
	/* Judge the words first: what is not understood needs no module to say so. */
	code = put_switches(mnl_nlmsg_put_header(r.buffer), argc - 1, argv + 1);
	if (!code)
		code = begin(&r, WANARP_CMD_IFACE_SET, 0, WANARP_A_IFACE_IFINDEX, argv[0]);
	if (code)
		return code;
	put_switches(r.nlh, argc - 1, argv + 1);
	return netlink_ask(&r, NULL, NULL, NULL, argv[0]);
}

/**
 * iface_main - rras iface
 * @argc: number of words after it
 * @argv: the words
 *
 * Return: an exit code.
 */
int iface_main(int argc, char **argv)
{
	static const struct command commands[] = {
		{ "list", iface_list },
		{ "show", iface_show },
		{ "set", iface_set },
		{ 0 },
	};

	if (!argc)
		return iface_list(0, NULL);
	return command_run(commands, "command", iface_help, argc, argv);
}
