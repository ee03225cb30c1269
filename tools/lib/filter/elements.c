// SPDX-License-Identifier: GPL-2.0
/*
 * Elements of nftables sets: "{ 10.1.0.0/16 . tcp . 80-90, ... }", plain lists of them, and what
 * `nft list set` writes around them. One element becomes one filter, or several where it has a
 * range of addresses.
 *
 * What an element has to say that a filter cannot is a mistake and not passed over: a set that
 * lets more or less through than the one it was made from would be worse than none.
 */
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "../array.h"
#include "reader.h"

#define RANGE_MAX	254	/* prefixes that a range of IPv6 addresses can need */

/* What stands for the addresses of an element; nothing where it is one prefix. */
struct range {
	struct filter_prefix prefix[RANGE_MAX];
	size_t count;
};

struct element {
	struct filter_draft d;
	struct range src, dst;
};

/* How nftables calls what filters compare; @object is the first word after "typeof". */
static const struct {
	const char *object, *name;
	enum filter_key key;
	uint8_t protocol;	/* 0: does not tell */
} expressions[] = {
	{ "ip", "saddr", FILTER_SRC, 0 }, { "ip", "daddr", FILTER_DST, 0 },
	{ "ip6", "saddr", FILTER_SRC, 0 }, { "ip6", "daddr", FILTER_DST, 0 },
	{ "ip", "protocol", FILTER_PROTO, 0 }, { "ip6", "nexthdr", FILTER_PROTO, 0 },
	{ "meta", "l4proto", FILTER_PROTO, 0 },
	{ "th", "sport", FILTER_SPORT, 0 }, { "th", "dport", FILTER_DPORT, 0 },
	{ "tcp", "sport", FILTER_SPORT, IPPROTO_TCP },
	{ "tcp", "dport", FILTER_DPORT, IPPROTO_TCP },
	{ "udp", "sport", FILTER_SPORT, IPPROTO_UDP },
	{ "udp", "dport", FILTER_DPORT, IPPROTO_UDP },
	{ "sctp", "sport", FILTER_SPORT, IPPROTO_SCTP },
	{ "sctp", "dport", FILTER_DPORT, IPPROTO_SCTP },
	{ "icmp", "type", FILTER_TYPE, IPPROTO_ICMP },
	{ "icmp", "code", FILTER_CODE, IPPROTO_ICMP },
	{ "icmpv6", "type", FILTER_TYPE, IPPROTO_ICMPV6 },
	{ "icmpv6", "code", FILTER_CODE, IPPROTO_ICMPV6 },
};

/* After "type"; a type says less than an expression, so the user has to say the rest. */
static const struct { const char *name; enum filter_key key, or; } types[] = {
	{ "ipv4_addr", FILTER_SRC, FILTER_DST }, { "ipv6_addr", FILTER_SRC, FILTER_DST },
	{ "inet_proto", FILTER_PROTO, FILTER_PROTO },
	{ "inet_service", FILTER_SPORT, FILTER_DPORT },
	{ "icmp_type", FILTER_TYPE, FILTER_TYPE }, { "icmp_code", FILTER_CODE, FILTER_CODE },
	{ "icmpv6_type", FILTER_TYPE, FILTER_TYPE }, { "icmpv6_code", FILTER_CODE, FILTER_CODE },
};

static bool is_field(int key)
{
	return key >= 0 && key < FILTER_TAG;
}

/**
 * filter_read_fields - what the parts of an element mean: FIELD [. FIELD]...
 * @r: the reader
 * @fields: where to put it; none if the line does not begin with a field
 *
 * Return: whether there was no mistake; one has been reported.
 */
