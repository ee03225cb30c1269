// SPDX-License-Identifier: GPL-2.0
/*
 * rras link: PPP links, as the kernel knows them.
 */
#include <linux/genetlink.h>
#include <linux/ndiswan.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/array.h"
#include "../lib/names.h"
#include "driver.h"
#include "netlink.h"
#include "rras.h"

const char link_help[] =
	"usage: rras link [ list ]               all links; -s with packets and bytes\n"
	"       rras link show ID                everything about one\n"
	"       rras link set ID send-window N   at most N messages on their way; 0: the default\n"
	"\n"
	"A link is blocked while a mandatory intermediate driver is missing: rras driver link ID\n"
	"tells which.\n";

static const struct column columns[] = {
	{ .title = "ID", .right = true }, { .title = "LINK ADDRESS" }, { .title = "STATE" },
	{ .title = "PORT" }, { .title = "ON" }, { .title = "SESSION", .right = true },
	{ .title = "PEER" }, { .title = "LINE" },
	{ .title = "IN PACKETS", .right = true, .wide = true },
	{ .title = "IN BYTES", .right = true, .wide = true },
	{ .title = "OUT PACKETS", .right = true, .wide = true },
	{ .title = "OUT BYTES", .right = true, .wide = true },
	{ .title = "DROPPED", .right = true, .wide = true },
};

#define COLUMNS	ARRAY_SIZE(columns)

static struct blocked blocked;

/* A link as it came; what is absent is NULL. */
struct view {
	const struct nlmsghdr *nlh;
	const struct nlattr *tb[NDISWAN_A_LINK_MAX + 1];
	const struct nlattr *stats[NDISWAN_A_STATS_MAX + 1];
};

static bool view_parse(struct view *v, const struct nlmsghdr *nlh)
{
	v->nlh = nlh;
	if (nl_genl_parse(nlh, v->tb, NDISWAN_A_LINK_MAX) || !v->tb[NDISWAN_A_LINK_ID])
		return false;
	memset(v->stats, 0, sizeof(v->stats));
	if (v->tb[NDISWAN_A_LINK_STATS])
		nl_nest_parse(v->tb[NDISWAN_A_LINK_STATS], v->stats, NDISWAN_A_STATS_MAX);
	return true;
}

static uint64_t number(const struct view *v, int type)
{
	return nl_attr_uint(v->tb[type]);
}

static uint64_t stat(const struct view *v, int type)
{
	return nl_attr_uint(v->stats[type]);
}

static bool is_blocked(const struct view *v)
{
	return driver_blocked_has(&blocked, (uint32_t)number(v, NDISWAN_A_LINK_ID));
}

/* That nothing passes is what a reader of the list has to know first. */
static const char *state_of(const struct view *v)
{
	return is_blocked(v) ? "blocked" :
			       name_link_state((uint32_t)number(v, NDISWAN_A_LINK_STATE));
}

static const char *mac_of(const struct nlattr *attr)
{
	if (!attr || mnl_attr_get_payload_len(attr) != NDISWAN_HWADDR_LEN)
		return "-";
	return text_mac(mnl_attr_get_payload(attr));
}

/* Where a port above IP sends, "192.0.2.7:1701" or "[2001:db8::7]:1701". */
static const char *remote_of(const struct view *v)
{
	static char text[INET6_ADDRSTRLEN + sizeof("[]:65535")];
	char port[sizeof(":65535")] = "";

	if (v->tb[NDISWAN_A_LINK_REMOTE_PORT])
		snprintf(port, sizeof(port), ":%hu",
			 (uint16_t)number(v, NDISWAN_A_LINK_REMOTE_PORT));
	if (v->tb[NDISWAN_A_LINK_REMOTE_IPV6])
		snprintf(text, sizeof(text), "[%s]%s",
			 text_ipv6(v->tb[NDISWAN_A_LINK_REMOTE_IPV6]), port);
	else
		snprintf(text, sizeof(text), "%s%s",
			 text_ipv4((uint32_t)number(v, NDISWAN_A_LINK_REMOTE_IPV4)), port);
	return text;
}

static bool has_remote(const struct view *v)
{
	return v->tb[NDISWAN_A_LINK_REMOTE_IPV4] || v->tb[NDISWAN_A_LINK_REMOTE_IPV6];
}

