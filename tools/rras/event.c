// SPDX-License-Identifier: GPL-2.0
/*
 * rras event: follow what happens.
 */
#include <errno.h>
#include <linux/ndiswan.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>

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

static void print_json(const struct nlattr **tb, const char *when)
{
	const char *name = nl_attr_text(tb[NDISWAN_A_EVENT_NAME]);
	const char *text = nl_attr_text(tb[NDISWAN_A_EVENT_TEXT]);
	char line[2048];
	struct json j;

	json_init(&j, line, sizeof(line));
	json_open(&j, '{');
	json_field_string(&j, "time", when);
	json_field_uint(&j, "number", nl_attr_uint(tb[NDISWAN_A_EVENT_NUMBER]));
	json_field_string(&j, "name", name ? name : "");
	if (tb[NDISWAN_A_EVENT_LINK])
		json_field_uint(&j, "link", nl_attr_uint(tb[NDISWAN_A_EVENT_LINK]));
	if (nl_attr_text(tb[NDISWAN_A_EVENT_DRIVER]))
		json_field_string(&j, "driver", nl_attr_text(tb[NDISWAN_A_EVENT_DRIVER]));
	if (tb[NDISWAN_A_EVENT_PROTOCOL])
		json_field_string(&j, "protocol", name_protocol((uint16_t)
				  nl_attr_uint(tb[NDISWAN_A_EVENT_PROTOCOL])));
	if (tb[NDISWAN_A_EVENT_IFINDEX])
		json_field_string(&j, "interface", netlink_ifname((uint32_t)
				  nl_attr_uint(tb[NDISWAN_A_EVENT_IFINDEX])));
	if (tb[NDISWAN_A_EVENT_PEER_IPV4])
		json_field_string(&j, "address", text_ipv4((uint32_t)
				  nl_attr_uint(tb[NDISWAN_A_EVENT_PEER_IPV4])));
	if (tb[NDISWAN_A_EVENT_PEER_IPV6])
		json_field_string(&j, "address", text_ipv6(tb[NDISWAN_A_EVENT_PEER_IPV6]));
	if (tb[NDISWAN_A_EVENT_REASON])
		json_field_string(&j, "reason", name_reason((uint32_t)
				  nl_attr_uint(tb[NDISWAN_A_EVENT_REASON])));
	json_field_string(&j, "text", text ? text : "");
	json_close(&j, '}');
	puts(line);
}

static void print_line(const struct nlattr **tb, const char *when)
{
	const char *name = nl_attr_text(tb[NDISWAN_A_EVENT_NAME]);
	const char *text = nl_attr_text(tb[NDISWAN_A_EVENT_TEXT]);

	printf("%s %llu %s", when, (unsigned long long)nl_attr_uint(tb[NDISWAN_A_EVENT_NUMBER]),
	       name ? name : "?");
	if (tb[NDISWAN_A_EVENT_LINK])
		printf(" link %llu", (unsigned long long)nl_attr_uint(tb[NDISWAN_A_EVENT_LINK]));
	if (nl_attr_text(tb[NDISWAN_A_EVENT_DRIVER]))
		printf(" driver %s", nl_attr_text(tb[NDISWAN_A_EVENT_DRIVER]));
	if (tb[NDISWAN_A_EVENT_IFINDEX])
		printf(" on %s", netlink_ifname((uint32_t)
						nl_attr_uint(tb[NDISWAN_A_EVENT_IFINDEX])));
	if (tb[NDISWAN_A_EVENT_REASON])
		printf(" (%s)", name_reason((uint32_t)nl_attr_uint(tb[NDISWAN_A_EVENT_REASON])));
	printf(": %s\n", text ? text : "");
}

static int on_event(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *tb[NDISWAN_A_EVENT_MAX + 1];
	char when[40];

	(void)data;
	if (nl_genl_parse(nlh, tb, NDISWAN_A_EVENT_MAX) || !tb[NDISWAN_A_EVENT_NUMBER])
		return MNL_CB_OK;
	now_text(when, sizeof(when));
	if (options.json)
		print_json(tb, when);
	else
		print_line(tb, when);
	fflush(stdout);
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
			mnl_cb_run(buffer, (size_t)len, 0, 0, on_event, NULL);
	}
	return EXIT_FAILED;
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
	if (nl_join(&nl, family.group))
		code = fail("events: %s", nl.error);
	else
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