bool filter_read_fields(struct filter_reader *r, struct filter_fields *fields)
{
	const char *begin = r->p;
	unsigned int seen = 0;
	struct filter_word w;
	int key;

	fields->count = 0;
	if (!filter_next_word(r, &w) || !is_field(filter_key_find(&w))) {
		r->p = begin;
		return true;
	}
	for (;;) {
		key = filter_key_find(&w);
		if (!is_field(key) || seen & 1U << key) {
			filter_error(r, &w, "a field is one of src, dst, proto, sport, dport, "
				     "type, code, each at most once");
			return false;
		}
		seen |= 1U << key;
		fields->key[fields->count++] = (enum filter_key)key;
		begin = r->p;
		if (!filter_next_word(r, &w) || !filter_word_is(&w, ".")) {
			r->p = begin;
			return true;
		}
		filter_next_word(r, &w);
	}
}

/**
 * filter_skip_elements - pass over a block, for there is a mistake before it
 * @r: the reader
 */
void filter_skip_elements(struct filter_reader *r)
{
	unsigned int depth = 0;
	struct filter_word w;

	while (filter_next_token(r, &w)) {
		if (w.text[0] == '{')
			depth++;
		else if (w.text[0] == '}' && (!depth || !--depth))
			return;
	}
}

/* Addresses as numbers, for IPv4 in the low 32 bits. */
#define number	unsigned __int128

static number to_number(const struct filter_prefix *p)
{
	unsigned int i, bytes = p->family == 4 ? 4 : 16;
	number n = 0;

	for (i = 0; i < bytes; i++)
		n = n << 8 | p->address[i];
	return n;
}

static void from_number(number n, struct filter_prefix *p)
{
	unsigned int i = p->family == 4 ? 4 : 16;

	while (i--) {
		p->address[i] = (uint8_t)n;
		n >>= 8;
	}
}

/* The fewest prefixes that cover first to last, both included. */
static void cover(number first, number last, uint8_t family, struct range *out)
{
	const unsigned int bits = family == 4 ? 32 : 128;
	struct filter_prefix *p;
	unsigned int free;	/* bits beyond the prefix */
	number size;

	for (;;) {
		size = 1;
		for (free = 0; free < bits - 1; free++, size <<= 1) {
			if (first & size || last - first < size * 2 - 1)
				break;
		}
		p = &out->prefix[out->count++];
		*p = (struct filter_prefix){ .family = family, .len = (uint8_t)(bits - free) };
		from_number(first, p);
		if (last - first < size)
			return;
		first += size;
	}
}

static bool read_range(struct filter_reader *r, const struct filter_word *w, const char *dash,
		       struct range *out)
{
	struct filter_word low = *w, high = *w;
	struct filter_prefix first, last;
	const char *wrong;

	low.len = (size_t)(dash - w->text);
	high.text = dash + 1;
	high.len = w->len - low.len - 1;
	wrong = filter_read_address(&low, &first);
	if (!wrong)
		wrong = filter_read_address(&high, &last);
	if (!wrong && (first.family != last.family || to_number(&first) > to_number(&last)))
		wrong = "expected a range FIRST-LAST of addresses";
	if (wrong) {
		filter_error(r, w, "%s", wrong);
		return false;
	}
	out->count = 0;
	cover(to_number(&first), to_number(&last), first.family, out);
	return true;
}

static bool read_value(struct filter_reader *r, struct element *e, enum filter_key key,
		       const struct filter_word *w)
{
	const char *dash = memchr(w->text, '-', w->len);

	if (filter_word_is(w, "*")) {
		filter_error(r, w, "an element for everything else cannot be expressed: that is "
			     "the default action");
		return false;
	}
	if (!dash || (key != FILTER_SRC && key != FILTER_DST))
		return filter_draft_set(r, &e->d, key, w);
	e->d.given |= 1U << key;
	return read_range(r, w, dash, key == FILTER_SRC ? &e->src : &e->dst);
}

static void put_prefix(struct ipfltdrv_filter *f, bool src, const struct filter_prefix *p)
{
	memcpy(src ? f->src : f->dst, p->address, sizeof(p->address));
	*(src ? &f->src_len : &f->dst_len) = p->len;
	f->family = p->family;
}

