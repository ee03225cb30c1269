// SPDX-License-Identifier: GPL-2.0
/*
 * Rates of sessions from two looks at their counters, see top_sample.h.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/array.h"
#include "../lib/json.h"
#include "top_sample.h"

static const struct { const char *name; enum top_sort by; } orders[] = {
	{ "traffic", TOP_TRAFFIC }, { "in", TOP_IN }, { "out", TOP_OUT },
	{ "packets", TOP_PACKETS }, { "idle", TOP_IDLE }, { "time", TOP_TIME },
	{ "user", TOP_USER }, { "id", TOP_ID },
};

/* Names come from strangers: nothing that a terminal would obey. */
static void copy(char *to, size_t size, const char *from)
{
	size_t i;

	for (i = 0; from[i] && i + 1 < size; i++)
		to[i] = from[i] >= 0x20 && from[i] < 0x7f ? from[i] : '?';
	to[i] = '\0';
}

static int take_member(const char *key, const char *value, void *data)
{
	struct top_session *s = data;
	const struct { const char *key; char *at; size_t size; } texts[] = {
		{ "user", s->user, sizeof(s->user) },
		{ "address", s->address, sizeof(s->address) },
		{ "state", s->state, sizeof(s->state) },
		{ "peer", s->on, sizeof(s->on) },
	};
	const struct { const char *key; uint64_t *at; } numbers[] = {
		{ "age", &s->seconds },
		{ "in-packets", &s->in_packets }, { "in-bytes", &s->in_bytes },
		{ "out-packets", &s->out_packets }, { "out-bytes", &s->out_bytes },
	};
	size_t i;

	if (!strcmp(key, "id"))
		s->id = (uint32_t)strtoul(value, NULL, 10);
	/* Without IPv4 what there is of IPv6; the address comes first. */
	if (!s->address[0] && (!strcmp(key, "ipv6-address") || !strcmp(key, "ipv6-prefix")))
		copy(s->address, sizeof(s->address), value);
	for (i = 0; i < ARRAY_SIZE(texts); i++) {
		if (!strcmp(key, texts[i].key))
			copy(texts[i].at, texts[i].size, value);
	}
	for (i = 0; i < ARRAY_SIZE(numbers); i++) {
		if (!strcmp(key, numbers[i].key))
			*numbers[i].at = strtoull(value, NULL, 10);
	}
	return 0;
}

/**
 * top_add - one more session of a sample
 * @sample: the sample
 * @line: the session as an object of JSON, with its counters
 */
void top_add(struct top_sample *sample, const char *line)
{
	struct top_session s = { 0 };
	struct top_session *grown;
	size_t room;

	if (json_read_flat(line, take_member, &s)) {
		sample->failed = true;
		return;
	}
	if (sample->count == sample->room) {
		room = sample->room ? sample->room * 2 : 256;
		grown = realloc(sample->sessions, room * sizeof(*grown));
		if (!grown) {
			sample->failed = true;
			return;
		}
		sample->sessions = grown;
		sample->room = room;
	}
	sample->sessions[sample->count++] = s;
}

static int by_id(const void *a, const void *b)
{
	const struct top_session *x = a, *y = b;

	return x->id < y->id ? -1 : x->id > y->id;
}

/* A counter that went back belongs to another session with the number of one that has ended. */
static double rate(uint64_t now, uint64_t before, double seconds)
{
	return now >= before && seconds > 0 ? (double)(now - before) / seconds : 0;
}

static void compare_session(struct top_session *s, const struct top_session *old,
			    uint64_t now, double seconds)
{
	bool moved = s->in_packets != old->in_packets || s->out_packets != old->out_packets;

	s->moved = moved ? now : old->moved;
	s->in_bits = 8 * rate(s->in_bytes, old->in_bytes, seconds);
	s->out_bits = 8 * rate(s->out_bytes, old->out_bytes, seconds);
	s->in_rate = rate(s->in_packets, old->in_packets, seconds);
	s->out_rate = rate(s->out_packets, old->out_packets, seconds);
}

/**
 * top_compare - what happened since an earlier sample
 * @now: the sample; its rates are set, those of sessions that are new to 0
 * @before: the earlier one, in the order of numbers
 */
void top_compare(struct top_sample *now, const struct top_sample *before)
{
	double seconds = (double)(now->now - before->now) / 1000;
	const struct top_session *old;
	struct top_session *s;
	size_t i;

	qsort(now->sessions, now->count, sizeof(*s), by_id);
	for (i = 0; i < now->count; i++) {
		s = &now->sessions[i];
		s->moved = now->now;
		old = before->count ? bsearch(s, before->sessions, before->count, sizeof(*s),
					      by_id) : NULL;
		if (old)
			compare_session(s, old, now->now, seconds);
		now->in_bits += s->in_bits;
		now->out_bits += s->out_bits;
		now->in_rate += s->in_rate;
		now->out_rate += s->out_rate;
		now->up += !strcmp(s->state, "up");
	}
}

static enum top_sort order;

static int down(double x, double y)
{
	return x > y ? -1 : x < y;
}

static int by_order(const void *a, const void *b)
{
	const struct top_session *x = a, *y = b;
	int result = 0;

	switch (order) {
	case TOP_TRAFFIC:
		result = down(x->in_bits + x->out_bits, y->in_bits + y->out_bits);
		break;
	case TOP_IN:
		result = down(x->in_bits, y->in_bits);
		break;
	case TOP_OUT:
		result = down(x->out_bits, y->out_bits);
		break;
	case TOP_PACKETS:
		result = down(x->in_rate + x->out_rate, y->in_rate + y->out_rate);
		break;
	case TOP_IDLE:
		result = down((double)y->moved, (double)x->moved);
		break;
	case TOP_TIME:
		result = down((double)x->seconds, (double)y->seconds);
		break;
	case TOP_USER:
		result = strcmp(x->user, y->user);
		break;
	case TOP_ID:
		break;
	}
	return result ? result : by_id(a, b);
}

/**
 * top_sort - put the sessions into an order
 * @sample: the sample
 * @by: the order; what is equal stays in the order of numbers
 */
void top_sort(struct top_sample *sample, enum top_sort by)
{
	order = by;
	if (sample->count)
		qsort(sample->sessions, sample->count, sizeof(*sample->sessions), by_order);
}

/**
 * top_clear - forget a sample
 * @sample: the sample
 */
void top_clear(struct top_sample *sample)
{
	free(sample->sessions);
	*sample = (struct top_sample){ 0 };
}

/**
 * top_sort_parse - an order by its name
 * @name: the name
 * @by: where to put it
 *
 * Return: whether there is one.
 */
bool top_sort_parse(const char *name, enum top_sort *by)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(orders); i++) {
		if (!strcmp(orders[i].name, name)) {
			*by = orders[i].by;
			return true;
		}
	}
	return false;
}
