/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Mistakes in a file that a person wrote: file, line and reason, as many as there are.
 */
#ifndef RRASD_DIAG_H
#define RRASD_DIAG_H

#include <stdbool.h>

/**
 * struct diag - where the mistakes of one file go
 */
struct diag {
	/** @file: its name, for the message */
	const char *file;
	/** @emit: shows one message; NULL shows none */
	void (*emit)(const struct diag *diag, unsigned int line, bool error, const char *text);
	/** @errors: how many mistakes there were */
	unsigned int errors;
	/** @warnings: how many oddities that do no harm */
	unsigned int warnings;
};

void diag_error(struct diag *diag, unsigned int line, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void diag_warning(struct diag *diag, unsigned int line, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif /* RRASD_DIAG_H */
