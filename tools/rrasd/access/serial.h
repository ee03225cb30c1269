/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Between serial.c (lines on which clients call) and serial_dial.c (lines on which we call).
 */
#ifndef RRASD_ACCESS_SERIAL_H
#define RRASD_ACCESS_SERIAL_H

#include "../hash.h"
#include "access.h"
#include "serial_line.h"

/**
 * struct serial_counts - what has happened since the daemon began
 */
struct serial_counts {
	uint64_t opened;	/* lines, successfully */
	uint64_t failed;	/* attempts */
	uint64_t calls;		/* of clients */
	uint64_t hangups;	/* of the other end */
};

/**
 * struct serial - all serial lines
 */
struct serial {
	struct rrasd *d;
	struct list ports;
	struct serial_counts counts;
};

const char *serial_dial_restore(const char *device, const struct handover *h);
struct dialler *serial_dialler(struct rrasd *d, const struct config_dial *dial, struct uplink *u);

#endif /* RRASD_ACCESS_SERIAL_H */
