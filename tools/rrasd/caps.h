/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the process may do, and how much of it.
 */
#ifndef RRASD_CAPS_H
#define RRASD_CAPS_H

#include <stdint.h>

void caps_raise_files(uint32_t wanted);
int caps_drop(void);

#endif /* RRASD_CAPS_H */
