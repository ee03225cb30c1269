// SPDX-License-Identifier: GPL-2.0
/*
 * Control messages of PPTP, see pptp_frame.h. One table says where everything is, for reading
 * and for writing.
 */
#include <stdbool.h>
#include <string.h>

#include "../../lib/array.h"
#include "pptp_frame.h"

#define HEADER_LEN	12
#define CONTROL		1		/* the only kind of message there is */
#define COOKIE		0x1a2b3c4dU

static const struct {
	uint16_t len;
	const char *name;
} types[PPTP_TYPES] = {
	[PPTP_UNKNOWN] = { 0, "a message of unknown type" },
	[PPTP_START_REQUEST] = { 156, "Start-Control-Connection-Request" },
	[PPTP_START_REPLY] = { 156, "Start-Control-Connection-Reply" },
	[PPTP_STOP_REQUEST] = { 16, "Stop-Control-Connection-Request" },
	[PPTP_STOP_REPLY] = { 16, "Stop-Control-Connection-Reply" },
	[PPTP_ECHO_REQUEST] = { 16, "Echo-Request" },
	[PPTP_ECHO_REPLY] = { 20, "Echo-Reply" },
	[PPTP_OUTGOING_REQUEST] = { 168, "Outgoing-Call-Request" },
	[PPTP_OUTGOING_REPLY] = { 32, "Outgoing-Call-Reply" },
	[PPTP_INCOMING_REQUEST] = { 220, "Incoming-Call-Request" },
	[PPTP_INCOMING_REPLY] = { 24, "Incoming-Call-Reply" },
	[PPTP_INCOMING_CONNECTED] = { 28, "Incoming-Call-Connected" },
	[PPTP_CLEAR_REQUEST] = { 16, "Call-Clear-Request" },
	[PPTP_DISCONNECT_NOTIFY] = { 148, "Call-Disconnect-Notify" },
	[PPTP_WAN_ERROR_NOTIFY] = { 40, "WAN-Error-Notify" },
	[PPTP_SET_LINK_INFO] = { 24, "Set-Link-Info" },
};

/* A member of a message: a number of @size bytes, or a name of PPTP_NAME_LEN. */
struct field {
	uint8_t type, at, size;
	size_t member;
};

#define M(name)		offsetof(struct pptp_message, name)

