// SPDX-License-Identifier: GPL-2.0
/*
 * A thin layer over libmnl, see nl.h.
 */
#include <errno.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>

#include "nl.h"

/* One answer being awaited: the caller's callback and where the error text goes. */
struct exchange {
	struct nl *nl;
	int err;
};

static int fail(struct nl *nl, int err, const char *what)
{
	snprintf(nl->error, sizeof(nl->error), "%s: %s", what, strerror(err));
	return -err;
}

/**
 * nl_open - open a netlink socket
 * @nl: what to fill
 * @bus: NETLINK_GENERIC or NETLINK_ROUTE
 *
 * Return: 0 or a negative error, with @nl->error set.
 */
int nl_open(struct nl *nl, int bus)
{
	struct timeval timeout = { .tv_sec = NL_TIMEOUT_SEC };
	int on = 1;
	int err;

	memset(nl, 0, sizeof(*nl));
	nl->buffer = malloc(NL_BUFFER_SIZE);
	if (!nl->buffer)
		return fail(nl, ENOMEM, "netlink socket");
	nl->sock = mnl_socket_open2(bus, SOCK_CLOEXEC);
	if (!nl->sock) {
		err = fail(nl, errno, "netlink socket");
		nl_close(nl);
		return err;
	}
	if (mnl_socket_bind(nl->sock, 0, MNL_SOCKET_AUTOPID) < 0) {
		err = fail(nl, errno, "netlink bind");
		nl_close(nl);
		return err;
	}
	/* Both only improve the texts; a kernel without them still works. */
	mnl_socket_setsockopt(nl->sock, NETLINK_EXT_ACK, &on, sizeof(on));
	mnl_socket_setsockopt(nl->sock, NETLINK_CAP_ACK, &on, sizeof(on));
	setsockopt(mnl_socket_get_fd(nl->sock), SOL_SOCKET, SO_RCVTIMEO, &timeout,
		   sizeof(timeout));
	nl->portid = mnl_socket_get_portid(nl->sock);
	nl->seq = (uint32_t)time(NULL);
	return 0;
}

/**
 * nl_close - close the socket; harmless if it is not open
 * @nl: the socket
 */
void nl_close(struct nl *nl)
{
	if (nl->sock)
		mnl_socket_close(nl->sock);
	nl->sock = NULL;
	free(nl->buffer);
	nl->buffer = NULL;
}

/**
 * nl_request - begin a request
 * @nl: the socket
 * @buffer: NL_REQUEST_SIZE bytes
 * @type: message type
 * @flags: NLM_F_ flags beside NLM_F_REQUEST and, except for dumps, NLM_F_ACK
 *
 * Return: the header, in @buffer.
 */
struct nlmsghdr *nl_request(struct nl *nl, void *buffer, uint16_t type, uint16_t flags)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buffer);

	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_REQUEST | flags;
	if ((flags & NLM_F_DUMP) != NLM_F_DUMP)
		nlh->nlmsg_flags |= NLM_F_ACK;
	nlh->nlmsg_seq = ++nl->seq;
	return nlh;
}

/**
 * nl_genl_request - begin a generic netlink request
 * @nl: the socket
 * @buffer: NL_REQUEST_SIZE bytes
 * @family: from nl_resolve()
 * @cmd: command of the family
 * @flags: as for nl_request()
 *
 * Return: the header, in @buffer.
 */
struct nlmsghdr *nl_genl_request(struct nl *nl, void *buffer, const struct nl_family *family,
				 uint8_t cmd, uint16_t flags)
{
	struct nlmsghdr *nlh = nl_request(nl, buffer, family->id, flags);
	struct genlmsghdr *genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));

	genl->cmd = cmd;
	genl->version = 1;
	return nlh;
}

/* The attributes that follow @offset bytes of payload: the kernel's sentence, and a cookie. */
static const char *extack_text(struct nl *nl, const struct nlmsghdr *nlh, size_t offset)
{
	const struct nlattr *attr;
	const char *text = NULL;

	if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS))
		return NULL;
	mnl_attr_for_each(attr, nlh, offset) {
		if (mnl_attr_get_type(attr) == NLMSGERR_ATTR_MSG)
			text = nl_attr_text(attr);
		else if (mnl_attr_get_type(attr) == NLMSGERR_ATTR_COOKIE &&
			 mnl_attr_get_payload_len(attr) == sizeof(nl->cookie))
			memcpy(&nl->cookie, mnl_attr_get_payload(attr), sizeof(nl->cookie));
	}
	return text;
}

