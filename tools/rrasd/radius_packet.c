// SPDX-License-Identifier: GPL-2.0
/*
 * RADIUS packets as bytes, see radius_packet.h.
 */
#include <arpa/inet.h>
#include <nettle/hmac.h>
#include <nettle/md5.h>
#include <nettle/memops.h>
#include <string.h>

#include "radius_packet.h"

#define AUTH_AT		4	/* the authenticator in the header */
#define VENDOR_LEN	4	/* the vendor's number in front of its attributes */

static uint32_t get32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static void set16(uint8_t *p, size_t value)
{
	p[0] = (uint8_t)(value >> 8);
	p[1] = (uint8_t)value;
}

/* An attribute with its length in order; @at is at its type. */
static bool attr_fits(const uint8_t *at, const uint8_t *end)
{
	return end - at >= 2 && at[1] >= 2 && at[1] <= end - at;
}

/**
 * radius_check - is this a packet?
 * @data: what was received
 * @len: its length
 * @p: the packet, good as long as @data is
 *
 * Bytes behind the packet's own length are padding (RFC 2865, 3).
 *
 * Return: NULL, or what is wrong.
 */
const char *radius_check(const void *data, size_t len, struct radius_packet *p)
{
	const uint8_t *at = data, *end;
	size_t own;

	if (len < RADIUS_HEADER_LEN)
		return "it is shorter than a header";
	own = (size_t)at[2] << 8 | at[3];
	if (own < RADIUS_HEADER_LEN || own > RADIUS_PACKET_MAX || own > len)
		return "its length is wrong";
	*p = (struct radius_packet){ .data = data, .len = own, .code = at[0], .id = at[1] };
	end = at + own;
	for (at += RADIUS_HEADER_LEN; at < end; at += at[1]) {
		if (!attr_fits(at, end))
			return "the length of an attribute is wrong";
	}
	return NULL;
}

/**
 * radius_first - begin to read attributes
 * @p: a packet that radius_check() found good
 * @c: the place
 */
void radius_first(const struct radius_packet *p, struct radius_cursor *c)
{
	*c = (struct radius_cursor){
		.at = p->data + RADIUS_HEADER_LEN, .end = p->data + p->len,
	};
}

/* What a vendor puts in need not be of the common form: then it is passed over. */
static bool next_of_vendor(struct radius_cursor *c, struct radius_attr *a)
{
	if (!attr_fits(c->at, c->vendor_end)) {
		c->at = c->vendor_end;
		c->vendor_end = NULL;
		return false;
	}
	*a = (struct radius_attr){
		.vendor = c->vendor, .type = c->at[0], .len = (uint8_t)(c->at[1] - 2),
		.value = c->at + 2,
	};
	c->at += c->at[1];
	if (c->at == c->vendor_end)
		c->vendor_end = NULL;
	return true;
}

/**
 * radius_next - read the next attribute
 * @c: the place
 * @a: the attribute
 *
 * Return: whether there was one.
 */
bool radius_next(struct radius_cursor *c, struct radius_attr *a)
{
	const uint8_t *at;

	for (;;) {
		if (c->vendor_end) {
			if (next_of_vendor(c, a))
				return true;
			continue;
		}
		if (c->at >= c->end)
			return false;
		at = c->at;
		if (at[0] != PW_VENDOR_SPECIFIC || at[1] < 2 + VENDOR_LEN)
			break;
		c->vendor = get32(at + 2);
		c->vendor_end = at + at[1];
		c->at = at + 2 + VENDOR_LEN;
	}
	*a = (struct radius_attr){ .type = at[0], .len = (uint8_t)(at[1] - 2), .value = at + 2 };
	c->at = at + at[1];
	return true;
}

/**
 * radius_find - the first attribute of a kind
 * @p: the packet
 * @vendor: 0: of the standard
 * @type: its type
 * @a: the attribute
 *
 * Return: whether there is one.
 */
bool radius_find(const struct radius_packet *p, uint32_t vendor, uint8_t type,
		 struct radius_attr *a)
{
	struct radius_cursor c;

	radius_first(p, &c);
	while (radius_next(&c, a)) {
		if (a->vendor == vendor && a->type == type)
			return true;
	}
	return false;
}

/**
 * radius_uint - a value of four bytes
 * @a: the attribute
 * @value: the value, host byte order
 *
 * Return: whether it has four bytes.
 */
bool radius_uint(const struct radius_attr *a, uint32_t *value)
{
	if (a->len != 4)
		return false;
	*value = get32(a->value);
	return true;
}

/* MD5 over a packet with another authenticator, and the secret. */
static void digest(uint8_t *out, const uint8_t *data, size_t len, const uint8_t *auth,
		   const char *secret)
{
	struct md5_ctx md5;

	md5_init(&md5);
	md5_update(&md5, AUTH_AT, data);
	md5_update(&md5, RADIUS_AUTH_LEN, auth);
	md5_update(&md5, len - RADIUS_HEADER_LEN, data + RADIUS_HEADER_LEN);
	md5_update(&md5, strlen(secret), (const uint8_t *)secret);
	md5_digest(&md5, RADIUS_AUTH_LEN, out);
}

