/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What rras top knows of the sessions: two looks at their counters, and what happened in between.
 */
#ifndef RRAS_TOP_SAMPLE_H
#define RRAS_TOP_SAMPLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * struct top_session - one session
 */
struct top_session {
	uint32_t id;
	char user[48], address[48], state[24], on[40];
	uint64_t seconds;
	uint64_t in_packets, in_bytes, out_packets, out_bytes;
	/** @moved: when a packet was last counted, milliseconds; the first look if none was */
	uint64_t moved;
	/* A second: */
	double in_bits, out_bits, in_rate, out_rate;
};

/**
 * struct top_sample - all sessions at one moment, in the order of their numbers until sorted
 */
struct top_sample {
	struct top_session *sessions;
	size_t count, room;
	/** @now: when, milliseconds of a clock that does not jump */
	uint64_t now;
	double in_bits, out_bits, in_rate, out_rate;
	size_t up;
	/** @failed: a line could not be read or there was no memory */
	bool failed;
};

enum top_sort { TOP_TRAFFIC, TOP_IN, TOP_OUT, TOP_PACKETS, TOP_IDLE, TOP_TIME, TOP_USER, TOP_ID };

void top_add(struct top_sample *sample, const char *line);
void top_compare(struct top_sample *now, const struct top_sample *before);
void top_sort(struct top_sample *sample, enum top_sort by);
void top_clear(struct top_sample *sample);
bool top_sort_parse(const char *name, enum top_sort *by);

#endif /* RRAS_TOP_SAMPLE_H */
