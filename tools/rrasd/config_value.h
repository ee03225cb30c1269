/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Values of the configuration file: each function reads one kind and says what is wrong.
 */
#ifndef RRASD_CONFIG_VALUE_H
#define RRASD_CONFIG_VALUE_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#include "pool.h"
#include "prefix.h"
#include "wan_conflict.h"

/**
 * struct config_listen - where to listen; @len 0: nowhere
 */
struct config_listen {
	union {
		struct sockaddr sa;
		struct sockaddr_in in;
		struct sockaddr_in6 in6;
	} address;
	socklen_t len;
};

/* All return NULL, or a sentence that says what was expected. */
const char *config_read_bool(const char *value, bool *out);
const char *config_read_number(const char *value, uint32_t min, uint32_t max, uint32_t *out);
const char *config_read_time(const char *value, uint32_t min_ms, uint32_t max_ms, uint32_t *out);
const char *config_read_address(const char *value, struct in_addr *out);
const char *config_read_endpoint(const char *value, uint16_t port, struct sockaddr_in *out);
const char *config_read_range(const char *value, struct pool_range *out);
const char *config_read_pool6(const char *value, struct prefix *out);
const char *config_read_link_local(const char *value, uint64_t *ifid);
const char *config_read_interface(const char *value);
const char *config_read_listen(const char *value, struct config_listen *out);
const char *config_read_conflict(const char *value, enum wan_conflict *out);
const char *config_read_text(const char *value, size_t max);
const char *config_set_string(char **at, const char *value);

#endif /* RRASD_CONFIG_VALUE_H */