/* Message-Authenticator, RFC 2869, 5.14; its own value counts as zeroes. */
static void prove(uint8_t *out, const uint8_t *data, size_t len, const uint8_t *auth, size_t at,
		  const char *secret)
{
	static const uint8_t zeroes[RADIUS_AUTH_LEN];
	struct hmac_md5_ctx hmac;

	hmac_md5_set_key(&hmac, strlen(secret), (const uint8_t *)secret);
	hmac_md5_update(&hmac, AUTH_AT, data);
	hmac_md5_update(&hmac, RADIUS_AUTH_LEN, auth);
	hmac_md5_update(&hmac, at - RADIUS_HEADER_LEN, data + RADIUS_HEADER_LEN);
	hmac_md5_update(&hmac, RADIUS_AUTH_LEN, zeroes);
	at += RADIUS_AUTH_LEN;
	hmac_md5_update(&hmac, len - at, data + at);
	hmac_md5_digest(&hmac, RADIUS_AUTH_LEN, out);
}

static const char *verify_proof(const struct radius_packet *p, const uint8_t *auth,
				const char *secret, bool needed)
{
	uint8_t right[RADIUS_AUTH_LEN];
	struct radius_attr a;

	if (!radius_find(p, 0, PW_MESSAGE_AUTHENTICATOR, &a))
		return needed ? "it has no Message-Authenticator" : NULL;
	if (a.len != RADIUS_AUTH_LEN)
		return "its Message-Authenticator is no such thing";
	prove(right, p->data, p->len, auth, (size_t)(a.value - p->data), secret);
	return memeql_sec(right, a.value, RADIUS_AUTH_LEN) ? NULL :
	       "its Message-Authenticator is wrong";
}

/**
 * radius_verify_reply - does a reply come from who knows the secret?
 * @p: the reply
 * @request_auth: the authenticator of the request
 * @secret: the secret
 * @proof_needed: a Message-Authenticator has to be there; one that is there is always verified
 *
 * Return: NULL, or what is wrong.
 */
const char *radius_verify_reply(const struct radius_packet *p, const uint8_t *request_auth,
				const char *secret, bool proof_needed)
{
	uint8_t right[RADIUS_AUTH_LEN];

	digest(right, p->data, p->len, request_auth, secret);
	if (!memeql_sec(right, p->data + AUTH_AT, RADIUS_AUTH_LEN))
		return "its authenticator is wrong, so the secret is not the same on both sides";
	return verify_proof(p, request_auth, secret, proof_needed);
}

/**
 * radius_verify_request - does a request of RFC 5176 come from who knows the secret?
 * @p: the request
 * @secret: the secret
 *
 * Return: NULL, or what is wrong.
 */
const char *radius_verify_request(const struct radius_packet *p, const char *secret)
{
	static const uint8_t zeroes[RADIUS_AUTH_LEN];
	uint8_t right[RADIUS_AUTH_LEN];

	digest(right, p->data, p->len, zeroes, secret);
	if (!memeql_sec(right, p->data + AUTH_AT, RADIUS_AUTH_LEN))
		return "its authenticator is wrong, so the secret is not the same on both sides";
	return verify_proof(p, zeroes, secret, false);
}

/**
 * radius_begin - begin a packet
 * @w: the packet; its authenticator is zeroes
 * @code: what it is
 * @id: the number by which its reply is known
 */
void radius_begin(struct radius_writer *w, uint8_t code, uint8_t id)
{
	memset(w->data, 0, RADIUS_HEADER_LEN);
	w->data[0] = code;
	w->data[1] = id;
	w->len = RADIUS_HEADER_LEN;
	w->proof = 0;
	w->full = false;
	set16(w->data + 2, w->len);
}

static uint8_t *room(struct radius_writer *w, uint8_t type, size_t len)
{
	uint8_t *at = w->data + w->len;

	if (len > RADIUS_VALUE_MAX || w->len + 2 + len > sizeof(w->data)) {
		w->full = true;
		return NULL;
	}
	at[0] = type;
	at[1] = (uint8_t)(2 + len);
	w->len += 2 + len;
	set16(w->data + 2, w->len);
	return at + 2;
}

/**
 * radius_put - add an attribute
 * @w: the packet
 * @type: its type
 * @value: its value
 * @len: bytes of it
 */
void radius_put(struct radius_writer *w, uint8_t type, const void *value, size_t len)
{
	uint8_t *at = room(w, type, len);

	if (at && len)
		memcpy(at, value, len);
}

/**
 * radius_put_uint - add an attribute of four bytes
 * @w: the packet
 * @type: its type
 * @value: its value, host byte order
 */
void radius_put_uint(struct radius_writer *w, uint8_t type, uint32_t value)
{
	uint32_t network = htonl(value);

	radius_put(w, type, &network, sizeof(network));
}

/**
 * radius_attrs_good - are these attributes?
 * @attrs: bytes from somewhere
 * @len: their number
 *
 * Return: whether they are whole ones, and fit into a packet.
 */
