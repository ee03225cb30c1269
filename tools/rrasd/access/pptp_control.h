/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A control connection of PPTP (RFC 2637 section 2 and 3.1): its beginning, echoes and its end, of
 * the one who called and of the one who was called. Pure: bytes and time in, bytes and messages
 * about calls out.
 */
#ifndef RRASD_ACCESS_PPTP_CONTROL_H
#define RRASD_ACCESS_PPTP_CONTROL_H

#include <stdbool.h>

#include "pptp_frame.h"

#define PPTP_START_MS		10000	/* for the other side to begin, or to answer */
#define PPTP_STOP_MS		3000	/* for the other side to let us go */

enum pptp_control_state {
	PPTP_CONTROL_STARTING,
	PPTP_CONTROL_OPEN,
	PPTP_CONTROL_STOPPING,	/* we have asked for the end */
	PPTP_CONTROL_CLOSED,	/* nothing more to say: close the TCP connection */
};

struct pptp_control;

struct pptp_control_ops {
	/** @output: bytes for the other side; may not call back */
	void (*output)(struct pptp_control *c, const uint8_t *data, size_t len);
	/** @opened: both have agreed; calls can be made */
	void (*opened)(struct pptp_control *c);
	/** @call: a message about a call, while the connection is open */
	void (*call)(struct pptp_control *c, const struct pptp_message *m);
};

/**
 * struct pptp_control - one control connection
 */
struct pptp_control {
	const struct pptp_control_ops *ops;
	/** @name: our host name */
	const char *name;
	enum pptp_control_state state;
	bool caller;		/* we made the connection */
	bool echo_sent;		/* and nothing was heard since */
	/** @polite: the other side has asked for the end, or agreed to it */
	bool polite;
	uint16_t fill;
	/** @echo_ms: silence after which to ask, and then to give up; 0: never */
	uint32_t echo_ms;
	uint32_t echo_id;
	/** @deadline: when to call pptp_control_timer(), ms; 0: never */
	uint64_t deadline;
	/** @why: what it was closed for, a sentence without a full stop */
	const char *why;
	/** @peer_name: the other side's host name, any bytes before the NUL */
	char peer_name[PPTP_NAME_LEN + 1];
	/** @buffer: a message that is not there as a whole, @fill bytes of it */
	uint8_t buffer[PPTP_FRAME_MAX];
};

void pptp_control_init(struct pptp_control *c, const struct pptp_control_ops *ops,
		       const char *name, uint32_t echo_ms);
void pptp_control_call(struct pptp_control *c, uint64_t now);
void pptp_control_answer(struct pptp_control *c, uint64_t now);
void pptp_control_input(struct pptp_control *c, const uint8_t *data, size_t len, uint64_t now);
void pptp_control_timer(struct pptp_control *c, uint64_t now);
void pptp_control_send(struct pptp_control *c, const struct pptp_message *m);
void pptp_control_break(struct pptp_control *c, const char *why);
void pptp_control_stop(struct pptp_control *c, enum pptp_stop reason, const char *why,
		       uint64_t now);

#endif /* RRASD_ACCESS_PPTP_CONTROL_H */