static const char *address_of(const struct nlattr **tb)
{
	if (tb[NDISWAN_A_LINE_STATE_PEER_IPV6])
		return text_ipv6(tb[NDISWAN_A_LINE_STATE_PEER_IPV6]);
	return text_ipv4((uint32_t)nl_attr_uint(tb[NDISWAN_A_LINE_STATE_PEER_IPV4]));
}

/* "2001:db8:1::/64", or nothing. */
static const char *prefix_of(const struct nlattr **tb)
{
	static char text[INET6_ADDRSTRLEN + sizeof("/128")];

	if (!tb[NDISWAN_A_LINE_STATE_PREFIX])
		return "";
	snprintf(text, sizeof(text), "%s/%u", text_ipv6(tb[NDISWAN_A_LINE_STATE_PREFIX]),
		 (unsigned int)nl_attr_uint(tb[NDISWAN_A_LINE_STATE_PREFIX_LEN]));
	return text;
}

static const char *line_text(const struct nlattr *attr, char *text, size_t size)
{
	const struct nlattr *tb[NDISWAN_A_LINE_STATE_MAX + 1];
	const char *prefix;

	nl_nest_parse(attr, tb, NDISWAN_A_LINE_STATE_MAX);
	prefix = prefix_of(tb);
	snprintf(text, size, "%s %s%s%s on %s mru %u",
		 name_protocol((uint16_t)nl_attr_uint(tb[NDISWAN_A_LINE_STATE_PROTOCOL])),
		 address_of(tb), prefix[0] ? " " : "", prefix,
		 netlink_ifname((uint32_t)nl_attr_uint(tb[NDISWAN_A_LINE_STATE_IFINDEX])),
		 (unsigned int)nl_attr_uint(tb[NDISWAN_A_LINE_STATE_MRU]));
	return text;
}

/* Of the packets of this protocol alone. */
static void line_stats_json(const struct nlattr *attr, struct json *j)
{
	const struct nlattr *tb[NDISWAN_A_STATS_MAX + 1];

	if (!attr)
		return;
	nl_nest_parse(attr, tb, NDISWAN_A_STATS_MAX);
	json_field_uint(j, "in-packets", nl_attr_uint(tb[NDISWAN_A_STATS_RX_PACKETS]));
	json_field_uint(j, "in-bytes", nl_attr_uint(tb[NDISWAN_A_STATS_RX_BYTES]));
	json_field_uint(j, "out-packets", nl_attr_uint(tb[NDISWAN_A_STATS_TX_PACKETS]));
	json_field_uint(j, "out-bytes", nl_attr_uint(tb[NDISWAN_A_STATS_TX_BYTES]));
}

static void line_json(const struct nlattr *attr, struct json *j)
{
	const struct nlattr *tb[NDISWAN_A_LINE_STATE_MAX + 1];

	nl_nest_parse(attr, tb, NDISWAN_A_LINE_STATE_MAX);
	json_open(j, '{');
	json_field_string(j, "protocol",
			  name_protocol((uint16_t)nl_attr_uint(tb[NDISWAN_A_LINE_STATE_PROTOCOL])));
	json_field_string(j, "interface",
			  netlink_ifname((uint32_t)nl_attr_uint(tb[NDISWAN_A_LINE_STATE_IFINDEX])));
	json_field_string(j, "address", address_of(tb));
	if (prefix_of(tb)[0])
		json_field_string(j, "prefix", prefix_of(tb));
	json_field_uint(j, "mru", nl_attr_uint(tb[NDISWAN_A_LINE_STATE_MRU]));
	line_stats_json(tb[NDISWAN_A_LINE_STATE_STATS], j);
	json_close(j, '}');
}

static void stats_members(const struct view *v, struct json *j)
{
	json_field_uint(j, "in-packets", stat(v, NDISWAN_A_STATS_RX_PACKETS));
	json_field_uint(j, "in-bytes", stat(v, NDISWAN_A_STATS_RX_BYTES));
	json_field_uint(j, "out-packets", stat(v, NDISWAN_A_STATS_TX_PACKETS));
	json_field_uint(j, "out-bytes", stat(v, NDISWAN_A_STATS_TX_BYTES));
	json_field_uint(j, "control-in", stat(v, NDISWAN_A_STATS_CONTROL_RX));
	json_field_uint(j, "control-out", stat(v, NDISWAN_A_STATS_CONTROL_TX));
	json_field_uint(j, "control-queued", stat(v, NDISWAN_A_STATS_CONTROL_QUEUED));
	netlink_drops_json(v->nlh, NDISWAN_A_LINK_DROP, j);
}

