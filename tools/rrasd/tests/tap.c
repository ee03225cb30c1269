// SPDX-License-Identifier: GPL-2.0
#include "tap.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static int count, failures;

/**
 * tap_ok - report one test
 * @good: whether it passed
 * @format: what was tested, as for printf()
 *
 * Return: @good.
 */
bool tap_ok(bool good, const char *format, ...)
{
	va_list args;

	printf("%sok %d - ", good ? "" : "not ", ++count);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
	fflush(stdout);
	failures += !good;
	return good;
}

/**
 * tap_note - print a remark that is no test
 * @format: the remark, as for printf()
 */
void tap_note(const char *format, ...)
{
	va_list args;

	fputs("# ", stdout);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
}

/**
 * tap_text - test that two texts are the same
 * @got: what came out
 * @wanted: what should have
 * @what: what was tested
 *
 * Return: whether they are.
 */
bool tap_text(const char *got, const char *wanted, const char *what)
{
	bool good = !strcmp(got, wanted);

	tap_ok(good, "%s", what);
	if (!good)
		tap_note("got \"%s\", wanted \"%s\"", got, wanted);
	return good;
}

/**
 * tap_number - test that two numbers are the same
 * @got: what came out
 * @wanted: what should have
 * @what: what was tested
 *
 * Return: whether they are.
 */
bool tap_number(long long got, long long wanted, const char *what)
{
	bool good = got == wanted;

	tap_ok(good, "%s", what);
	if (!good)
		tap_note("got %lld, wanted %lld", got, wanted);
	return good;
}

/**
 * tap_end - print the plan
 *
 * Return: exit status of the test program.
 */
int tap_end(void)
{
	printf("1..%d\n", count);
	if (failures)
		tap_note("%d of %d failed", failures, count);
	return failures ? 1 : 0;
}
