// SPDX-License-Identifier: GPL-2.0
/* Sessions of ours: a link, its PPPoE port, its line. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/genetlink.h>
#include <linux/ndiswan.h>
#include <linux/ndiswan_ioctl.h>
#include <linux/ppp_defs.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "sessions.h"

static struct {
	int netlink;
	uint16_t family;
	unsigned int waiting;
	struct message message;
} self;

static void ours_start(const struct options *options)
{
	if (!options->wan_ifindex)
		die("--wan is needed");
	self.netlink = netlink_open(NETLINK_GENERIC);
	self.family = genl_family(self.netlink, NDISWAN_FAMILY_NAME);
}

static uint32_t attach(int fd, const struct options *options, unsigned int number)
{
	struct ndiswan_attach args = {
		.size = sizeof(args),
		.port = NDISWAN_PORT_TYPE_PPPOE,
		.pppoe.ifindex = options->ifindex,
		.pppoe.session = number,
	};

	memcpy(args.pppoe.peer, options->peer, ETH_ALEN);
	if (ioctl(fd, NDISWAN_IOC_ATTACH, &args) < 0)
		die("attaching session %u: %s: %s", number, strerror(errno),
		    args.message);
	return args.link;
}

static void flush(void)
{
	if (self.waiting)
		message_send(self.netlink, &self.message);
	self.waiting = 0;
}

/* Another line-up in the message, with what both protocols have. */
static void line_begin(const struct options *options, uint16_t protocol,
		       uint32_t link)
{
	uint32_t ifindex = options->wan_ifindex, mru = 1492;
	struct message *message = &self.message;
	struct genlmsghdr *genl;

	genl = message_begin(message, self.family, 0, GENL_HDRLEN);
	genl->cmd = NDISWAN_CMD_LINE_UP;
	genl->version = NDISWAN_FAMILY_VERSION;
	message_attribute(message, NDISWAN_A_LINE_LINK, &link, sizeof(link));
	message_attribute(message, NDISWAN_A_LINE_PROTOCOL, &protocol,
			  sizeof(protocol));
	message_attribute(message, NDISWAN_A_LINE_IFINDEX, &ifindex,
			  sizeof(ifindex));
	message_attribute(message, NDISWAN_A_LINE_MRU, &mru, sizeof(mru));
}

static void line_end(const struct options *options)
{
	if (++self.waiting >= options->batch)
		flush();
}

static void line_up(const struct options *options, unsigned int number,
		    uint32_t link)
{
	uint32_t address = htonl(options->base + number);

	line_begin(options, PPP_IP, link);
	message_attribute(&self.message, NDISWAN_A_LINE_PEER_IPV4, &address,
			  sizeof(address));
	line_end(options);
}

static void line_up_ipv6(const struct options *options, unsigned int number,
			 uint32_t link)
{
	struct in6_addr peer = { .s6_addr32 = {
		htonl(0xfe800000), 0, 0, htonl(options->base + number) } };
	struct in6_addr prefix = { .s6_addr32 = {
		htonl(0x20010db8),
		htonl((options->base & 0xffff0000) | number) } };
	uint8_t length = 64;

	line_begin(options, PPP_IPV6, link);
	message_attribute(&self.message, NDISWAN_A_LINE_PEER_IPV6, &peer,
			  sizeof(peer));
	message_attribute(&self.message, NDISWAN_A_LINE_PREFIX, &prefix,
			  sizeof(prefix));
	message_attribute(&self.message, NDISWAN_A_LINE_PREFIX_LEN, &length,
			  sizeof(length));
	line_end(options);
}

static void ours_create(const struct options *options, unsigned int number,
			int *fd)
{
	uint32_t link;

	fd[0] = open("/dev/ndiswan", O_RDWR | O_CLOEXEC);
	if (fd[0] < 0)
		die("/dev/ndiswan: %s", strerror(errno));
	link = attach(fd[0], options, number);
	line_up(options, number, link);
	if (options->ipv6)
		line_up_ipv6(options, number, link);
}

static void ours_settle(void)
{
	flush();
	netlink_settle(self.netlink);
}

static void ours_destroy(const int *fd)
{
	close(fd[0]);
}

const struct kind kind_ours = {
	.name = "ours",
	.fds = 1,
	.start = ours_start,
	.create = ours_create,
	.settle = ours_settle,
	.destroy = ours_destroy,
};
