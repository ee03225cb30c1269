// SPDX-License-Identifier: GPL-2.0
/*
 * rras iface: mode, settings and state of demand-dial interfaces.
 */
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/wanarp.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>

#include "../lib/array.h"
#include "../lib/bpf.h"
#include "iface.h"
#include "netlink.h"
#include "rras.h"

/* The longest program leaves room for the rest of the request. */
_Static_assert(BPF_PROGRAM_MAX * sizeof(struct sock_filter) + 1024 <= NETLINK_REQUEST_SIZE,
	       "a request is long enough");

static const char *const mode_names[] = {
	[WANARP_IFACE_MODE_MULTIPOINT] = "multipoint",
	[WANARP_IFACE_MODE_DEMAND_DIAL] = "demand-dial",
};

static const char *const state_names[] = {
	[WANARP_DEMAND_STATE_DISCONNECTED] = "disconnected",
	[WANARP_DEMAND_STATE_CONNECTING] = "connecting",
	[WANARP_DEMAND_STATE_CONNECTED] = "connected",
	[WANARP_DEMAND_STATE_UNREACHABLE] = "unreachable",
};

static const char *const reason_names[] = {
	[WANARP_UNREACHABLE_REASON_NONE] = "none",
	[WANARP_UNREACHABLE_REASON_NO_DIALLER] = "no-dialler",
	[WANARP_UNREACHABLE_REASON_TIMEOUT] = "timeout",
	[WANARP_UNREACHABLE_REASON_CONNECTION_FAILURE] = "connection-failure",
	[WANARP_UNREACHABLE_REASON_AUTHENTICATION] = "authentication",
	[WANARP_UNREACHABLE_REASON_NO_PORT] = "no-port",
	[WANARP_UNREACHABLE_REASON_OUT_OF_RESOURCES] = "out-of-resources",
	[WANARP_UNREACHABLE_REASON_ADMIN] = "admin",
	[WANARP_UNREACHABLE_REASON_HOURS] = "hours",
};

/* Numbers of the nest; those before IDLE_TIMEOUT are shown only. */
static const struct {
	const char *word;
	uint16_t attr;
	bool set;
} numbers[] = {
	{ "held", WANARP_A_DEMAND_HELD, false },
	{ "retry-in-ms", WANARP_A_DEMAND_RETRY_IN, false },
	{ "connected-ms", WANARP_A_DEMAND_CONNECTED_FOR, false },
	{ "idle-ms", WANARP_A_DEMAND_IDLE, false },
	{ "dials", WANARP_A_DEMAND_DIALS, false },
	{ "failures", WANARP_A_DEMAND_FAILURES, false },
	{ "idle-timeout", WANARP_A_DEMAND_IDLE_TIMEOUT, true },
	{ "connect-timeout", WANARP_A_DEMAND_CONNECT_TIMEOUT, true },
	{ "backoff-min", WANARP_A_DEMAND_BACKOFF_MIN, true },
	{ "backoff-max", WANARP_A_DEMAND_BACKOFF_MAX, true },
	{ "hold-packets", WANARP_A_DEMAND_HOLD_PACKETS, true },
	{ "hold-bytes", WANARP_A_DEMAND_HOLD_BYTES, true },
	{ "hold-time", WANARP_A_DEMAND_HOLD_TIME, true },
};

static const char *name_of(const char *const *names, size_t count, const struct nlattr *attr)
{
	uint64_t value = attr ? nl_attr_uint(attr) : 0;

	return value < count ? names[value] : "?";
}

static int find_number(const char *word)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(numbers); i++)
		if (numbers[i].set && !strcmp(numbers[i].word, word))
			return (int)i;
	return -1;
}

/**
 * iface_demand_word - is this a word of iface_demand_put()?
 * @word: the word
 *
 * Return: true if so.
 */
bool iface_demand_word(const char *word)
{
	return !strcmp(word, "mode") || !strcmp(word, "filter") || find_number(word) >= 0;
}

static int parse_mode(const char *word, uint32_t *mode)
{
	for (*mode = 0; *mode < ARRAY_SIZE(mode_names); ++*mode)
		if (!strcmp(word, mode_names[*mode]))
			return EXIT_OK;
	return usage("expected multipoint or demand-dial after 'mode'");
}

