// SPDX-License-Identifier: GPL-2.0
/*
 * ndiswan_shim, see kernel.h.
 *
 * Two netlink sockets: one for requests, each answered before the next is made; one for events,
 * which arrive when they like. When the kernel had to drop events (ENOBUFS), all links are read
 * and each session compares.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/genetlink.h>
#include <linux/ndiswan.h>
#include <linux/ndiswan_ioctl.h>
#include <linux/netlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "../lib/array.h"
#include "../lib/nl.h"
#include "kernel.h"
#include "log.h"
#include "ppp/proto.h"
#include "rrasd.h"
#include "session.h"

#define EVENT_BUFFER	(4 << 20)	/* ten thousand line-downs at once */

struct kernel {
	struct nl nl;
	struct nl_family family;
	struct nl events;
	ev_io watcher;
	struct rrasd *d;
	char error[NL_ERROR_LEN];
};

static int open_device(void)
{
	return open(KERNEL_DEVICE, O_RDWR | O_NONBLOCK | O_CLOEXEC);
}

static void explain_device(struct kernel *k, int err)
{
	const char *remedy = "";

	if (err == ENOENT || err == ENODEV || err == ENXIO)
		remedy = ": module ndiswan_shim is not loaded: modprobe ndiswan_shim";
	else if (err == EACCES || err == EPERM)
		remedy = ": rrasd has to be started by root";
	else if (err == EMFILE)
		remedy = ": too many open files: raise LimitNOFILE";
	snprintf(k->error, sizeof(k->error), "%s: %s%s", KERNEL_DEVICE, strerror(err), remedy);
}

static int attach(struct kernel *k, int fd, struct ndiswan_attach *a, uint32_t *link)
{
	int err;

	a->size = sizeof(*a);
	if (ioctl(fd, NDISWAN_IOC_ATTACH, a) == 0) {
		*link = a->link;
		return 0;
	}
	err = errno;
	a->message[NDISWAN_MESSAGE_LEN - 1] = '\0';
	snprintf(k->error, sizeof(k->error), "%s%s%s", a->message, a->message[0] ? ": " : "",
		 strerror(err));
	return -err;
}

static int link_open(struct kernel *k, struct ndiswan_attach *a, uint32_t *link)
{
	int err, fd;

	fd = open_device();
	if (fd < 0) {
		err = errno;
		explain_device(k, err);
		return -err;
	}
	err = attach(k, fd, a, link);
	if (err) {
		close(fd);
		return err;
	}
	return fd;
}

/**
 * kernel_link_pppoe - make a link and have a PPPoE session carry it
 * @k: the kernel
 * @ifindex: Ethernet interface
 * @session: session number
 * @peer: the client's Ethernet address
 * @link: where to put the link's number
 *
 * Return: the link's file, which owns it; or a negative error, with kernel_error().
 */
int kernel_link_pppoe(struct kernel *k, int ifindex, uint16_t session, const uint8_t peer[6],
		      uint32_t *link)
{
	struct ndiswan_attach a = { .port = NDISWAN_PORT_TYPE_PPPOE };

	a.pppoe.ifindex = (uint32_t)ifindex;
	a.pppoe.session = session;
	memcpy(a.pppoe.peer, peer, sizeof(a.pppoe.peer));
	return link_open(k, &a, link);
}

/**
 * kernel_link_pptp - make a link and have a PPTP call carry it
 * @k: the kernel
 * @call: the call
 * @link: where to put the link's number
 *
 * Return: the link's file, which owns it; or a negative error, with kernel_error().
 */
int kernel_link_pptp(struct kernel *k, const struct ndiswan_attach_pptp *call, uint32_t *link)
{
	struct ndiswan_attach a = { .port = NDISWAN_PORT_TYPE_PPTP, .pptp = *call };

	return link_open(k, &a, link);
}

/**
 * kernel_link_l2tp - make a link and have an L2TP session carry it
 * @k: the kernel
 * @l2tp: the session
 * @link: where to put the link's number
 *
 * Return: the link's file, which owns it; or a negative error, with kernel_error().
 */
