/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which system calls the process may make from now on.
 */
#ifndef RRASD_SANDBOX_H
#define RRASD_SANDBOX_H

#include <stdbool.h>

/**
 * enum sandbox_for - what there is to be beside the usual work
 */
enum sandbox_for {
	SANDBOX_USUAL = 0,
	SANDBOX_PROGRAMS = 1,	/* other programs are run, those that dial a modem say */
};

int sandbox_enter(enum sandbox_for what);

#endif /* RRASD_SANDBOX_H */
