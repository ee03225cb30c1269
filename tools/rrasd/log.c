// SPDX-License-Identifier: GPL-2.0
/*
 * The daemon's log, see log.h.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <time.h>

#include "../lib/array.h"
#include "log.h"

#define LINE_LEN	1024
#define LIMIT_BURST	10	/* messages of one kind in one second */

static enum log_level max_level = LOG_LEVEL_INFO;
static bool use_syslog;

static const char *const level_names[] = {
	[LOG_LEVEL_ERROR] = "error",
	[LOG_LEVEL_WARNING] = "warning",
	[LOG_LEVEL_INFO] = "info",
	[LOG_LEVEL_DEBUG] = "debug",
};

/**
 * log_open - choose where messages go
 * @to_syslog: to syslog; otherwise to standard error
 */
void log_open(bool to_syslog)
{
	use_syslog = to_syslog;
	if (to_syslog)
		openlog("rrasd", LOG_PID | LOG_NDELAY, LOG_DAEMON);
}

/**
 * log_set_level - choose what is logged
 * @level: the least important level that is
 */
void log_set_level(enum log_level level)
{
	max_level = level;
}

/**
 * log_level_parse - a level by its name
 * @name: error, warning, info or debug
 * @level: where to put it
 *
 * Return: whether there is a level of that name.
 */
bool log_level_parse(const char *name, enum log_level *level)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(level_names); i++) {
		if (strcmp(name, level_names[i]))
			continue;
		*level = (enum log_level)i;
		return true;
	}
	return false;
}

/**
 * log_wanted - would a message of this level be written?
 * @level: the level
 *
 * Return: whether it would.
 */
bool log_wanted(enum log_level level)
{
	return level <= max_level;
}

/**
 * log_write - write one message
 * @level: its level
 * @format: as for printf, without a line end
 */
void log_write(enum log_level level, const char *format, ...)
{
	static const int priorities[] = { LOG_ERR, LOG_WARNING, LOG_INFO, LOG_DEBUG };
	char line[LINE_LEN];
	va_list args;

	if (!log_wanted(level))
		return;
	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	if (use_syslog)
		syslog(priorities[level], "%s", line);
	else
		fprintf(stderr, "rrasd: %s%s%s\n", level == LOG_LEVEL_INFO ? "" :
			level_names[level], level == LOG_LEVEL_INFO ? "" : ": ", line);
}

/**
 * log_printable - bytes from the network as text that harms no terminal and no log
 * @text: the bytes
 * @len: how many
 *
 * Return: a string in one of a few static buffers; cut where it is too long.
 */
const char *log_printable(const void *text, unsigned int len)
{
	static char buffers[4][260];
	static unsigned int turn;
	const unsigned char *p = text;
	unsigned int i, n = 0;
	char *out;

	out = buffers[turn++ % 4];
	for (i = 0; i < len && n < sizeof(buffers[0]) - 5; i++) {
		if (p[i] >= 0x20 && p[i] < 0x7f && p[i] != '\\')
			out[n++] = (char)p[i];
		else
			n += (unsigned int)snprintf(out + n, 5, "\\x%02x", p[i]);
	}
	out[n] = '\0';
	return out;
}

/**
 * log_allowed - may one more message of this kind be written now?
 * @limit: one for each kind of message
 *
 * Messages that any stranger on the wire can cause must ask first. What was held back is told
 * when the next second begins with another one.
 *
 * Return: whether it may.
 */
bool log_allowed(struct log_limit *limit)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	if (limit->window != (unsigned long long)now.tv_sec) {
		if (limit->suppressed)
			log_info("%u messages of the next kind were not logged",
				 limit->suppressed);
		limit->window = (unsigned long long)now.tv_sec;
		limit->count = 0;
		limit->suppressed = 0;
	}
	if (limit->count >= LIMIT_BURST) {
		limit->suppressed++;
		return false;
	}
	limit->count++;
	return true;
}
