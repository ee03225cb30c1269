/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Messages to who has started us, as systemd takes them (sd_notify(3)), and the files that it hands
 * us (sd_listen_fds(3)).
 */
#ifndef RRASD_NOTIFY_H
#define RRASD_NOTIFY_H

#include <stdbool.h>
#include <stddef.h>

#define NOTIFY_FDS_MAX	16	/* handed to us; more are closed */

bool notify_open(void);
bool notify_send(const char *text, const int *fds, size_t count);
size_t notify_inherited(int fds[NOTIFY_FDS_MAX], char names[NOTIFY_FDS_MAX][32]);

#endif /* RRASD_NOTIFY_H */
