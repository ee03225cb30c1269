/* SPDX-License-Identifier: GPL-2.0 */
/* The load program of the benchmarks: what its files know of each other. */
#ifndef SESSIONS_H
#define SESSIONS_H

#include <linux/netlink.h>
#include <net/ethernet.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * struct options - the command line
 * @device: Ethernet device that carries the sessions
 * @wan: WAN interface; ours only
 * @ifindex: of @device
 * @wan_ifindex: of @wan
 * @peer: Ethernet address of the other end
 * @local: address of this end, host byte order, or 0; the peer's kind only
 * @base: session n has the client address @base + n, host byte order
 * @count: how many sessions
 * @step: report after each so many
 * @batch: line-ups that are sent together; ours only
 * @seed: of the order in which sessions are made; 0 for rising numbers
 * @ipv6: a line of IPv6 too; ours only
 */
struct options {
	const char *device;
	const char *wan;
	int ifindex;
	int wan_ifindex;
	uint8_t peer[ETH_ALEN];
	uint32_t local;
	uint32_t base;
	unsigned int count;
	unsigned int step;
	unsigned int batch;
	unsigned int seed;
	bool ipv6;
};

/**
 * struct kind - one of the two ways to have a session
 * @name: on the command line
 * @fds: files of a session
 * @start: once, before the first session
 * @create: make session @number usable for IPv4; its files go to @fd
 * @settle: end of a step: dies if the kernel has refused something
 * @destroy: end a session, given its files
 */
struct kind {
	const char *name;
	unsigned int fds;
	void (*start)(const struct options *options);
	void (*create)(const struct options *options, unsigned int number, int *fd);
	void (*settle)(void);
	void (*destroy)(const int *fd);
};

#define MAX_FDS	3

extern const struct kind kind_ours;
extern const struct kind kind_ppp;

/* sessions.c */
__attribute__((noreturn, format(printf, 1, 2)))
void die(const char *fmt, ...);

/* message.c */

/**
 * struct message - netlink messages that are sent together
 * @data: the messages
 * @length: bytes in use
 * @last: the one that is being written
 */
struct message {
	_Alignas(NLMSG_ALIGNTO) char data[4096];
	size_t length;
	struct nlmsghdr *last;
};

int netlink_open(int protocol);
void *message_begin(struct message *message, uint16_t type, uint16_t flags,
		    size_t header);
void message_attribute(struct message *message, uint16_t type, const void *data,
		       size_t length);
void message_send(int fd, struct message *message);
void netlink_settle(int fd);
uint16_t genl_family(int fd, const char *name);

#endif /* SESSIONS_H */
