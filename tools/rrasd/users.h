/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Who may connect: a file in the format of pppd's chap-secrets.
 *
 *	client  server  secret  [address]  [-- filter-set NAME ipv6-prefix PREFIX pool NAME
 *					second-session WORD]
 */
#ifndef RRASD_USERS_H
#define RRASD_USERS_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "diag.h"
#include "prefix.h"

#define USERS_FILE_MAX	(64U << 20)	/* bytes: a million users */
#define USER_WORD_MAX	255		/* longest name or secret that PPP can carry */

struct users;

enum user_address {
	USER_ADDRESS_NONE,	/* "-" or nothing: the user gets no address */
	USER_ADDRESS_POOL,	/* "*": any of the pool */
	USER_ADDRESS_FIXED,	/* always the same */
};

enum user_prefix {
	USER_PREFIX_POOL,	/* "*" or nothing: any of the pool */
	USER_PREFIX_NONE,	/* "-": no IPv6 */
	USER_PREFIX_FIXED,	/* always the same */
};

/* What becomes of a session of a user who has one already. */
enum user_second {
	USER_SECOND_DEFAULT,	/* as the configuration says for all */
	USER_SECOND_ALLOW,	/* both stay */
	USER_SECOND_REFUSE,	/* the new one is refused */
	USER_SECOND_REPLACE,	/* the old ones end */
};

/**
 * struct user - one line of the file
 */
struct user {
	/** @secret: @secret_len bytes, and a NUL after them */
	const char *secret;
	size_t secret_len;
	/** @address_kind: which address the user gets */
	enum user_address address_kind;
	/** @address: for USER_ADDRESS_FIXED, host byte order */
	uint32_t address;
	/** @prefix_kind: which IPv6 prefix the user gets */
	enum user_prefix prefix_kind;
	/** @prefix: for USER_PREFIX_FIXED, 64 bits long, or 128 for one address */
	struct prefix prefix;
	/** @filter_set: the filter set for this user; "-": none; NULL: that of the pool */
	const char *filter_set;
	/** @pool: for USER_ADDRESS_POOL: which one; NULL: the one without a name */
	const char *pool;
	/** @second: what becomes of a second session */
	enum user_second second;
	/** @line: where it stands in the file */
	unsigned int line;
};

/* USER_SECOND_DEFAULT: the word is none of them. */
static inline enum user_second user_second_parse(const char *word)
{
	if (!strcmp(word, "allow"))
		return USER_SECOND_ALLOW;
	if (!strcmp(word, "refuse"))
		return USER_SECOND_REFUSE;
	return strcmp(word, "replace") ? USER_SECOND_DEFAULT : USER_SECOND_REPLACE;
}

struct users *users_parse(const char *text, size_t len, struct diag *diag);
struct users *users_load(const char *path, struct diag *diag);
void users_free(struct users *users);
size_t users_count(const struct users *users);
const struct user *users_find(const struct users *users, const void *name, size_t len,
			      const char *server);
void users_each_fixed(const struct users *users, void (*fn)(uint32_t address, void *data),
		      void *data);
void users_each_prefix(const struct users *users, void (*fn)(const struct prefix *p, void *data),
		       void *data);

#endif /* RRASD_USERS_H */
