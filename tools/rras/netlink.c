// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel's families, see netlink.h.
 */
#include <errno.h>
#include <linux/genetlink.h>
#include <linux/ipfltdrv.h>
#include <linux/ndiswan.h>
#include <linux/wanarp.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>

#include "netlink.h"
#include "rras.h"

#define DUMP_TRIES	20

_Static_assert((int)NDISWAN_A_DROP_REASON == (int)WANARP_A_DROP_REASON &&
	       (int)NDISWAN_A_DROP_COUNT == (int)WANARP_A_DROP_COUNT &&
	       (int)NDISWAN_A_DROP_REASON == (int)IPFLTDRV_A_DROP_REASON &&
	       (int)NDISWAN_A_DROP_COUNT == (int)IPFLTDRV_A_DROP_COUNT,
	       "all families count drops in the same way");

static const char *module_of(const char *family)
{
	return strcmp(family, NDISWAN_FAMILY_NAME) ? family : "ndiswan_shim";
}

/**
 * netlink_open - reach a family
 * @nl: the socket
 * @family: the family
 * @name: its name
 * @group: a multicast group of it, or NULL
 *
 * Return: EXIT_OK, or EXIT_FAILED after a message.
 */
int netlink_open(struct nl *nl, struct nl_family *family, const char *name, const char *group)
{
	int err;

	err = nl_open(nl, NETLINK_GENERIC);
	if (err)
		return fail("%s", nl->error);
	err = nl_resolve(nl, name, group, family);
	if (!err)
		return EXIT_OK;
	if (err == -ENOENT)
		fail("module %s is not loaded: modprobe %s", module_of(name), module_of(name));
	else
		fail("netlink family %s: %s", name, nl->error);
	nl_close(nl);
	return EXIT_FAILED;
}

/**
 * netlink_begin - begin a request
 * @r: the request
 * @family: name of the family
 * @cmd: command of the family
 * @flags: NLM_F_DUMP or 0
 *
 * Return: EXIT_OK: netlink_ask() or netlink_show() ends it, or nl_close(); or EXIT_FAILED after a
 * message.
 */
int netlink_begin(struct request *r, const char *family, uint8_t cmd, uint16_t flags)
{
	struct nl_family id;
	int code;

	code = netlink_open(&r->nl, &id, family, NULL);
	if (!code)
		r->nlh = nl_genl_request(&r->nl, r->buffer, &id, cmd, flags);
	return code;
}

/* The kernel says why, except to those who have no right to ask. */
static int request_fail(const struct nl *nl, int err, const char *what)
{
	if (err == -EPERM && !strcmp(nl->error, strerror(EPERM)))
		return fail("%s: only root (CAP_NET_ADMIN) may do this", what);
	return fail("%s: %s", what, nl->error);
}

/**
 * netlink_ask - send a request; a dump again while the objects change under our eyes
 * @r: the request, over afterwards
 * @cb: called for each object of the answer, or NULL
 * @data: for @cb
 * @t: a table that @cb fills, emptied before another try, or NULL
 * @what: the object of the request, for a message
 *
 * Return: EXIT_OK, or EXIT_FAILED after a message.
 */
int netlink_ask(struct request *r, mnl_cb_t cb, void *data, struct table *t, const char *what)
{
	int err, code = EXIT_OK, tries = 0;

	for (;;) {
		err = nl_talk(&r->nl, r->nlh, cb, data);
		if (err != -EINTR || ++tries == DUMP_TRIES)
			break;
		if (t)
			table_reset(t);
		r->nlh->nlmsg_seq = ++r->nl.seq;
	}
	if (err)
		code = request_fail(&r->nl, err, what);
	nl_close(&r->nl);
	return code;
}

/**
 * netlink_show - send a request and write the answer
 * @r: the request, over afterwards
 * @columns: of the table for people; NULL if @cb writes for them itself
 * @width: how many
 * @cb: called for each object with the table: fills in a row, or with -j an object
 * @what: the object of the request, for a message
 *
 * Return: an exit code, after a message if it is not EXIT_OK.
 */
