/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Demand-dial interfaces: the kernel asks for a line when a packet needs one, and we dial.
 *
 * The kernel holds packets, counts idle time and waits between attempts (wanarp); here is what
 * takes a peer: calling, PPP as the client, our address on the interface, the line.
 */
#ifndef RRASD_DIAL_H
#define RRASD_DIAL_H

#include <stdbool.h>
#include <stdint.h>

#include "../lib/json.h"
#include "access/kind.h"
#include "ppp/ppp.h"

struct config;
struct config_dial;
struct dialler;
struct record;
struct record_writer;
struct rrasd;
struct session;
struct uplink;

int dial_open(struct rrasd *d);
int dial_begin(struct rrasd *d);
void dial_close(struct rrasd *d);
void dial_reload(struct rrasd *d);
void dial_stop(struct rrasd *d);

/* What a call leads to; @reason is enum wanarp_unreachable_reason. */
void dial_session_begins(struct uplink *u, struct session *s, const char *peer);
void dial_failed(struct uplink *u, uint32_t reason, const char *text);
void dial_port_up(struct uplink *u);

/* What a session of it needs. */
struct config *dial_config(const struct uplink *u);
const struct ppp_config *dial_ppp_config(const struct uplink *u);
const struct ppp_ops *dial_ppp_ops(const struct uplink *u);
void dial_session_json(const struct uplink *u, struct json *j);

/* A session of it that outlives the process. */
void dial_save(const struct uplink *u, struct record_writer *w);
bool dial_is_saved(const struct record *r);
struct uplink *dial_find_saved(const struct rrasd *d, const struct record *r);
struct dialler *dial_find_dialler(const struct rrasd *d, const struct record *r,
				  enum access_kind kind, const struct config_dial **dial);
void dial_restore(struct uplink *u, struct session *s, const struct record *r);

/* The control socket. */
uint32_t dial_count(const struct rrasd *d);
void dial_json(const struct rrasd *d, uint32_t index, struct json *j);

#endif /* RRASD_DIAL_H */
