// SPDX-License-Identifier: GPL-2.0
/*
 * Sessions of the peer: a PPPoE socket, a channel and a unit of ppp_generic,
 * with the calls that pppd makes for them, and no more than it needs.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_pppox.h>
#include <linux/ppp-ioctl.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sessions.h"

enum { FD_UNIT, FD_CHANNEL, FD_SOCKET };

static int rtnetlink;

static void ppp_start(const struct options *options)
{
	(void)options;
	rtnetlink = netlink_open(NETLINK_ROUTE);
}

static int pppoe_socket(const struct options *options, unsigned int number)
{
	struct sockaddr_pppox address = {
		.sa_family = AF_PPPOX,
		.sa_protocol = PX_PROTO_OE,
		.sa_addr.pppoe.sid = htons(number),
	};
	int fd;

	memcpy(address.sa_addr.pppoe.remote, options->peer, ETH_ALEN);
	strncpy(address.sa_addr.pppoe.dev, options->device,
		sizeof(address.sa_addr.pppoe.dev) - 1);
	fd = socket(AF_PPPOX, SOCK_STREAM | SOCK_CLOEXEC, PX_PROTO_OE);
	if (fd < 0)
		die("PPPoE socket: %s", strerror(errno));
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)))
		die("PPPoE session %u: %s", number, strerror(errno));
	return fd;
}

static int ppp_open(unsigned long request, int *argument)
{
	int fd = open("/dev/ppp", O_RDWR | O_CLOEXEC);

	if (fd < 0)
		die("/dev/ppp: %s", strerror(errno));
	if (ioctl(fd, request, argument))
		die("/dev/ppp: %s", strerror(errno));
	return fd;
}

/* The kernel makes the host route to the other end by itself. */
static void add_address(struct message *message, const struct options *options,
			uint32_t remote, int ifindex)
{
	uint32_t local = htonl(options->local);
	struct ifaddrmsg *ifa;

	ifa = message_begin(message, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL,
			    sizeof(*ifa));
	ifa->ifa_family = AF_INET;
	ifa->ifa_prefixlen = 32;
	ifa->ifa_index = ifindex;
	message_attribute(message, IFA_LOCAL, &local, sizeof(local));
	message_attribute(message, IFA_ADDRESS, &remote, sizeof(remote));
}

static void add_route(struct message *message, uint32_t remote, int ifindex)
{
	struct rtmsg *rtm;

	rtm = message_begin(message, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL,
			    sizeof(*rtm));
	rtm->rtm_family = AF_INET;
	rtm->rtm_dst_len = 32;
	rtm->rtm_table = RT_TABLE_MAIN;
	rtm->rtm_protocol = RTPROT_STATIC;
	rtm->rtm_scope = RT_SCOPE_LINK;
	rtm->rtm_type = RTN_UNICAST;
	message_attribute(message, RTA_DST, &remote, sizeof(remote));
	message_attribute(message, RTA_OIF, &ifindex, sizeof(ifindex));
}

/* Up, with the MTU that PPPoE leaves. */
static void bring_up(const struct options *options, unsigned int number,
		     int ifindex)
{
	uint32_t remote = htonl(options->base + number), mtu = 1492;
	struct message message = { .length = 0 };
	struct ifinfomsg *ifi;

	ifi = message_begin(&message, RTM_NEWLINK, 0, sizeof(*ifi));
	ifi->ifi_index = ifindex;
	ifi->ifi_flags = IFF_UP;
	ifi->ifi_change = IFF_UP;
	message_attribute(&message, IFLA_MTU, &mtu, sizeof(mtu));
	if (options->local)
		add_address(&message, options, remote, ifindex);
	else
		add_route(&message, remote, ifindex);
	message_send(rtnetlink, &message);
}

static void ppp_create(const struct options *options, unsigned int number, int *fd)
{
	int channel, unit = -1;
	struct ifreq ifr;

	fd[FD_SOCKET] = pppoe_socket(options, number);
	if (ioctl(fd[FD_SOCKET], PPPIOCGCHAN, &channel))
		die("PPPIOCGCHAN: %s", strerror(errno));
	fd[FD_CHANNEL] = ppp_open(PPPIOCATTCHAN, &channel);
	fd[FD_UNIT] = ppp_open(PPPIOCNEWUNIT, &unit);
	if (ioctl(fd[FD_CHANNEL], PPPIOCCONNECT, &unit))
		die("PPPIOCCONNECT: %s", strerror(errno));
	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "ppp%d", unit);
	if (ioctl(rtnetlink, SIOCGIFINDEX, &ifr))
		die("%s: %s", ifr.ifr_name, strerror(errno));
	bring_up(options, number, ifr.ifr_ifindex);
}

static void ppp_settle(void)
{
	netlink_settle(rtnetlink);
}

static void ppp_destroy(const int *fd)
{
	close(fd[FD_UNIT]);
	close(fd[FD_CHANNEL]);
	close(fd[FD_SOCKET]);
}

const struct kind kind_ppp = {
	.name = "ppp",
	.fds = 3,
	.start = ppp_start,
	.create = ppp_create,
	.settle = ppp_settle,
	.destroy = ppp_destroy,
};
