// SPDX-License-Identifier: GPL-2.0
/*
 * A control connection of PPTP, see pptp_control.h.
 */
#include <stdio.h>
#include <string.h>

#include "pptp_control.h"

#define BOTH_KINDS	3	/* of framing and of bearers */
#define CHANNELS	65535
#define VENDOR		"rras"

static void close_now(struct pptp_control *c, const char *why)
{
	if (c->state == PPTP_CONTROL_CLOSED)
		return;
	c->state = PPTP_CONTROL_CLOSED;
	c->deadline = 0;
	if (!c->why)
		c->why = why;
}

/**
 * pptp_control_send - send a message
 * @c: the connection
 * @m: the message
 */
void pptp_control_send(struct pptp_control *c, const struct pptp_message *m)
{
	uint8_t data[PPTP_FRAME_MAX];

	c->ops->output(c, data, pptp_frame_build(data, m));
}

static void send_start(struct pptp_control *c, enum pptp_type type, uint32_t result)
{
	struct pptp_message m = {
		.type = type,
		.version = PPTP_VERSION,
		.result = result,
		.framing = BOTH_KINDS,
		.bearer = BOTH_KINDS,
		.channels = CHANNELS,
		.vendor = VENDOR,
	};

	snprintf(m.host, sizeof(m.host), "%s", c->name);
	pptp_control_send(c, &m);
}

/**
 * pptp_control_init - a TCP connection is being made, or was accepted
 * @c: the connection
 * @ops: what it asks for
 * @name: our host name; has to stay
 * @echo_ms: how much silence to bear
 */
void pptp_control_init(struct pptp_control *c, const struct pptp_control_ops *ops,
		       const char *name, uint32_t echo_ms)
{
	memset(c, 0, sizeof(*c));
	c->ops = ops;
	c->name = name;
	c->echo_ms = echo_ms;
}

/**
 * pptp_control_call - we have called, and the TCP connection is there
 * @c: the connection
 * @now: monotonic time, ms
 */
void pptp_control_call(struct pptp_control *c, uint64_t now)
{
	c->caller = true;
	c->deadline = now + PPTP_START_MS;
	send_start(c, PPTP_START_REQUEST, 0);
}

/**
 * pptp_control_answer - we were called: wait for what the other side says
 * @c: the connection
 * @now: monotonic time, ms
 */
void pptp_control_answer(struct pptp_control *c, uint64_t now)
{
	c->deadline = now + PPTP_START_MS;
}

static bool good_version(const struct pptp_message *m)
{
	return m->version >> 8 == PPTP_VERSION >> 8;
}

static void start(struct pptp_control *c, const struct pptp_message *m)
{
	if (c->state != PPTP_CONTROL_STARTING ||
	    m->type != (c->caller ? PPTP_START_REPLY : PPTP_START_REQUEST)) {
		close_now(c, "it does not keep to the order of messages");
		return;
	}
	if (!good_version(m)) {
		if (!c->caller)
			send_start(c, PPTP_START_REPLY, PPTP_START_BAD_VERSION);
		close_now(c, "it speaks another version of PPTP");
		return;
	}
	if (c->caller && m->result != PPTP_RESULT_OK) {
		close_now(c, "it refuses the control connection");
		return;
	}
	memcpy(c->peer_name, m->host, sizeof(c->peer_name));
	if (!c->caller)
		send_start(c, PPTP_START_REPLY, PPTP_RESULT_OK);
	if (c->state == PPTP_CONTROL_CLOSED)
		return;
	c->state = PPTP_CONTROL_OPEN;
	c->ops->opened(c);
}

static void stop_asked(struct pptp_control *c)
{
	struct pptp_message reply = { .type = PPTP_STOP_REPLY, .result = PPTP_RESULT_OK };

	pptp_control_send(c, &reply);
	c->polite = true;
	close_now(c, "it ended the control connection");
}

static void echo_asked(struct pptp_control *c, const struct pptp_message *m)
{
	struct pptp_message reply = {
		.type = PPTP_ECHO_REPLY,
		.identifier = m->identifier,
		.result = PPTP_RESULT_OK,
	};

	pptp_control_send(c, &reply);
}

