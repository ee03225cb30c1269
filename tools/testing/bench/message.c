// SPDX-License-Identifier: GPL-2.0
/*
 * Just enough netlink. Requests are sent without NLM_F_ACK: the kernel has done
 * all of it when sendmsg() returns, and only a refusal is answered.
 */
#include <errno.h>
#include <linux/genetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sessions.h"

/**
 * netlink_open() - a socket
 * @protocol: NETLINK_ROUTE or NETLINK_GENERIC
 *
 * Return: the file.
 */
int netlink_open(int protocol)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);

	if (fd < 0)
		die("netlink socket: %s", strerror(errno));
	return fd;
}

static void *take(struct message *message, size_t length)
{
	void *at = message->data + message->length;

	length = NLMSG_ALIGN(length);
	if (length > sizeof(message->data) - message->length)
		die("a netlink message is too long");
	message->length += length;
	if (message->last)
		message->last->nlmsg_len += length;
	return memset(at, 0, length);
}

/**
 * message_begin() - another message behind those that are there
 * @message: what is to be sent, all zero at first
 * @type: of the message
 * @flags: besides NLM_F_REQUEST
 * @header: length of the header that follows netlink's own
 *
 * Return: that header, zeroed.
 */
void *message_begin(struct message *message, uint16_t type, uint16_t flags,
		    size_t header)
{
	struct nlmsghdr *nlh;

	message->last = NULL;
	nlh = take(message, sizeof(*nlh));
	nlh->nlmsg_len = sizeof(*nlh);
	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_REQUEST | flags;
	message->last = nlh;
	return take(message, header);
}

/**
 * message_attribute() - add an attribute to the last message
 * @message: what is to be sent
 * @type: of the attribute
 * @data: its payload
 * @length: of the payload
 */
void message_attribute(struct message *message, uint16_t type, const void *data,
		       size_t length)
{
	struct nlattr *attribute = take(message, NLA_HDRLEN + length);

	attribute->nla_type = type;
	attribute->nla_len = NLA_HDRLEN + length;
	memcpy((char *)attribute + NLA_HDRLEN, data, length);
}

/**
 * message_send() - send all of it
 * @fd: the socket
 * @message: what to send; empty afterwards
 */
void message_send(int fd, struct message *message)
{
	if (send(fd, message->data, message->length, 0) !=
	    (ssize_t)message->length)
		die("sending to netlink: %s", strerror(errno));
	message->length = 0;
	message->last = NULL;
}

static void check(const char *data, ssize_t length)
{
	const struct nlmsghdr *nlh = (const void *)data;
	const struct nlmsgerr *err = NLMSG_DATA(nlh);

	for (; NLMSG_OK(nlh, (size_t)length); nlh = NLMSG_NEXT(nlh, length)) {
		err = NLMSG_DATA(nlh);
		if (nlh->nlmsg_type == NLMSG_ERROR && err->error)
			die("the kernel refused: %s", strerror(-err->error));
	}
}

/**
 * netlink_settle() - die if anything sent so far was refused
 * @fd: the socket
 */
void netlink_settle(int fd)
{
	_Alignas(NLMSG_ALIGNTO) char data[4096];
	ssize_t length;

	for (;;) {
		length = recv(fd, data, sizeof(data), MSG_DONTWAIT);
		if (length < 0 && errno == EAGAIN)
			return;
		if (length < 0)
			die("netlink: %s", strerror(errno));
		check(data, length);
	}
}

static uint16_t family_id(const struct nlmsghdr *nlh)
{
	const char *at = (const char *)NLMSG_DATA(nlh) + GENL_HDRLEN;
	const char *end = (const char *)nlh + nlh->nlmsg_len;
	const struct nlattr *attribute;
	uint16_t id;

	while (end - at >= NLA_HDRLEN) {
		attribute = (const void *)at;
		if (attribute->nla_type == CTRL_ATTR_FAMILY_ID) {
			memcpy(&id, at + NLA_HDRLEN, sizeof(id));
			return id;
		}
		at += NLA_ALIGN(attribute->nla_len);
	}
	die("netlink told no number for the family");
}

/**
 * genl_family() - the number of a generic netlink family
 * @fd: the socket
 * @name: of the family
 *
 * Return: the number.
 */
uint16_t genl_family(int fd, const char *name)
{
	_Alignas(NLMSG_ALIGNTO) char data[8192];
	struct message message = { .length = 0 };
	struct genlmsghdr *genl;
	ssize_t length;

	genl = message_begin(&message, GENL_ID_CTRL, 0, GENL_HDRLEN);
	genl->cmd = CTRL_CMD_GETFAMILY;
	genl->version = 1;
	message_attribute(&message, CTRL_ATTR_FAMILY_NAME, name, strlen(name) + 1);
	message_send(fd, &message);
	length = recv(fd, data, sizeof(data), 0);
	if (length < 0)
		die("netlink: %s", strerror(errno));
	check(data, length);
	return family_id((const void *)data);
}