/* Every prefix of the one side with every prefix of the other. */
static bool add_element(struct filter_reader *r, struct filter_set *set, const struct element *e,
			const struct filter_word *where)
{
	size_t sources = e->src.count ? e->src.count : 1;
	size_t destinations = e->dst.count ? e->dst.count : 1;
	struct filter_draft d = e->d;
	size_t i, j;

	for (i = 0; i < sources; i++) {
		for (j = 0; j < destinations; j++) {
			d.f.family = e->d.f.family;
			if (e->src.count)
				put_prefix(&d.f, true, &e->src.prefix[i]);
			if (e->dst.count)
				put_prefix(&d.f, false, &e->dst.prefix[j]);
			if (!filter_draft_add(r, set, &d, where->line))
				return false;
		}
	}
	return true;
}

static bool families_fit(struct filter_reader *r, const struct element *e,
			 const struct filter_word *w)
{
	uint8_t family = e->d.f.family;

	if (e->src.count && family && family != e->src.prefix[0].family)
		goto bad;
	if (e->src.count)
		family = e->src.prefix[0].family;
	if (e->dst.count && family && family != e->dst.prefix[0].family)
		goto bad;
	return true;
bad:
	filter_error(r, w, "IPv4 and IPv6 in one filter: no packet is both");
	return false;
}

/* What may follow the value of an element. Returns whether it may be left out of a filter. */
static bool skip_extras(struct filter_reader *r, struct filter_word *w, bool *more)
{
	static const struct { const char *word; unsigned int values; } harmless[] = {
		{ "counter", 0 }, { "packets", 1 }, { "bytes", 1 }, { "comment", 1 },
	};
	size_t i;

	while (*more && w->text[0] != ',' && w->text[0] != '}') {
		if (filter_word_is(w, "timeout") || filter_word_is(w, "expires")) {
			filter_error(r, w, "an element that expires cannot be expressed: filters "
				     "stay until the set is replaced");
			return false;
		}
		if (filter_word_is(w, ":")) {
			filter_error(r, w, "an element of a map cannot be expressed: what a filter "
				     "does is to reverse the default action");
			return false;
		}
		for (i = 0; i < ARRAY_SIZE(harmless); i++) {
			if (filter_word_is(w, harmless[i].word))
				break;
		}
		if (i == ARRAY_SIZE(harmless))
			return true;	/* the next element of a list without commas */
		*more = filter_next_token(r, w);
		if (*more && harmless[i].values)
			*more = filter_next_token(r, w);
	}
	return true;
}

static bool read_values(struct filter_reader *r, struct element *e,
			const struct filter_fields *fields, struct filter_word *w, bool *more)
{
	size_t i;

	for (i = 0; i < fields->count; i++) {
		if (i) {
			if (!*more || !filter_word_is(w, ".")) {
				filter_error(r, w, "this element has %zu of %zu fields, joined by "
					     "' . '",
					     i, fields->count);
				return false;
			}
			*more = filter_next_token(r, w);
		}
		if (!*more || strchr("{},;=\"", w->text[0])) {
			filter_error(r, w, "a value is missing in this element");
			return false;
		}
		if (!read_value(r, e, fields->key[i], w))
			return false;
		*more = filter_next_token(r, w);
	}
	if (*more && filter_word_is(w, ".")) {
		filter_error(r, w, "this element has more than the %zu fields that were named",
			     fields->count);
		return false;
	}
	return true;
}

/* One element; @w is its first token, and then the one after it. */
static void read_element(struct filter_reader *r, struct filter_set *set,
			 const struct filter_draft *common, const struct filter_fields *fields,
			 struct filter_word *w, bool *more)
{
	const struct filter_word where = *w;
	struct element e;

	e.d = *common;
	e.src.count = 0;
	e.dst.count = 0;
	if (read_values(r, &e, fields, w, more) && skip_extras(r, w, more) &&
	    filter_draft_finish(r, &e.d) && families_fit(r, &e, &where) &&
	    add_element(r, set, &e, &where))
		return;
	/* Reported: go on with the next one. */
	while (*more && w->text[0] != ',' && w->text[0] != '}')
		*more = filter_next_token(r, w);
}