int kernel_link_l2tp(struct kernel *k, const struct ndiswan_attach_l2tp *l2tp, uint32_t *link)
{
	struct ndiswan_attach a = { .port = NDISWAN_PORT_TYPE_L2TP, .l2tp = *l2tp };

	return link_open(k, &a, link);
}

/**
 * kernel_link_ppp - make a link that a channel of Linux PPP will carry
 * @k: the kernel
 * @link: where to put the link's number
 * @channel: where to put the number of its channel, to be bridged to the other
 *
 * Return: the link's file, which owns it; or a negative error, with kernel_error().
 */
int kernel_link_ppp(struct kernel *k, uint32_t *link, uint32_t *channel)
{
	struct ndiswan_attach a = { .port = NDISWAN_PORT_TYPE_PPP };
	int fd = link_open(k, &a, link);

	*channel = a.ppp.channel;
	return fd;
}

/**
 * kernel_link_reason - why is a link down?
 * @fd: the link's file
 *
 * Return: enum ndiswan_reason.
 */
uint32_t kernel_link_reason(int fd)
{
	struct ndiswan_info info = { .size = sizeof(info) };

	if (ioctl(fd, NDISWAN_IOC_INFO, &info) < 0)
		return NDISWAN_REASON_NONE;
	return info.reason;
}

/**
 * kernel_link_down - take a link down, though others have its file open
 * @fd: the link's file
 */
void kernel_link_down(int fd)
{
	if (ioctl(fd, NDISWAN_IOC_DOWN) < 0)
		log_error("a link cannot be taken down: %m");
}

/**
 * kernel_link_end - say good-bye on a link of which nothing else is known, and take it down
 * @fd: the link's file
 *
 * An LCP Terminate-Request is understood whatever was negotiated. Its answer is not waited for.
 */
void kernel_link_end(int fd)
{
	static const uint8_t terminate[] = {
		PPP_PROTO_LCP >> 8, PPP_PROTO_LCP & 0xff, PPP_CODE_TERM_REQ, 1, 0, PPP_HEADER_LEN,
	};

	if (write(fd, terminate, sizeof(terminate)) < 0)
		log_debug("a link that ends: %m");
	kernel_link_down(fd);
}

static int talk(struct kernel *k, struct nlmsghdr *nlh, mnl_cb_t cb, void *data)
{
	int err = nl_talk(&k->nl, nlh, cb, data);

	if (err)
		snprintf(k->error, sizeof(k->error), "%s", k->nl.error);
	return err;
}

/**
 * kernel_link_set - choose how a link frames what it sends
 * @k: the kernel
 * @link: the link
 * @acfc: leave out address and control fields
 * @pfc: compress the protocol field
 *
 * Return: 0 or a negative error, with kernel_error().
 */
int kernel_link_set(struct kernel *k, uint32_t link, bool acfc, bool pfc)
{
	char buffer[NL_REQUEST_SIZE] __attribute__((aligned(8)));
	struct nlmsghdr *nlh;

	nlh = nl_genl_request(&k->nl, buffer, &k->family, NDISWAN_CMD_LINK_SET, 0);
	mnl_attr_put_u32(nlh, NDISWAN_A_LINK_ID, link);
	mnl_attr_put_u8(nlh, NDISWAN_A_LINK_SEND_ACFC, acfc);
	mnl_attr_put_u8(nlh, NDISWAN_A_LINK_SEND_PFC, pfc);
	return talk(k, nlh, NULL, NULL);
}

/**
 * kernel_line_up - IPv4 is usable on a link: make the client's address live
 * @k: the kernel
 * @link: the link
 * @ifindex: the WAN interface
 * @peer: the client's address
 * @mtu: longest packet the client receives
 *
 * Return: 0, and packets for @peer take the link; or a negative error, with kernel_error().
 */