static const struct field fields[] = {
	{ PPTP_START_REQUEST, 12, 2, M(version) },
	{ PPTP_START_REQUEST, 16, 4, M(framing) },
	{ PPTP_START_REQUEST, 20, 4, M(bearer) },
	{ PPTP_START_REQUEST, 24, 2, M(channels) },
	{ PPTP_START_REQUEST, 26, 2, M(firmware) },
	{ PPTP_START_REQUEST, 28, PPTP_NAME_LEN, M(host) },
	{ PPTP_START_REQUEST, 92, PPTP_NAME_LEN, M(vendor) },
	{ PPTP_START_REPLY, 12, 2, M(version) },
	{ PPTP_START_REPLY, 14, 1, M(result) },
	{ PPTP_START_REPLY, 15, 1, M(error) },
	{ PPTP_START_REPLY, 16, 4, M(framing) },
	{ PPTP_START_REPLY, 20, 4, M(bearer) },
	{ PPTP_START_REPLY, 24, 2, M(channels) },
	{ PPTP_START_REPLY, 26, 2, M(firmware) },
	{ PPTP_START_REPLY, 28, PPTP_NAME_LEN, M(host) },
	{ PPTP_START_REPLY, 92, PPTP_NAME_LEN, M(vendor) },
	{ PPTP_STOP_REQUEST, 12, 1, M(reason) },
	{ PPTP_STOP_REPLY, 12, 1, M(result) },
	{ PPTP_STOP_REPLY, 13, 1, M(error) },
	{ PPTP_ECHO_REQUEST, 12, 4, M(identifier) },
	{ PPTP_ECHO_REPLY, 12, 4, M(identifier) },
	{ PPTP_ECHO_REPLY, 16, 1, M(result) },
	{ PPTP_ECHO_REPLY, 17, 1, M(error) },
	{ PPTP_OUTGOING_REQUEST, 12, 2, M(call) },
	{ PPTP_OUTGOING_REQUEST, 14, 2, M(serial) },
	{ PPTP_OUTGOING_REQUEST, 16, 4, M(min_bps) },
	{ PPTP_OUTGOING_REQUEST, 20, 4, M(max_bps) },
	{ PPTP_OUTGOING_REQUEST, 24, 4, M(bearer) },
	{ PPTP_OUTGOING_REQUEST, 28, 4, M(framing) },
	{ PPTP_OUTGOING_REQUEST, 32, 2, M(window) },
	{ PPTP_OUTGOING_REQUEST, 34, 2, M(delay) },
	{ PPTP_OUTGOING_REPLY, 12, 2, M(call) },
	{ PPTP_OUTGOING_REPLY, 14, 2, M(peer_call) },
	{ PPTP_OUTGOING_REPLY, 16, 1, M(result) },
	{ PPTP_OUTGOING_REPLY, 17, 1, M(error) },
	{ PPTP_OUTGOING_REPLY, 18, 2, M(cause) },
	{ PPTP_OUTGOING_REPLY, 20, 4, M(speed) },
	{ PPTP_OUTGOING_REPLY, 24, 2, M(window) },
	{ PPTP_OUTGOING_REPLY, 26, 2, M(delay) },
	{ PPTP_INCOMING_REQUEST, 12, 2, M(call) },
	{ PPTP_INCOMING_REQUEST, 14, 2, M(serial) },
	{ PPTP_INCOMING_REQUEST, 16, 4, M(bearer) },
	{ PPTP_INCOMING_REPLY, 12, 2, M(call) },
	{ PPTP_INCOMING_REPLY, 14, 2, M(peer_call) },
	{ PPTP_INCOMING_REPLY, 16, 1, M(result) },
	{ PPTP_INCOMING_REPLY, 17, 1, M(error) },
	{ PPTP_INCOMING_REPLY, 18, 2, M(window) },
	{ PPTP_INCOMING_REPLY, 20, 2, M(delay) },
	{ PPTP_INCOMING_CONNECTED, 12, 2, M(peer_call) },
	{ PPTP_INCOMING_CONNECTED, 16, 4, M(speed) },
	{ PPTP_INCOMING_CONNECTED, 20, 2, M(window) },
	{ PPTP_INCOMING_CONNECTED, 22, 2, M(delay) },
	{ PPTP_INCOMING_CONNECTED, 24, 4, M(framing) },
	{ PPTP_CLEAR_REQUEST, 12, 2, M(call) },
	{ PPTP_DISCONNECT_NOTIFY, 12, 2, M(call) },
	{ PPTP_DISCONNECT_NOTIFY, 14, 1, M(result) },
	{ PPTP_DISCONNECT_NOTIFY, 15, 1, M(error) },
	{ PPTP_DISCONNECT_NOTIFY, 16, 2, M(cause) },
	{ PPTP_WAN_ERROR_NOTIFY, 12, 2, M(peer_call) },
	{ PPTP_SET_LINK_INFO, 12, 2, M(peer_call) },
	{ PPTP_SET_LINK_INFO, 16, 4, M(send_accm) },
	{ PPTP_SET_LINK_INFO, 20, 4, M(receive_accm) },
};

static uint32_t get(const uint8_t *p, size_t size)
{
	uint32_t value = 0;

	while (size--)
		value = value << 8 | *p++;
	return value;
}

static void put(uint8_t *p, size_t size, uint32_t value)
{
	while (size--) {
		p[size] = (uint8_t)value;
		value >>= 8;
	}
}

/**
 * pptp_frame_parse - read a control message
 * @data: what has been received, from the beginning of a message on
 * @len: how much, of one message or more
 * @m: what to fill
 *
 * A type that is not known is no mistake (it may come with a later version); a known one has to
 * have its length.
 *
 * Return: length of the message; 0: it is not there as a whole yet; -1: it is malformed, and
 * nobody knows where the next one would begin.
 */
