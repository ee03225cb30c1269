/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Who says whether a client may connect, and as what.
 *
 *	engine: auth_request()  ->  auth_begin()  ->  source->request()
 *	engine: ppp_auth_answer()  <-  session_auth_answered()  <-  auth_finish()
 *
 * A source answers each request once, by auth_finish(), inside request() or later; a source that
 * answers later copies what it needs, as a proof is valid only until request() returns. A session
 * that ends first takes its request back: cancel() is called, and auth_finish() must not be.
 * A session has at most one request at a time, see ppp_ops.auth_request.
 *
 * What the answer grants belongs to the session from then on. Who proves himself a second time in
 * one session (CHAP again, LCP again) is asked about again, but keeps what he was granted first.
 */
#ifndef RRASD_AUTH_H
#define RRASD_AUTH_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "auth_limit.h"
#include "ppp/ppp.h"
#include "prefix.h"
#include "users.h"

#define AUTH_ROUTES_MAX	64	/* bits of session.routes_added */

struct record;
struct record_writer;
struct session;

/**
 * struct auth_route - a network behind a client
 */
struct auth_route {
	struct in_addr dst;
	uint8_t bits;
};

/**
 * struct auth_grant - what a client may have
 *
 * All zeroes is a good grant: no address, an IPv6 prefix of the pool if there is one, no limits.
 */
struct auth_grant {
	/** @address_kind: which IPv4 address */
	enum user_address address_kind;
	/** @address: for USER_ADDRESS_FIXED, host byte order */
	uint32_t address;
	/** @pool: for USER_ADDRESS_POOL: of this pool; NULL: of the one without a name */
	char *pool;
	/** @second: what becomes of a second session of the user */
	enum user_second second;
	/** @prefix_kind: which IPv6 prefix */
	enum user_prefix prefix_kind;
	/** @prefix: for USER_PREFIX_FIXED, 64 bits long, or 128 for one address */
	struct prefix prefix;
	/** @filter_set: "-": none; NULL: that of the configuration */
	char *filter_set;
	/** @routes: networks behind the client; they come and go with IPv4 */
	struct auth_route *routes;
	size_t route_count;
	/** @session_s: the session ends after so many seconds; 0: it does not */
	uint32_t session_s;
	/** @idle_s: and after so many without traffic; 0: it does not */
	uint32_t idle_s;
	/** @interim_s: between accounting reports; 0: that of the configuration */
	uint32_t interim_s;
	/** @class: what the source wants to see in accounting, as it was received */
	uint8_t *class;
	size_t class_len;
};

/**
 * struct auth_answer - what a source says
 */
struct auth_answer {
	bool good;
	/** @message: for the client; NULL: what fits @good */
	const char *message;
	/** @why: why not, for the log; a sentence without its end */
	const char *why;
	/**
	 * @later: nobody could say (no memory, no server that answers), so it is not counted as a
	 * failure of the client's
	 */
	bool later;
	/** @grant: @good: what it may have; taken over, and left empty */
	struct auth_grant *grant;
	/**
	 * @proof: @good and MS-CHAPv2: the PPP_PROOF_LEN bytes of the authenticator's response,
	 * from ppp_auth_proof() or ppp_mschap_read_proof(); without it the client is refused
	 */
	const uint8_t *proof;
	/** @retry: not @good, MS-CHAPv2: the client may correct itself, if it has tries left */
	bool retry;
	/** @error: not @good, MS-CHAPv2: PPP_MSCHAP_... for the client; 0: PPP_MSCHAP_FAILED */
	uint16_t error;
};

/**
 * struct auth_source - who can be asked
 */
struct auth_source {
	const char *name;
	void (*request)(struct session *s, const struct ppp_auth_request *request);
	/** @cancel: the session ends; NULL: the source always answers at once */
	void (*cancel)(struct session *s);
};

/**
 * struct auth_query - in each session: the request that waits for its answer
 */
struct auth_query {
	/** @source: who was asked; NULL: nobody, or there was an answer */
	const struct auth_source *source;
	/** @data: the source's */
	void *data;
	enum ppp_auth_method method;
	/** @name: allocated, @name_len bytes, until the answer */
	uint8_t *name;
	uint8_t name_len;
	struct auth_attempt attempt;
};

void auth_begin(struct session *s, const struct ppp_auth_request *request);
void auth_cancel(struct session *s);
void auth_finish(struct session *s, const struct auth_answer *answer);
void auth_grant_clear(struct auth_grant *grant);

/* auth_save.c */
void auth_grant_save(const struct auth_grant *g, struct record_writer *w);
bool auth_grant_load(struct auth_grant *g, const struct record *r);

#endif /* RRASD_AUTH_H */