int kernel_line_up(struct kernel *k, uint32_t link, int ifindex, struct in_addr peer,
		   uint16_t mtu)
{
	char buffer[NL_REQUEST_SIZE] __attribute__((aligned(8)));
	struct nlmsghdr *nlh;

	nlh = nl_genl_request(&k->nl, buffer, &k->family, NDISWAN_CMD_LINE_UP, 0);
	mnl_attr_put_u32(nlh, NDISWAN_A_LINE_LINK, link);
	mnl_attr_put_u16(nlh, NDISWAN_A_LINE_PROTOCOL, PPP_PROTO_IP);
	mnl_attr_put_u32(nlh, NDISWAN_A_LINE_IFINDEX, (uint32_t)ifindex);
	mnl_attr_put_u32(nlh, NDISWAN_A_LINE_PEER_IPV4, peer.s_addr);
	mnl_attr_put_u32(nlh, NDISWAN_A_LINE_MRU, mtu);
	return talk(k, nlh, NULL, NULL);
}

/**
 * kernel_line6_up - IPv6 is usable on a link: make the client's addresses live
 * @k: the kernel
 * @link: the link
 * @ifindex: the WAN interface
 * @peer: the client's link-local address
 * @prefix: what else is the client's, 64 or 128 bits long; @len 0: nothing
 * @mtu: longest packet the client receives, 1280 at least
 *
 * Return: 0, and packets for these addresses take the link; or a negative error, with
 * kernel_error().
 */
int kernel_line6_up(struct kernel *k, uint32_t link, int ifindex, const struct in6_addr *peer,
		    const struct prefix *prefix, uint16_t mtu)
{
	char buffer[NL_REQUEST_SIZE] __attribute__((aligned(8)));
	struct nlmsghdr *nlh;

	nlh = nl_genl_request(&k->nl, buffer, &k->family, NDISWAN_CMD_LINE_UP, 0);
	mnl_attr_put_u32(nlh, NDISWAN_A_LINE_LINK, link);
	mnl_attr_put_u16(nlh, NDISWAN_A_LINE_PROTOCOL, PPP_PROTO_IPV6);
	mnl_attr_put_u32(nlh, NDISWAN_A_LINE_IFINDEX, (uint32_t)ifindex);
	mnl_attr_put_u32(nlh, NDISWAN_A_LINE_MRU, mtu);
	mnl_attr_put(nlh, NDISWAN_A_LINE_PEER_IPV6, sizeof(*peer), peer);
	if (prefix->len) {
		mnl_attr_put(nlh, NDISWAN_A_LINE_PREFIX, sizeof(prefix->address),
			     &prefix->address);
		mnl_attr_put_u8(nlh, NDISWAN_A_LINE_PREFIX_LEN, prefix->len);
	}
	return talk(k, nlh, NULL, NULL);
}

static int line_down(struct kernel *k, uint32_t link, uint16_t protocol)
{
	char buffer[NL_REQUEST_SIZE] __attribute__((aligned(8)));
	struct nlmsghdr *nlh;

	nlh = nl_genl_request(&k->nl, buffer, &k->family, NDISWAN_CMD_LINE_DOWN, 0);
	mnl_attr_put_u32(nlh, NDISWAN_A_LINE_LINK, link);
	mnl_attr_put_u16(nlh, NDISWAN_A_LINE_PROTOCOL, protocol);
	return talk(k, nlh, NULL, NULL);
}

/**
 * kernel_line_down - IPv4 is no longer usable on a link
 * @k: the kernel
 * @link: the link
 *
 * Return: 0 or a negative error, with kernel_error().
 */
int kernel_line_down(struct kernel *k, uint32_t link)
{
	return line_down(k, link, PPP_PROTO_IP);
}

/**
 * kernel_line6_down - IPv6 is no longer usable on a link
 * @k: the kernel
 * @link: the link
 *
 * Return: 0 or a negative error, with kernel_error().
 */
int kernel_line6_down(struct kernel *k, uint32_t link)
{
	return line_down(k, link, PPP_PROTO_IPV6);
}

