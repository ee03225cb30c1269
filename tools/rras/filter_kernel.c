// SPDX-License-Identifier: GPL-2.0
/*
 * rras filter: asking ipfltdrv. Nobody has to load it: the kernel does when its netlink family is
 * asked for. Where that fails, it is said why.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "../lib/module.h"
#include "filter.h"
#include "rras.h"

#define MODULE		"ipfltdrv"
#define SYSLOG_SOCKET	"/dev/log"

/* Where the administrator looks the next day; without syslog, in the kernel's log. */
static void record(const char *text)
{
	char line[1200];
	int fd, len;

	if (!access(SYSLOG_SOCKET, F_OK)) {
		openlog("rras", LOG_PID, LOG_DAEMON);
		syslog(LOG_ERR, "%s", text);
		closelog();
		return;
	}
	fd = open("/dev/kmsg", O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return;	/* not root: it is told on standard error */
	len = snprintf(line, sizeof(line), "<%d>rras: %s\n", LOG_DAEMON | LOG_ERR, text);
	if (write(fd, line, (size_t)len) != len)
		fail("/dev/kmsg: %s", strerror(errno));
	close(fd);
}

/* Event 7000: the filter driver was left out of the installation, or is not for this kernel. */
static int driver_missing(void)
{
	char why[PATH_MAX], text[PATH_MAX + 64];

	module_explain(MODULE, why, sizeof(why));
	snprintf(text, sizeof(text), "event %u (%s): %s", MODULE_EVENT_NUMBER, MODULE_EVENT_NAME,
		 why);
	record(text);
	fail("%s", text);
	fail("nothing has been changed; WAN interfaces, links and clients are not affected");
	return EXIT_NO_MODULE;
}

/**
 * filter_open - reach ipfltdrv; this loads it
 * @k: the connection
 *
 * Return: EXIT_OK, or another exit code after a message.
 */
int filter_open(struct filter_kernel *k)
{
	int err;

	err = nl_open(&k->nl, NETLINK_GENERIC);
	if (err)
		return fail("%s", k->nl.error);
	err = nl_resolve(&k->nl, IPFLTDRV_FAMILY_NAME, NULL, &k->family);
	if (!err)
		return EXIT_OK;
	err = err == -ENOENT ? driver_missing() :
	      fail("netlink family %s: %s", IPFLTDRV_FAMILY_NAME, k->nl.error);
	nl_close(&k->nl);
	return err;
}

/**
 * filter_close - the opposite
 * @k: the connection
 */
void filter_close(struct filter_kernel *k)
{
	nl_close(&k->nl);
}

/**
 * filter_request - begin a request
 * @k: the connection
 * @cmd: command of the family
 * @flags: NLM_F_DUMP or 0
 *
 * Return: the request; the one before is over.
 */
struct nlmsghdr *filter_request(struct filter_kernel *k, uint8_t cmd, uint16_t flags)
{
	return nl_genl_request(&k->nl, k->request, &k->family, cmd, flags);
}

/**
 * filter_ask - send a request
 * @k: the connection
 * @nlh: the request
 * @cb: called for each object of the answer, or NULL
 * @data: for @cb
 *
 * Return: 0 or a negative error.
 */
int filter_ask(struct filter_kernel *k, struct nlmsghdr *nlh, mnl_cb_t cb, void *data)
{
	return nl_talk(&k->nl, nlh, cb, data);
}

/**
 * filter_refused - say why a request failed
 * @k: the connection
 * @err: what filter_ask() returned
 * @what: the object of the request
 *
 * Return: EXIT_FAILED.
 */
int filter_refused(struct filter_kernel *k, int err, const char *what)
{
	if (err == -EPERM && !strcmp(k->nl.error, strerror(EPERM)))
		return fail("%s: only root (CAP_NET_ADMIN) may do this", what);
	return fail("%s: %s", what, k->nl.error);
}

/**
 * filter_put_name - the name of a set as an attribute
 * @nlh: the request
 * @type: of the attribute
 * @name: the name, judged by filter_bad_name() before
 */
void filter_put_name(struct nlmsghdr *nlh, uint16_t type, const char *name)
{
	mnl_attr_put_strz(nlh, type, name);
}

/**
 * filter_put_link - a link address as an attribute
 * @nlh: the request
 * @type: of the attribute
 * @link: number of the link
 */
void filter_put_link(struct nlmsghdr *nlh, uint16_t type, uint32_t link)
{
	uint8_t address[IPFLTDRV_HWADDR_LEN] = { 0x02 };
	uint32_t id = htonl(link);

	memcpy(address + 2, &id, sizeof(id));
	mnl_attr_put(nlh, type, sizeof(address), address);
}

/**
 * filter_put_address - an address as one of two attributes
 * @nlh: the request
 * @ipv4: attribute for an IPv4 address
 * @ipv6: attribute for an IPv6 address
 * @a: the address; none puts nothing
 */
void filter_put_address(struct nlmsghdr *nlh, uint16_t ipv4, uint16_t ipv6,
			const struct filter_address *a)
{
	if (a->family == 4)
		mnl_attr_put(nlh, ipv4, 4, a->address);
	else if (a->family == 6)
		mnl_attr_put(nlh, ipv6, 16, a->address);
}

/**
 * filter_put_target - what a binding is on, as attributes
 * @nlh: the request
 * @t: the target
 */
void filter_put_target(struct nlmsghdr *nlh, const struct filter_target *t)
{
	mnl_attr_put_u32(nlh, IPFLTDRV_A_BINDING_IFINDEX, t->ifindex);
	if (t->link)
		filter_put_link(nlh, IPFLTDRV_A_BINDING_LINK_ADDRESS, t->link_id);
	filter_put_address(nlh, IPFLTDRV_A_BINDING_CLIENT_IPV4, IPFLTDRV_A_BINDING_CLIENT_IPV6,
			   &t->client);
}

/**
 * filter_address_text - an address to be read
 * @a: the address, not none
 *
 * Return: a static buffer.
 */
const char *filter_address_text(const struct filter_address *a)
{
	static char text[INET6_ADDRSTRLEN];

	return inet_ntop(a->family == 4 ? AF_INET : AF_INET6, a->address, text, sizeof(text));
}
