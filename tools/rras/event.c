// SPDX-License-Identifier: GPL-2.0
/*
 * rras event: follow what happens.
 */
#include <errno.h>
#include <linux/genetlink.h>
#include <linux/ipfltdrv.h>
#include <linux/ndiswan.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>

#include "../lib/array.h"
#include "../lib/module.h"
#include "../lib/names.h"
#include "netlink.h"
#include "rras.h"

#define EVENT_BUFFER	(4 << 20)

const char event_help[] =
	"usage: rras event [ follow ]            one line an event, until interrupted\n"
	"\n"
	"With -j each line is a JSON object. Events are listed in Documentation/events.rst.\n";

static const char *now_text(char *text, size_t size)
{
	struct timeval tv;
	struct tm tm;
	size_t len;

	gettimeofday(&tv, NULL);
	localtime_r(&tv.tv_sec, &tm);
	len = strftime(text, size, "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(text + len, size - len, ".%03ld", (long)tv.tv_usec / 1000);
	return text;
}

/* An event of any family; what is 0 or NULL it has not. */
struct event {
	uint64_t number;
	uint32_t link, ifindex, address;
	uint16_t protocol;
	bool has_reason;
	uint32_t reason;
	const struct nlattr *address6;
	const char *name, *text, *driver, *set;
};

static void print_json(const struct event *e, const char *when)
{
	char line[2048];
	struct json j;

	json_init(&j, line, sizeof(line));
	json_open(&j, '{');
	json_field_string(&j, "time", when);
	json_field_uint(&j, "number", e->number);
	json_field_string(&j, "name", e->name ? e->name : "");
	if (e->link)
		json_field_uint(&j, "link", e->link);
	if (e->driver)
		json_field_string(&j, "driver", e->driver);
	if (e->protocol)
		json_field_string(&j, "protocol", name_protocol(e->protocol));
	if (e->ifindex)
		json_field_string(&j, "interface", netlink_ifname(e->ifindex));
	if (e->address)
		json_field_string(&j, "address", text_ipv4(e->address));
	if (e->address6)
		json_field_string(&j, "address", text_ipv6(e->address6));
	if (e->has_reason)
		json_field_string(&j, "reason", name_reason(e->reason));
	if (e->set)
		json_field_string(&j, "set", e->set);
	json_field_string(&j, "text", e->text ? e->text : "");
	json_close(&j, '}');
	puts(line);
}

static void print_line(const struct event *e, const char *when)
{
	printf("%s %llu %s", when, (unsigned long long)e->number, e->name ? e->name : "?");
	if (e->link)
		printf(" link %u", e->link);
	if (e->driver)
		printf(" driver %s", e->driver);
	if (e->ifindex)
		printf(" on %s", netlink_ifname(e->ifindex));
	if (e->set)
		printf(" set %s", e->set);
	if (e->has_reason)
		printf(" (%s)", name_reason(e->reason));
	printf(": %s\n", e->text ? e->text : "");
}

static void read_ndiswan(const struct nlmsghdr *nlh, struct event *e)
{
	const struct nlattr *tb[NDISWAN_A_EVENT_MAX + 1];

	if (nl_genl_parse(nlh, tb, NDISWAN_A_EVENT_MAX))
		return;
	e->number = nl_attr_uint(tb[NDISWAN_A_EVENT_NUMBER]);
	e->name = nl_attr_text(tb[NDISWAN_A_EVENT_NAME]);
	e->text = nl_attr_text(tb[NDISWAN_A_EVENT_TEXT]);
	e->driver = nl_attr_text(tb[NDISWAN_A_EVENT_DRIVER]);
	e->link = (uint32_t)nl_attr_uint(tb[NDISWAN_A_EVENT_LINK]);
	e->ifindex = (uint32_t)nl_attr_uint(tb[NDISWAN_A_EVENT_IFINDEX]);
	e->protocol = (uint16_t)nl_attr_uint(tb[NDISWAN_A_EVENT_PROTOCOL]);
	e->address = (uint32_t)nl_attr_uint(tb[NDISWAN_A_EVENT_PEER_IPV4]);
	e->address6 = tb[NDISWAN_A_EVENT_PEER_IPV6];
	e->has_reason = tb[NDISWAN_A_EVENT_REASON];
	e->reason = (uint32_t)nl_attr_uint(tb[NDISWAN_A_EVENT_REASON]);
}

static void read_ipfltdrv(const struct nlmsghdr *nlh, struct event *e)
{
	const struct nlattr *tb[IPFLTDRV_A_EVENT_MAX + 1];

	if (nl_genl_parse(nlh, tb, IPFLTDRV_A_EVENT_MAX))
		return;
	e->number = nl_attr_uint(tb[IPFLTDRV_A_EVENT_NUMBER]);
	e->name = nl_attr_text(tb[IPFLTDRV_A_EVENT_NAME]);
	e->text = nl_attr_text(tb[IPFLTDRV_A_EVENT_TEXT]);
	e->set = nl_attr_text(tb[IPFLTDRV_A_EVENT_SET]);
	e->link = (uint32_t)nl_attr_uint(tb[IPFLTDRV_A_EVENT_LINK]);
	e->ifindex = (uint32_t)nl_attr_uint(tb[IPFLTDRV_A_EVENT_IFINDEX]);
}

/* Whose events are shown. A module that is loaded later, or again, is told by the kernel. */
static struct source {
	const char *family, *group;
	void (*read)(const struct nlmsghdr *nlh, struct event *e);
	bool needed;	/* without it nothing works */
	uint16_t id;	/* 0: not loaded yet */
} sources[] = {
	{
		.family = NDISWAN_FAMILY_NAME,
		.group = NDISWAN_MCGRP_EVENTS,
		.read = read_ndiswan,
		.needed = true,
	},
	{
		.family = IPFLTDRV_FAMILY_NAME,
		.group = IPFLTDRV_MCGRP_EVENTS,
		.read = read_ipfltdrv,
	},
};

static void show(const struct source *source, const struct nlmsghdr *nlh)
{
	struct event e = { 0 };
	char when[40];

	source->read(nlh, &e);
	if (!e.number)
		return;
	now_text(when, sizeof(when));
	if (options.json)
		print_json(&e, when);
	else
		print_line(&e, when);
	fflush(stdout);
}

static int join(struct nl *nl, struct source *source, const struct nl_family *family)
{
	source->id = family->id;
	return nl_join(nl, family->group) ? fail("events of %s: %s", source->family, nl->error) :
					    EXIT_OK;
}

/* A group that has come to be, with its module. */
static void on_group(struct nl *nl, const struct nlmsghdr *nlh)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);
	struct nl_family family;
	const char *name;
	size_t i;

	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(*genl) ||
	    genl->cmd != CTRL_CMD_NEWMCAST_GRP)
		return;
	for (i = 0; i < ARRAY_SIZE(sources); i++) {
		name = nl_family_read(nlh, sources[i].group, &family);
		if (name && !strcmp(name, sources[i].family) && family.group)
			join(nl, &sources[i], &family);
	}
}

