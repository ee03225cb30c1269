// SPDX-License-Identifier: GPL-2.0
/*
 * Random bytes, see random.h. Each session needs a few: one system call is for many.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "random.h"

#define STOCK	256	/* what getrandom() gives without ever being interrupted */

static uint8_t stock[STOCK];
static size_t used = STOCK;

/**
 * random_bytes - draw random bytes
 * @buf: where to put them
 * @len: how many, up to 256
 *
 * What has been given away is not kept.
 */
void random_bytes(void *buf, size_t len)
{
	if (len > STOCK)
		abort();
	if (len > STOCK - used) {
		/* Does not fail for so few bytes once hash_init() has succeeded. */
		if (getrandom(stock, STOCK, 0) != STOCK)
			abort();
		used = 0;
	}
	memcpy(buf, stock + used, len);
	explicit_bzero(stock + used, len);
	used += len;
}
