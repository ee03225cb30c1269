/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Addresses of hosts by their names, without waiting: /etc/hosts and DNS, by c-ares in our loop.
 */
#ifndef RRASD_RESOLVE_H
#define RRASD_RESOLVE_H

#include <ares.h>
#include <ev.h>
#include <netinet/in.h>
#include <stdbool.h>

#define RESOLVE_SOCKETS	8

/**
 * struct resolve - one question at a time; embedded by who asks
 */
struct resolve {
	struct ev_loop *loop;
	/** @channel: NULL: nothing is asked */
	ares_channel channel;
	ev_io io[RESOLVE_SOCKETS];
	ev_timer timer;
	/** @over: @status and @address are the answer, which is told in the next turn */
	bool over;
	int status;
	char address[INET6_ADDRSTRLEN];
	/** @done: here is the address; NULL: there is none, and why */
	void (*done)(struct resolve *r, const char *address, const char *why);
};

int resolve_start(struct resolve *r, struct ev_loop *loop, const char *name, int family,
		  void (*done)(struct resolve *r, const char *address, const char *why));
void resolve_cancel(struct resolve *r);

#endif /* RRASD_RESOLVE_H */
