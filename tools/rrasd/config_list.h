/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Values of a key of the configuration file that may be repeated.
 */
#ifndef RRASD_CONFIG_LIST_H
#define RRASD_CONFIG_LIST_H

#include <stddef.h>

#define CONFIG_LIST_MAX		64

/**
 * struct config_list - values of one key
 */
struct config_list {
	char *item[CONFIG_LIST_MAX];
	size_t count;
};

#endif /* RRASD_CONFIG_LIST_H */
