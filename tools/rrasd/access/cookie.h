/* SPDX-License-Identifier: GPL-2.0 */
/*
 * AC-Cookies (RFC 2516 section 6): proof that a client receives what is sent to its address,
 * without anything remembered about it.
 */
#ifndef RRASD_ACCESS_COOKIE_H
#define RRASD_ACCESS_COOKIE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define COOKIE_LEN	16

int cookie_init(void);
void cookie_make(uint8_t cookie[COOKIE_LEN], int ifindex, const uint8_t mac[6], uint64_t now_ms);
bool cookie_check(const void *cookie, size_t len, int ifindex, const uint8_t mac[6],
		  uint64_t now_ms);

#endif /* RRASD_ACCESS_COOKIE_H */