static int finish(struct exchange *x, int err, const char *text)
{
	if (!err)
		return MNL_CB_STOP;
	if (err < 0)
		err = -err;
	if (text)
		snprintf(x->nl->error, sizeof(x->nl->error), "%s (%s)", text, strerror(err));
	else
		snprintf(x->nl->error, sizeof(x->nl->error), "%s", strerror(err));
	x->err = err;
	return MNL_CB_STOP;
}

static int on_error(const struct nlmsghdr *nlh, void *data)
{
	const struct nlmsgerr *e = mnl_nlmsg_get_payload(nlh);
	struct exchange *x = data;
	size_t offset = sizeof(*e);

	if (nlh->nlmsg_len < mnl_nlmsg_size(sizeof(*e)))
		return finish(data, EBADMSG, NULL);
	if (!(nlh->nlmsg_flags & NLM_F_CAPPED) && e->error)
		offset += mnl_nlmsg_get_payload_len(&e->msg);
	return finish(x, e->error, extack_text(x->nl, nlh, offset));
}

static int on_done(const struct nlmsghdr *nlh, void *data)
{
	const int *err = mnl_nlmsg_get_payload(nlh);
	struct exchange *x = data;

	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(*err))
		return finish(x, 0, NULL);
	return finish(x, *err, extack_text(x->nl, nlh, sizeof(*err)));
}

/*
 * mnl_cb_run2() tells "stop" and "this buffer is used up" apart only by its return value, and a
 * control callback gets the same data pointer as the caller's own: so that one is wrapped.
 */
struct wrapped {
	struct exchange x;	/* first: the control callbacks are given a struct exchange */
	mnl_cb_t cb;
	void *data;
};

static int on_data(const struct nlmsghdr *nlh, void *data)
{
	struct wrapped *w = data;

	if (!w->cb)
		return MNL_CB_OK;
	return w->cb(nlh, w->data);
}

/**
 * nl_talk - send a request and read everything the kernel answers
 * @nl: the socket
 * @nlh: the request
 * @cb: called for each message of the answer, may be NULL; returns MNL_CB_OK
 * @data: for @cb; the callback must not use @nl itself
 *
 * Return: 0; or a negative error with @nl->error set, which holds the kernel's own explanation
 * where it gave one. -EINTR says that a dump was not consistent: begin again.
 */
int nl_talk(struct nl *nl, struct nlmsghdr *nlh, mnl_cb_t cb, void *data)
{
	static mnl_cb_t control[NLMSG_MIN_TYPE] = {
		[NLMSG_ERROR] = on_error,
		[NLMSG_DONE] = on_done,
	};
	struct wrapped w = { .x.nl = nl, .cb = cb, .data = data };
	uint32_t seq = nlh->nlmsg_seq;
	ssize_t len;
	int ret;

	nl->error[0] = '\0';
	nl->cookie = NL_NO_COOKIE;
	if (mnl_socket_sendto(nl->sock, nlh, nlh->nlmsg_len) < 0)
		return fail(nl, errno, "netlink send");
	for (;;) {
		len = mnl_socket_recvfrom(nl->sock, nl->buffer, NL_BUFFER_SIZE);
		if (len < 0 && errno == EINTR)
			continue;
		if (len < 0)
			return fail(nl, errno, "netlink receive");
		ret = mnl_cb_run2(nl->buffer, (size_t)len, seq, nl->portid, on_data, &w, control,
				  NLMSG_MIN_TYPE);
		/* An answer to a request that timed out earlier is not for us. */
		if (ret < 0 && (errno == ESRCH || errno == EPROTO))
			continue;
		if (ret < 0)
			return fail(nl, errno, "netlink");
		if (ret == MNL_CB_STOP)
			return -w.x.err;
	}
}

static int parse_group(const struct nlattr *groups, const char *name, uint32_t *id)
{
	const struct nlattr *tb[CTRL_ATTR_MCAST_GRP_MAX + 1];
	const struct nlattr *group;
	const char *text;

	mnl_attr_for_each_nested(group, groups) {
		if (nl_nest_parse(group, tb, CTRL_ATTR_MCAST_GRP_MAX))
			continue;
		text = nl_attr_text(tb[CTRL_ATTR_MCAST_GRP_NAME]);
		if (text && !strcmp(text, name))
			*id = (uint32_t)nl_attr_uint(tb[CTRL_ATTR_MCAST_GRP_ID]);
	}
	return 0;
}

struct resolving {
	const char *group;
	struct nl_family *family;
};

/**
 * nl_family_read - read what the kernel says about a family
 * @nlh: an answer or a notification of the family "nlctrl"
 * @group: a multicast group, or NULL
 * @family: what to fill
 *
 * Return: its name, in @nlh, or NULL.
 */
const char *nl_family_read(const struct nlmsghdr *nlh, const char *group,
			   struct nl_family *family)
{
	const struct nlattr *tb[CTRL_ATTR_MAX + 1];

