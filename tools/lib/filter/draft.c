// SPDX-License-Identifier: GPL-2.0
/*
 * One filter, from its conditions. What could never match, or would be taken for something else,
 * is refused as the kernel would, but with the place in the file.
 */
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "reader.h"

static const char *const key_names[FILTER_KEYS] = {
	[FILTER_SRC] = "src", [FILTER_DST] = "dst", [FILTER_PROTO] = "proto",
	[FILTER_SPORT] = "sport", [FILTER_DPORT] = "dport", [FILTER_TYPE] = "type",
	[FILTER_CODE] = "code", [FILTER_TAG] = "tag", [FILTER_IPV4] = "ipv4",
	[FILTER_IPV6] = "ipv6", [FILTER_ESTABLISHED] = "established",
	[FILTER_FRAGMENT] = "fragment", [FILTER_LOG] = "log", [FILTER_ANY] = "any",
};

/**
 * filter_key_find - which condition a word begins
 * @w: the word
 *
 * Return: enum filter_key, or -1.
 */
int filter_key_find(const struct filter_word *w)
{
	int i;

	for (i = 0; i < FILTER_KEYS; i++) {
		if (filter_word_is(w, key_names[i]))
			return i;
	}
	return -1;
}

static bool has(const struct filter_draft *d, enum filter_key key)
{
	return d->given & (1U << key);
}

static bool set_family(struct filter_reader *r, struct filter_draft *d, uint8_t family,
		       const struct filter_word *w)
{
	if (d->f.family && d->f.family != family) {
		filter_error(r, w, "IPv4 and IPv6 in one filter: no packet is both");
		return false;
	}
	d->f.family = family;
	return true;
}

static bool set_address(struct filter_reader *r, struct filter_draft *d, bool src,
			const struct filter_word *w)
{
	__u8 *late = src ? &d->f.src_late : &d->f.dst_late;
	struct filter_prefix prefix;
	const char *wrong;

	if (filter_word_is(w, "client")) {
		*late = IPFLTDRV_LATE_CLIENT;
		return true;
	}
	if (filter_word_is(w, "interface")) {
		*late = IPFLTDRV_LATE_INTERFACE;
		return true;
	}
	wrong = filter_read_prefix(w, &prefix);
	if (wrong) {
		filter_error(r, w, "%s", wrong);
		return false;
	}
	memcpy(src ? d->f.src : d->f.dst, prefix.address, sizeof(prefix.address));
	*(src ? &d->f.src_len : &d->f.dst_len) = prefix.len;
	return set_family(r, d, prefix.family, w);
}

static const char *set_number(struct filter_draft *d, enum filter_key key,
			      const struct filter_word *w)
{
	uint32_t number = 0;
	const char *wrong;

	if (key == FILTER_TAG)
		return filter_read_number(w, UINT32_MAX, "a tag", &d->f.tag);
	wrong = filter_read_number(w, 255, "a code", &number);
	d->f.icmp_code = (uint8_t)number;
	d->f.flags |= IPFLTDRV_FILTER_ICMP_CODE;
	return wrong;
}

static bool set_value(struct filter_reader *r, struct filter_draft *d, enum filter_key key,
		      const struct filter_word *w)
{
	const char *wrong = NULL;

	switch (key) {
	case FILTER_SRC:
	case FILTER_DST:
		return set_address(r, d, key == FILTER_SRC, w);
	case FILTER_PROTO:
		wrong = filter_read_protocol(w, &d->f.protocol);
		d->f.flags |= IPFLTDRV_FILTER_PROTOCOL;
		break;
	case FILTER_SPORT:
		wrong = filter_read_ports(w, d->f.src_port);
		break;
	case FILTER_DPORT:
		wrong = filter_read_ports(w, d->f.dst_port);
		break;
	case FILTER_TYPE:	/* its names depend on the protocol, which may come later */
		break;
	default:
		wrong = set_number(d, key, w);
		break;
	}
	if (wrong)
		filter_error(r, w, "%s", wrong);
	return !wrong;
}

/**
 * filter_draft_set - one more condition
 * @r: the reader
 * @d: the filter
 * @key: which condition
 * @w: its value; for those that have none, the condition itself
 *
 * Return: whether it is good; if not, that has been reported.
 */
bool filter_draft_set(struct filter_reader *r, struct filter_draft *d, enum filter_key key,
		      const struct filter_word *w)
{
	if (has(d, key)) {
		filter_error(r, w, "'%s' twice in one filter: all conditions of a filter have to "
			     "hold; for this or that, write two filters",
			     key_names[key]);
		return false;
	}
	d->given |= 1U << key;
	d->word[key] = *w;
	switch (key) {
	case FILTER_IPV4:
		return set_family(r, d, 4, w);
	case FILTER_IPV6:
		return set_family(r, d, 6, w);
	case FILTER_ESTABLISHED:
		d->f.flags |= IPFLTDRV_FILTER_ESTABLISHED;
		return true;
	case FILTER_FRAGMENT:
		d->f.flags |= IPFLTDRV_FILTER_FRAGMENT;
		return true;
	case FILTER_LOG:
		d->f.flags |= IPFLTDRV_FILTER_LOG;
		return true;
	case FILTER_ANY:
		return true;
	default:
		return set_value(r, d, key, w);
	}
}