static int put_filter(struct nlmsghdr *nlh, const char *text)
{
	struct bpf_code program;
	char error[BPF_ERROR_LEN];

	if (!strcmp(text, "all")) {
		mnl_attr_put(nlh, WANARP_A_DEMAND_FILTER, 0, "");
		return EXIT_OK;
	}
	if (strlen(text) > WANARP_TEXT_MAX)
		return usage("a filter has at most %u characters", WANARP_TEXT_MAX);
	if (bpf_compile_text(text, &program, error))
		return usage("filter '%s': %s", text, error);
	mnl_attr_put(nlh, WANARP_A_DEMAND_FILTER, program.count * sizeof(program.insns[0]),
		     program.insns);
	mnl_attr_put_strz(nlh, WANARP_A_DEMAND_FILTER_TEXT, text);
	return EXIT_OK;
}

static int put_number(struct nlmsghdr *nlh, int number, const char *text)
{
	unsigned int value;

	if (!strcmp(text, "never") && numbers[number].attr == WANARP_A_DEMAND_IDLE_TIMEOUT)
		value = 0;
	else if (!parse_number(text, &value))
		return usage("expected a number after '%s'", numbers[number].word);
	mnl_attr_put_u32(nlh, numbers[number].attr, value);
	return EXIT_OK;
}

static bool any_of_nest(int argc, char **argv)
{
	int i;

	for (i = 0; i + 1 < argc; i += 2)
		if (strcmp(argv[i], "mode") && iface_demand_word(argv[i]))
			return true;
	return false;
}

/**
 * iface_demand_put - put what a command says about demand dial into a request
 * @nlh: the request
 * @argc: number of words
 * @argv: pairs of words; those that are not about demand dial are left out
 *
 * Return: EXIT_OK, or EXIT_USAGE after a message.
 */
int iface_demand_put(struct nlmsghdr *nlh, int argc, char **argv)
{
	struct nlattr *nest = NULL;
	int i, code = EXIT_OK;
	uint32_t mode;

	for (i = 0; i + 1 < argc && !code; i += 2) {
		if (strcmp(argv[i], "mode"))
			continue;
		code = parse_mode(argv[i + 1], &mode);
		if (!code)
			mnl_attr_put_u32(nlh, WANARP_A_IFACE_MODE, mode);
	}
	if (code || !any_of_nest(argc, argv))
		return code;
	nest = mnl_attr_nest_start(nlh, WANARP_A_IFACE_DEMAND);
	for (i = 0; i + 1 < argc && !code; i += 2) {
		if (!strcmp(argv[i], "filter"))
			code = put_filter(nlh, argv[i + 1]);
		else if (find_number(argv[i]) >= 0)
			code = put_number(nlh, find_number(argv[i]), argv[i + 1]);
	}
	mnl_attr_nest_end(nlh, nest);
	return code;
}

static bool parse_nest(const struct nlattr **tb, const struct nlattr **nest)
{
	return tb[WANARP_A_IFACE_DEMAND] &&
	       !nl_nest_parse(tb[WANARP_A_IFACE_DEMAND], nest, WANARP_A_DEMAND_MAX);
}

/**
 * iface_demand_state - what a demand-dial interface is doing
 * @tb: attributes of an interface
 *
 * Return: a word, or "-" for a multipoint interface.
 */
const char *iface_demand_state(const struct nlattr **tb)
{
	const struct nlattr *nest[WANARP_A_DEMAND_MAX + 1];

	if (!parse_nest(tb, nest))
		return "-";
	return name_of(state_names, ARRAY_SIZE(state_names), nest[WANARP_A_DEMAND_STATE]);
}

/**
 * iface_demand_print - all about demand dial, for people
 * @tb: attributes of an interface
 */
