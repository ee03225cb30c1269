/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is written down of a session, so that another process can go on with it: fields of a tag, a
 * length and bytes, in any order. Pure.
 *
 * A reader takes no field that is not exactly as long as it expects. Who changes what the bytes of
 * a field mean, or adds one that has to be understood, raises STATE_VERSION (state.h).
 */
#ifndef RRASD_RECORD_H
#define RRASD_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Each field is of one owner, who alone writes and reads it. */
enum record_tag {
	RECORD_SESSION = 1,	/* session_keep.c: struct session_saved */
	RECORD_USER,		/* the name, any bytes */
	RECORD_GRANT,		/* auth_save.c: struct grant_saved */
	RECORD_GRANT_POOL,	/* its texts, without a NUL */
	RECORD_GRANT_FILTERS,
	RECORD_GRANT_ROUTES,	/* struct route_saved, several */
	RECORD_GRANT_CLASS,	/* any bytes */
	RECORD_ENGINE,		/* ppp/save.c: struct ppp_saved */
	RECORD_IPV6,		/* struct session_ipv6_saved */
	RECORD_UPLINK,		/* dial_keep.c: struct uplink_saved */
	RECORD_PORT,		/* the access protocol's own structure */
	RECORD_PORT_TEXT,	/* and a name: of an interface, of a host */
	RECORD_ACCT,		/* radius_acct.c: struct acct_saved */
	RECORD_LIMITS,		/* session_limit.c: struct limits_saved */
	RECORD_REPORT,		/* radius_acct.c: struct report_saved */
	RECORD_REPORT_ATTRS,	/* and its attributes */
	RECORD_TUNNEL,		/* access/l2tp_keep.c: struct tunnel_saved */
	RECORD_MESSAGE,		/* a message of one, as it is sent */
};

/**
 * struct record_writer - fields into a buffer
 */
struct record_writer {
	uint8_t *data;
	size_t len, size;
	/** @full: one did not fit: the record is of no use */
	bool full;
};

/**
 * struct record - fields to be read; not trusted
 */
struct record {
	const uint8_t *data;
	size_t len;
};

void record_begin(struct record_writer *w, void *data, size_t size);
void record_put(struct record_writer *w, enum record_tag tag, const void *data, size_t len);
void record_put_text(struct record_writer *w, enum record_tag tag, const char *text);
const void *record_find(const struct record *r, enum record_tag tag, size_t *len);
bool record_get(const struct record *r, enum record_tag tag, void *data, size_t len);
bool record_get_text(const struct record *r, enum record_tag tag, char *text, size_t size);

#endif /* RRASD_RECORD_H */
