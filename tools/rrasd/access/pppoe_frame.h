/* SPDX-License-Identifier: GPL-2.0 */
/*
 * PPPoE discovery frames (RFC 2516 section 5), read and written. Pure: bytes in, bytes out.
 */
#ifndef RRASD_ACCESS_PPPOE_FRAME_H
#define RRASD_ACCESS_PPPOE_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PPPOE_MAC_LEN		6
#define PPPOE_FRAME_MAX		1514	/* Ethernet header and 1500 bytes */

enum pppoe_code {
	PPPOE_CODE_PADO = 0x07,
	PPPOE_CODE_PADI = 0x09,
	PPPOE_CODE_PADR = 0x19,
	PPPOE_CODE_PADS = 0x65,
	PPPOE_CODE_PADT = 0xa7,
};

/* Tags (RFC 2516 appendix A). */
enum pppoe_tag_type {
	PPPOE_TAG_END = 0x0000,
	PPPOE_TAG_SERVICE_NAME = 0x0101,
	PPPOE_TAG_AC_NAME = 0x0102,
	PPPOE_TAG_HOST_UNIQ = 0x0103,
	PPPOE_TAG_AC_COOKIE = 0x0104,
	PPPOE_TAG_RELAY_ID = 0x0110,
	PPPOE_TAG_SERVICE_ERROR = 0x0201,
	PPPOE_TAG_SYSTEM_ERROR = 0x0202,
	PPPOE_TAG_GENERIC_ERROR = 0x0203,
};

/**
 * struct pppoe_tag - one tag of a frame; points into the frame
 */
struct pppoe_tag {
	const uint8_t *data;	/* NULL: the frame has no such tag */
	uint16_t len;
};

/**
 * struct pppoe_frame - a discovery frame that was received
 */
struct pppoe_frame {
	const uint8_t *dst, *src;	/* PPPOE_MAC_LEN bytes each */
	uint8_t code;
	uint16_t session;
	struct pppoe_tag service;	/* a concentrator may name several: pppoe_frame_offers() */
	struct pppoe_tag ac_name;
	struct pppoe_tag host_uniq;
	struct pppoe_tag cookie;
	struct pppoe_tag relay_id;
	struct pppoe_tag error;		/* the first tag that says why not */
	/* All tags up to the end of the list. */
	const uint8_t *tags;
	size_t tags_len;
};

/**
 * struct pppoe_writer - a discovery frame being made
 */
struct pppoe_writer {
	uint8_t data[PPPOE_FRAME_MAX];
	size_t len;
	bool full;		/* something did not fit: not to be sent */
};

bool pppoe_frame_parse(const uint8_t *data, size_t len, struct pppoe_frame *f);
bool pppoe_frame_offers(const struct pppoe_frame *f, const void *service, size_t len);
void pppoe_frame_begin(struct pppoe_writer *w, const uint8_t *dst, const uint8_t *src,
		       enum pppoe_code code, uint16_t session);
void pppoe_frame_put(struct pppoe_writer *w, enum pppoe_tag_type type, const void *data,
		     size_t len);
void pppoe_frame_echo(struct pppoe_writer *w, const struct pppoe_frame *f);
bool pppoe_frame_end(struct pppoe_writer *w);

#endif /* RRASD_ACCESS_PPPOE_FRAME_H */
