// SPDX-License-Identifier: GPL-2.0
/*
 * Filters as text: as a line of a file, and in words.
 */
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "filter.h"
#include "value.h"

struct out {
	char *text;
	size_t len;
};

static void add(struct out *o, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Nothing of ours comes near FILTER_TEXT_SIZE; what would is cut. */
static void add(struct out *o, const char *format, ...)
{
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(o->text + o->len, FILTER_TEXT_SIZE - o->len, format, args);
	va_end(args);
	if (n > 0)
		o->len += (size_t)n;
	if (o->len >= FILTER_TEXT_SIZE)
		o->len = FILTER_TEXT_SIZE - 1;
}

static const char *directions_word(const struct ipfltdrv_filter *f)
{
	if (f->directions == IPFLTDRV_INGRESS)
		return "in";
	return f->directions == IPFLTDRV_EGRESS ? "out" : "both";
}

static const char *prefix_text(const struct ipfltdrv_filter *f, bool src, char *text, size_t size)
{
	struct filter_prefix p = {
		.family = f->family, .len = src ? f->src_len : f->dst_len,
	};

	memcpy(p.address, src ? f->src : f->dst, sizeof(p.address));
	return filter_print_prefix(&p, text, size);
}

static void line_address(struct out *o, const struct ipfltdrv_filter *f, bool src)
{
	const char *key = src ? "src" : "dst";
	char text[64];

	switch (src ? f->src_late : f->dst_late) {
	case IPFLTDRV_LATE_CLIENT:
		add(o, " %s client", key);
		break;
	case IPFLTDRV_LATE_INTERFACE:
		add(o, " %s interface", key);
		break;
	default:
		if (src ? f->src_len : f->dst_len)
			add(o, " %s %s", key, prefix_text(f, src, text, sizeof(text)));
		break;
	}
}

static void ports(struct out *o, const char *before, const __u16 port[2])
{
	if (port[1] && port[0] == port[1])
		add(o, "%s %u", before, port[0]);
	else if (port[1])
		add(o, "%s %u-%u", before, port[0], port[1]);
}

/**
 * filter_line - a filter as a line of a file
 * @f: the filter
 * @text: where to put it; reading it gives the same filter
 */
void filter_line(const struct ipfltdrv_filter *f, char text[FILTER_TEXT_SIZE])
{
	struct out o = { .text = text };
	const char *name;
	size_t before;

	add(&o, "%s", directions_word(f));
	before = o.len;
	if (f->family && !f->src_len && !f->dst_len)
		add(&o, " ipv%u", f->family);
	if (f->flags & IPFLTDRV_FILTER_PROTOCOL) {
		name = filter_protocol_name(f->protocol);
		if (name)
			add(&o, " proto %s", name);
		else
			add(&o, " proto %u", f->protocol);
	}
	line_address(&o, f, true);
	ports(&o, " sport", f->src_port);
	line_address(&o, f, false);
	ports(&o, " dport", f->dst_port);
	if (f->flags & IPFLTDRV_FILTER_ICMP_TYPE) {
		name = filter_icmp_name(f->protocol, f->icmp_type);
		if (name)
			add(&o, " type %s", name);
		else
			add(&o, " type %u", f->icmp_type);
	}
	if (f->flags & IPFLTDRV_FILTER_ICMP_CODE)
		add(&o, " code %u", f->icmp_code);
	if (f->flags & IPFLTDRV_FILTER_ESTABLISHED)
		add(&o, " established");
	if (f->flags & IPFLTDRV_FILTER_FRAGMENT)
		add(&o, " fragment");
	if (o.len == before)
		add(&o, " any");
	if (f->tag)
		add(&o, " tag %u", f->tag);
	if (f->flags & IPFLTDRV_FILTER_LOG)
		add(&o, " log");
}

/* What sort of packets, with a family where no address tells it. */
static void words_subject(struct out *o, const struct ipfltdrv_filter *f)
{
	const bool icmp = f->protocol == IPPROTO_ICMP || f->protocol == IPPROTO_ICMPV6;
	const char *name = filter_protocol_name(f->protocol);
	const bool shown = f->src_len || f->dst_len;
	char upper[16] = "";
	size_t i;

	if (f->family && !shown && !(f->flags & IPFLTDRV_FILTER_PROTOCOL && icmp))
		add(o, "IPv%u ", f->family);
	if (!(f->flags & IPFLTDRV_FILTER_PROTOCOL)) {
		add(o, f->family ? "packets" : "packets of any kind");
		return;
	}
	for (i = 0; name && name[i] && i < sizeof(upper) - 1; i++)
		upper[i] = (char)(name[i] >= 'a' && name[i] <= 'z' ? name[i] - 32 : name[i]);
	if (f->protocol == IPPROTO_ICMPV6)
		strcpy(upper, "ICMPv6");
	if (name)
		add(o, "%s", upper);
	else
		add(o, "protocol %u", f->protocol);
	name = filter_icmp_name(f->protocol, f->icmp_type);
	if (f->flags & IPFLTDRV_FILTER_ICMP_TYPE && name)
		add(o, " %s", name);
	else if (f->flags & IPFLTDRV_FILTER_ICMP_TYPE)
		add(o, " type %u", f->icmp_type);
	if (f->flags & IPFLTDRV_FILTER_ICMP_CODE)
		add(o, " code %u", f->icmp_code);
}

static void words_end(struct out *o, const struct ipfltdrv_filter *f, bool src)
{
	const __u16 *port = src ? f->src_port : f->dst_port;
	const char *key = src ? " from" : " to";
	char text[64];

	switch (src ? f->src_late : f->dst_late) {
	case IPFLTDRV_LATE_CLIENT:
		add(o, "%s the client's address", key);
		break;
	case IPFLTDRV_LATE_INTERFACE:
		add(o, "%s the interface's address", key);
		break;
	default:
		if (src ? f->src_len : f->dst_len)
			add(o, "%s %s", key, prefix_text(f, src, text, sizeof(text)));
		else if (port[1])
			add(o, "%s any address", key);
		break;
	}
	if (port[0] == 0 && port[1] == 65535)
		add(o, ", any port");
	else if (port[0] == port[1])
		ports(o, ", port", port);
	else
		ports(o, ", ports", port);
}

/**
 * filter_words - which packets a filter matches, in words
 * @f: the filter
 * @text: where to put them
 */
void filter_words(const struct ipfltdrv_filter *f, char text[FILTER_TEXT_SIZE])
{
	struct out o = { .text = text };

	words_subject(&o, f);
	words_end(&o, f, true);
	words_end(&o, f, false);
	if (f->flags & IPFLTDRV_FILTER_ESTABLISHED)
		add(&o, ", but none that open a connection");
	if (f->flags & IPFLTDRV_FILTER_FRAGMENT)
		add(&o, ", fragments only");
}

/**
 * filter_action - the word for a default action
 * @drop: drop, not forward
 *
 * Return: the word.
 */
const char *filter_action(bool drop)
{
	return drop ? "drop" : "forward";
}
