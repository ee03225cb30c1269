/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Files of kernel modules: where one is, where it should be, and what to do when it is missing.
 */
#ifndef TOOLS_LIB_MODULE_H
#define TOOLS_LIB_MODULE_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/utsname.h>

/* Event 7000 of Windows NT's service control manager: the filter driver is not there. */
#define MODULE_EVENT_NUMBER	7000
#define MODULE_EVENT_NAME	"FILTER_DRIVER_MISSING"

/**
 * struct module_tree - modules of one kernel
 */
struct module_tree {
	/** @root: "" for this machine, or a directory with another one's files */
	const char *root;
	/** @release: of the kernel, as in uname -r */
	char release[sizeof(((struct utsname *)0)->release)];
};

void module_tree_init(struct module_tree *t, const char *root, const char *release);
bool module_listed(const struct module_tree *t, const char *name, char path[PATH_MAX]);
bool module_find(const struct module_tree *t, const char *name, char path[PATH_MAX]);
bool module_loaded(const char *name);
bool module_is(const char *file, const char *name);
void module_explain(const char *name, char *text, size_t size);

#endif /* TOOLS_LIB_MODULE_H */
