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

static const char *on_off(const struct nlattr *attr)
{
	return nl_attr_uint(attr) ? "on" : "off";
}

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
	table_cell(t, "%s", on_off(tb[WANARP_A_IFACE_SOURCE_CHECK]));
	table_cell(t, "%s", on_off(tb[WANARP_A_IFACE_MULTICAST]));
	table_cell(t, "%s", text_count(netlink_drops_sum(nlh, WANARP_A_IFACE_DROP)));
	return MNL_CB_OK;
}

static int iface_list(int argc, char **argv)
{
	char buffer[NL_REQUEST_SIZE] __attribute__((aligned(8)));
	struct nl_family family;
	struct nlmsghdr *nlh;
	struct table t;
	struct nl nl;
	int code;

	if (argc)
		return usage("iface list: unexpected '%s'", argv[0]);
	code = netlink_open(&nl, &family, WANARP_FAMILY_NAME, NULL);
	if (code)
		return code;
	table_init(&t, iface_columns, ARRAY_SIZE(iface_columns));
	nlh = nl_genl_request(&nl, buffer, &family, WANARP_CMD_IFACE_GET, NLM_F_DUMP);
	code = netlink_dump(&nl, nlh, on_iface, &t, "WAN interfaces");
	if (!code)
		code = table_print(&t);
	table_clean(&t);
	nl_close(&nl);
	return code;
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
	printf("  %-14s %s\n", "source-check", on_off(tb[WANARP_A_IFACE_SOURCE_CHECK]));
	printf("  %-14s %s\n", "multicast", on_off(tb[WANARP_A_IFACE_MULTICAST]));
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

static int show_projections(struct nl *nl, const struct nl_family *family, uint32_t ifindex,
			    const char *name)
{
	char buffer[NL_REQUEST_SIZE] __attribute__((aligned(8)));
	struct nlmsghdr *nlh;
	struct table t;
	int code;

	table_init(&t, projection_columns, ARRAY_SIZE(projection_columns));
	nlh = nl_genl_request(nl, buffer, family, WANARP_CMD_PROJECTION_GET, NLM_F_DUMP);
	mnl_attr_put_u32(nlh, WANARP_A_PROJECTION_IFINDEX, ifindex);
	code = netlink_dump(nl, nlh, on_projection, &t, name);
	if (!code)
		code = table_print(&t);
	table_clean(&t);
	return code;
}

static int show_iface(struct nl *nl, const struct nl_family *family, uint32_t ifindex,
		      const char *name)
{
	char buffer[NL_REQUEST_SIZE] __attribute__((aligned(8)));
	struct nlmsghdr *nlh;
	struct table t;
	int code = EXIT_OK;
	int err;

	table_init(&t, iface_columns, ARRAY_SIZE(iface_columns));
	nlh = nl_genl_request(nl, buffer, family, WANARP_CMD_IFACE_GET, 0);
	mnl_attr_put_u32(nlh, WANARP_A_IFACE_IFINDEX, ifindex);
	err = nl_talk(nl, nlh, print_iface, &t);
	if (err)
		code = netlink_fail(nl, err, name);
	else if (options.json)
		code = table_print(&t);
	table_clean(&t);
	return code;
}

static int find_iface(const char *name, uint32_t *ifindex)
{
	*ifindex = if_nametoindex(name);
	if (*ifindex)
		return EXIT_OK;
	return fail("%s: there is no such interface: ip link show type wanarp", name);
}

static int iface_show(int argc, char **argv)
{
	struct nl_family family;
	bool projections;
	uint32_t ifindex;
	struct nl nl;
	int code;

	projections = argc == 2 && argv[1][0] && !strncmp("projections", argv[1], strlen(argv[1]));
	if (argc != 1 && !projections)
		return usage("iface show: expected an interface, and perhaps 'projections'");
	code = netlink_open(&nl, &family, WANARP_FAMILY_NAME, NULL);
	if (code)
		return code;
	code = find_iface(argv[0], &ifindex);
	if (!code)
		code = projections ? show_projections(&nl, &family, ifindex, argv[0]) :
				     show_iface(&nl, &family, ifindex, argv[0]);
	nl_close(&nl);
	return code;
}

static bool parse_switch(const char *text, uint8_t *value)
{
	if (!strcmp(text, "on"))
		*value = 1;
	else if (!strcmp(text, "off"))
		*value = 0;
	else
		return false;
	return true;
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
	char buffer[NL_REQUEST_SIZE] __attribute__((aligned(8)));
	struct nl_family family;
	struct nlmsghdr *nlh;
	uint32_t ifindex;
	struct nl nl;
	int code, err;

	if (argc < 3 || argc > 5 || argc % 2 == 0)
		return usage("iface set: expected DEV, then source-check or multicast, on or off");
	/* Judge the words first: what is not understood needs no module to say so. */
	nlh = mnl_nlmsg_put_header(buffer);
	code = put_switches(nlh, argc - 1, argv + 1);
	if (!code)
		code = netlink_open(&nl, &family, WANARP_FAMILY_NAME, NULL);
	if (code)
		return code;
	code = find_iface(argv[0], &ifindex);
	if (!code) {
		nlh = nl_genl_request(&nl, buffer, &family, WANARP_CMD_IFACE_SET, 0);
		mnl_attr_put_u32(nlh, WANARP_A_IFACE_IFINDEX, ifindex);
		put_switches(nlh, argc - 1, argv + 1);
		err = nl_talk(&nl, nlh, NULL, NULL);
		if (err)
			code = netlink_fail(&nl, err, argv[0]);
	}
	nl_close(&nl);
	return code;
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