	memset(family, 0, sizeof(*family));
	if (nl_genl_parse(nlh, tb, CTRL_ATTR_MAX))
		return NULL;
	family->id = (uint16_t)nl_attr_uint(tb[CTRL_ATTR_FAMILY_ID]);
	if (group && tb[CTRL_ATTR_MCAST_GROUPS])
		parse_group(tb[CTRL_ATTR_MCAST_GROUPS], group, &family->group);
	return nl_attr_text(tb[CTRL_ATTR_FAMILY_NAME]);
}

static int on_family(const struct nlmsghdr *nlh, void *data)
{
	struct resolving *r = data;

	nl_family_read(nlh, r->group, r->family);
	return MNL_CB_OK;
}

/**
 * nl_resolve - find a generic netlink family, and a multicast group of it
 * @nl: a NETLINK_GENERIC socket
 * @name: the family
 * @group: the group, or NULL
 * @family: what to fill
 *
 * Return: 0 or a negative error; -ENOENT when no loaded module serves the family.
 */
int nl_resolve(struct nl *nl, const char *name, const char *group, struct nl_family *family)
{
	static const struct nl_family controller = { .id = GENL_ID_CTRL };
	char buffer[NL_REQUEST_SIZE] __attribute__((aligned(8)));
	struct resolving r = { .group = group, .family = family };
	struct nlmsghdr *nlh;

	memset(family, 0, sizeof(*family));
	nlh = nl_genl_request(nl, buffer, &controller, CTRL_CMD_GETFAMILY, 0);
	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, name);
	return nl_talk(nl, nlh, on_family, &r);
}

/**
 * nl_join - receive what is sent to a multicast group
 * @nl: the socket
 * @group: number of the group
 *
 * Return: 0 or a negative error, with @nl->error set.
 */
int nl_join(struct nl *nl, uint32_t group)
{
	if (mnl_socket_setsockopt(nl->sock, NETLINK_ADD_MEMBERSHIP, &group, sizeof(group)) < 0)
		return fail(nl, errno, "netlink group");
	return 0;
}

/**
 * nl_attr_collect - remember one attribute by its type; unknown ones are passed over
 * @attr: the attribute
 * @tb: array of @max + 1 pointers
 * @max: highest type known
 *
 * Return: MNL_CB_OK.
 */
int nl_attr_collect(const struct nlattr *attr, const struct nlattr **tb, uint16_t max)
{
	uint16_t type = mnl_attr_get_type(attr);

	if (type <= max)
		tb[type] = attr;
	return MNL_CB_OK;
}

/**
 * nl_genl_parse - the attributes of a generic netlink message
 * @nlh: the message
 * @tb: array of @max + 1 pointers, NULL for what is absent
 * @max: highest type known
 *
 * Return: 0, or -EBADMSG when the message is too short.
 */
int nl_genl_parse(const struct nlmsghdr *nlh, const struct nlattr **tb, uint16_t max)
{
	const struct nlattr *attr;

	memset(tb, 0, sizeof(*tb) * (max + 1U));
	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(struct genlmsghdr))
		return -EBADMSG;
	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr))
		nl_attr_collect(attr, tb, max);
	return 0;
}

/**
 * nl_nest_parse - the attributes inside another one
 * @nest: the outer attribute
 * @tb: array of @max + 1 pointers, NULL for what is absent
 * @max: highest type known
 *
 * Return: 0.
 */
int nl_nest_parse(const struct nlattr *nest, const struct nlattr **tb, uint16_t max)
{
	const struct nlattr *attr;

	memset(tb, 0, sizeof(*tb) * (max + 1U));
	mnl_attr_for_each_nested(attr, nest)
		nl_attr_collect(attr, tb, max);
	return 0;
}

/**
 * nl_attr_uint - a number of whatever width the kernel sent
 * @attr: the attribute or NULL
 *
 * Return: the number in host byte order, 0 for NULL.
 */
uint64_t nl_attr_uint(const struct nlattr *attr)
{
	if (!attr)
		return 0;
	switch (mnl_attr_get_payload_len(attr)) {
	case 1:
		return mnl_attr_get_u8(attr);
	case 2:
		return mnl_attr_get_u16(attr);
	case 4:
		return mnl_attr_get_u32(attr);
	case 8:
		return mnl_attr_get_u64(attr);
	default:
		return 0;
	}
}

/**
 * nl_attr_text - a string
 * @attr: the attribute or NULL
 *
 * Return: the string, NULL when it is absent or not terminated.
 */
const char *nl_attr_text(const struct nlattr *attr)
{
	if (!attr || mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) < 0)
		return NULL;
	return mnl_attr_get_str(attr);
}