/* Up to the closing brace or, of a plain list, to the end. */
static void read_list(struct filter_reader *r, struct filter_set *set,
		      const struct filter_draft *common, const struct filter_fields *fields,
		      struct filter_word *w, bool plain)
{
	bool more = plain || filter_next_token(r, w);

	while (more && w->text[0] != '}') {
		if (w->text[0] == ',')
			more = filter_next_token(r, w);
		else
			read_element(r, set, common, fields, w, &more);
	}
	if (plain == more)
		filter_error(r, w, plain ? "'}' is too much here" :
			     "the closing brace of the elements is missing");
}

/* A statement ends at a semicolon or with its line. */
static bool next_of_statement(struct filter_reader *r, struct filter_word *w, unsigned int line)
{
	const char *begin = r->p, *line_start = r->line_start;
	unsigned int before = r->line;

	if (filter_next_token(r, w) && w->line == line) {
		if (w->text[0] == ';')
			return false;
		if (w->text[0] != '}')
			return true;
	}
	r->p = begin;
	r->line_start = line_start;
	r->line = before;
	return false;
}

static bool add_expression(struct filter_reader *r, const struct filter_word *object,
			   const struct filter_word *name, struct filter_fields *fields,
			   struct filter_draft *common)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(expressions); i++) {
		if (filter_word_is(object, expressions[i].object) &&
		    filter_word_is(name, expressions[i].name))
			break;
	}
	if (i == ARRAY_SIZE(expressions) || fields->count == ARRAY_SIZE(fields->key)) {
		filter_error(r, object, "elements with this field cannot be expressed: a filter "
			     "compares addresses, protocol, ports, ICMP type and code");
		return false;
	}
	fields->key[fields->count++] = expressions[i].key;
	if (expressions[i].protocol) {
		common->f.protocol = expressions[i].protocol;
		common->f.flags |= IPFLTDRV_FILTER_PROTOCOL;
		common->given |= 1U << FILTER_PROTO;
	}
	return true;
}

/* "typeof ip saddr . udp dport"; @fields stays as it is where the user has named some. */
static bool read_typeof(struct filter_reader *r, struct filter_fields *fields,
			struct filter_draft *common, unsigned int line)
{
	const bool given = fields->count;
	struct filter_fields found = { .count = 0 };
	struct filter_draft ignored;
	struct filter_word object, name;

	while (next_of_statement(r, &object, line)) {
		if (filter_word_is(&object, "."))
			continue;
		if (!next_of_statement(r, &name, line)) {
			filter_error(r, &object, "expected for example 'typeof ip saddr . udp "
				     "dport'");
			return false;
		}
		if (!add_expression(r, &object, &name, &found, given ? &ignored : common))
			return false;
	}
	if (!given)
		*fields = found;
	return true;
}

static bool fits(const struct filter_fields *fields, size_t n, size_t type)
{
	return !fields->count || (n < fields->count && (fields->key[n] == types[type].key ||
							fields->key[n] == types[type].or));
}

/* "type ipv4_addr . inet_service": has to fit to the fields. */
static bool read_type(struct filter_reader *r, const struct filter_fields *fields,
		      unsigned int line)
{
	struct filter_word w;
	size_t i, n = 0;

	while (next_of_statement(r, &w, line)) {
		if (filter_word_is(&w, "."))
			continue;
		for (i = 0; i < ARRAY_SIZE(types); i++) {
			if (filter_word_is(&w, types[i].name))
				break;
		}
		if (i == ARRAY_SIZE(types)) {
			filter_error(r, &w, "elements of type '%s' cannot be expressed: a filter "
				     "compares addresses, protocol, ports, ICMP type and code",
				     filter_quote(&w));
			return false;
		}
		if (!fits(fields, n, i)) {
			filter_error(r, &w, "the set's types and the fields that were named do not "
				     "fit");
			return false;
		}
		n++;
	}
	return true;
}