/* What only some ports have, under the names that the kernel gives it. */
static void remote_members(const struct view *v, struct json *j)
{
	static const struct {
		int type;
		const char *name;
	} members[] = {
		{ NDISWAN_A_LINK_TUNNEL, "tunnel" },
		{ NDISWAN_A_LINK_PEER_TUNNEL, "peer-tunnel" },
		{ NDISWAN_A_LINK_PEER_SESSION, "peer-session" },
		{ NDISWAN_A_LINK_SEND_WINDOW, "send-window" },
		{ NDISWAN_A_LINK_SEND_WINDOW_MAX, "send-window-max" },
		{ NDISWAN_A_LINK_SEND_QUEUED, "send-queued" },
		{ NDISWAN_A_LINK_CHANNEL, "channel" },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(members); i++)
		if (v->tb[members[i].type])
			json_field_uint(j, members[i].name, number(v, members[i].type));
	if (v->tb[NDISWAN_A_LINK_SEND_SEQUENCE])
		json_field_bool(j, "send-sequence", number(v, NDISWAN_A_LINK_SEND_SEQUENCE));
}

static void add_object(const struct view *v, struct table *t, bool stats)
{
	static char text[TABLE_OBJECT_LEN];
	const struct nlattr *attr;
	struct json j;

	json_init(&j, text, sizeof(text));
	json_open(&j, '{');
	json_field_uint(&j, "id", number(v, NDISWAN_A_LINK_ID));
	json_field_string(&j, "hwaddr", mac_of(v->tb[NDISWAN_A_LINK_HWADDR]));
	json_field_string(&j, "state",
			  name_link_state((uint32_t)number(v, NDISWAN_A_LINK_STATE)));
	json_field_bool(&j, "blocked", is_blocked(v));
	json_field_string(&j, "port", name_port_type((uint32_t)number(v, NDISWAN_A_LINK_PORT)));
	if (number(v, NDISWAN_A_LINK_IFINDEX))
		json_field_string(&j, "interface",
				  netlink_ifname((uint32_t)number(v, NDISWAN_A_LINK_IFINDEX)));
	if (v->tb[NDISWAN_A_LINK_SESSION])
		json_field_uint(&j, "session", number(v, NDISWAN_A_LINK_SESSION));
	if (v->tb[NDISWAN_A_LINK_PEER_HWADDR])
		json_field_string(&j, "peer", mac_of(v->tb[NDISWAN_A_LINK_PEER_HWADDR]));
	if (v->tb[NDISWAN_A_LINK_PEER_LINK])
		json_field_uint(&j, "peer-link", number(v, NDISWAN_A_LINK_PEER_LINK));
	if (has_remote(v))
		json_field_string(&j, "peer", remote_of(v));
	remote_members(v, &j);
	json_field_bool(&j, "send-acfc", number(v, NDISWAN_A_LINK_SEND_ACFC));
	json_field_bool(&j, "send-pfc", number(v, NDISWAN_A_LINK_SEND_PFC));
	json_key(&j, "lines");
	json_open(&j, '[');
	mnl_attr_for_each(attr, v->nlh, sizeof(struct genlmsghdr)) {
		if (mnl_attr_get_type(attr) == NDISWAN_A_LINK_LINE)
			line_json(attr, &j);
	}
	json_close(&j, ']');
	if (stats)
		stats_members(v, &j);
	json_close(&j, '}');
	if (!j.full)
		table_object(t, text);
}

