// SPDX-License-Identifier: GPL-2.0
/*
 * Mistakes in files, see diag.h.
 */
#include <stdarg.h>
#include <stdio.h>

#include "diag.h"

static void emit(struct diag *diag, unsigned int line, bool error, const char *format,
		 va_list args)
{
	char text[512];

	if (!diag->emit)
		return;
	vsnprintf(text, sizeof(text), format, args);
	diag->emit(diag, line, error, text);
}

/**
 * diag_error - report a mistake
 * @diag: the file's
 * @line: in which line; 0: in the file as a whole
 * @format: reason, as for printf
 */
void diag_error(struct diag *diag, unsigned int line, const char *format, ...)
{
	va_list args;

	diag->errors++;
	va_start(args, format);
	emit(diag, line, true, format, args);
	va_end(args);
}

/**
 * diag_warning - report something odd that is accepted
 * @diag: the file's
 * @line: in which line; 0: in the file as a whole
 * @format: reason, as for printf
 */
void diag_warning(struct diag *diag, unsigned int line, const char *format, ...)
{
	va_list args;

	diag->warnings++;
	va_start(args, format);
	emit(diag, line, false, format, args);
	va_end(args);
}