static bool protocol_is(const struct filter_draft *d, uint8_t protocol)
{
	return has(d, FILTER_PROTO) && d->f.protocol == protocol;
}

static bool has_ports(uint8_t protocol)
{
	return protocol == IPPROTO_TCP || protocol == IPPROTO_UDP ||
	       protocol == IPPROTO_UDPLITE || protocol == IPPROTO_SCTP ||
	       protocol == IPPROTO_DCCP;
}

static bool finish_icmp(struct filter_reader *r, struct filter_draft *d)
{
	const struct filter_word *w = &d->word[has(d, FILTER_TYPE) ? FILTER_TYPE : FILTER_CODE];
	const char *wrong;

	if (!protocol_is(d, IPPROTO_ICMP) && !protocol_is(d, IPPROTO_ICMPV6)) {
		filter_error(r, w, "ICMP type and code need 'proto icmp' or 'proto icmpv6'");
		return false;
	}
	if (d->f.family == (d->f.protocol == IPPROTO_ICMP ? 6 : 4)) {
		filter_error(r, w, "ICMP of one IP version and addresses of the other: no packet "
			     "is both");
		return false;
	}
	if (!has(d, FILTER_TYPE)) {
		filter_error(r, w, "an ICMP code means something only together with a type");
		return false;
	}
	wrong = filter_read_icmp_type(w, d->f.protocol, &d->f.icmp_type);
	if (wrong) {
		filter_error(r, w, "%s", wrong);
		return false;
	}
	d->f.flags |= IPFLTDRV_FILTER_ICMP_TYPE;
	return true;
}

/**
 * filter_draft_finish - do its conditions fit together?
 * @r: the reader
 * @d: the filter
 *
 * Return: whether they do; if not, that has been reported.
 */
bool filter_draft_finish(struct filter_reader *r, struct filter_draft *d)
{
	const struct filter_word *w;

	if ((has(d, FILTER_SPORT) || has(d, FILTER_DPORT)) && has(d, FILTER_PROTO) &&
	    !has_ports(d->f.protocol)) {
		w = &d->word[has(d, FILTER_SPORT) ? FILTER_SPORT : FILTER_DPORT];
		filter_error(r, w, "this protocol has no ports: tcp, udp, sctp, dccp and udplite "
			     "have");
		return false;
	}
	if (has(d, FILTER_ESTABLISHED) && !protocol_is(d, IPPROTO_TCP)) {
		filter_error(r, &d->word[FILTER_ESTABLISHED],
			     "'established' needs 'proto tcp': other protocols do not show it");
		return false;
	}
	if (has(d, FILTER_TYPE) || has(d, FILTER_CODE))
		return finish_icmp(r, d);
	return true;
}

static bool grow(struct filter_set *set)
{
	size_t room = set->room ? set->room * 2 : 16;
	struct ipfltdrv_filter *filters;
	unsigned int *lines;

	filters = realloc(set->filters, room * sizeof(*filters));
	if (!filters)
		return false;
	set->filters = filters;
	lines = realloc(set->lines, room * sizeof(*lines));
	if (!lines)
		return false;
	set->lines = lines;
	set->room = room;
	return true;
}

/**
 * filter_draft_add - it is a filter of this set
 * @r: the reader
 * @set: the set
 * @d: the filter, finished
 * @line: where it stands
 *
 * Return: whether there was room; if not, that has been reported.
 */
bool filter_draft_add(struct filter_reader *r, struct filter_set *set,
		      const struct filter_draft *d, unsigned int line)
{
	const struct filter_word here = { .line = line, .column = 1 };
	size_t in = set->directions[FILTER_IN] + !!(d->f.directions & IPFLTDRV_INGRESS);
	size_t out = set->directions[FILTER_OUT] + !!(d->f.directions & IPFLTDRV_EGRESS);

	if (in > IPFLTDRV_SET_FILTERS_MAX || out > IPFLTDRV_SET_FILTERS_MAX) {
		filter_error(r, &here, "more than %u filters of one direction in set '%s'",
			     IPFLTDRV_SET_FILTERS_MAX, set->name);
		return false;
	}
	if (set->count == set->room && !grow(set)) {
		filter_error(r, &here, "out of memory");
		return false;
	}
	set->directions[FILTER_IN] = in;
	set->directions[FILTER_OUT] = out;
	set->filters[set->count] = d->f;
	set->lines[set->count++] = line;
	return true;
}
