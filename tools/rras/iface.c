// SPDX-License-Identifier: GPL-2.0
/*
 * rras iface: WAN interfaces and the client addresses that are live on them.
 */
#include <linux/wanarp.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "../lib/array.h"
#include "iface.h"
#include "netlink.h"
#include "rras.h"

const char iface_help[] =
	"usage: rras iface [ list ]              all WAN interfaces\n"
	"       rras iface show DEV              one, with a reason for every drop\n"
	"       rras iface show DEV projections  the client addresses on it\n"
	"       rras iface add DEV [ mode multipoint|demand-dial ]\n"
	"       rras iface set DEV [ source-check on|off ] [ multicast on|off ]\n"
	"              [ mss-clamp on|off ] [ address-conflict replace|refuse ]\n"
	"              [ proxy DEV|none ] [ mode multipoint|demand-dial ]\n"
	"              [ filter EXPRESSION|all ] [ idle-timeout SECONDS|never ]\n"
	"              [ connect-timeout SECONDS ] [ backoff-min SECONDS ]\n"
	"              [ backoff-max SECONDS ] [ hold-packets N ] [ hold-bytes N ]\n"
	"              [ hold-time MILLISECONDS ]\n"
	"\n"
	"source-check:     a client may only send from its own address, or from one that a\n"
	"                  route by its address covers; default on\n"
	"multicast:        multicast and broadcast packets go to every client; default off\n"
	"mss-clamp:        TCP connections of a client use segments that fit its link;\n"
	"                  default off\n"
	"address-conflict: who comes up with the address of another link replaces it\n"
	"                  (default) or is refused\n"
	"proxy:            answer for client addresses on this LAN; default none\n";

/* What can be set, in the order in which it is shown. */
struct setting {
	const char *word;
	uint16_t attr;
	bool (*parse)(const char *text, uint32_t *value);
	const char *(*text)(uint32_t value);
	const char *expected;
	bool is_switch;
};

static bool parse_on(const char *text, uint32_t *value)
{
	uint8_t on;

	if (!parse_switch(text, &on))
		return false;
	*value = on;
	return true;
}

static const char *text_on(uint32_t value)
{
	return text_switch(value);
}

static const char *const conflict_names[] = {
	[WANARP_ADDRESS_CONFLICT_REPLACE] = "replace",
	[WANARP_ADDRESS_CONFLICT_REFUSE] = "refuse",
};

static bool parse_conflict(const char *text, uint32_t *value)
{
	for (*value = 0; *value < ARRAY_SIZE(conflict_names); ++*value)
		if (!strcmp(text, conflict_names[*value]))
			return true;
	return false;
}

static const char *text_conflict(uint32_t value)
{
	return value < ARRAY_SIZE(conflict_names) ? conflict_names[value] : "?";
}

static bool parse_device(const char *text, uint32_t *value)
{
	*value = 0;
	if (!strcmp(text, "none"))
		return true;
	*value = if_nametoindex(text);
	return *value;
}

static const char *text_device(uint32_t value)
{
	return value ? netlink_ifname(value) : "none";
}

static const struct setting settings[] = {
	{ "source-check", WANARP_A_IFACE_SOURCE_CHECK, parse_on, text_on, "on or off", true },
	{ "multicast", WANARP_A_IFACE_MULTICAST, parse_on, text_on, "on or off", true },
	{ "mss-clamp", WANARP_A_IFACE_MSS_CLAMP, parse_on, text_on, "on or off", true },
	{ "address-conflict", WANARP_A_IFACE_ADDRESS_CONFLICT, parse_conflict, text_conflict,
	  "replace or refuse", false },
	{ "proxy", WANARP_A_IFACE_PROXY, parse_device, text_device,
	  "the name of an interface here or none", false },
};

static const struct column iface_columns[] = {
	{ .title = "INTERFACE" }, { .title = "STATE" }, { .title = "PROJECTIONS", .right = true },
	{ .title = "SOURCE CHECK" }, { .title = "MULTICAST" }, { .title = "MSS CLAMP" },
	{ .title = "DROPPED", .right = true },
};

static const struct column projection_columns[] = {
	{ .title = "ADDRESS" }, { .title = "LINK", .right = true },
	{ .title = "MRU", .right = true }, { .title = "AGE", .right = true },
	{ .title = "IDLE", .right = true }, { .title = "IN", .right = true },
	{ .title = "OUT", .right = true }, { .title = "PREFIX" },
};

