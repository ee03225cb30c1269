/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Intermediate drivers, for other sub-commands.
 */
#ifndef RRAS_DRIVER_H
#define RRAS_DRIVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * struct blocked - links that carry no data for want of a mandatory driver
 */
struct blocked {
	uint32_t *ids;
	size_t count;
};

int driver_blocked_read(struct blocked *b);
bool driver_blocked_has(const struct blocked *b, uint32_t id);
void driver_blocked_clean(struct blocked *b);

#endif /* RRAS_DRIVER_H */
