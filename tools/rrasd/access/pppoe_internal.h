/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Between pppoe.c (interfaces and sockets), pppoe_discovery.c (what frames of clients mean),
 * pppoe_session.c (clients) and pppoe_dial.c (where we are the client).
 */
#ifndef RRASD_ACCESS_PPPOE_INTERNAL_H
#define RRASD_ACCESS_PPPOE_INTERNAL_H

#include <ev.h>

#include "../hash.h"
#include "../netdev.h"
#include "../session.h"
#include "../session_keep.h"
#include "access.h"
#include "limit.h"
#include "pppoe_frame.h"

#define PPPOE_SESSION_MIN	1
#define PPPOE_SESSION_MAX	65534	/* 65535 is reserved (RFC 2516 section 4) */

/**
 * struct pppoe_counts - discovery frames by kind and fate
 */
struct pppoe_counts {
	uint64_t padi, pado, padr, pads, padt_in, padt_out;
	uint64_t malformed;	/* not well formed, or not for us */
	uint64_t limited;	/* more than a rate allows */
	uint64_t cookie;	/* PADR without the cookie we gave */
	uint64_t service;	/* a service we do not offer */
	uint64_t refused;	/* no room, or the kernel refused */
	uint64_t repeated;	/* PADR that was answered before */
	uint64_t stray;		/* PADT for no session, or from somebody else */
	uint64_t unsent;	/* the interface did not take the frame */
};

/**
 * struct pppoe_client - what limits count: an Ethernet address with sessions
 */
struct pppoe_client {
	struct hnode node;
	uint8_t mac[PPPOE_MAC_LEN];
	uint32_t sessions;
	uint32_t unfinished;
};

/**
 * struct pppoe - the access protocol
 */
struct pppoe {
	struct rrasd *d;
	struct list ifaces;
	/** @clients: struct pppoe_client by address */
	struct htable clients;
	/** @requests: struct pppoe_session that are unfinished, by who asked for them */
	struct htable requests;
	/** @sources: rate for each address */
	struct limit sources;
	/** @total: rate in all */
	struct limit_bucket total;
	struct pppoe_counts counts;
};

/**
 * struct pppoe_iface - one interface that we listen on
 */
struct pppoe_iface {
	struct list list;
	struct pppoe *pppoe;
	struct netdev_watch watch;
	/** @initiation: socket of PADIs, the frames that anyone can send; -1: closed */
	int initiation;
	/** @request: socket of all other frames, so that no flood of PADIs is before them */
	int request;
	ev_io initiation_io, request_io;
	/** @serves: clients may connect here */
	bool serves;
	bool hears_offers;	/* of concentrators, for its diallers */
	/** @diallers: struct pppoe_dialler that call over this interface */
	struct list diallers;
	/** @ifindex: while the sockets are open */
	int ifindex;
	uint8_t mac[PPPOE_MAC_LEN];
	/** @cursor: the session number tried next; so a number comes again late */
	uint16_t cursor;
	/** @count: sessions on this interface */
	uint32_t count;
	/** @by_number: sessions by their number; most of it is never touched */
	struct pppoe_session *by_number[PPPOE_SESSION_MAX + 1];
};

/**
 * struct pppoe_session - a session over PPPoE
 */
struct pppoe_session {
	struct session s;
	struct pppoe_iface *iface;
	struct pppoe_client *client;
	struct hnode request;
	bool requested;		/* @request is in the table */
	bool silent;		/* no PADT: the client has sent one */
	uint16_t number;
	uint8_t mac[PPPOE_MAC_LEN];
};

/* pppoe.c */
struct pppoe_iface *pppoe_iface_get(struct pppoe *p, const char *name);
void pppoe_iface_dials(struct pppoe_iface *iface);
void pppoe_iface_send(struct pppoe_iface *iface, const struct pppoe_writer *w);

/* pppoe_discovery.c */
void pppoe_receive(struct pppoe_iface *iface, const uint8_t *data, size_t len);

/* pppoe_session.c */
struct pppoe_session *pppoe_session_find_request(struct pppoe_iface *iface,
						 const struct pppoe_frame *f);
struct pppoe_session *pppoe_session_create(struct pppoe_iface *iface,
					   const struct pppoe_frame *f, const char **why);
const char *pppoe_mac_text(const uint8_t *mac);
void pppoe_padt(struct pppoe_iface *iface, const uint8_t *mac, uint16_t number);
const char *pppoe_session_restore(struct pppoe_iface *iface, const uint8_t *mac, uint16_t number,
				  const struct handover *h);

/* pppoe_keep.c */
void pppoe_save(struct record_writer *w, const struct pppoe_iface *iface, const uint8_t *mac,
		uint16_t number);
const char *pppoe_restore(const struct handover *h);
void pppoe_goodbye(const struct handover *h);

/* pppoe_dial.c */
const char *pppoe_line_restore(struct pppoe_iface *iface, const uint8_t *mac, uint16_t number,
			       const struct handover *h, struct uplink *u);
struct dialler *pppoe_dialler_create(struct rrasd *d, const struct config_dial *dial,
				     struct uplink *u);
void pppoe_dial_receive(struct pppoe_iface *iface, const struct pppoe_frame *f);
bool pppoe_dial_padt(struct pppoe_iface *iface, const struct pppoe_frame *f);
void pppoe_dial_up(struct pppoe_iface *iface);
void pppoe_dial_down(struct pppoe_iface *iface);

#endif /* RRASD_ACCESS_PPPOE_INTERNAL_H */
