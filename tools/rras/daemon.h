/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Asking rrasd.
 */
#ifndef RRAS_DAEMON_H
#define RRAS_DAEMON_H

#include <stdbool.h>

/* One line of the answer: a flat JSON object, without its line end. */
typedef void (*daemon_line_fn)(const char *line, void *data);

int daemon_ask(const char *request, daemon_line_fn object, void *data, daemon_line_fn last);
bool daemon_runs(void);

#endif /* RRAS_DAEMON_H */