bool radius_attrs_good(const void *attrs, size_t len)
{
	const uint8_t *p = attrs;
	size_t at;

	for (at = 0; at < len; at += p[at + 1]) {
		if (len - at < 2 || p[at + 1] < 2 || p[at + 1] > len - at)
			return false;
	}
	return len <= RADIUS_PACKET_MAX - RADIUS_HEADER_LEN;
}

/**
 * radius_put_attrs - add attributes that are complete already
 * @w: the packet
 * @attrs: the attributes
 * @len: bytes of them
 */
void radius_put_attrs(struct radius_writer *w, const void *attrs, size_t len)
{
	if (w->len + len > sizeof(w->data)) {
		w->full = true;
		return;
	}
	if (len)
		memcpy(w->data + w->len, attrs, len);
	w->len += len;
	set16(w->data + 2, w->len);
}

/**
 * radius_put_text - add a text
 * @w: the packet
 * @type: its type
 * @text: its value; one that is too long is cut
 */
void radius_put_text(struct radius_writer *w, uint8_t type, const char *text)
{
	radius_put(w, type, text, strnlen(text, RADIUS_VALUE_MAX));
}

/**
 * radius_put_vendor - add an attribute of a vendor
 * @w: the packet
 * @vendor: the vendor
 * @type: the attribute's type there
 * @value: its value
 * @len: bytes of it
 */
void radius_put_vendor(struct radius_writer *w, uint32_t vendor, uint8_t type, const void *value,
		       size_t len)
{
	uint32_t network = htonl(vendor);
	uint8_t *at = room(w, PW_VENDOR_SPECIFIC, VENDOR_LEN + 2 + len);

	if (!at)
		return;
	memcpy(at, &network, VENDOR_LEN);
	at[VENDOR_LEN] = type;
	at[VENDOR_LEN + 1] = (uint8_t)(2 + len);
	memcpy(at + VENDOR_LEN + 2, value, len);
}

/**
 * radius_put_password - add a password, hidden by the secret (RFC 2865, 5.2)
 * @w: the packet; its authenticator is there already
 * @password: the password
 * @len: bytes of it, at most RADIUS_PASSWORD_MAX
 * @secret: the secret
 */
void radius_put_password(struct radius_writer *w, const void *password, size_t len,
			 const char *secret)
{
	size_t padded = len ? (len + RADIUS_AUTH_LEN - 1) / RADIUS_AUTH_LEN * RADIUS_AUTH_LEN :
			RADIUS_AUTH_LEN;
	const uint8_t *before = w->data + AUTH_AT;
	uint8_t mask[RADIUS_AUTH_LEN];
	struct md5_ctx md5;
	uint8_t *at;
	size_t i, j;

	at = len > RADIUS_PASSWORD_MAX ? NULL : room(w, PW_USER_PASSWORD, padded);
	if (!at) {
		w->full = true;
		return;
	}
	memset(at, 0, padded);
	memcpy(at, password, len);
	for (i = 0; i < padded; i += RADIUS_AUTH_LEN) {
		md5_init(&md5);
		md5_update(&md5, strlen(secret), (const uint8_t *)secret);
		md5_update(&md5, RADIUS_AUTH_LEN, before);
		md5_digest(&md5, RADIUS_AUTH_LEN, mask);
		for (j = 0; j < RADIUS_AUTH_LEN; j++)
			at[i + j] ^= mask[j];
		before = at + i;
	}
}

/**
 * radius_put_proof - leave room for a Message-Authenticator
 * @w: the packet; radius_sign_access() or radius_sign_reply() fills it in
 */
void radius_put_proof(struct radius_writer *w)
{
	uint8_t *at = room(w, PW_MESSAGE_AUTHENTICATOR, RADIUS_AUTH_LEN);

	if (!at)
		return;
	memset(at, 0, RADIUS_AUTH_LEN);
	w->proof = (size_t)(at - w->data);
}

static void fill_proof(struct radius_writer *w, const uint8_t *auth, const char *secret)
{
	if (w->proof)
		prove(w->data + w->proof, w->data, w->len, auth, w->proof, secret);
}

/**
 * radius_sign_access - an Access-Request is complete; its authenticator is random
 * @w: the packet
 * @secret: the secret
 */
void radius_sign_access(struct radius_writer *w, const char *secret)
{
	fill_proof(w, w->data + AUTH_AT, secret);
}

/**
 * radius_sign_request - another request is complete
 * @w: the packet
 * @secret: the secret
 */
void radius_sign_request(struct radius_writer *w, const char *secret)
{
	static const uint8_t zeroes[RADIUS_AUTH_LEN];

	fill_proof(w, zeroes, secret);
	digest(w->data + AUTH_AT, w->data, w->len, zeroes, secret);
}

/**
 * radius_sign_reply - a reply is complete
 * @w: the packet
 * @request_auth: the authenticator of the request
 * @secret: the secret
 */
void radius_sign_reply(struct radius_writer *w, const uint8_t *request_auth, const char *secret)
{
	fill_proof(w, request_auth, secret);
	digest(w->data + AUTH_AT, w->data, w->len, request_auth, secret);
}