int netlink_show(struct request *r, const struct column *columns, size_t width, mnl_cb_t cb,
		 const char *what)
{
	struct table t;
	int code;

	table_init(&t, columns, width);
	code = netlink_ask(r, cb, &t, &t, what);
	if (!code && (columns || options.json))
		code = table_print(&t);
	table_clean(&t);
	return code;
}

/**
 * netlink_ifname - name of an interface
 * @ifindex: its number
 *
 * Return: a static buffer; the number itself when it has gone meanwhile.
 */
const char *netlink_ifname(uint32_t ifindex)
{
	static char names[4][IFNAMSIZ];
	static unsigned int turn;
	char *name = names[turn++ % 4];

	if (!if_indextoname(ifindex, name))
		snprintf(name, IFNAMSIZ, "if%u", ifindex);
	return name;
}

static bool drop_parse(const struct nlattr *attr, uint16_t type, const char **reason,
		       uint64_t *count)
{
	const struct nlattr *tb[NDISWAN_A_DROP_MAX + 1];

	if (mnl_attr_get_type(attr) != type)
		return false;
	nl_nest_parse(attr, tb, NDISWAN_A_DROP_MAX);
	*reason = nl_attr_text(tb[NDISWAN_A_DROP_REASON]);
	*count = nl_attr_uint(tb[NDISWAN_A_DROP_COUNT]);
	return *reason;
}

/**
 * netlink_drops_json - all drop counters as a member "drops"
 * @nlh: the message
 * @type: attribute of a drop counter
 * @j: where to write it
 */
void netlink_drops_json(const struct nlmsghdr *nlh, uint16_t type, struct json *j)
{
	const struct nlattr *attr;
	const char *reason;
	uint64_t count;

	json_key(j, "drops");
	json_open(j, '[');
	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		if (!drop_parse(attr, type, &reason, &count))
			continue;
		json_open(j, '{');
		json_field_string(j, "reason", reason);
		json_field_uint(j, "count", count);
		json_close(j, '}');
	}
	json_close(j, ']');
}

/**
 * netlink_drops_sum - how many were dropped for whatever reason
 * @nlh: the message
 * @type: attribute of a drop counter
 *
 * Return: the sum.
 */
uint64_t netlink_drops_sum(const struct nlmsghdr *nlh, uint16_t type)
{
	const struct nlattr *attr;
	const char *reason;
	uint64_t count, sum = 0;

	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		if (drop_parse(attr, type, &reason, &count))
			sum += count;
	}
	return sum;
}

/**
 * netlink_drops_text - all drop counters in one line
 * @nlh: the message
 * @type: attribute of a drop counter
 * @text: where to write it; what does not fit is cut off
 * @size: of @text
 *
 * Return: @text, "-" without a drop.
 */
const char *netlink_drops_text(const struct nlmsghdr *nlh, uint16_t type, char *text, size_t size)
{
	const struct nlattr *attr;
	const char *reason;
	uint64_t count;
	size_t len = 0;

	snprintf(text, size, "-");
	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		if (!drop_parse(attr, type, &reason, &count) || len >= size)
			continue;
		len += (size_t)snprintf(text + len, size - len, "%s%s %s", len ? ", " : "", reason,
					text_count(count));
	}
	return text;
}

/**
 * netlink_drops_print - a line for each drop counter
 * @nlh: the message
 * @type: attribute of a drop counter
 * @indent: what stands before it
 */
void netlink_drops_print(const struct nlmsghdr *nlh, uint16_t type, const char *indent)
{
	const struct nlattr *attr;
	const char *reason;
	uint64_t count;

	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		if (drop_parse(attr, type, &reason, &count))
			printf("%sdropped %llu: %s\n", indent, (unsigned long long)count, reason);
	}
}
