/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Router advertisements to the clients, each with its own prefix.
 *
 * Not by radvd: it sends one advertisement for all who are on an interface, and this interface has
 * a prefix for each of ten thousand. An advertisement leaves by a packet socket, which says what
 * the IPv6 stack cannot be told: the link address of the one client that it is for. Solicitations
 * are heard on an ICMPv6 socket, as radvd does: it costs packets that pass through nothing, where a
 * packet socket would look at each one.
 */
#ifndef RRASD_ADVERTISE_H
#define RRASD_ADVERTISE_H

#include "../lib/json.h"

struct advertiser;
struct rrasd;
struct session;

int advertise_open(struct rrasd *d);
void advertise_close(struct rrasd *d);
void advertise_interface(struct rrasd *d, int ifindex);
void advertise_begin(struct session *s);
void advertise_end(struct session *s);
void advertise_stats(const struct rrasd *d, struct json *j);

#endif /* RRASD_ADVERTISE_H */
