/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Token buckets: how often something may happen, in all and for each source.
 */
#ifndef RRASD_ACCESS_LIMIT_H
#define RRASD_ACCESS_LIMIT_H

#include <stdbool.h>
#include <stdint.h>

#define LIMIT_SETS	1024	/* 4096 sources are known at a time, in 128 KiB */
#define LIMIT_WAYS	4

/**
 * struct limit_bucket - what one source may still do
 */
struct limit_bucket {
	uint64_t key;
	uint64_t stamp_ms;	/* when it was last looked at; 0: never used */
	uint32_t milli;		/* thousandths of what it may still do */
};

/**
 * struct limit - buckets of all sources, in a table that does not grow
 */
struct limit {
	struct limit_bucket sets[LIMIT_SETS][LIMIT_WAYS];
};

bool limit_pass(struct limit_bucket *b, uint32_t rate, uint64_t now_ms);
struct limit_bucket *limit_of(struct limit *l, uint64_t key, uint32_t rate, uint64_t now_ms);

#endif /* RRASD_ACCESS_LIMIT_H */
