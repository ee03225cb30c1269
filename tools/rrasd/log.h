/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The daemon's log: syslog, or standard error in the foreground.
 */
#ifndef RRASD_LOG_H
#define RRASD_LOG_H

#include <stdbool.h>

enum log_level {
	LOG_LEVEL_ERROR,	/* something that was asked for is not done */
	LOG_LEVEL_WARNING,	/* it works, but somebody should look */
	LOG_LEVEL_INFO,		/* sessions come and go */
	LOG_LEVEL_DEBUG,	/* every step */
};

void log_open(bool to_syslog);
void log_set_level(enum log_level level);
bool log_level_parse(const char *name, enum log_level *level);
void log_write(enum log_level level, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
bool log_wanted(enum log_level level);
const char *log_printable(const void *text, unsigned int len);

#define log_error(...)		log_write(LOG_LEVEL_ERROR, __VA_ARGS__)
#define log_warning(...)	log_write(LOG_LEVEL_WARNING, __VA_ARGS__)
#define log_info(...)		log_write(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_debug(...)						\
	do {							\
		if (log_wanted(LOG_LEVEL_DEBUG))		\
			log_write(LOG_LEVEL_DEBUG, __VA_ARGS__);\
	} while (0)

/**
 * struct log_limit - at most a few messages a second of one kind, the rest counted
 */
struct log_limit {
	unsigned long long window;
	unsigned int count;
	unsigned int suppressed;
};

bool log_allowed(struct log_limit *limit);

#endif /* RRASD_LOG_H */
