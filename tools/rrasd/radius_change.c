// SPDX-License-Identifier: GPL-2.0
/*
 * What a request of RFC 5176 asks for, see radius_change.h.
 */
#include <string.h>

#include "radius_change.h"

/* Where an attribute of the request belongs; NULL: not known. */
static struct radius_attr *place(struct radius_change *c, const struct radius_attr *a, bool coa)
{
	if (a->vendor)
		return NULL;
	switch (a->type) {
	case PW_USER_NAME:
		return &c->user;
	case PW_ACCT_SESSION_ID:
		return &c->id;
	case PW_FRAMED_IP_ADDRESS:
		return &c->address;
	case PW_NAS_PORT:
		return &c->port;
	case PW_CALLING_STATION_ID:
		return &c->caller;
	case PW_NAS_IP_ADDRESS:
		return &c->nas_address;
	case PW_NAS_IDENTIFIER:
		return &c->nas_name;
	case PW_EVENT_TIMESTAMP:
		return &c->timestamp;
	case PW_SESSION_TIMEOUT:
		return coa ? &c->session : NULL;
	case PW_IDLE_TIMEOUT:
		return coa ? &c->idle : NULL;
	case PW_FILTER_ID:
		return coa ? &c->filter : NULL;
	default:
		return NULL;
	}
}

static bool has_number(const struct radius_attr *a)
{
	return !a->value || a->len == 4;
}

/* Not about sessions, or for people only. */
static bool passed_over(const struct radius_attr *a)
{
	return !a->vendor && (a->type == PW_MESSAGE_AUTHENTICATOR || a->type == PW_PROXY_STATE ||
			      a->type == PW_REPLY_MESSAGE || a->type == PW_ACCT_TERMINATE_CAUSE);
}

static bool same_value(const struct radius_attr *a, const struct radius_attr *b)
{
	return a->len == b->len && !memcmp(a->value, b->value, a->len);
}

/**
 * radius_change_read - take a request apart
 * @p: the request, verified
 * @change: what it asks for; it points into @p
 *
 * Return: RADIUS_ERROR_NONE, or why it cannot be done.
 */
enum radius_error radius_change_read(const struct radius_packet *p, struct radius_change *change)
{
	struct radius_attr *at, a;
	struct radius_cursor c;

	*change = (struct radius_change){ 0 };
	radius_first(p, &c);
	while (radius_next(&c, &a)) {
		if (passed_over(&a))
			continue;
		if (!a.vendor && a.type == PW_SERVICE_TYPE)
			return RADIUS_ERROR_UNSUPPORTED_SERVICE;
		at = place(change, &a, p->code == RADIUS_COA_REQUEST);
		if (!at)
			return RADIUS_ERROR_UNSUPPORTED_ATTRIBUTE;
		if (at->value && !same_value(at, &a))
			return RADIUS_ERROR_INVALID_REQUEST;
		*at = a;
	}
	if (!has_number(&change->address) || !has_number(&change->port) ||
	    !has_number(&change->nas_address) || !has_number(&change->timestamp) ||
	    !has_number(&change->session) || !has_number(&change->idle))
		return RADIUS_ERROR_INVALID_VALUE;
	if (!change->user.value && !change->id.value && !change->address.value &&
	    !change->port.value && !change->caller.value)
		return RADIUS_ERROR_MISSING_ATTRIBUTE;
	if (p->code == RADIUS_COA_REQUEST && !change->session.value && !change->idle.value &&
	    !change->filter.value)
		return RADIUS_ERROR_MISSING_ATTRIBUTE;
	return RADIUS_ERROR_NONE;
}
