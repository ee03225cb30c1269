/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a request of RFC 5176 asks for. No I/O.
 */
#ifndef RRASD_RADIUS_CHANGE_H
#define RRASD_RADIUS_CHANGE_H

#include <stdbool.h>

#include "radius_packet.h"

/* Error-Cause (RFC 5176, 3.5) */
enum radius_error {
	RADIUS_ERROR_NONE,
	RADIUS_ERROR_UNSUPPORTED_ATTRIBUTE = 401,
	RADIUS_ERROR_MISSING_ATTRIBUTE = 402,
	RADIUS_ERROR_NAS_MISMATCH = 403,
	RADIUS_ERROR_INVALID_REQUEST = 404,
	RADIUS_ERROR_UNSUPPORTED_SERVICE = 405,
	RADIUS_ERROR_INVALID_VALUE = 407,
	RADIUS_ERROR_NO_SESSION = 503,
	RADIUS_ERROR_RESOURCES = 506,
};

/**
 * struct radius_change - which sessions, and what shall become of them
 *
 * An attribute whose @value is NULL was not given.
 */
struct radius_change {
	/** @user: and so on: what a session has to be to be meant, in all that is given */
	struct radius_attr user, id, address, port, caller;
	/** @nas_address: who we have to be */
	struct radius_attr nas_address, nas_name;
	/** @timestamp: when it was sent */
	struct radius_attr timestamp;
	/** @session: and so on: the changes */
	struct radius_attr session, idle, filter;
};

enum radius_error radius_change_read(const struct radius_packet *p, struct radius_change *change);

#endif /* RRASD_RADIUS_CHANGE_H */
