/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Option lists of Configure packets: one reader, one writer, one reply builder for all protocols.
 */
#ifndef RRASD_PPP_OPTION_H
#define RRASD_PPP_OPTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * struct ppp_option - one option where it lies in a received packet
 * @type: its type
 * @len: bytes of @value: the length field less the two bytes of the header
 * @value: its data, inside the packet
 */
struct ppp_option {
	uint8_t type;
	uint8_t len;
	const uint8_t *value;
};

/**
 * struct ppp_reader - a position in an option list
 * @pos: the next byte
 * @left: bytes from @pos to the end of the list
 */
struct ppp_reader {
	const uint8_t *pos;
	size_t left;
};

/**
 * struct ppp_writer - an option list being written
 * @buf: where to
 * @size: bytes that fit
 * @len: bytes written
 * @full: an option did not fit and was left out
 */
struct ppp_writer {
	uint8_t *buf;
	size_t size;
	size_t len;
	bool full;
};

/**
 * struct ppp_reply - the answer to a Configure-Request while its options are judged
 * @options: the options of the Nak or Reject
 * @code: PPP_CODE_CONF_ACK, _NAK or _REJ: it only rises
 * @stubborn: enough Naks were sent: what would be a Nak becomes a Reject (RFC 1661, 4.6)
 * @seen: bitmap of the types that were in the request
 */
struct ppp_reply {
	struct ppp_writer options;
	uint8_t code;
	bool stubborn;
	uint32_t seen[8];
};

/**
 * ppp_get16 - read a 16 bit number in network order
 * @p: two bytes, any alignment
 *
 * Return: the number.
 */
static inline uint16_t ppp_get16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

/**
 * ppp_get32 - read a 32 bit number in network order
 * @p: four bytes, any alignment
 *
 * Return: the number.
 */
static inline uint32_t ppp_get32(const uint8_t *p)
{
	return (uint32_t)ppp_get16(p) << 16 | ppp_get16(p + 2);
}

/**
 * ppp_set16 - write a 16 bit number in network order
 * @p: two bytes, any alignment
 * @v: the number
 */
static inline void ppp_set16(uint8_t *p, uint16_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

/**
 * ppp_set32 - write a 32 bit number in network order
 * @p: four bytes, any alignment
 * @v: the number
 */
static inline void ppp_set32(uint8_t *p, uint32_t v)
{
	ppp_set16(p, (uint16_t)(v >> 16));
	ppp_set16(p + 2, (uint16_t)v);
}

void ppp_reader_init(struct ppp_reader *r, const uint8_t *data, size_t len);
int ppp_reader_next(struct ppp_reader *r, struct ppp_option *o);
bool ppp_options_valid(const uint8_t *data, size_t len);
bool ppp_options_find(const uint8_t *data, size_t len, uint8_t type, struct ppp_option *o);
bool ppp_options_subset(const uint8_t *part, size_t part_len, const uint8_t *all,
			size_t all_len);

void ppp_writer_init(struct ppp_writer *w, uint8_t *buf, size_t size);
void ppp_put(struct ppp_writer *w, uint8_t type, const void *value, size_t len);
void ppp_put16(struct ppp_writer *w, uint8_t type, uint16_t value);
void ppp_put32(struct ppp_writer *w, uint8_t type, uint32_t value);

void ppp_reply_init(struct ppp_reply *r, uint8_t *buf, size_t size, bool stubborn);
bool ppp_reply_seen(struct ppp_reply *r, uint8_t type);
void ppp_reply_nak(struct ppp_reply *r, const struct ppp_option *o, const void *value,
		   size_t len);
void ppp_reply_missing(struct ppp_reply *r, uint8_t type, const void *value, size_t len);
void ppp_reply_reject(struct ppp_reply *r, const struct ppp_option *o);

#endif /* RRASD_PPP_OPTION_H */