static void add_row(const struct view *v, struct table *t)
{
	char text[512] = "-";
	const struct nlattr *attr;
	size_t len = 0;

	/* Two at most, IPv4 and IPv6. */
	mnl_attr_for_each(attr, v->nlh, sizeof(struct genlmsghdr)) {
		if (mnl_attr_get_type(attr) != NDISWAN_A_LINK_LINE)
			continue;
		if (len)
			len += (size_t)sprintf(text + len, ", ");
		line_text(attr, text + len, sizeof(text) / 2 - 2);
		len = strlen(text);
	}
	table_cell(t, "%llu", (unsigned long long)number(v, NDISWAN_A_LINK_ID));
	table_cell(t, "%s", mac_of(v->tb[NDISWAN_A_LINK_HWADDR]));
	table_cell(t, "%s", state_of(v));
	table_cell(t, "%s", name_port_type((uint32_t)number(v, NDISWAN_A_LINK_PORT)));
	table_cell(t, "%s", number(v, NDISWAN_A_LINK_IFINDEX) ?
		   netlink_ifname((uint32_t)number(v, NDISWAN_A_LINK_IFINDEX)) : "-");
	if (v->tb[NDISWAN_A_LINK_TUNNEL])
		table_cell(t, "%llu/%llu", (unsigned long long)number(v, NDISWAN_A_LINK_TUNNEL),
			   (unsigned long long)number(v, NDISWAN_A_LINK_SESSION));
	else if (v->tb[NDISWAN_A_LINK_SESSION])
		table_cell(t, "%llu", (unsigned long long)number(v, NDISWAN_A_LINK_SESSION));
	else
		table_cell(t, "-");
	if (v->tb[NDISWAN_A_LINK_PEER_LINK])
		table_cell(t, "link %llu", (unsigned long long)number(v, NDISWAN_A_LINK_PEER_LINK));
	else if (has_remote(v))
		table_cell(t, "%s", remote_of(v));
	else
		table_cell(t, "%s", mac_of(v->tb[NDISWAN_A_LINK_PEER_HWADDR]));
	table_cell(t, "%s", text);
	table_cell(t, "%s", text_count(stat(v, NDISWAN_A_STATS_RX_PACKETS)));
	table_cell(t, "%s", text_count(stat(v, NDISWAN_A_STATS_RX_BYTES)));
	table_cell(t, "%s", text_count(stat(v, NDISWAN_A_STATS_TX_PACKETS)));
	table_cell(t, "%s", text_count(stat(v, NDISWAN_A_STATS_TX_BYTES)));
	table_cell(t, "%s", text_count(netlink_drops_sum(v->nlh, NDISWAN_A_LINK_DROP)));
}

static int on_link(const struct nlmsghdr *nlh, void *data)
{
	struct view v;

	if (!view_parse(&v, nlh))
		return MNL_CB_OK;
	if (options.json)
		add_object(&v, data, options.stats);
	else
		add_row(&v, data);
	return MNL_CB_OK;
}

static int begin(struct request *r, uint16_t flags)
{
	int code;

	code = driver_blocked_read(&blocked);
	if (!code)
		code = netlink_begin(r, NDISWAN_FAMILY_NAME, NDISWAN_CMD_LINK_GET, flags);
	return code;
}

static int link_list(int argc, char **argv)
{
	struct request r;
	int code;

	if (argc)
		return usage("link list: unexpected '%s'", argv[0]);
	code = begin(&r, NLM_F_DUMP);
	return code ? code : netlink_show(&r, columns, COLUMNS, on_link, "links");
}

static void print_number(const char *name, uint64_t value)
{
	printf("  %-18s %llu\n", name, (unsigned long long)value);
}

static void print_remote(const struct view *v)
{
	if (v->tb[NDISWAN_A_LINK_TUNNEL])
		print_number("tunnel", number(v, NDISWAN_A_LINK_TUNNEL));
	if (has_remote(v))
		printf("  %-18s %s\n", "peer", remote_of(v));
	if (v->tb[NDISWAN_A_LINK_PEER_TUNNEL])
		print_number("peer tunnel", number(v, NDISWAN_A_LINK_PEER_TUNNEL));
	if (v->tb[NDISWAN_A_LINK_PEER_SESSION])
		print_number("peer session", number(v, NDISWAN_A_LINK_PEER_SESSION));
	if (v->tb[NDISWAN_A_LINK_SEND_WINDOW])
		print_number("send window", number(v, NDISWAN_A_LINK_SEND_WINDOW));
	if (v->tb[NDISWAN_A_LINK_SEND_WINDOW_MAX])
		print_number("at most", number(v, NDISWAN_A_LINK_SEND_WINDOW_MAX));
	if (v->tb[NDISWAN_A_LINK_SEND_QUEUED])
		print_number("waiting", number(v, NDISWAN_A_LINK_SEND_QUEUED));
	if (v->tb[NDISWAN_A_LINK_CHANNEL])
		print_number("channel", number(v, NDISWAN_A_LINK_CHANNEL));
	if (v->tb[NDISWAN_A_LINK_SEND_SEQUENCE])
		printf("  %-18s %s\n", "numbers",
		       number(v, NDISWAN_A_LINK_SEND_SEQUENCE) ? "sent" : "not sent");
}