/* What stands before the elements. Returns 1 at their brace, 0 at the end, -1 after a mistake. */
static int read_statement(struct filter_reader *r, struct filter_fields *fields,
			  struct filter_draft *common, const struct filter_word *w,
			  unsigned int *depth)
{
	static const char *const harmless[] = {
		"flags", "size", "policy", "auto-merge", "comment", "counter", "gc-interval",
	};
	const unsigned int line = w->line;
	struct filter_word next;
	size_t i;

	if (filter_word_is(w, "table") || filter_word_is(w, "set")) {
		while (filter_next_token(r, &next)) {
			if (next.text[0] == '{') {
				++*depth;
				return 0;
			}
		}
	}
	if (filter_word_is(w, "elements")) {
		if (filter_next_token(r, &next) && next.text[0] == '=' &&
		    filter_next_token(r, &next) && next.text[0] == '{')
			return 1;
		filter_error(r, &next, "expected 'elements = { ... }'");
		return -1;
	}
	if (filter_word_is(w, "typeof"))
		return read_typeof(r, fields, common, line) ? 0 : -1;
	if (filter_word_is(w, "type"))
		return read_type(r, fields, line) ? 0 : -1;
	for (i = 0; i < ARRAY_SIZE(harmless); i++) {
		if (!filter_word_is(w, harmless[i]))
			continue;
		while (next_of_statement(r, &next, line))
			;
		return 0;
	}
	filter_error(r, w, "'%s' of nftables cannot be expressed as filters", filter_quote(w));
	return -1;
}

static void list_or_complain(struct filter_reader *r, struct filter_set *set,
			     const struct filter_draft *common,
			     const struct filter_fields *fields, struct filter_word *w, bool plain)
{
	if (fields->count) {
		read_list(r, set, common, fields, w, plain);
		return;
	}
	filter_error(r, w, "what the elements are about is not said: name their fields, for "
		     "example src . proto . dport");
	if (!plain) {
		r->p = w->text;
		filter_skip_elements(r);
	}
}

static void close_braces(struct filter_reader *r, unsigned int depth)
{
	struct filter_word w;

	while (depth && filter_next_token(r, &w)) {
		if (w.text[0] == ';')
			continue;
		if (w.text[0] != '}') {
			filter_error(r, &w, "only one set of nftables is read at a time: this is "
				     "more");
			return;
		}
		depth--;
	}
}

static bool is_nft_word(const struct filter_word *w)
{
	static const char *const words[] = {
		"table", "set", "map", "elements", "type", "typeof", "flags", "chain",
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(words); i++) {
		if (filter_word_is(w, words[i]))
			return true;
	}
	return false;
}

/**
 * filter_read_elements - elements, and what nft list writes around them
 * @r: the reader
 * @set: gets the filters
 * @common: conditions of all of them, and the directions
 * @fields: what the parts of an element mean; none if "typeof" says it
 * @plain: the text is nothing but elements, so that a list needs no braces and ends with it
 */
void filter_read_elements(struct filter_reader *r, struct filter_set *set,
			  const struct filter_draft *common, const struct filter_fields *fields,
			  bool plain)
{
	struct filter_fields known = *fields;
	struct filter_draft draft = *common;
	unsigned int depth = 0;
	struct filter_word w;
	int found;

	while (filter_next_token(r, &w)) {
		if (w.text[0] == '{' && !depth) {
			list_or_complain(r, set, &draft, &known, &w, false);
			break;
		}
		if (plain && !depth && !is_nft_word(&w)) {
			list_or_complain(r, set, &draft, &known, &w, true);
			return;
		}
		if (w.text[0] == '}' && depth) {	/* a set without elements */
			depth--;
			break;
		}
		found = read_statement(r, &known, &draft, &w, &depth);
		if (found < 0)
			return;
		if (found) {
			list_or_complain(r, set, &draft, &known, &w, false);
			break;
		}
	}
	close_braces(r, depth);
	if (plain && filter_next_token(r, &w))
		filter_error(r, &w, "'%s' is too much here", filter_quote(&w));
}