static void iface_object(const struct nlmsghdr *nlh, const struct nlattr **tb, struct table *t)
{
	static char text[TABLE_OBJECT_LEN];
	const char *name = nl_attr_text(tb[WANARP_A_IFACE_NAME]);
	uint32_t value;
	struct json j;
	size_t i;

	json_init(&j, text, sizeof(text));
	json_open(&j, '{');
	json_field_uint(&j, "ifindex", nl_attr_uint(tb[WANARP_A_IFACE_IFINDEX]));
	json_field_string(&j, "name", name ? name : "");
	json_field_uint(&j, "projections", nl_attr_uint(tb[WANARP_A_IFACE_PROJECTIONS]));
	for (i = 0; i < ARRAY_SIZE(settings); i++) {
		value = (uint32_t)nl_attr_uint(tb[settings[i].attr]);
		if (settings[i].is_switch)
			json_field_bool(&j, settings[i].word, value);
		else
			json_field_string(&j, settings[i].word, settings[i].text(value));
	}
	iface_demand_json(tb, &j);
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
	table_cell(t, "%s", iface_demand_state(tb));
	table_cell(t, "%llu", (unsigned long long)nl_attr_uint(tb[WANARP_A_IFACE_PROJECTIONS]));
	table_cell(t, "%s", text_switch(nl_attr_uint(tb[WANARP_A_IFACE_SOURCE_CHECK])));
	table_cell(t, "%s", text_switch(nl_attr_uint(tb[WANARP_A_IFACE_MULTICAST])));
	table_cell(t, "%s", text_switch(nl_attr_uint(tb[WANARP_A_IFACE_MSS_CLAMP])));
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
	size_t i;

	if (nl_genl_parse(nlh, tb, WANARP_A_IFACE_MAX))
		return MNL_CB_OK;
	if (options.json) {
		iface_object(nlh, tb, data);
		return MNL_CB_OK;
	}
	name = nl_attr_text(tb[WANARP_A_IFACE_NAME]);
	printf("%s\n", name ? name : "?");
	printf("  %-16s %llu\n", "projections",
	       (unsigned long long)nl_attr_uint(tb[WANARP_A_IFACE_PROJECTIONS]));
	for (i = 0; i < ARRAY_SIZE(settings); i++)
		printf("  %-16s %s\n", settings[i].word,
		       settings[i].text((uint32_t)nl_attr_uint(tb[settings[i].attr])));
	iface_demand_print(tb);
	netlink_drops_print(nlh, WANARP_A_IFACE_DROP, "  ");
	return MNL_CB_OK;
}

static const char *projection_address(const struct nlattr **tb)
{
	if (tb[WANARP_A_PROJECTION_IPV6])
		return text_ipv6(tb[WANARP_A_PROJECTION_IPV6]);
	return text_ipv4((uint32_t)nl_attr_uint(tb[WANARP_A_PROJECTION_IPV4]));
}

/* "2001:db8:1::/64", or nothing. */
static const char *projection_prefix(const struct nlattr **tb)
{
	static char text[INET6_ADDRSTRLEN + sizeof("/128")];

	if (!tb[WANARP_A_PROJECTION_PREFIX])
		return "";
	snprintf(text, sizeof(text), "%s/%u", text_ipv6(tb[WANARP_A_PROJECTION_PREFIX]),
		 (unsigned int)nl_attr_uint(tb[WANARP_A_PROJECTION_PREFIX_LEN]));
	return text;
}