static int print_link(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *attr;
	char text[256];
	struct view v;

	(void)data;
	if (!view_parse(&v, nlh))
		return MNL_CB_OK;
	printf("link %llu %s %s\n", (unsigned long long)number(&v, NDISWAN_A_LINK_ID),
	       mac_of(v.tb[NDISWAN_A_LINK_HWADDR]), state_of(&v));
	printf("  %-18s %s\n", "port",
	       name_port_type((uint32_t)number(&v, NDISWAN_A_LINK_PORT)));
	if (number(&v, NDISWAN_A_LINK_IFINDEX))
		printf("  %-18s %s\n", "on",
		       netlink_ifname((uint32_t)number(&v, NDISWAN_A_LINK_IFINDEX)));
	if (v.tb[NDISWAN_A_LINK_SESSION])
		print_number("session", number(&v, NDISWAN_A_LINK_SESSION));
	if (v.tb[NDISWAN_A_LINK_PEER_HWADDR])
		printf("  %-18s %s\n", "peer", mac_of(v.tb[NDISWAN_A_LINK_PEER_HWADDR]));
	if (v.tb[NDISWAN_A_LINK_PEER_LINK])
		print_number("peer link", number(&v, NDISWAN_A_LINK_PEER_LINK));
	print_remote(&v);
	printf("  %-18s acfc %s, pfc %s\n", "sends with",
	       number(&v, NDISWAN_A_LINK_SEND_ACFC) ? "on" : "off",
	       number(&v, NDISWAN_A_LINK_SEND_PFC) ? "on" : "off");
	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		if (mnl_attr_get_type(attr) == NDISWAN_A_LINK_LINE)
			printf("  %-18s %s\n", "line", line_text(attr, text, sizeof(text)));
	}
	print_number("in packets", stat(&v, NDISWAN_A_STATS_RX_PACKETS));
	print_number("in bytes", stat(&v, NDISWAN_A_STATS_RX_BYTES));
	print_number("out packets", stat(&v, NDISWAN_A_STATS_TX_PACKETS));
	print_number("out bytes", stat(&v, NDISWAN_A_STATS_TX_BYTES));
	print_number("control in", stat(&v, NDISWAN_A_STATS_CONTROL_RX));
	print_number("control out", stat(&v, NDISWAN_A_STATS_CONTROL_TX));
	print_number("control queued", stat(&v, NDISWAN_A_STATS_CONTROL_QUEUED));
	netlink_drops_print(nlh, NDISWAN_A_LINK_DROP, "  ");
	return MNL_CB_OK;
}

static int object_link(const struct nlmsghdr *nlh, void *data)
{
	struct view v;

	if (view_parse(&v, nlh))
		add_object(&v, data, true);
	return MNL_CB_OK;
}

static int link_show(int argc, char **argv)
{
	struct request r;
	unsigned int id;
	char what[32];
	int code;

	if (argc != 1 || !parse_number(argv[0], &id))
		return usage("link show: expected the number of a link");
	code = begin(&r, 0);
	if (code)
		return code;
	mnl_attr_put_u32(r.nlh, NDISWAN_A_LINK_ID, id);
	snprintf(what, sizeof(what), "link %u", id);
	return netlink_show(&r, NULL, 0, options.json ? object_link : print_link, what);
}

static int link_set(int argc, char **argv)
{
	unsigned int id, window;
	struct request r;
	char what[32];
	int code;

	if (argc != 3 || !parse_number(argv[0], &id) || strcmp(argv[1], "send-window") ||
	    !parse_number(argv[2], &window))
		return usage("link set: expected the number of a link, 'send-window' and a number");
	code = netlink_begin(&r, NDISWAN_FAMILY_NAME, NDISWAN_CMD_LINK_SET, 0);
	if (code)
		return code;
	mnl_attr_put_u32(r.nlh, NDISWAN_A_LINK_ID, id);
	mnl_attr_put_u32(r.nlh, NDISWAN_A_LINK_SEND_WINDOW_MAX, window);
	snprintf(what, sizeof(what), "link %u", id);
	return netlink_ask(&r, NULL, NULL, NULL, what);
}

/**
 * link_main - rras link
 * @argc: number of words after it
 * @argv: the words
 *
 * Return: an exit code.
 */
int link_main(int argc, char **argv)
{
	static const struct command commands[] = {
		{ "list", link_list },
		{ "show", link_show },
		{ "set", link_set },
		{ 0 },
	};

	int code;

	code = argc ? command_run(commands, "command", link_help, argc, argv) :
		      link_list(0, NULL);
	driver_blocked_clean(&blocked);
	return code;
}
