/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Random bytes that nobody can guess, in small pieces.
 */
#ifndef RRASD_RANDOM_H
#define RRASD_RANDOM_H

#include <stddef.h>

void random_bytes(void *buf, size_t len);

#endif /* RRASD_RANDOM_H */