static void projection_object(const struct nlattr **tb, struct table *t)
{
	const char *prefix = projection_prefix(tb);
	char text[512];
	struct json j;

	json_init(&j, text, sizeof(text));
	json_open(&j, '{');
	json_field_string(&j, "address", projection_address(tb));
	if (prefix[0])
		json_field_string(&j, "prefix", prefix);
	json_field_uint(&j, "link", nl_attr_uint(tb[WANARP_A_PROJECTION_LINK]));
	json_field_uint(&j, "mru", nl_attr_uint(tb[WANARP_A_PROJECTION_MRU]));
	json_field_uint(&j, "age-ms", nl_attr_uint(tb[WANARP_A_PROJECTION_AGE]));
	json_field_bool(&j, "proxied", nl_attr_uint(tb[WANARP_A_PROJECTION_PROXIED]));
	json_field_uint(&j, "idle-ms", nl_attr_uint(tb[WANARP_A_PROJECTION_IDLE]));
	json_field_uint(&j, "in-packets", nl_attr_uint(tb[WANARP_A_PROJECTION_RX_PACKETS]));
	json_field_uint(&j, "in-bytes", nl_attr_uint(tb[WANARP_A_PROJECTION_RX_BYTES]));
	json_field_uint(&j, "out-packets", nl_attr_uint(tb[WANARP_A_PROJECTION_TX_PACKETS]));
	json_field_uint(&j, "out-bytes", nl_attr_uint(tb[WANARP_A_PROJECTION_TX_BYTES]));
	json_close(&j, '}');
	table_object(t, text);
}

static int on_projection(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *tb[WANARP_A_PROJECTION_MAX + 1];
	struct table *t = data;
	const char *prefix;

	if (nl_genl_parse(nlh, tb, WANARP_A_PROJECTION_MAX))
		return MNL_CB_OK;
	if (options.json) {
		projection_object(tb, t);
		return MNL_CB_OK;
	}
	prefix = projection_prefix(tb);
	table_cell(t, "%s", projection_address(tb));
	table_cell(t, "%llu", (unsigned long long)nl_attr_uint(tb[WANARP_A_PROJECTION_LINK]));
	table_cell(t, "%llu", (unsigned long long)nl_attr_uint(tb[WANARP_A_PROJECTION_MRU]));
	table_cell(t, "%s", text_time(nl_attr_uint(tb[WANARP_A_PROJECTION_AGE]) / 1000));
	table_cell(t, "%s", text_time(nl_attr_uint(tb[WANARP_A_PROJECTION_IDLE]) / 1000));
	table_cell(t, "%s", text_count(nl_attr_uint(tb[WANARP_A_PROJECTION_RX_BYTES])));
	table_cell(t, "%s", text_count(nl_attr_uint(tb[WANARP_A_PROJECTION_TX_BYTES])));
	table_cell(t, "%s", prefix[0] ? prefix : "-");
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

static const struct setting *find_setting(const char *word)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(settings); i++)
		if (!strcmp(word, settings[i].word))
			return &settings[i];
	return NULL;
}

static int put_settings(struct nlmsghdr *nlh, int argc, char **argv)
{
	const struct setting *s;
	uint32_t value;
	int i;

	for (i = 0; i + 1 < argc; i += 2) {
		if (iface_demand_word(argv[i]))
			continue;
		s = find_setting(argv[i]);
		if (!s)
			return usage("iface set: unknown '%s': source-check, multicast, mss-clamp, "
				     "address-conflict or proxy", argv[i]);
		if (!s->parse(argv[i + 1], &value))
			return usage("iface set: expected %s after '%s'", s->expected, argv[i]);
		if (s->is_switch)
			mnl_attr_put_u8(nlh, s->attr, (uint8_t)value);
		else
			mnl_attr_put_u32(nlh, s->attr, value);
	}
	return iface_demand_put(nlh, argc, argv);
}

static const char *said_twice(int argc, char **argv)
{
	int i, j;

	for (i = 0; i < argc; i += 2)
		for (j = i + 2; j < argc; j += 2)
			if (!strcmp(argv[i], argv[j]))
				return argv[i];
	return NULL;
}

static int iface_set(int argc, char **argv)
{
	struct request r;
	int code;

	if (argc < 3 || argc % 2 == 0)
		return usage("iface set: expected DEV, then what to set and its value");
	if (said_twice(argc - 1, argv + 1))
		return usage("iface set: '%s' is said twice", said_twice(argc - 1, argv + 1));
	/* Judge the words first: what is not understood needs no module to say so. */
	code = put_settings(mnl_nlmsg_put_header(r.buffer), argc - 1, argv + 1);
	if (!code)
		code = begin(&r, WANARP_CMD_IFACE_SET, 0, WANARP_A_IFACE_IFINDEX, argv[0]);
	if (code)
		return code;
	put_settings(r.nlh, argc - 1, argv + 1);
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
		{ "add", iface_add },
		{ "set", iface_set },
		{ 0 },
	};

	if (!argc)
		return iface_list(0, NULL);
	return command_run(commands, "command", iface_help, argc, argv);
}
