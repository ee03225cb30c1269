/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the process may do, and how much of it.
 */
#ifndef RRASD_CAPS_H
#define RRASD_CAPS_H

#include <stdint.h>
#include <sys/types.h>

void caps_raise_files(uint32_t wanted);
void caps_share(const char *device, gid_t gid);
int caps_drop(uid_t uid, gid_t gid);

#endif /* RRASD_CAPS_H */