void iface_demand_print(const struct nlattr **tb)
{
	const struct nlattr *nest[WANARP_A_DEMAND_MAX + 1];
	const char *text;
	size_t i;

	printf("  %-16s %s\n", "mode",
	       name_of(mode_names, ARRAY_SIZE(mode_names), tb[WANARP_A_IFACE_MODE]));
	if (!parse_nest(tb, nest))
		return;
	printf("  %-16s %s\n", "state", iface_demand_state(tb));
	if (nest[WANARP_A_DEMAND_UNREACHABLE_REASON])
		printf("  %-16s %s\n", "reason",
		       name_of(reason_names, ARRAY_SIZE(reason_names),
			       nest[WANARP_A_DEMAND_UNREACHABLE_REASON]));
	for (i = 0; i < ARRAY_SIZE(numbers); i++)
		if (nest[numbers[i].attr])
			printf("  %-16s %llu\n", numbers[i].word,
			       (unsigned long long)nl_attr_uint(nest[numbers[i].attr]));
	text = nl_attr_text(nest[WANARP_A_DEMAND_FILTER_TEXT]);
	printf("  %-16s %s\n", "filter", text ? text : "all");
}

/**
 * iface_demand_json - all about demand dial, for programs
 * @tb: attributes of an interface
 * @j: inside the interface's object
 */
void iface_demand_json(const struct nlattr **tb, struct json *j)
{
	const struct nlattr *nest[WANARP_A_DEMAND_MAX + 1];
	const char *text;
	size_t i;

	json_field_string(j, "mode",
			  name_of(mode_names, ARRAY_SIZE(mode_names), tb[WANARP_A_IFACE_MODE]));
	if (!parse_nest(tb, nest))
		return;
	json_key(j, "demand");
	json_open(j, '{');
	json_field_string(j, "state", iface_demand_state(tb));
	if (nest[WANARP_A_DEMAND_UNREACHABLE_REASON])
		json_field_string(j, "reason",
				  name_of(reason_names, ARRAY_SIZE(reason_names),
					  nest[WANARP_A_DEMAND_UNREACHABLE_REASON]));
	for (i = 0; i < ARRAY_SIZE(numbers); i++)
		if (nest[numbers[i].attr])
			json_field_uint(j, numbers[i].word, nl_attr_uint(nest[numbers[i].attr]));
	text = nl_attr_text(nest[WANARP_A_DEMAND_FILTER_TEXT]);
	json_field_string(j, "filter", text ? text : "all");
	json_close(j, '}');
}

static void put_link(struct nlmsghdr *nlh, const char *name, uint32_t mode)
{
	struct ifinfomsg *info = mnl_nlmsg_put_extra_header(nlh, sizeof(*info));
	struct nlattr *link, *data;

	info->ifi_family = AF_UNSPEC;
	mnl_attr_put_strz(nlh, IFLA_IFNAME, name);
	link = mnl_attr_nest_start(nlh, IFLA_LINKINFO);
	mnl_attr_put_strz(nlh, IFLA_INFO_KIND, WANARP_FAMILY_NAME);
	data = mnl_attr_nest_start(nlh, IFLA_INFO_DATA);
	mnl_attr_put_u32(nlh, WANARP_A_LINKINFO_MODE, mode);
	mnl_attr_nest_end(nlh, data);
	mnl_attr_nest_end(nlh, link);
}

/**
 * iface_add - rras iface add
 * @argc: number of words after it
 * @argv: the words
 *
 * Return: an exit code.
 */
int iface_add(int argc, char **argv)
{
	uint32_t mode = WANARP_IFACE_MODE_MULTIPOINT;
	struct request r;
	int code;

	if (argc != 1 && !(argc == 3 && !strcmp(argv[1], "mode")))
		return usage("iface add: expected a name, and perhaps 'mode' and which");
	if (!argv[0][0] || strlen(argv[0]) >= IFNAMSIZ)
		return usage("iface add: a name has 1 to %d characters", IFNAMSIZ - 1);
	code = argc == 3 ? parse_mode(argv[2], &mode) : EXIT_OK;
	if (code)
		return code;
	if (nl_open(&r.nl, NETLINK_ROUTE))
		return fail("%s", r.nl.error);
	r.nlh = nl_request(&r.nl, r.buffer, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL);
	put_link(r.nlh, argv[0], mode);
	return netlink_ask(&r, NULL, NULL, NULL, argv[0]);
}