static void read_stats(const struct nlattr *nest, struct kernel_stats *stats)
{
	const struct nlattr *tb[NDISWAN_A_STATS_MAX + 1];

	if (!nest)
		return;
	nl_nest_parse(nest, tb, NDISWAN_A_STATS_MAX);
	stats->rx_packets = nl_attr_uint(tb[NDISWAN_A_STATS_RX_PACKETS]);
	stats->rx_bytes = nl_attr_uint(tb[NDISWAN_A_STATS_RX_BYTES]);
	stats->tx_packets = nl_attr_uint(tb[NDISWAN_A_STATS_TX_PACKETS]);
	stats->tx_bytes = nl_attr_uint(tb[NDISWAN_A_STATS_TX_BYTES]);
}

static int on_stats(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *link[NDISWAN_A_LINK_MAX + 1];

	if (!nl_genl_parse(nlh, link, NDISWAN_A_LINK_MAX))
		read_stats(link[NDISWAN_A_LINK_STATS], data);
	return MNL_CB_OK;
}

static int on_all_stats(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *tb[NDISWAN_A_MODULE_STATS_MAX + 1];

	if (!nl_genl_parse(nlh, tb, NDISWAN_A_MODULE_STATS_MAX))
		read_stats(tb[NDISWAN_A_MODULE_STATS_STATS], data);
	return MNL_CB_OK;
}

/**
 * kernel_stats - what all links together have carried, those that are gone too
 * @k: the kernel
 * @stats: the answer
 *
 * Return: 0 or a negative error, with kernel_error().
 */
int kernel_stats(struct kernel *k, struct kernel_stats *stats)
{
	char buffer[NL_REQUEST_SIZE] __attribute__((aligned(8)));
	struct nlmsghdr *nlh;

	*stats = (struct kernel_stats){ 0 };
	nlh = nl_genl_request(&k->nl, buffer, &k->family, NDISWAN_CMD_STATS_GET, 0);
	return talk(k, nlh, on_all_stats, stats);
}

/**
 * kernel_link_stats - what a link has carried so far
 * @k: the kernel
 * @link: the link
 * @stats: the answer; all zero on an error
 *
 * Return: 0 or a negative error, with kernel_error().
 */
int kernel_link_stats(struct kernel *k, uint32_t link, struct kernel_stats *stats)
{
	char buffer[NL_REQUEST_SIZE] __attribute__((aligned(8)));
	struct nlmsghdr *nlh;

	*stats = (struct kernel_stats){ 0 };
	nlh = nl_genl_request(&k->nl, buffer, &k->family, NDISWAN_CMD_LINK_GET, 0);
	mnl_attr_put_u32(nlh, NDISWAN_A_LINK_ID, link);
	return talk(k, nlh, on_stats, stats);
}

/**
 * kernel_file_stats - the same, asked of the link's file: a single short call
 * @fd: the link's file
 * @stats: the answer; all zero on an error
 */
void kernel_file_stats(int fd, struct kernel_stats *stats)
{
	struct ndiswan_info info = { .size = sizeof(info) };

	if (ioctl(fd, NDISWAN_IOC_INFO, &info) < 0 || info.size < sizeof(info))
		memset(&info, 0, sizeof(info));
	*stats = (struct kernel_stats){
		.rx_packets = info.rx_packets,
		.rx_bytes = info.rx_bytes,
		.tx_packets = info.tx_packets,
		.tx_bytes = info.tx_bytes,
	};
}

/* Why a line is lost. The others we asked for ourselves, or the link's file tells them. */
static const uint32_t lost_reasons[] = {
	NDISWAN_REASON_ADDRESS_TAKEN, NDISWAN_REASON_INTERFACE_GONE,
	NDISWAN_REASON_PROTOCOL_GONE, NDISWAN_REASON_NAMESPACE_GONE,
};

static bool line_is_lost(uint32_t reason)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(lost_reasons); i++)
		if (reason == lost_reasons[i])
			return true;
	return false;
}

/* The identifier in a link-local address; 0: there is no address. */
static uint64_t ifid_of(const struct nlattr *attr)
{
	struct in6_addr address;

	if (!attr || mnl_attr_get_payload_len(attr) != sizeof(address))
		return 0;
	memcpy(&address, mnl_attr_get_payload(attr), sizeof(address));
	return prefix_low(&address);
}

