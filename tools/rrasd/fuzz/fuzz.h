/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the fuzz targets share.
 */
#ifndef RRASD_FUZZ_FUZZ_H
#define RRASD_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A property that no input may break; unlike assert() it is there in every build. */
#define FUZZ_REQUIRE(condition)							\
	do {									\
		if (!(condition)) {						\
			fprintf(stderr, "%s:%d: broken: %s\n", __FILE__, __LINE__,	\
				#condition);					\
			abort();						\
		}								\
	} while (0)

#endif /* RRASD_FUZZ_FUZZ_H */