static void message(struct pptp_control *c, const struct pptp_message *m)
{
	/* A message that we do not know is for somebody who does. */
	if (m->type == PPTP_UNKNOWN || m->type == PPTP_ECHO_REPLY)
		return;
	if (m->type == PPTP_START_REQUEST || m->type == PPTP_START_REPLY) {
		start(c, m);
	} else if (m->type == PPTP_STOP_REQUEST) {
		stop_asked(c);
	} else if (c->state == PPTP_CONTROL_STARTING) {
		close_now(c, "it does not keep to the order of messages");
	} else if (m->type == PPTP_STOP_REPLY) {
		c->polite = true;
		close_now(c, "it ended the control connection");
	} else if (m->type == PPTP_ECHO_REQUEST) {
		echo_asked(c, m);
	} else if (c->state == PPTP_CONTROL_OPEN) {
		c->ops->call(c, m);
	}
}

static void listen_again(struct pptp_control *c, uint64_t now)
{
	if (c->state != PPTP_CONTROL_OPEN)
		return;
	c->echo_sent = false;
	c->deadline = c->echo_ms ? now + c->echo_ms : 0;
}

/* A message is in one piece, mostly; what is left of it waits in the buffer. */
static size_t take(struct pptp_control *c, const uint8_t *data, size_t len)
{
	const uint8_t *whole = data;
	struct pptp_message m;
	size_t used, room;
	int length;

	room = sizeof(c->buffer) - c->fill;
	used = len < room ? len : room;
	if (c->fill) {
		memcpy(c->buffer + c->fill, data, used);
		whole = c->buffer;
	}
	length = pptp_frame_parse(whole, c->fill + used, &m);
	if (length < 0) {
		close_now(c, "it sends what is no PPTP");
		return len;
	}
	if (!length) {
		if (!c->fill)
			memcpy(c->buffer, data, used);
		c->fill = (uint16_t)(c->fill + used);
		return used;
	}
	used = (size_t)length - c->fill;
	c->fill = 0;
	message(c, &m);
	return used;
}

/**
 * pptp_control_input - bytes have arrived
 * @c: the connection
 * @data: the bytes
 * @len: how many
 * @now: monotonic time, ms
 */
void pptp_control_input(struct pptp_control *c, const uint8_t *data, size_t len, uint64_t now)
{
	size_t used;

	if (!len)
		return;
	while (len && c->state != PPTP_CONTROL_CLOSED) {
		used = take(c, data, len);
		data += used;
		len -= used;
	}
	listen_again(c, now);
}

/**
 * pptp_control_timer - the deadline has passed
 * @c: the connection
 * @now: monotonic time, ms
 */
void pptp_control_timer(struct pptp_control *c, uint64_t now)
{
	struct pptp_message echo = { .type = PPTP_ECHO_REQUEST };

	if (!c->deadline || now < c->deadline)
		return;
	if (c->state == PPTP_CONTROL_STARTING) {
		close_now(c, c->caller ? "it does not answer" : "it says nothing");
	} else if (c->state == PPTP_CONTROL_STOPPING) {
		close_now(c, "it does not let go");
	} else if (c->echo_sent) {
		close_now(c, "it answers no echo");
	} else {
		c->echo_sent = true;
		c->deadline = now + c->echo_ms;
		echo.identifier = ++c->echo_id;
		pptp_control_send(c, &echo);
	}
}

/**
 * pptp_control_break - nothing more can be sent; also from inside the output callback
 * @c: the connection, which is closed from now on
 * @why: why, a sentence without a full stop; has to stay
 */
void pptp_control_break(struct pptp_control *c, const char *why)
{
	close_now(c, why);
}

/**
 * pptp_control_stop - end the connection politely
 * @c: the connection
 * @reason: why, for the other side
 * @why: why, a sentence without a full stop; has to stay
 * @now: monotonic time, ms
 */
void pptp_control_stop(struct pptp_control *c, enum pptp_stop reason, const char *why,
		       uint64_t now)
{
	struct pptp_message m = { .type = PPTP_STOP_REQUEST, .reason = reason };

	if (c->state == PPTP_CONTROL_STOPPING || c->state == PPTP_CONTROL_CLOSED)
		return;
	c->why = why;
	if (c->state == PPTP_CONTROL_STARTING) {
		close_now(c, why);
		return;
	}
	c->state = PPTP_CONTROL_STOPPING;
	c->deadline = now + PPTP_STOP_MS;
	pptp_control_send(c, &m);
}
