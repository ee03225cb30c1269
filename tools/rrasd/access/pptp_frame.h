/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Control messages of PPTP (RFC 2637 section 2), read and written. Pure: bytes in, bytes out.
 */
#ifndef RRASD_ACCESS_PPTP_FRAME_H
#define RRASD_ACCESS_PPTP_FRAME_H

#include <stddef.h>
#include <stdint.h>

#define PPTP_FRAME_MAX		220	/* an Incoming-Call-Request */
#define PPTP_NAME_LEN		64
#define PPTP_VERSION		0x0100

enum pptp_type {
	PPTP_UNKNOWN,			/* well formed, and of no type that we know */
	PPTP_START_REQUEST,
	PPTP_START_REPLY,
	PPTP_STOP_REQUEST,
	PPTP_STOP_REPLY,
	PPTP_ECHO_REQUEST,
	PPTP_ECHO_REPLY,
	PPTP_OUTGOING_REQUEST,
	PPTP_OUTGOING_REPLY,
	PPTP_INCOMING_REQUEST,
	PPTP_INCOMING_REPLY,
	PPTP_INCOMING_CONNECTED,
	PPTP_CLEAR_REQUEST,
	PPTP_DISCONNECT_NOTIFY,
	PPTP_WAN_ERROR_NOTIFY,
	PPTP_SET_LINK_INFO,
	PPTP_TYPES
};

/* Result codes; 1 is success everywhere, and 2 says that there is an error code. */
enum pptp_result {
	PPTP_RESULT_OK = 1,
	PPTP_RESULT_ERROR = 2,
	PPTP_START_BAD_VERSION = 5,
	PPTP_CALL_NO_CARRIER = 3,
	PPTP_CALL_BUSY = 4,
	PPTP_CALL_NO_DIAL_TONE = 5,
	PPTP_CALL_TIMEOUT = 6,
	PPTP_CALL_DO_NOT_ACCEPT = 7,
	PPTP_INCOMING_DO_NOT_ACCEPT = 3,
	PPTP_DISCONNECT_LOST_CARRIER = 1,
	PPTP_DISCONNECT_ADMIN = 3,
	PPTP_DISCONNECT_REQUEST = 4,
};

enum pptp_error {
	PPTP_ERROR_NONE,
	PPTP_ERROR_NOT_CONNECTED,
	PPTP_ERROR_BAD_FORMAT,
	PPTP_ERROR_BAD_VALUE,
	PPTP_ERROR_NO_RESOURCE,
	PPTP_ERROR_BAD_CALL_ID,
	PPTP_ERROR_PAC,
};

/* Reasons of a Stop-Control-Connection-Request. */
enum pptp_stop {
	PPTP_STOP_NONE = 1,
	PPTP_STOP_PROTOCOL,
	PPTP_STOP_SHUTDOWN,
};

/**
 * struct pptp_message - a control message
 *
 * Which members count depends on the type; the others are 0 when a message was read, and what
 * a message has and this does not is written as 0.
 */
struct pptp_message {
	enum pptp_type type;
	uint32_t version, framing, bearer, channels, firmware;
	uint32_t result, error, cause;
	uint32_t reason;
	uint32_t identifier;
	/** @call: number that the sender gave; in a notification the only one there is */
	uint32_t call;
	/** @peer_call: number that the receiver gave */
	uint32_t peer_call;
	uint32_t serial, min_bps, max_bps, speed, window, delay;
	uint32_t send_accm, receive_accm;
	char host[PPTP_NAME_LEN + 1];
	char vendor[PPTP_NAME_LEN + 1];
};

int pptp_frame_parse(const uint8_t *data, size_t len, struct pptp_message *m);
size_t pptp_frame_build(uint8_t data[PPTP_FRAME_MAX], const struct pptp_message *m);
const char *pptp_type_name(enum pptp_type type);
const char *pptp_call_result(const struct pptp_message *m);

#endif /* RRASD_ACCESS_PPTP_FRAME_H */
