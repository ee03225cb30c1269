/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Going to the background, and telling the one who started us when we are ready.
 */
#ifndef RRASD_BACKGROUND_H
#define RRASD_BACKGROUND_H

int background_begin(void);
void background_ready(void);
void background_pid_file(const char *path);

#endif /* RRASD_BACKGROUND_H */
