/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How often somebody may be wrong about a secret.
 */
#ifndef RRASD_AUTH_LIMIT_H
#define RRASD_AUTH_LIMIT_H

#include <stdbool.h>
#include <stdint.h>

#define AUTH_LIMIT_SETS	1024	/* 4096 peers and users are known at a time, in 128 KiB */
#define AUTH_LIMIT_WAYS	4

/**
 * struct auth_limit_entry - what is known of a peer, a user, or a peer as a user
 */
struct auth_limit_entry {
	uint64_t key;
	uint64_t stamp_ms;	/* of the last attempt that counted; 0: never used */
	uint32_t failures;	/* those that are not forgiven yet */
	bool proven;		/* this peer has been this user */
};

/**
 * struct auth_limit - all of them, in a table that does not grow
 */
struct auth_limit {
	struct auth_limit_entry sets[AUTH_LIMIT_SETS][AUTH_LIMIT_WAYS];
};

/**
 * struct auth_attempt - who tries to be whom; hashes by a secret key
 */
struct auth_attempt {
	uint64_t peer;	/* 0: the access protocol cannot tell peers apart */
	uint64_t user;
};

uint64_t auth_limit_wait(const struct auth_limit *l, const struct auth_attempt *a,
			 uint32_t failures, uint64_t now_ms);
void auth_limit_failed(struct auth_limit *l, const struct auth_attempt *a, uint64_t now_ms);
void auth_limit_passed(struct auth_limit *l, const struct auth_attempt *a, uint64_t now_ms);

#endif /* RRASD_AUTH_LIMIT_H */