static int on_message(const struct nlmsghdr *nlh, void *data)
{
	size_t i;

	if (nlh->nlmsg_type == GENL_ID_CTRL)
		on_group(data, nlh);
	for (i = 0; i < ARRAY_SIZE(sources); i++)
		if (sources[i].id == nlh->nlmsg_type)
			show(&sources[i], nlh);
	return MNL_CB_OK;
}

static int follow(struct nl *nl)
{
	static char buffer[NL_BUFFER_SIZE] __attribute__((aligned(8)));
	struct timeval forever = { 0 };
	int size = EVENT_BUFFER;
	int fd = mnl_socket_get_fd(nl->sock);
	ssize_t len;

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &forever, sizeof(forever));
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	while (!ferror(stdout)) {
		len = recv(fd, buffer, sizeof(buffer), 0);
		if (len < 0 && errno == ENOBUFS)
			fail("some events were lost: more came than could be written");
		else if (len < 0 && errno != EINTR)
			return fail("events: %s", strerror(errno));
		else if (len > 0)
			mnl_cb_run(buffer, (size_t)len, 0, 0, on_message, nl);
	}
	return EXIT_FAILED;
}

/* To ask for a family would load its module, and nobody has asked for filters. */
static int join_loaded(struct nl *nl)
{
	struct nl_family family;
	int code = EXIT_OK;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(sources) && !code; i++) {
		if (!sources[i].needed && !module_loaded(sources[i].family))
			continue;
		if (nl_resolve(nl, sources[i].family, sources[i].group, &family) == 0)
			code = join(nl, &sources[i], &family);
	}
	return code;
}

static int event_follow(int argc, char **argv)
{
	struct nl_family family;
	struct nl nl;
	int code;

	if (argc)
		return usage("event: unexpected '%s'", argv[0]);
	code = netlink_open(&nl, &family, NDISWAN_FAMILY_NAME, NDISWAN_MCGRP_EVENTS);
	if (code)
		return code;
	/* Before: whoever is loaded in between is joined twice, which is once. */
	if (nl_resolve(&nl, "nlctrl", "notify", &family) || nl_join(&nl, family.group))
		code = fail("events: %s", nl.error);
	if (!code)
		code = join_loaded(&nl);
	if (!code)
		code = follow(&nl);
	nl_close(&nl);
	return code;
}

/**
 * event_main - rras event
 * @argc: number of words after it
 * @argv: the words
 *
 * Return: an exit code.
 */
int event_main(int argc, char **argv)
{
	static const struct command commands[] = {
		{ "follow", event_follow },
		{ 0 },
	};

	if (!argc)
		return event_follow(0, NULL);
	return command_run(commands, "command", event_help, argc, argv);
}
