/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Sessions that outlive the process: between the records of them and the access protocols.
 */
#ifndef RRASD_SESSION_KEEP_H
#define RRASD_SESSION_KEEP_H

#include "record.h"
#include "session.h"

/**
 * struct handover - a session of the process before us
 */
struct handover {
	struct rrasd *d;
	/** @fd: the link's file, the session's once it is restored */
	int fd;
	uint32_t link;
	/**
	 * @control: the socket of its control connection; -1: none. Who goes on with it makes a
	 * duplicate.
	 */
	int control;
	/** @terminal: what it comes in on; likewise */
	int terminal;
	/** @slot: where its record is */
	uint32_t slot;
	/** @record: what was written down */
	const struct record *record;
};

bool session_restore(struct session *s, const struct session_port *port,
		     const struct handover *h, struct uplink *u);
void sessions_restore(struct rrasd *d);
uint32_t sessions_leave(struct rrasd *d);

#endif /* RRASD_SESSION_KEEP_H */
