/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Test output in the Test Anything Protocol: "ok N - text", the plan at the end.
 */
#ifndef RRASD_TESTS_TAP_H
#define RRASD_TESTS_TAP_H

#include <stdbool.h>

#ifndef ARRAY_SIZE
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#endif

bool tap_ok(bool good, const char *format, ...) __attribute__((format(printf, 2, 3)));
void tap_note(const char *format, ...) __attribute__((format(printf, 1, 2)));
bool tap_text(const char *got, const char *wanted, const char *what);
bool tap_number(long long got, long long wanted, const char *what);
int tap_end(void);

#endif /* RRASD_TESTS_TAP_H */
