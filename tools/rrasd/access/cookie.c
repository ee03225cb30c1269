// SPDX-License-Identifier: GPL-2.0
/*
 * AC-Cookies: HMAC-SHA-256 over who asks, where and when, with a secret of this process.
 */
#include <errno.h>
#include <nettle/hmac.h>
#include <nettle/memops.h>
#include <string.h>
#include <sys/random.h>

#include "cookie.h"

#define SECRET_LEN	32
#define SLOT_MS		30000	/* a cookie is good for one to two of these */

/* The secret, hashed as far as it can be before there is a message. */
static struct hmac_sha256_ctx keyed;

/**
 * cookie_init - draw the secret
 *
 * Return: 0 or a negative error.
 */
int cookie_init(void)
{
	uint8_t secret[SECRET_LEN];

	if (getrandom(secret, sizeof(secret), 0) != (ssize_t)sizeof(secret))
		return -EIO;
	hmac_sha256_set_key(&keyed, sizeof(secret), secret);
	explicit_bzero(secret, sizeof(secret));
	return 0;
}

static void make(uint8_t cookie[COOKIE_LEN], int ifindex, const uint8_t mac[6], uint64_t slot)
{
	struct hmac_sha256_ctx ctx = keyed;

	hmac_sha256_update(&ctx, sizeof(slot), (const uint8_t *)&slot);
	hmac_sha256_update(&ctx, sizeof(ifindex), (const uint8_t *)&ifindex);
	hmac_sha256_update(&ctx, 6, mac);
	hmac_sha256_digest(&ctx, COOKIE_LEN, cookie);
}

/**
 * cookie_make - the cookie for a client
 * @cookie: where to put it
 * @ifindex: interface it is on
 * @mac: its address
 * @now_ms: monotonic time
 */
void cookie_make(uint8_t cookie[COOKIE_LEN], int ifindex, const uint8_t mac[6], uint64_t now_ms)
{
	make(cookie, ifindex, mac, now_ms / SLOT_MS);
}

/**
 * cookie_check - is this the cookie we gave to a client not long ago?
 * @cookie: what it sent
 * @len: its length
 * @ifindex: interface it is on
 * @mac: its address
 * @now_ms: monotonic time
 *
 * Return: whether it is.
 */
bool cookie_check(const void *cookie, size_t len, int ifindex, const uint8_t mac[6],
		  uint64_t now_ms)
{
	uint64_t slot = now_ms / SLOT_MS;
	uint8_t good[COOKIE_LEN];

	if (len != COOKIE_LEN)
		return false;
	make(good, ifindex, mac, slot);
	if (memeql_sec(good, cookie, COOKIE_LEN))
		return true;
	make(good, ifindex, mac, slot - 1);
	return memeql_sec(good, cookie, COOKIE_LEN);
}