int pptp_frame_parse(const uint8_t *data, size_t len, struct pptp_message *m)
{
	size_t length, i;
	uint32_t type;

	memset(m, 0, sizeof(*m));
	if (len < HEADER_LEN)
		return 0;
	length = get(data, 2);
	type = get(data + 8, 2);
	if (length < HEADER_LEN || length > PPTP_FRAME_MAX || get(data + 4, 4) != COOKIE)
		return -1;
	if (get(data + 2, 2) != CONTROL || !type || type >= PPTP_TYPES)
		return len < length ? 0 : (int)length;
	if (length != types[type].len)
		return -1;
	if (len < length)
		return 0;
	m->type = (enum pptp_type)type;
	for (i = 0; i < ARRAY_SIZE(fields); i++) {
		const struct field *f = &fields[i];
		void *member = (char *)m + f->member;

		if (f->type != type)
			continue;
		if (f->size == PPTP_NAME_LEN)
			memcpy(member, data + f->at, PPTP_NAME_LEN);
		else
			*(uint32_t *)member = get(data + f->at, f->size);
	}
	return (int)length;
}

/**
 * pptp_frame_build - write a control message
 * @data: where to
 * @m: the message, of a known type
 *
 * Return: its length.
 */
size_t pptp_frame_build(uint8_t data[PPTP_FRAME_MAX], const struct pptp_message *m)
{
	size_t length = types[m->type].len;
	size_t i;

	memset(data, 0, PPTP_FRAME_MAX);
	put(data, 2, (uint32_t)length);
	put(data + 2, 2, CONTROL);
	put(data + 4, 4, COOKIE);
	put(data + 8, 2, m->type);
	for (i = 0; i < ARRAY_SIZE(fields); i++) {
		const struct field *f = &fields[i];
		const void *member = (const char *)m + f->member;

		if (f->type != m->type)
			continue;
		if (f->size == PPTP_NAME_LEN)
			memcpy(data + f->at, member, strnlen(member, PPTP_NAME_LEN));
		else
			put(data + f->at, f->size, *(const uint32_t *)member);
	}
	return length;
}

/**
 * pptp_type_name - a type as the RFC calls it
 * @type: the type
 *
 * Return: its name.
 */
const char *pptp_type_name(enum pptp_type type)
{
	return types[type].name;
}

/**
 * pptp_call_result - what the reply to an Outgoing-Call-Request says, for people
 * @m: the reply
 *
 * Return: a sentence without a full stop.
 */
const char *pptp_call_result(const struct pptp_message *m)
{
	static const char * const results[] = {
		[PPTP_RESULT_OK] = "the call is connected",
		[PPTP_RESULT_ERROR] = "the server has an error",
		[PPTP_CALL_NO_CARRIER] = "the server found no carrier",
		[PPTP_CALL_BUSY] = "the server is busy",
		[PPTP_CALL_NO_DIAL_TONE] = "the server found no dial tone",
		[PPTP_CALL_TIMEOUT] = "the server's call was not answered in time",
		[PPTP_CALL_DO_NOT_ACCEPT] = "the server does not accept the call",
	};
	static const char * const errors[] = {
		[PPTP_ERROR_NOT_CONNECTED] = "the server knows no control connection",
		[PPTP_ERROR_BAD_FORMAT] = "the server found a message malformed",
		[PPTP_ERROR_BAD_VALUE] = "the server found a bad value",
		[PPTP_ERROR_NO_RESOURCE] = "the server has no room for the call",
		[PPTP_ERROR_BAD_CALL_ID] = "the server does not like the number of the call",
		[PPTP_ERROR_PAC] = "the server has an error of its own kind",
	};

	if (m->result == PPTP_RESULT_ERROR && m->error && m->error < ARRAY_SIZE(errors))
		return errors[m->error];
	if (!m->result || m->result >= ARRAY_SIZE(results))
		return "the server refuses for a reason that we do not know";
	return results[m->result];
}