static int on_event(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *tb[NDISWAN_A_EVENT_MAX + 1];
	struct kernel *k = data;
	uint32_t reason, link;
	struct in_addr peer;

	if (nl_genl_parse(nlh, tb, NDISWAN_A_EVENT_MAX))
		return MNL_CB_OK;
	reason = (uint32_t)nl_attr_uint(tb[NDISWAN_A_EVENT_REASON]);
	if (!tb[NDISWAN_A_EVENT_LINK] || !line_is_lost(reason))
		return MNL_CB_OK;
	link = (uint32_t)nl_attr_uint(tb[NDISWAN_A_EVENT_LINK]);
	if (nl_attr_uint(tb[NDISWAN_A_EVENT_PROTOCOL]) == PPP_PROTO_IPV6) {
		sessions_line6_lost(k->d->sessions, link, ifid_of(tb[NDISWAN_A_EVENT_PEER_IPV6]),
				    reason);
		return MNL_CB_OK;
	}
	peer.s_addr = (uint32_t)nl_attr_uint(tb[NDISWAN_A_EVENT_PEER_IPV4]);
	sessions_line_lost(k->d->sessions, link, peer, reason);
	return MNL_CB_OK;
}

static int on_link(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *tb[NDISWAN_A_LINK_MAX + 1];
	const struct nlattr *line[NDISWAN_A_LINE_STATE_MAX + 1];
	const struct nlattr *attr;
	struct kernel *k = data;
	uint32_t ipv4 = 0, ipv6 = 0, ifindex;
	uint16_t protocol;

	if (nl_genl_parse(nlh, tb, NDISWAN_A_LINK_MAX))
		return MNL_CB_OK;
	mnl_attr_for_each(attr, nlh, GENL_HDRLEN) {
		if (mnl_attr_get_type(attr) != NDISWAN_A_LINK_LINE)
			continue;
		nl_nest_parse(attr, line, NDISWAN_A_LINE_STATE_MAX);
		protocol = (uint16_t)nl_attr_uint(line[NDISWAN_A_LINE_STATE_PROTOCOL]);
		ifindex = (uint32_t)nl_attr_uint(line[NDISWAN_A_LINE_STATE_IFINDEX]);
		if (protocol == PPP_PROTO_IP)
			ipv4 = ifindex;
		else if (protocol == PPP_PROTO_IPV6)
			ipv6 = ifindex;
	}
	sessions_compare(k->d->sessions, (uint32_t)nl_attr_uint(tb[NDISWAN_A_LINK_ID]), ipv4, ipv6);
	return MNL_CB_OK;
}

/**
 * kernel_compare - compare all sessions with what the kernel has
 * @k: the kernel
 *
 * Return: 0 or a negative error, which has been logged.
 */
int kernel_compare(struct kernel *k)
{
	char buffer[NL_REQUEST_SIZE] __attribute__((aligned(8)));
	struct nlmsghdr *nlh;
	int err, tries;

	sessions_compare_begin(k->d->sessions);
	for (tries = 0; tries < 10; tries++) {
		nlh = nl_genl_request(&k->nl, buffer, &k->family, NDISWAN_CMD_LINK_GET,
				      NLM_F_DUMP);
		err = talk(k, nlh, on_link, k);
		if (err != -EINTR)
			break;
	}
	if (err)
		log_error("links cannot be read: %s", k->error);
	else
		sessions_compare_end(k->d->sessions);
	return err;
}

static void on_readable(struct ev_loop *loop, ev_io *w, int revents)
{
	static char buffer[NL_BUFFER_SIZE] __attribute__((aligned(8)));
	struct kernel *k = w->data;
	ssize_t len;

	(void)loop;
	(void)revents;
	len = recv(w->fd, buffer, sizeof(buffer), MSG_DONTWAIT);
	if (len > 0) {
		mnl_cb_run(buffer, (size_t)len, 0, 0, on_event, k);
	} else if (len < 0 && errno == ENOBUFS) {
		log_warning("the kernel had more events than rrasd could read: comparing all links");
		kernel_compare(k);
	}
}

