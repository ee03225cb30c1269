/* SPDX-License-Identifier: GPL-2.0 */
/*
 * L2TPv2 control messages (RFC 2661 sections 3.1, 4 and 5), read and written. Pure: bytes in,
 * bytes out.
 */
#ifndef RRASD_ACCESS_L2TP_AVP_H
#define RRASD_ACCESS_L2TP_AVP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define L2TP_HEADER_LEN		12
#define L2TP_MESSAGE_MAX	1024	/* of ours; they are shorter */
#define L2TP_RECEIVE_MAX	4096	/* of the peer's */
#define L2TP_MD5_LEN		16
#define L2TP_PROTOCOL_VERSION	0x0100

enum l2tp_type {
	L2TP_SCCRQ = 1,		/* Start-Control-Connection-Request, -Reply, -Connected */
	L2TP_SCCRP = 2,
	L2TP_SCCCN = 3,
	L2TP_STOPCCN = 4,	/* Stop-Control-Connection-Notification */
	L2TP_HELLO = 6,
	L2TP_OCRQ = 7,		/* Outgoing-Call-Request, -Reply, -Connected */
	L2TP_OCRP = 8,
	L2TP_OCCN = 9,
	L2TP_ICRQ = 10,		/* Incoming-Call-Request, -Reply, -Connected */
	L2TP_ICRP = 11,
	L2TP_ICCN = 12,
	L2TP_CDN = 14,		/* Call-Disconnect-Notify */
	L2TP_WEN = 15,		/* WAN-Error-Notify */
	L2TP_SLI = 16,		/* Set-Link-Info */
};

enum l2tp_attribute {
	L2TP_A_MESSAGE_TYPE = 0,
	L2TP_A_RESULT_CODE = 1,
	L2TP_A_PROTOCOL_VERSION = 2,
	L2TP_A_FRAMING_CAPABILITIES = 3,
	L2TP_A_BEARER_CAPABILITIES = 4,
	L2TP_A_HOST_NAME = 7,
	L2TP_A_VENDOR_NAME = 8,
	L2TP_A_ASSIGNED_TUNNEL = 9,
	L2TP_A_RECEIVE_WINDOW = 10,
	L2TP_A_CHALLENGE = 11,
	L2TP_A_CHALLENGE_RESPONSE = 13,
	L2TP_A_ASSIGNED_SESSION = 14,
	L2TP_A_CALL_SERIAL = 15,
	L2TP_A_FRAMING_TYPE = 19,
	L2TP_A_CONNECT_SPEED = 24,
	L2TP_A_RANDOM_VECTOR = 36,
	L2TP_A_SEQUENCING_REQUIRED = 39,
	L2TP_A_MAX = 39,
};

/* Result codes of StopCCN (section 4.4.2). */
enum l2tp_stop {
	L2TP_STOP_CLEAR = 1,
	L2TP_STOP_ERROR = 2,		/* the error code says which */
	L2TP_STOP_UNAUTHORIZED = 4,
	L2TP_STOP_VERSION = 5,
	L2TP_STOP_SHUTDOWN = 6,
	L2TP_STOP_STATE = 7,		/* a message that is not for this state */
};

/* Result codes of CDN. */
enum l2tp_cdn {
	L2TP_CDN_CARRIER_LOST = 1,
	L2TP_CDN_ERROR = 2,		/* the error code says which */
	L2TP_CDN_ADMIN = 3,
	L2TP_CDN_BUSY_NOW = 4,		/* resources, for the moment */
	L2TP_CDN_NOT_SUPPORTED = 5,
	L2TP_CDN_TIMEOUT = 10,
};

/* Error codes, with a result code of 2. */
enum l2tp_error {
	L2TP_ERROR_NONE = 0,
	L2TP_ERROR_LENGTH = 2,
	L2TP_ERROR_VALUE = 3,
	L2TP_ERROR_RESOURCES = 4,
	L2TP_ERROR_SESSION = 5,
	L2TP_ERROR_OTHER = 6,
	L2TP_ERROR_UNKNOWN_AVP = 8,
};

/**
 * struct l2tp_text - some bytes of a message
 */
struct l2tp_text {
	const uint8_t *data;	/* NULL: the message has no such attribute */
	uint16_t len;
};

/**
 * struct l2tp_secret - what both ends of a tunnel know; the bytes belong to somebody else
 */
struct l2tp_secret {
	const void *data;	/* NULL: there is none */
	size_t len;
};

/**
 * struct l2tp_header - header of a control message, and where its attributes are
 */
struct l2tp_header {
	uint16_t tunnel, session, ns, nr;
	const uint8_t *avps;
	size_t len;		/* of @avps; 0: only an acknowledgment */
};

/**
 * struct l2tp_message - a control message that was received; points into it
 */
struct l2tp_message {
	uint16_t type;
	/** @must_know: its type is one that ends the tunnel of who does not know it */
	bool must_know;
	/** @seen: bit N: attribute N is in it and well formed */
	uint64_t seen;
	uint16_t version;
	uint16_t assigned_tunnel, assigned_session;
	uint16_t window;
	uint16_t result, error;
	struct l2tp_text text;		/* of the result, for people */
	struct l2tp_text host_name;
	struct l2tp_text challenge, response;
	/** @fault: what is wrong with an attribute that has to be understood; 0: nothing */
	enum l2tp_error fault;
	uint16_t fault_attribute;
	/** @plain: where values that were hidden are now */
	uint8_t plain[L2TP_RECEIVE_MAX];
};

/**
 * struct l2tp_writer - a control message being made
 */
struct l2tp_writer {
	uint8_t data[L2TP_MESSAGE_MAX];
	size_t len;
	bool full;		/* something did not fit: not to be sent */
};

bool l2tp_is_control(const uint8_t *data, size_t len);
bool l2tp_header_parse(const uint8_t *data, size_t len, struct l2tp_header *h);
void l2tp_header_stamp(uint8_t *data, uint16_t ns, uint16_t nr);
uint16_t l2tp_message_type(const struct l2tp_header *h);
bool l2tp_message_parse(struct l2tp_message *m, const struct l2tp_header *h,
			struct l2tp_secret secret);

static inline bool l2tp_has(const struct l2tp_message *m, enum l2tp_attribute attribute)
{
	return m->seen & 1ULL << attribute;
}

void l2tp_write_begin(struct l2tp_writer *w, uint16_t tunnel, uint16_t session);
void l2tp_write_type(struct l2tp_writer *w, enum l2tp_type type);
void l2tp_write_bytes(struct l2tp_writer *w, enum l2tp_attribute attribute, const void *data,
		      size_t len);
void l2tp_write_16(struct l2tp_writer *w, enum l2tp_attribute attribute, uint16_t value);
void l2tp_write_32(struct l2tp_writer *w, enum l2tp_attribute attribute, uint32_t value);
void l2tp_write_result(struct l2tp_writer *w, uint16_t result, enum l2tp_error error,
		       const char *text);
void l2tp_write_hidden(struct l2tp_writer *w, enum l2tp_attribute attribute, const void *data,
		       size_t len, struct l2tp_secret secret, struct l2tp_text vector);
bool l2tp_write_end(struct l2tp_writer *w);

void l2tp_challenge_response(uint8_t response[L2TP_MD5_LEN], enum l2tp_type type,
			     struct l2tp_secret secret, const uint8_t *challenge, size_t len);

#endif /* RRASD_ACCESS_L2TP_AVP_H */
