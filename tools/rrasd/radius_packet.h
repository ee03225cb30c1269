/* SPDX-License-Identifier: GPL-2.0 */
/*
 * RADIUS packets (RFC 2865, 2866, 2869, 5176) as bytes: writing, checking, proving. No I/O.
 *
 * The numbers of attributes and their values are those of libradcli's header. Its functions are
 * not used: they wait for the server in the calling process, and the packets that it sends for a
 * user carry no Message-Authenticator, without which who sits on the path can turn a server's
 * refusal into its consent (CVE-2024-3596).
 */
#ifndef RRASD_RADIUS_PACKET_H
#define RRASD_RADIUS_PACKET_H

#include <netinet/in.h>
#include <radcli/radcli.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RADIUS_HEADER_LEN	20
#define RADIUS_PACKET_MAX	4096
#define RADIUS_AUTH_LEN		16	/* authenticators, and Message-Authenticator */
#define RADIUS_VALUE_MAX	253	/* of an attribute */
#define RADIUS_PASSWORD_MAX	128
#define RADIUS_SECRET_MAX	128

/* RFC 5176, beside enum rc_standard_codes */
enum radius_code {
	RADIUS_DISCONNECT_REQUEST = 40,
	RADIUS_DISCONNECT_ACK,
	RADIUS_DISCONNECT_NAK,
	RADIUS_COA_REQUEST,
	RADIUS_COA_ACK,
	RADIUS_COA_NAK,
};

/**
 * struct radius_packet - a packet that was received; it points into the buffer
 */
struct radius_packet {
	const uint8_t *data;
	size_t len;
	uint8_t code, id;
};

/**
 * struct radius_attr - an attribute of it
 */
struct radius_attr {
	/** @vendor: 0: of the standard */
	uint32_t vendor;
	uint8_t type;
	uint8_t len;	/* of the value */
	const uint8_t *value;
};

/**
 * struct radius_cursor - where in a packet one reads
 *
 * Attributes of a vendor come as if they were not packed into another one.
 */
struct radius_cursor {
	const uint8_t *at, *end;
	/** @vendor_end: before it, attributes of @vendor; NULL: outside */
	const uint8_t *vendor_end;
	uint32_t vendor;
};

/**
 * struct radius_writer - a packet as it is made
 */
struct radius_writer {
	uint8_t data[RADIUS_PACKET_MAX];
	size_t len;
	/** @proof: where the value of Message-Authenticator is; 0: nowhere */
	size_t proof;
	/** @full: something did not fit: not to be sent */
	bool full;
};

const char *radius_check(const void *data, size_t len, struct radius_packet *p);
void radius_first(const struct radius_packet *p, struct radius_cursor *c);
bool radius_next(struct radius_cursor *c, struct radius_attr *a);
bool radius_find(const struct radius_packet *p, uint32_t vendor, uint8_t type,
		 struct radius_attr *a);
bool radius_uint(const struct radius_attr *a, uint32_t *value);
const char *radius_verify_reply(const struct radius_packet *p, const uint8_t *request_auth,
				const char *secret, bool proof_needed);
const char *radius_verify_request(const struct radius_packet *p, const char *secret);

void radius_begin(struct radius_writer *w, uint8_t code, uint8_t id);
void radius_put(struct radius_writer *w, uint8_t type, const void *value, size_t len);
void radius_put_uint(struct radius_writer *w, uint8_t type, uint32_t value);
bool radius_attrs_good(const void *attrs, size_t len);
void radius_put_attrs(struct radius_writer *w, const void *attrs, size_t len);
void radius_put_text(struct radius_writer *w, uint8_t type, const char *text);
void radius_put_vendor(struct radius_writer *w, uint32_t vendor, uint8_t type, const void *value,
		       size_t len);
void radius_put_password(struct radius_writer *w, const void *password, size_t len,
			 const char *secret);
void radius_put_proof(struct radius_writer *w);
void radius_sign_access(struct radius_writer *w, const char *secret);
void radius_sign_request(struct radius_writer *w, const char *secret);
void radius_sign_reply(struct radius_writer *w, const uint8_t *request_auth, const char *secret);

#endif /* RRASD_RADIUS_PACKET_H */
