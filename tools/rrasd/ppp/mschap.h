/* SPDX-License-Identifier: GPL-2.0 */
/*
 * MS-CHAPv2 (RFC 2759) without the packets: see mschap.c.
 */
#ifndef RRASD_PPP_MSCHAP_H
#define RRASD_PPP_MSCHAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto.h"

/* Numbers of a Failure (RFC 2759 section 6). */
#define PPP_MSCHAP_RESTRICTED_HOURS	646
#define PPP_MSCHAP_DISABLED		647
#define PPP_MSCHAP_EXPIRED		648
#define PPP_MSCHAP_NO_DIALIN		649
#define PPP_MSCHAP_FAILED		691
#define PPP_MSCHAP_CHANGE		709

/**
 * struct ppp_mschap - what an exchange is about
 * @challenge: the authenticator's
 * @peer_challenge: the peer's
 * @name: the peer's name, any bytes, with or without a domain
 * @name_len: its bytes
 */
struct ppp_mschap {
	const uint8_t *challenge;
	const uint8_t *peer_challenge;
	const uint8_t *name;
	size_t name_len;
};

void ppp_mschap_response(uint8_t response[PPP_MSCHAP_RESPONSE_LEN], const struct ppp_mschap *m,
			 const void *secret, size_t len);
void ppp_mschap_proof(uint8_t proof[PPP_PROOF_LEN], const struct ppp_mschap *m,
		      const uint8_t response[PPP_MSCHAP_RESPONSE_LEN], const void *secret,
		      size_t len);
bool ppp_mschap_read_proof(uint8_t proof[PPP_PROOF_LEN], const uint8_t *text, size_t len);
uint16_t ppp_mschap_read_error(const uint8_t *text, size_t len);
const char *ppp_mschap_error_text(uint16_t error);

#endif /* RRASD_PPP_MSCHAP_H */
