/* SPDX-License-Identifier: GPL-2.0 */
/*
 * rras check: what its parts share.
 */
#ifndef RRAS_CHECK_H
#define RRAS_CHECK_H

#include <stdbool.h>
#include <stddef.h>

#include "../lib/module.h"
#include "table.h"

#define CHECK_LINE	512	/* what is read of a file that has one line */

enum finding {
	FINDING_OK,
	FINDING_NOTE,		/* good to know */
	FINDING_PROBLEM,	/* something will not work */
};

/**
 * struct check - where we look, and what was found
 */
struct check {
	struct module_tree tree;
	/** @running: it is the kernel that runs */
	bool running;
	/** @unsigned_module: a file of ours without a signature, or NULL */
	const char *unsigned_module;
	struct table table;
	unsigned int problems, notes;
};

/* Our modules, each after those that it needs. */
#define CHECK_MODULES	3
extern const char *const check_modules[CHECK_MODULES];

void check_say(struct check *c, enum finding kind, const char *about, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
bool check_exists(const struct check *c, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
bool check_read(const struct check *c, char line[CHECK_LINE], const char *format, ...)
	__attribute__((format(printf, 3, 4)));
bool check_has_line(const struct check *c, const char *begin, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
int check_run(char *output, size_t size, char *const argv[]);

/* check_file.c, check_kernel.c, check_config.c */
void check_files(struct check *c);
void check_kernel(struct check *c);
void check_config(struct check *c);

#endif /* RRAS_CHECK_H */