/*
 * Most events come of what we do ourselves, two or three for each session: the kernel need not
 * wake us for them. Best effort, since on_event() looks too.
 */
static void filter_events(int fd)
{
	enum { HEAD = 4, REASONS = ARRAY_SIZE(lost_reasons) };
	struct sock_filter code[HEAD + 2 + REASONS + 2] = {
		/* A: where the attribute begins, 0 if there is none. */
		BPF_STMT(BPF_LD | BPF_IMM, NLMSG_HDRLEN + GENL_HDRLEN),
		BPF_STMT(BPF_LDX | BPF_IMM, NDISWAN_A_EVENT_REASON),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, SKF_AD_OFF + SKF_AD_NLATTR),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 2 + REASONS, 0),
		BPF_STMT(BPF_MISC | BPF_TAX, 0),
		BPF_STMT(BPF_LD | BPF_W | BPF_IND, NLA_HDRLEN),
	};
	struct sock_fprog program = { ARRAY_SIZE(code), code };
	size_t i;

	/* A load is of big endian, the attribute is not. */
	for (i = 0; i < REASONS; i++)
		code[HEAD + 2 + i] = (struct sock_filter)
			BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htonl(lost_reasons[i]),
				 (uint8_t)(REASONS - i), 0);
	code[HEAD + 2 + REASONS] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, 0);
	code[HEAD + 2 + REASONS + 1] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, UINT32_MAX);
	setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program));
}

static int open_events(struct kernel *k)
{
	int size = EVENT_BUFFER;
	int err;

	err = nl_open(&k->events, NETLINK_GENERIC);
	if (!err) {
		setsockopt(mnl_socket_get_fd(k->events.sock), SOL_SOCKET, SO_RCVBUFFORCE, &size,
			   sizeof(size));
		filter_events(mnl_socket_get_fd(k->events.sock));
		err = nl_join(&k->events, k->family.group);
	}
	if (err) {
		log_error("events of ndiswan: %s", k->events.error);
		return err;
	}
	ev_io_init(&k->watcher, on_readable, mnl_socket_get_fd(k->events.sock), EV_READ);
	k->watcher.data = k;
	ev_io_start(k->d->loop, &k->watcher);
	return 0;
}

static int probe(struct kernel *k)
{
	int err, fd;

	fd = open_device();
	if (fd < 0) {
		err = errno;
		explain_device(k, err);
		log_error("%s", k->error);
		return -err;
	}
	close(fd);
	err = nl_open(&k->nl, NETLINK_GENERIC);
	if (!err)
		err = nl_resolve(&k->nl, NDISWAN_FAMILY_NAME, NDISWAN_MCGRP_EVENTS, &k->family);
	if (err)
		log_error("netlink family %s: %s", NDISWAN_FAMILY_NAME, k->nl.error);
	return err;
}

/**
 * kernel_open - find the module, and follow its events
 * @d: the daemon; its @kernel is set
 *
 * Return: 0 or a negative error, which has been logged.
 */
int kernel_open(struct rrasd *d)
{
	struct kernel *k;
	int err;

	k = calloc(1, sizeof(*k));
	if (!k)
		return -ENOMEM;
	k->d = d;
	d->kernel = k;
	err = probe(k);
	if (!err)
		err = open_events(k);
	if (err)
		kernel_close(d);
	return err;
}

/**
 * kernel_close - the opposite
 * @d: the daemon
 */
void kernel_close(struct rrasd *d)
{
	struct kernel *k = d->kernel;

	if (!k)
		return;
	ev_io_stop(d->loop, &k->watcher);
	nl_close(&k->events);
	nl_close(&k->nl);
	free(k);
	d->kernel = NULL;
}

/**
 * kernel_error - what went wrong in the last call that failed
 * @k: the kernel
 *
 * Return: a sentence, in the kernel's own words where it had any.
 */
const char *kernel_error(const struct kernel *k)
{
	return k->error;
}
